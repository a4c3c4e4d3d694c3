/* Postfix: milters and other filters, fingerprints and DANE. */
#ifndef IMPORT_POSTFIX_FILTERS_H
#define IMPORT_POSTFIX_FILTERS_H
#include "relayconf/import/pairs.h"

/* A [filter] for each milter that looks at mail of this machine's own programs; a note on what else
   looked at mail. */
void postfix_filters(struct pairs *p, struct import *im);

/* What smtp_tls_security_level says beside tls. */
void postfix_pins(struct pairs *p, struct import *im, const char *level);
#endif
