/* The message in an SMTP dialogue: where it ends, and dots that were doubled (RFC 5321 4.5.2). */
#ifndef DIALOGUE_SMTP_DATA_H
#define DIALOGUE_SMTP_DATA_H
#include "base/mem.h"
#include <stdbool.h>

struct smtp_data {
	bool bare_lf; /* the client ends its lines with LF alone: then LF . LF ends the message, too */
	bool ended;
	enum { DATA_LINE_START, DATA_DOT, DATA_DOT_CR, DATA_TEXT, DATA_TEXT_CR } state;
};

/* Appends the bytes as the sender meant them to out, and returns how many were taken: fewer than
   length only when the message has ended. Without bare_lf nothing but CR LF . CR LF ends it, so
   that text with odd line ends cannot become commands. */
size_t smtp_data_put(struct smtp_data *d, const char *bytes, size_t length, struct buffer *out);
#endif
