/* aliases(5): names to addresses, read as text, never compiled: one file, or a folder whose files
   are all read (Courier's way).
   Left side:
     NAME          a name of this machine, also reached as name@localhost and name@THIS-MACHINE
     NAME@DOMAIN   an address
     @DOMAIN       what else comes to the domain
     NAME+*        names that begin with NAME+
     *, default    each other name of this machine
   Right side: addresses, names, :include:/FILE; /dev/null throws away.  A destination that cannot
   be served here (program, file, loop) holds up the mail to it, and no other: each use of it comes
   out of the expansion with its reason. */
#ifndef CONFIG_ALIASES_H
#define CONFIG_ALIASES_H
#include "diagnosis/diag.h"
#include "base/mem.h"
#include <stdbool.h>

struct aliases; /* opaque; NULL is an empty set */

/* Reads a file or a folder.  False, with key "aliases-..." and "FILE:LINE: what, and the cure",
   when it cannot be read, or when a line does not even say which name it is for.  A path that does
   not exist gives an empty set and true when missing_ok. */
bool aliases_read(struct aliases **set, const char *path, bool missing_ok, struct diagnosis *d);
void aliases_free(struct aliases *set);
/* True when there is an entry of this name. */
bool aliases_has_name(const struct aliases *set, const char *name);
int aliases_count(const struct aliases *set);

/* What is wrong with single entries, as sentences "FILE:LINE: ..."; the mail to other names is not
 * touched by them. */
int aliases_problem_count(const struct aliases *set);
const char *aliases_problem(const struct aliases *set, int i);

/* True when one of the files that were read has changed since the last question: the
   administrator's own, or (lists) one that they include, which may belong to a user. */
bool aliases_changed(struct aliases *set, bool lists);

enum alias_end { ALIAS_ADDRESS, ALIAS_DISCARD, ALIAS_HELD };

/* One end of an expansion.  what: the address (bare names are left bare; "\name" has lost its
   backslash); for the others, the entry's name or the destination as written.  key and why: the
   reason of ALIAS_HELD, "FILE:LINE" of ALIAS_DISCARD; otherwise "". */
typedef void alias_found(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why);

/* Expands an address as far as it goes; names that mean themselves stop there.  host: this
   machine's name. Calls found for each end and returns how many; 0 = there is no such alias. */
int aliases_expand(const struct aliases *set, const char *host, const char *address,
    alias_found *found, void *context);

/* The same for all recipients of one message: an entry that one of them has led to is not expanded
   again, unless by is higher than it was then (1 or more), so that 10,000 spellings of a list's
   name cost no more than one.  used: zero-initialised, its rows are freed by the caller. */
struct aliases_used {
	unsigned char *rows;
};
int aliases_expand_once(const struct aliases *set, const char *host, const char *address,
    struct aliases_used *used, unsigned char by, alias_found *found, void *context);

/* True when there is an entry for the address. */
bool aliases_has(const struct aliases *set, const char *host, const char *address);

/* True when the address has no domain, or one that can only mean this machine: localhost,
 * localhost.localdomain, host, its first part. */
bool aliases_is_here(const char *address, const char *host);

/* The whole table as aliases(5) text, by name, one line each, with the content of :include: put in
 * its place. */
void aliases_dump(const struct aliases *set, struct buffer *out);
#endif
