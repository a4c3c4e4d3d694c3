/* Addresses: lists as RFC 5322 3.4 writes them in header fields, single ones as RFC 5321 4.1.2
   allows in an envelope. Lists are read as people and programs write them: each member is good, or
   it can only mean one thing and is repaired, or it is bad; one that is bad takes no other with
   it. */
#ifndef MESSAGE_ADDRESS_H
#define MESSAGE_ADDRESS_H
#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_LIMIT_BYTES 320

enum address_state {
	ADDRESS_GOOD,
	ADDRESS_REPAIRED,
	ADDRESS_BAD,
	ADDRESS_GROUP,    /* "name:" begins; name is set */
	ADDRESS_GROUP_END /* ";", or the end of the list */
};

/* One member of a list.  The strings are valid only during the call that shows them. */
struct address {
	enum address_state state;
	const char
	    *text; /* as an envelope has it, "" when it is bad; without a domain when it had none */
	const char *name; /* display name, without quotes and backslashes; encoded words stay; "" when
	                     there is none */
	const char *comment; /* what its comments say, "; " between them; "" when there is none */
	const char *what;    /* what was changed, or why it is bad; "" when it is good */
	bool name_quotable;  /* the name is unquoted where RFC 5322 wants quotes */
	/* Places in the text that was read: the whole member with its comments, and the address. */
	const char *start, *address_start;
	size_t length, address_length;
};

/* What bare words mean.  Among recipients, "joe bob" is two of them, as for sendmail; where one
   author is expected, words without an address are a name. */
enum address_use { ADDRESS_RECIPIENTS, ADDRESS_AUTHORS };

struct address_counts {
	int usable, repaired, bad;
	bool untidy; /* commas without a member, semicolons in place of commas, a group without its end
	              */
};

typedef void address_seen(void *context, const struct address *a);

/* Walks a list: display names, comments (nested), quoted strings, groups, routes, addresses without
   a domain; line ends are blanks. Understood besides: blanks in place of commas, semicolons, a
   final dot, "mailto:", <> or quotes or comments without their end, names that lack quotes, also
   those with a comma when it is plain that they are names. */
struct address_counts address_read(const char *list, size_t length, enum address_use use,
    address_seen *seen, void *context);

/* The one address of a string, for an envelope: repaired where that is possible.  NULL when there
   is none; *what: what was changed ("" = nothing), or why there is none.  Of several the first one
   is returned, or none when alone.  Free it. */
char *address_one(const char *string, bool alone, const char **what);

/* Called once for each address found; address has no display name, comment or angle brackets. */
typedef void address_found(void *context, const char *address);

/* As address_read, for lists that must be right as a whole: problem gets a sentence naming the
   first member that is bad. Returns the number of addresses found, or -1 when a member is bad (the
   others were reported). */
int address_list(const char *list, address_found *found, void *context, char *problem,
    size_t problem_size);

/* Checks one envelope address: NULL when it may be used, otherwise a sentence that says what is
   wrong.  Refused: empty, over ADDRESS_LIMIT_BYTES, control bytes, white space or angle brackets
   outside quotes, unbalanced quotes, more than one bare '@', an empty domain or label.
   Allowed: bare local parts, and a leading dash, because no address is ever an argument of a
   program; 8-bit bytes (SMTPUTF8 servers accept them, others answer for themselves). */
const char *address_problem(const char *address);

/* "user" becomes "user@domain"; an address with a domain is copied; "" stays "".  Free the
   result. */
char *address_qualify(const char *address, const char *domain);

/* The part after the last '@', or "" when there is none; points into the argument. */
const char *address_domain(const char *address);
#endif
