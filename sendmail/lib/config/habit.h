/* What people write by the habit of other programs, in place of a key, a word or a number of
   firsthop.conf: it is refused, and the message says what is written here. */
#ifndef CONFIG_HABIT_H
#define CONFIG_HABIT_H
#include "base/text.h"

/* The key, or "[section] key", that such a key is here; NULL: not known. */
const char *habit_key(const char *section, const char *key);

/* The one of words that value says in other programs; NULL: not known. */
const char *habit_word(const char *const words[], const char *value);

/* Adds what a number with a unit is in the unit of that key ("5d" of expire_after_h: 120), or the
   number of a port by its name. */
void habit_number(const char *key, int low, int high, const char *value, struct text *problem);
#endif
