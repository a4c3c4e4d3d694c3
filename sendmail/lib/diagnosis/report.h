/* The one place that words an outcome: for the log, for mailq, for a bounce. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H
#include "diagnosis/diag.h"
#include "base/text.h"
#include <stdint.h>

/* "smarthost main, mail.example.org[192.0.2.1]:587: RCPT: 513 Relaying denied." in one line. */
void report_reason(struct text *t, const struct diagnosis *d);

/* The log line of one recipient and attempt:
   ID to=<> from=<> hop= peer= try= verdict= stage= status= key= delay_s= next_s= text=""   (always
   these keys, this order) */
void report_log_line(struct buffer *line, const char *id, const char *sender, const char *recipient,
    int attempt, int64_t delay_s, int64_t next_s, const struct diagnosis *d);

/* What follows from an outcome: a word for programs ("sent", "next-server", "wait", "returned"),
 * and a sentence for people. */
const char *report_decision(const struct diagnosis *d, bool next);
void report_decision_words(struct text *t, const struct diagnosis *d, bool next);
#endif
