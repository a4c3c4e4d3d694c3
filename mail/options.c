/* Options, left to right.  -a differs between the mail programs of this world, so its value decides. */
#include "mail/options.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void words_add(struct words *w, const char *item)
{
	w->items = mem_resize(w->items, (size_t)w->count + 2, sizeof *w->items);
	w->items[w->count++] = mem_copy(item);
	w->items[w->count] = NULL;
}

void words_free(struct words *w)
{
	for (int i = 0; i < w->count; i++)
		mem_free(&w->items[i]);
	mem_free(&w->items);
	w->count = 0;
}

/* Length of the first address of a list: up to a comma that is not in quotes, brackets or a comment. */
static size_t address_length(const char *list)
{
	bool quoted = false, angle = false;
	int depth = 0;
	size_t n = 0;
	for (; list[n] != '\0'; n++) {
		char c = list[n];
		if (c == '\\' && (quoted || depth > 0) && list[n + 1] != '\0')
			n++;
		else if (c == '"' && depth == 0)
			quoted = !quoted;
		else if (c == '(' && !quoted)
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if ((c == '<' || c == '>') && !quoted && depth == 0)
			angle = c == '<';
		else if (c == ',' && !quoted && !angle && depth == 0)
			break;
	}
	return n;
}

void words_add_list(struct words *w, const char *list)
{
	bool plain = strpbrk(list, "\"<(:") == NULL;
	while (*(list += strspn(list, ", \t\r\n")) != '\0') {
		size_t n = plain ? strcspn(list, ", \t\r\n") : address_length(list);
		char *item = mem_copy_n(list, n);
		words_add(w, text_trim(item));
		mem_free(&item);
		list += n;
	}
}

/* A header line: a name, a colon, no slash before it. */
static bool is_header(const char *value)
{
	size_t n = 0;
	while ((unsigned char)value[n] > ' ' && (unsigned char)value[n] < 0x7f && value[n] != ':' && value[n] != '/')
		n++;
	return n > 0 && value[n] == ':';
}

static bool is_named(const char *line, const char *name)
{
	size_t n = strlen(name);
	return strncasecmp(line, name, n) == 0 && line[n] == ':';
}

const char *options_header(const struct options *o, const char *name)
{
	for (int i = 0; i < o->headers.count; i++) {
		if (is_named(o->headers.items[i], name))
			return o->headers.items[i] + strlen(name) + 1 + strspn(o->headers.items[i] + strlen(name) + 1, " \t");
	}
	return NULL;
}

/* Who stands in To, Cc or Bcc is meant to get the message: those lines add recipients. */
static void take_header(struct options *o, const char *line)
{
	if (is_named(line, "To"))
		words_add_list(&o->to, line + 3);
	else if (is_named(line, "Cc"))
		words_add_list(&o->cc, line + 3);
	else if (is_named(line, "Bcc"))
		words_add_list(&o->bcc, line + 4);
	else
		words_add(&o->headers, line);
}

static bool add_header(struct options *o, const char *value)
{
	if (is_header(value)) {
		take_header(o, value);
		return true;
	}
	fprintf(stderr, "mail: %s is no header line; it is written as Name: value\n", value);
	return false;
}

static bool add_a(struct options *o, const char *value)
{
	bool header = is_header(value), file = access(value, F_OK) == 0;
	if (header && file) {
		fprintf(stderr, "mail: -a %s is a header line and the name of a file; write --header or --attach\n", value);
		return false;
	}
	if (!header && !file) {
		fprintf(stderr, "mail: -a %s is no header line (Name: value), and there is no such file\n", value);
		return false;
	}
	if (header)
		take_header(o, value);
	else
		words_add(&o->files, value);
	return true;
}

static bool add_type(struct options *o, const char *value)
{
	struct buffer line = {0};
	buffer_printf(&line, "Content-Type: %s", value);
	words_add(&o->headers, buffer_string(&line));
	buffer_free(&line);
	return true;
}

static bool use_value(struct options *o, char letter, const char *value)
{
	switch (letter) {
	case 's': o->subject = value; return true;
	case 'c': words_add_list(&o->cc, value); return true;
	case 'b': words_add_list(&o->bcc, value); return true;
	case 'r': o->from = value; return true;
	case 'A': words_add(&o->files, value); return true;
	case 'C': return add_header(o, value);
	case 'M': return add_type(o, value);
	case 'S': /* of the variables of interactive programs, one is of use */
		if (text_starts(value, "from="))
			o->from = value + 5;
		return true;
	default: return add_a(o, value);
	}
}

static bool use_flag(struct options *o, char letter)
{
	switch (letter) {
	case 'E': o->skip_empty = true; return true;
	case 'i': o->ignore_interrupts = true; return true;
	case 'v': o->verbose = true; return true;
	case 'n':
	case 'I':
	case 'N': return true;
	case 'e':
	case 'f':
	case 'F':
	case 'H':
	case 'u':
	case 'p':
		fprintf(stderr, "mail: reading mailboxes (-%c) is not part of this program; it sends only, because mail of this machine "
		                "is relayed and not kept here\n", letter);
		return false;
	default: fprintf(stderr, "mail: option -%c is not known; mail --help lists those that are\n", letter); return false;
	}
}

static const char *take_value(const char *option, int argc, char **argv, int *next)
{
	if (*next < argc)
		return argv[(*next)++];
	fprintf(stderr, "mail: option %s needs a value behind it\n", option);
	return NULL;
}

static bool read_letters(struct options *o, const char *letters, int argc, char **argv, int *next)
{
	for (; *letters != '\0'; letters++) {
		if (strchr("scbrAaCMS", *letters) == NULL) {
			if (!use_flag(o, *letters))
				return false;
			continue;
		}
		char name[] = {'-', *letters, '\0'};
		const char *value = letters[1] != '\0' ? letters + 1 : take_value(name, argc, argv, next);
		return value != NULL && use_value(o, *letters, value);
	}
	return true;
}

/* --name=value and --name value. */
static bool read_long(struct options *o, const char *word, int argc, char **argv, int *next)
{
	static const struct {
		const char *name;
		char letter;
	} names[] = {{"--subject", 's'}, {"--attach", 'A'}, {"--header", 'C'}, {"--append", 'C'}, {"--from", 'r'},
	             {"--return-address", 'r'}, {"--content-type", 'M'}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i].name);
		if (!text_starts(word, names[i].name) || (word[n] != '=' && word[n] != '\0'))
			continue;
		const char *value = word[n] == '=' ? word + n + 1 : take_value(word, argc, argv, next);
		return value != NULL && use_value(o, names[i].letter, value);
	}
	o->help = strcmp(word, "--help") == 0;
	o->version = strcmp(word, "--version") == 0;
	if (o->help || o->version)
		return true;
	fprintf(stderr, "mail: option %s is not known; mail --help lists those that are\n", word);
	return false;
}

/* Behind the first recipient these are sendmail's, as FreeBSD's mail has it.  All others are ours there too:
   on Linux "mail root -s subject" is as common as the other order. */
static bool is_sendmails(char letter)
{
	return letter != '\0' && strchr("fFNRVB", letter) != NULL;
}

static bool pass_on(struct options *o, const char *word, int argc, char **argv, int *next)
{
	const char *value = word[2] == '\0' ? take_value(word, argc, argv, next) : "";
	if (value == NULL)
		return false;
	words_add(&o->pass, word);
	if (word[2] == '\0')
		words_add(&o->pass, value);
	return true;
}

bool options_read(struct options *o, int argc, char **argv)
{
	int next = 1;
	bool only_names = false, behind = false;
	while (next < argc) {
		const char *word = argv[next++];
		bool good = true;
		if (only_names || word[0] != '-' || word[1] == '\0') {
			words_add_list(&o->to, word);
			behind = true;
		} else if (strcmp(word, "--") == 0) {
			only_names = true;
		} else if (word[1] == '-') {
			good = read_long(o, word, argc, argv, &next);
		} else if (behind && is_sendmails(word[1])) {
			good = pass_on(o, word, argc, argv, &next);
		} else {
			good = read_letters(o, word + 1, argc, argv, &next);
		}
		if (!good)
			return false;
	}
	return true;
}

void options_free(struct options *o)
{
	struct words *lists[] = {&o->to, &o->cc, &o->bcc, &o->headers, &o->files, &o->pass};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		words_free(lists[i]);
}
