/* Writing for screens. */
#include "base/terminal.h"
#include "base/columns.h"
#include "base/output.h"
#include "base/text.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The terminal behind a pager, or after what is composed for it. */
static struct {
	const FILE *out; /* NULL: there is none */
	bool colour;
	struct winsize size;
} behind;

void terminal_is_behind(const FILE *out, int width, int height, bool colour)
{
	behind.out = out;
	behind.colour = colour;
	behind.size.ws_col = (unsigned short)width;
	behind.size.ws_row = (unsigned short)height;
}

static bool is_terminal(FILE *out)
{
	return (behind.out != NULL && out == behind.out) || isatty(fileno(out)) == 1;
}

static struct winsize size_of(FILE *out)
{
	struct winsize size = {0};
	if (behind.out != NULL && out == behind.out)
		return behind.size;
	if (isatty(fileno(out)) != 1)
		return size;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		size = (struct winsize){.ws_col = 80, .ws_row = 24};
	return size;
}

/* The environment only decides how text looks, so a set-id program may believe it. */
int terminal_width(FILE *out)
{
	long long wanted;
	const char *columns = getenv("COLUMNS");
	struct winsize size = size_of(out);
	if (size.ws_col != 0 && columns != NULL && text_number(columns, 20, 1000, &wanted))
		return (int)wanted;
	return size.ws_col;
}

int terminal_height(FILE *out)
{
	return size_of(out).ws_row;
}

bool terminal_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");
	if (behind.out != NULL && out == behind.out)
		return behind.colour;
	return isatty(fileno(out)) == 1 && (no == NULL || *no == '\0') && kind != NULL &&
	       *kind != '\0' && strcmp(kind, "dumb") != 0;
}

void terminal_put(FILE *out, enum terminal_paint paint, const char *words)
{
	static const char *const codes[] = {"", "1", "2", "31", "32", "33"};
	bool painted = paint != PAINT_PLAIN && *words != '\0' && terminal_colour(out);
	if (painted)
		fprintf(out, "\033[%sm", codes[paint]);
	output_to(out, "%s", words);
	if (painted)
		fputs("\033[0m", out);
}

/* The character at s, well-formed or not, as a number; *bytes: how many it has. */
static uint32_t character(const char *s, size_t length, size_t *bytes)
{
	unsigned char first = (unsigned char)*s;
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	if (n > length)
		n = 1;
	uint32_t c = n == 1 ? first : first & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3fu);
	*bytes = n;
	return c;
}

int terminal_columns(const char *words, size_t length)
{
	int columns = 0;
	for (size_t i = 0, n; i < length; i += n)
		columns += columns_of_character(character(words + i, length - i, &n));
	return columns;
}

int terminal_put_label(FILE *out, const char *label, int columns)
{
	int own = terminal_columns(label, strlen(label));
	int blanks = own < columns ? columns - own : 1;
	output_to(out, "%s%*s", label, blanks, "");
	return own + blanks;
}

/* True when the character of this number at s, of so many bytes, is one of a list. */
static bool is_one_of(const char *list, const char *s, size_t bytes)
{
	for (size_t n; *list != '\0'; list += n) {
		character(list, strlen(list), &n);
		if (n == bytes && memcmp(list, s, n) == 0)
			return true;
	}
	return false;
}

/* What no line may begin with, or end with (JIS X 4051, the part that a screen needs). */
static bool may_begin(const char *s, size_t bytes)
{
	static const char list[] = "、。，．・：；？！）］｝」』】〕》〉ー"
	                           "ぁぃぅぇぉっゃゅょ"
	                           "ァィゥェォッャュョ々％)]},.:;!?%";
	return !is_one_of(list, s, bytes);
}

static bool may_end(const char *s, size_t bytes)
{
	return !is_one_of("（［｛「『【〔《〈([{", s, bytes);
}

/* Bytes of what is put on the character before it: combining marks; a joiner with what it joins. */
static size_t attached(const char *words)
{
	size_t i = 0, n;
	for (bool joined = false; words[i] != '\0'; i += n) {
		uint32_t c = character(words + i, strlen(words + i), &n);
		if (c <= ' ' || (!joined && columns_of_character(c) != 0))
			break;
		joined = c == 0x200d;
	}
	return i;
}

/* A full-width character, or what there is up to the next one or a blank; the bytes of its last
 * character. */
static size_t unit(const char *words, size_t *last)
{
	size_t i = 0, n;
	while (words[i] != '\0' && words[i] != ' ' && words[i] != '\n') {
		bool wide = columns_of_character(character(words + i, strlen(words + i), &n)) == 2;
		if (wide && i > 0)
			break;
		n += attached(words + i + n);
		*last = n;
		i += n;
		if (wide)
			break;
	}
	return i;
}

size_t terminal_piece(const char *words)
{
	size_t last = 0, length = unit(words, &last), n;
	while (length > 0 && words[length] != '\0' && words[length] != ' ' && words[length] != '\n') {
		character(words + length, strlen(words + length), &n);
		if (may_begin(words + length, n) && may_end(words + length - last, last))
			break;
		length += unit(words + length, &last);
	}
	return length;
}

void terminal_wrap(FILE *out, const char *words, int indent, int column)
{
	terminal_wrap_at(out, words, indent, column, terminal_width(out));
}

void terminal_wrap_at(FILE *out, const char *words, int indent, int column, int width)
{
	if (width == 0) {
		output_bytes(out, words, strlen(words));
		putc('\n', out);
		return;
	}
	int start = column;
	for (bool blank = false; *words != '\0';) {
		if (*words == ' ' || *words == '\n') {
			if (*words == '\n') {
				output_to(out, "\n%*s", indent, "");
				column = start = indent;
			}
			blank = *words == ' ' && column > start;
			words++;
			continue;
		}
		size_t n = terminal_piece(words);
		int columns = terminal_columns(words, n);
		bool fits_below = column > indent && indent + columns <= width;
		if (column + blank + columns > width && (column > start || fits_below)) {
			output_to(out, "\n%*s", indent, "");
			column = start = indent;
			blank = false;
		}
		output_to(out, "%s%.*s", blank ? " " : "", (int)n, words);
		column += columns + blank;
		blank = false;
		words += n;
	}
	output_to(out, "\n");
}

bool terminal_knows_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return text_find_ci(value, "utf-8") != NULL || text_find_ci(value, "utf8") != NULL;
	}
	return false;
}

void terminal_bar(FILE *out, long long value, long long most, int width)
{
	if (value <= 0 || most <= 0)
		return;
	long long n = value * width / most;
	/* A pipe gets the same in every locale. */
	bool blocks = is_terminal(out) && terminal_knows_utf8();
	for (long long i = 0; i < (n > 0 ? n : 1); i++)
		output_to(out, "%s", blocks ? "\xe2\x96\x88" : "#");
}
