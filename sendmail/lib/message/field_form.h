/* The form of fields that hold no addresses and no text (RFC 5322 3.3, 3.6.4). */
#ifndef MESSAGE_FIELD_FORM_H
#define MESSAGE_FIELD_FORM_H
#include "base/header.h"
#include <stdbool.h>

/* False for a Date that is none, or lacks its zone, and for a Message-ID that is not
   "<left@right>"; true for everything else.  The obsolete forms of a date (4.3) are dates. */
bool field_form_is_legal(const struct header_field *f);

/* True when one of its lines is blank: many programs take that for the end of the header.  plain
   then gets the field without such lines. */
bool field_form_drop_blank_lines(const struct header_field *f, struct buffer *plain);
#endif
