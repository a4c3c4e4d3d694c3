/* The one place that words an outcome: for the log, for mailq, for a bounce. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H
#include "diagnosis/diag.h"
#include "base/text.h"
#include <stdint.h>

/* "smarthost main, mail.example.org[192.0.2.1]:587: RCPT: 513 Relaying denied." in one line. */
void report_reason(struct text *t, const struct diagnosis *d);

/* One recipient and attempt, for the log. */
struct report_delivery {
	const char *id, *sender, *recipient;
	const char *orig_to; /* the address before aliases and completion; "" = the same */
	int attempt;
	int64_t delay_s, next_s; /* since submission; until the next attempt, 0 = none */
};

/* Logs it, in the words of Postfix's smtp(8), so that what reads its log reads ours, with our own
   fields after them:
   ID: to=<>, orig_to=<>, relay=, delay=, dsn=, status= (text) from=<> smarthost= try= stage= key=
   next_s= tls=   (always these keys, this order; orig_to only where it differs; filter=
   in the place of smarthost= where a filter decided).  As JSON the same
   keys with text among them, orig_to always.  note: a remark, "" = none. */
void report_log(const struct report_delivery *r, const struct diagnosis *d, const char *note);

/* The line, and the fields of its object. */
void report_put_text(struct buffer *line, const struct report_delivery *r,
    const struct diagnosis *d);
void report_put_fields(struct buffer *line, const struct report_delivery *r,
    const struct diagnosis *d);

/* What follows from an outcome: a word for programs ("sent", "next-server", "wait", "returned"),
 * and a sentence for people. */
const char *report_decision(const struct diagnosis *d, bool next);
void report_decision_words(struct text *t, const struct diagnosis *d, bool next);
#endif
