/* A stored message as it goes over the wire: CRLF line ends, dots doubled (RFC 5321 4.5.2), bare CR
   as a blank (a bare CR or LF is what SMTP smuggling is made of), lines cut at 998 bytes with CRLF
   and a blank.  In chunks (RFC 3030) the same without doubled dots and without an end. */
#ifndef MESSAGE_WIRE_H
#define MESSAGE_WIRE_H
#include "base/mem.h"
#include <stdbool.h>

#define WIRE_LINE_LIMIT_BYTES 998 /* RFC 5321 4.5.3.1.6, without CRLF */

struct wire {
	size_t column;   /* bytes on the current line so far */
	bool line_start; /* the next byte begins a line */
	bool held_cr;    /* a CR was seen and the next byte decides */
	bool chunked;    /* set after wire_start */
};

void wire_start(struct wire *w);

/* Appends the wire form of bytes to out; may be called with any piece of the message. */
void wire_put(struct wire *w, const char *bytes, size_t length, struct buffer *out);

/* Ends an unfinished last line with CRLF, and appends the final dot and CRLF, unless it goes in
 * chunks. */
void wire_end(struct wire *w, struct buffer *out);
#endif
