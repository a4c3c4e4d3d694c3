/* The SMTP client (RFC 5321, 2920, 3030, 1870, 6152, 3207, 4954, 3461) as a machine without I/O:
   bytes from the server go in, bytes for the server come out, and it is given the time.  Its second
   half are the mail transactions: smtp/pump.c decides what is said, smtp/smtp_commands.c says it,
   smtp/replies.c gives each answer its place, smtp/transact.c ends a transaction. */
#ifndef SMTP_SMTP_SESSION_H
#define SMTP_SMTP_SESSION_H
#include "diagnosis/diag.h"
#include "config/smarthost.h"
#include "relay/smtp/auth.h"
#include "relay/smtp/ehlo.h"
#include "relay/smtp/reply.h"
#include <stdbool.h>

#define SESSION_RCPTS_MAX \
	100                   /* per transaction: what every server must take (RFC 5321 4.5.3.1.8) */
#define SESSION_WINDOW 24 /* transactions taken, and in flight, at a time, with CHUNKING */
#define SESSION_WINDOW_LEAST 2 /* in flight at first, and with a server that takes its time */
#define SESSION_AWAITED_MAX 1024

enum session_state {
	SESSION_BANNER,
	SESSION_EHLO,
	SESSION_HELO,
	SESSION_STARTTLS,
	SESSION_HANDSHAKE, /* the caller runs TLS on the link, then session_secured */
	SESSION_AUTH,
	SESSION_READY, /* transactions may be given */
	SESSION_QUIT,
	SESSION_OVER /* failure says why, if its key is set */
};

struct session_rcpt {
	const char *address;
	const char *notify,
	    *orcpt;    /* used when the server offers DSN (RFC 3461 4.1, 4.2); "" or NULL = not given */
	bool accepted; /* RCPT was answered 25x */
	bool reported; /* the caller's: the result was passed on */
	struct diagnosis
	    result; /* verdict set once it is decided; hop and peer are left to the caller */
};

/* One message to at most SESSION_RCPTS_MAX recipients.  The caller keeps it until finished() names
 * it. */
struct transaction {
	const char *sender;
	struct session_rcpt *rcpts;
	int rcpt_count;
	int64_t size_bytes;
	bool has_8bit;
	bool needs_utf8;        /* an address of envelope or header is not ASCII, or its sender says so:
	                           without SMTPUTF8 (RFC 6531) it cannot be sent */
	bool require_tls;       /* goes only where it is safe (smtp/require_tls.h) */
	const char *utf8_field; /* the field with that address; NULL = none */
	const char *ret, *envid; /* "" = not given; used when the server offers DSN */
	bool (*body)(void *context,
	    struct buffer *out); /* appends the next piece in wire form; false: that was the last */
	bool unreadable; /* set by body: the rest cannot be had, so the session is broken off and no dot
	                    is sent */
	void *context;
	bool begun;   /* some command of it was sent; otherwise it may be given to another session as it
	                 is */
	bool chunked; /* body: without dots, and without an end (BDAT) */
	bool body_begun; /* body's: false, and it starts from the beginning */
	/* the machine's own */
	int step; /* next command: 0 MAIL, 1..n RCPT, n+1 DATA or BDAT */
	int accepted;
	int owed; /* answers that are awaited for it */
	bool mail_refused;
	bool end_sent;    /* its end is in out, or was */
	bool stopped;     /* in chunks: the rest of it is not sent */
	bool again;       /* in chunks: BDAT was refused as such, so it goes by DATA */
	bool turned_away; /* in chunks: it can be given again, as if it had not begun */
	int64_t end_at;   /* where its end is in the stream, counted as sent_bytes */
	int64_t end_ms;   /* when it was put there */
};

struct session_policy {
	const char *name; /* for EHLO */
	const char *peer; /* the server's address; NULL = not known */
	enum smarthost_tls tls;
	bool has_tlsa;     /* its DNS says that it has TLS */
	bool implicit_tls; /* TLS is on before the banner */
	const char *login; /* "" = no AUTH */
	const char *password;
	const char *mechanisms; /* as in struct smarthost's auth; NULL or "" = any */
	bool auth_without_tls;
	bool auth_to_unverified_server;
	unsigned without; /* parameters that this server has refused before (message/parameter.h) */
	int reply_s, data_s, data_end_s; /* RFC 5321 4.5.3.2 */
	bool others_left;                /* another server can be tried after this one */
	bool stop_before_data; /* a probe: MAIL and RCPT are asked one by one, and then it ends */
	void (*said)(void *context, const char *words,
	    size_t
	        length); /* sees each command, and words for a login and for a message; may be NULL */
	void (*replied)(void *context, struct reply *r); /* sees each reply; may be NULL */
	void (*refused)(void *context,
	    struct transaction
	        *t); /* MAIL or a RCPT was: results that are set are final; may be NULL */
	void (*ending)(void *context,
	    struct transaction
	        *t); /* its end is in out: once that is sent, it may arrive; may be NULL */
	/* The server refuses parameters (message/parameter.h) of t's MAIL or RCPT: what the session has
	 * taken, t first of all, is withdrawn (session_withdraw), to be given again without them.
	 * False: that cannot be.  May be NULL. */
	bool (*again)(void *context, const struct transaction *t, unsigned parameters,
	    const struct diagnosis *d);
	void (*finished)(void *context, struct transaction *t);
	/* The server offers what it does not keep (message/parameter.h): it is left out from now on
	 * in this session, and better in others, too; may be NULL */
	void (*left_out)(void *context, unsigned parameters, const struct diagnosis *d);
	void *context;
};

enum session_expect {
	EXPECT_RSET,
	EXPECT_MAIL,
	EXPECT_RCPT,
	EXPECT_DATA,
	EXPECT_DOT, /* also BDAT LAST */
	EXPECT_VOID_DOT,
	EXPECT_ASK,  /* BDAT 1 */
	EXPECT_CHUNK /* BDAT without LAST */
};

enum session_chunking { CHUNKING_UNTRIED, CHUNKING_WORKS, CHUNKING_OFF };

struct session_awaited {
	enum session_expect kind;
	struct transaction *t; /* NULL: of one that was withdrawn */
	int rcpt;
};

struct session {
	const struct session_policy *policy;
	enum session_state state;
	struct buffer in, out; /* out: to be sent; the caller drops what it has sent */
	struct ehlo ehlo;
	bool secured;  /* TLS is on */
	bool verified; /* the caller's: the server's certificate is trusted, and for the configured name
	                */
	char server[24];          /* its kind (diagnosis/server.h), "" = not known */
	char seen_as[64];         /* this machine, as the server calls it; "" = it does not say */
	char doubt[400];          /* the caller's: while it is not, why */
	struct diagnosis failure; /* of the session as a whole; key "" while there is none */
	struct auth auth;
	int mechanisms_refused; /* EHLO_AUTH_ values that the server offers and does not understand */
	bool auth_given_up;     /* "*" was said: the answer to it begins the next mechanism */
	struct reply reply;     /* being put together */
	int passed_over;        /* lines that are no reply */
	char head[160];         /* of the reply at hand, as it came */
	size_t head_length;
	const char *greets_as; /* the service that its greeting names, if it is none for mail */
	bool asked_lmtp;       /* LHLO was said, to know what this is */
	int64_t deadline_ms;   /* monotonic; 0 = nothing is awaited */
	/* transactions */
	struct session_awaited awaited[SESSION_AWAITED_MAX];
	int first, count; /* ring */
	enum session_chunking chunking;
	struct transaction *asking; /* its first byte asks whether BDAT works; NULL = none does */
	struct buffer held;         /* what was made of its message after that */
	bool held_last;             /* it is all of it */
	int window;                 /* messages in flight, in chunks */
	int64_t now_ms;             /* monotonic, when it was last given */
	int64_t sent_bytes;         /* of out, so far */
	size_t out_seen;            /* length of out when that was counted */
	bool last;                  /* no further transaction is begun */
	struct diagnosis limit;     /* why; no key = there is no such reason */
	struct transaction *taken[SESSION_WINDOW];
	int taken_count;
	struct transaction *sending; /* its body is being produced */
	int withdrawn;               /* answers that are awaited for nobody */
	int delivered;               /* transactions that the server has accepted whole */
	bool dirty;                  /* the server may hold a half transaction: RSET first */
};

void session_start(struct session *s, const struct session_policy *policy, int64_t now_ms);

/* Bytes from the server. */
void session_receive(struct session *s, const char *bytes, size_t length, int64_t now_ms);

/* TLS is on now. */
void session_secured(struct session *s, int64_t now_ms);

/* Some bytes of out were sent: the server has more time to answer. */
void session_sent(struct session *s, int64_t now_ms);

/* True when session_take may be called.  Nothing is said for the new transaction before the next
   session_pump, so finished() is never called from within session_take. */
bool session_can_take(const struct session *s);
void session_take(struct session *s, struct transaction *t);

/* What was not begun stays so, and nothing more can be given. */
void session_begin_no_more(struct session *s);

/* Produces output: commands and body, up to some tens of kilobytes; call it whenever out is
   short. */
void session_pump(struct session *s, int64_t now_ms);

/* Takes a transaction back of which no byte of the message was sent, and nothing refused;
   finished() is not called.  False: it stays.  What the server still answers belongs to nobody;
   should it ask for the message, the session ends. */
bool session_withdraw(struct session *s, struct transaction *t);

/* True when no transaction is open. */
bool session_idle(const struct session *s);
void session_quit(struct session *s, int64_t now_ms);

/* The link is gone, or time has run out: gives every open transaction its results and ends. words:
 * for the diagnosis. */
void session_broken(struct session *s, enum reason_key key, const char *words);

/* The stage whose answer is awaited. */
enum stage session_stage(const struct session *s);

/* Frees buffers and wipes what AUTH kept. */
void session_free(struct session *s);
#endif
