/* Values of main.cf that name other settings: $name, ${name}, $(name), ${name?text}, ${name:text}
   and
   ${name?{text}:{text}}, postconf(5). */
#ifndef IMPORT_POSTFIX_VALUES_H
#define IMPORT_POSTFIX_VALUES_H
#include "relayconf/import/pairs.h"

/* Puts what they mean into all values.  A name that is not known stays as it is written. */
void postfix_values(struct pairs *p);
#endif
