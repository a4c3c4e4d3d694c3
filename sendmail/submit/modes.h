/* What sendmail is to do: -b, -q, -M and the name that it was called by. */
#ifndef SUBMIT_MODES_H
#define SUBMIT_MODES_H
#include "submit/options.h"

/* Values of -b and -q; false with a sentence in problem. */
bool modes_use_b(struct options *o, const char *value, struct text *problem);
bool modes_use_q(struct options *o, const char *value, struct text *problem);

/* Always false: names the command of mailq(1) that does what -M or -Q would. */
bool modes_use_m(struct options *o, const char *value, struct text *problem);
bool modes_use_quarantine(struct options *o, const char *value, struct text *problem);

/* argv[0]: mailer.conf(5) and links give this program other names. */
enum mode modes_of_name(const char *argv0);
#endif
