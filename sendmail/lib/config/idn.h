/* Domain names beyond ASCII (RFC 5890): servers and the DNS know their "xn--" form, people the
   other one.  Done where it is decided where mail goes, and never in submission: what a caller
   wrote stays in the envelope as it is. */
#ifndef CONFIG_IDN_H
#define CONFIG_IDN_H
#include <stdbool.h>
#include <stddef.h>

/* The address with its domain in ASCII; as it is when it was so, or when the domain is no name that
 * IDNA allows.  Free it. */
char *idn_to_ascii(const char *address);

/* The address as people read it; NULL when it has no other form.  Free it. */
char *idn_to_unicode(const char *address);

/* The same of a bare domain or host name, in place; a name that has no ASCII form, or one that does
 * not fit, stays. */
void idn_name(char *name, size_t size);
#endif
