/* What a person's screen can do.  A program that reads a pipe or a file gets plain lines that never
   change: no colour, no wrapping, whatever the environment says. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Columns of the terminal; 0: out is none.  COLUMNS of the environment counts before what the
 * terminal says of itself. */
int terminal_width(FILE *out);

/* Lines of the terminal; 0: out is none. */
int terminal_height(FILE *out);

/* What is written to out comes to a terminal: through a pager, or later.  It is of this size, and
 * knows colours or not. */
void terminal_is_behind(const FILE *out, int width, int height, bool colour);

/* True when colours are wanted: a terminal that knows them, and no NO_COLOR in the environment. */
bool terminal_colour(FILE *out);

/* True when the locale of the environment has UTF-8 characters. */
bool terminal_knows_utf8(void);

enum terminal_paint { PAINT_PLAIN, PAINT_BOLD, PAINT_DIM, PAINT_RED, PAINT_GREEN, PAINT_YELLOW };

/* Words in a colour (without, where there is none), made safe as all output is. */
void terminal_put(FILE *out, enum terminal_paint paint, const char *words);

/* Columns that a line of UTF-8 takes: two for each full-width character. */
int terminal_columns(const char *words, size_t length);

/* Bytes of words up to the next place where a line may end: after a word, and between full-width
   characters, which are written without blanks, but not before a full stop or a closing bracket,
   and not after an opening one.  0 at a blank and at the end. */
size_t terminal_piece(const char *words);

/* A label padded to at least so many columns, with a blank at its end; the columns that it takes.
 */
int terminal_put_label(FILE *out, const char *label, int columns);

/* Words and a line end.  On a terminal broken between words: column is where the line is
   already, further lines begin at indent.  Line feeds in it are kept. */
void terminal_wrap(FILE *out, const char *words, int indent, int column);

/* The same at this width, also where there is no terminal (help); 0: not broken. */
void terminal_wrap_at(FILE *out, const char *words, int indent, int column, int width);

/* A bar of at most width columns for value of most: blocks where the locale is UTF-8, else '#'; at
 * least one when value is not 0. */
void terminal_bar(FILE *out, long long value, long long most, int width);
#endif
