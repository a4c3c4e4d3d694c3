/* The three forms of a listing. */
#ifndef MAILQ_LAYOUT_H
#define MAILQ_LAYOUT_H
#include "mailq/list.h"
#include <stdio.h>

void layout_sendmail(FILE *out, struct listing *l, const char *folder, bool verbose);
void layout_postfix(FILE *out, struct listing *l);
void layout_json(FILE *out, struct listing *l);
#endif
