/* Forms of names and addresses.  Other programs write a port, brackets or a scheme into the
   server's name; here such a name would be asked for in DNS, and mail would wait for ever. */
#ifndef CONFIG_FORM_H
#define CONFIG_FORM_H
#include "base/text.h"

/* What is wrong, with the right keys; NULL when nothing is. */
const char *form_host_problem(const char *value);
const char *form_domain_problem(const char *value);
const char *form_bind_problem(const char *value);
/* Of a route: DOMAIN, .DOMAIN, @DOMAIN, an address. */
const char *form_pattern_problem(const char *pattern);

/* Lists, with blanks or commas between: of domains; of what -f may name (addresses, @domains,
   self).  False with a sentence in problem. */
bool form_domains_ok(const char *list, struct text *problem);
bool form_senders_ok(const char *list, struct text *problem);

/* Fingerprints of certificates, as 64 small digits each, without colons, with single blanks. */
bool form_fingerprints(char *place, size_t size, const char *value, struct text *problem);
#endif
