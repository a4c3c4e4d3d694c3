/* The steps of an attempt in the reader's language.  They are written in English by the processes
   that deliver, kept in the journal, and read by programs (--json); this says one again for a
   person. */
#ifndef DIAGNOSIS_STEPS_H
#define DIAGNOSIS_STEPS_H
#include "base/text.h"

/* Adds the step to words: in the language in use where its sentence is known, else as it is. */
void step_put(struct text *words, const char *step);
#endif
