/* The protocol of SpamAssassin's spamd: what is asked, and what the answer says. */
#ifndef FILTER_SPAMD_H
#define FILTER_SPAMD_H
#include "base/mem.h"
#include "filter/verdict.h"

/* The lines before a message of so many bytes. */
void spamd_ask(const struct filter *f, size_t bytes, struct buffer *out);
/* Whether it is there. */
void spamd_ask_ping(struct buffer *out);

/* The whole answer, up to the end of the connection.  changed: the message as spamd writes it,
   where the configuration asks for that, with its own line ends. */
void spamd_understand(const struct buffer *answer, struct opinion *o, struct buffer *changed);
void spamd_understand_pong(const struct buffer *answer, struct opinion *o);
#endif
