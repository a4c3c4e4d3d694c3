/* Policy on addresses: aliases, completion, rewriting, the sender that goes out. */
#ifndef CONFIG_RECIPIENTS_H
#define CONFIG_RECIPIENTS_H
#include "base/lookup.h"
#include "config/aliases.h"
#include "config/config.h"
#include "message/envelope.h"

/* In originals: nobody wrote it, always_bcc adds it. */
#define RECIPIENTS_ARCHIVE (-2)

/* A recipient that cannot be served before the aliases are repaired, or the system can say whose
 * mail it is: its mail waits. */
struct recipient_held {
	char *what;          /* the destination, as it is written there */
	char *why;           /* FILE:LINE and the reason, or the reason */
	int original;        /* as originals below */
	enum reason_key key; /* of the catalogue */
	bool logged;         /* the runner's */
};

struct recipients {
	char **addresses; /* final ones, each once */
	int *originals; /* for each: the index in the envelope of the one that led to it first; one that
	                   wants reports counts before one that wants none; or RECIPIENTS_ARCHIVE */
	int count;
	int *
	    ends; /* for each recipient of the envelope: how many its alias leads to; 1 when it has none
	           */
	struct recipient_held *held;
	int held_count;
	char **discarded; /* sentences: what goes nowhere because an alias says so */
	int discarded_count;
	struct lookup known, known_held; /* the addresses; what is held up */
};

/* Final recipients of an envelope, and those of always_bcc that are not among them (not for reports
 * of our own).  Aliases that lead to more than [queue] max_recipients of them
 * in all are held up; and all of them while rules_unsure. */
void recipients_expand(struct recipients *out, const struct envelope *e,
    const struct aliases *aliases, const struct config *c);
void recipients_free(struct recipients *r);

/* The index of a final address; -1 when it is not there. */
int recipients_find(const struct recipients *r, const char *address);

/* The envelope sender after policy; "" stays "".  Free it. */
char *recipients_sender(const struct envelope *e, const struct config *c);

/* The same for who handed it in, where the sender cannot be used; "" when that is not known. */
char *recipients_login(const struct envelope *e, const struct config *c);

/* Of a report, whose flags say so: the same for who handed in what it is about; else "". */
#define RECIPIENTS_BY "by="
char *recipients_reported_by(const struct envelope *e, const struct config *c);

/* An address of a header field after policy.  Free it. */
char *recipients_header_address(const struct config *c, enum stamp_role role, const char *address);

/* Completes a bare address, and one at localhost or at the first part of this machine's name, with
 * [host] domain.  Free it. */
char *recipients_qualify(const struct config *c, const char *address);
#endif
