/* Addresses: lists as RFC 5322 3.4 writes them in header fields, single ones as RFC 5321 4.1.2 allows in an envelope. */
#ifndef MESSAGE_ADDRESS_H
#define MESSAGE_ADDRESS_H
#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_LIMIT_BYTES 320

/* Called once for each address found; address has no display name, comment or angle brackets. */
typedef void address_found(void *context, const char *address);

/* Walks a list: display names, comments (nested), quoted strings, groups, obsolete routes, addresses without a domain,
   stray commas; blanks within angle brackets go.  problem gets a sentence naming the part that could not be read.
   Returns the number of addresses found, or -1 when the list is not understood (addresses before that were reported). */
int address_list(const char *list, address_found *found, void *context, char *problem, size_t problem_size);

/* Checks one envelope address: NULL when it may be used, otherwise a sentence that says what is wrong.
   Bare local parts are right, and a leading dash too: no address is ever given to a program as an argument.
   Refused: empty, over ADDRESS_LIMIT_BYTES, control bytes, white space or angle brackets outside quotes, unbalanced quotes,
   more than one bare '@', an empty domain or label.  8-bit bytes are let through (SMTPUTF8 servers; others answer for themselves). */
const char *address_problem(const char *address);

/* "user" becomes "user@domain"; an address with a domain is copied; "" stays "".  Free the result. */
char *address_qualify(const char *address, const char *domain);

/* The part behind the last '@', or "" when there is none; points into the argument. */
const char *address_domain(const char *address);
#endif
