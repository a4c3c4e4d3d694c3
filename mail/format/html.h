/* HTML as readable text, roughly: a pure function over UTF-8 of anybody. */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H
#include "base/mem.h"

/* Appends the text: tags are gone, paragraphs are lines, entities are characters, links are
 * after their words in <>. */
void html_to_text(struct buffer *out, const char *bytes, size_t length);
#endif
