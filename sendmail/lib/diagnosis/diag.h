/* The one value in which a failure or a success travels: from the place where it happened
   through journal, log, mailq and bounce.  Empty strings and zeros mean "not known". */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H
#include "base/mem.h"
#include "diagnosis/reason.h"
#include <stdbool.h>
#include <stdint.h>

/* What became of a recipient, or of an attempt. */
enum verdict { VERDICT_NONE, VERDICT_SENT, VERDICT_DEFERRED, VERDICT_FAILED };

/* How far it came.  Order is the order of an attempt. */
enum stage {
	STAGE_NONE,
	STAGE_SUBMIT,
	STAGE_SPOOL,
	STAGE_CONFIG,
	STAGE_LOOKUP,
	STAGE_CONNECT,
	STAGE_TLS,
	STAGE_BANNER,
	STAGE_EHLO,
	STAGE_STARTTLS,
	STAGE_AUTH,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BODY,
	STAGE_END_OF_DATA,
	STAGE_RSET,
	STAGE_QUIT,
	STAGE_COUNT
};

/* Whose fault it is: decides whether mail may bounce and what is paused. */
enum fault {
	FAULT_NONE,
	FAULT_MESSAGE,    /* this message, or its sender */
	FAULT_RECIPIENT,  /* this recipient */
	FAULT_ROUTE,      /* smarthost, network, DNS */
	FAULT_CREDENTIAL, /* login or password */
	FAULT_CONFIG,     /* our own configuration */
	FAULT_LOCAL,      /* this machine: disk, memory, rights */
	FAULT_COUNT
};

struct diagnosis {
	enum verdict verdict;
	enum stage stage;
	enum fault fault;
	char hop[256]; /* as in the journal: NAME of a [smarthost NAME], "@DOMAIN" for the domain's own
	                  servers, "local", or "" */
	char peer_name[256];   /* name that led to the address */
	char peer_address[64]; /* numeric address */
	uint16_t port;
	char server[24];        /* the kind of server, as diagnosis/server.h knows it; "" = not known */
	char local_address[64]; /* this machine's, as the server saw it; else this end of the line */
	char login[128];        /* that is configured for the server */
	uint16_t reply_code;    /* SMTP reply, 0 when there was none */
	char status[16];        /* RFC 3463, "4.7.1" */
	int error_no;           /* errno, 0 when it is not the cause */
	char moved[500];        /* why its address may be an old one, and what to do; "" = no sign */
	char tls[64];           /* protocol and verification of the session, "TLSv1.3 verified" */
	enum reason_key key;    /* row of the catalogue */
	char other_key[40];     /* the word, where key is REASON_OTHER */
	char text[512];         /* the server's own words, or ours; control bytes escaped */
};

const char *verdict_name(enum verdict v); /* "sent", "deferred", "failed", "none" */
const char *stage_name(enum stage s);     /* "connect", "RCPT", "dot": in journals and protocols */

/* The same for people and in the log: "end-of-data" where journals, as they always did, have "dot".
 */
const char *stage_word(enum stage s);

/* The stage of that name or word; STAGE_NONE when there is none. */
enum stage stage_find(const char *name);
const char *fault_name(enum fault f);

/* The key as a word, "" when there is none; and back. */
const char *diag_key(const struct diagnosis *d);
void diag_name(struct diagnosis *d, const char *word);
bool diag_same_key(const struct diagnosis *a, const struct diagnosis *b);

/* Sets verdict, stage, key and a formatted text; leaves hop and peer alone. */
void diag_set(struct diagnosis *d, enum verdict v, enum stage s, enum reason_key key,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same, with errno: its text is appended, error_no set. */
void diag_set_errno(struct diagnosis *d, enum verdict v, enum stage s, enum reason_key key,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* One line of fields (base/fields.h) and back; unknown keys are ignored, absent ones stay empty.
   The line may be an enemy's: what comes out of diag_read has no control character, and words where
   words belong; numbers out of range are 0. */
void diag_write(const struct diagnosis *d, struct buffer *line);
void diag_read(struct diagnosis *d, const char *line);

/* The verdict of such a line alone. */
enum verdict diag_read_verdict(const char *line);

/* That line as a string, which the caller frees: where there is one for each of many recipients, as
 * it needs a tenth of the memory. */
char *diag_keep(const struct diagnosis *d);

/* The name of the filter that it is about; NULL: of none. */
const char *diag_filter(const struct diagnosis *d);
#endif
