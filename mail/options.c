/* Options, left to right.  -a differs between the mail programs of this world, so its value decides. */
#include "mail/options.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
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

/* A header line: a name, a colon, no slash before it. */
static bool is_header(const char *value)
{
	size_t n = 0;
	while ((unsigned char)value[n] > ' ' && (unsigned char)value[n] < 0x7f && value[n] != ':' && value[n] != '/')
		n++;
	return n > 0 && value[n] == ':';
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
	words_add(header ? &o->headers : &o->files, value);
	return true;
}

static bool add_header(struct options *o, const char *value)
{
	if (is_header(value)) {
		words_add(&o->headers, value);
		return true;
	}
	fprintf(stderr, "mail: %s is no header line; it is written as Name: value\n", value);
	return false;
}

/* Lists with commas or blanks, as POSIX and GNU write them; names in quotes or brackets stay together. */
static void add_list(struct words *w, const char *list)
{
	bool plain = strpbrk(list, "\"<(") == NULL;
	const char *between = plain ? ", \t" : "";
	if (!plain) {
		words_add(w, list);
		return;
	}
	while (*(list += strspn(list, between)) != '\0') {
		size_t n = strcspn(list, between);
		char *item = mem_copy_n(list, n);
		words_add(w, item);
		mem_free(&item);
		list += n;
	}
}

static bool use_value(struct options *o, char letter, const char *value)
{
	switch (letter) {
	case 's': o->subject = value; return true;
	case 'c': add_list(&o->cc, value); return true;
	case 'b': add_list(&o->bcc, value); return true;
	case 'r': o->from = value; return true;
	case 'A': words_add(&o->files, value); return true;
	case 'C': return add_header(o, value);
	case 'M': {
		struct buffer line = {0};
		buffer_printf(&line, "Content-Type: %s", value);
		words_add(&o->headers, buffer_string(&line));
		buffer_free(&line);
		return true;
	}
	case 'S': return true; /* variables of interactive programs */
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
		fprintf(stderr, "mail: -%c reads mailboxes; this program sends only, because mail of this machine is relayed and not kept here\n", letter);
		return false;
	default: fprintf(stderr, "mail: option -%c is not known; mail --help lists those that are\n", letter); return false;
	}
}

static bool read_letters(struct options *o, const char *letters, int argc, char **argv, int *next)
{
	for (; *letters != '\0'; letters++) {
		if (strchr("scbrAaCMS", *letters) == NULL) {
			if (!use_flag(o, *letters))
				return false;
			continue;
		}
		const char *value = letters[1] != '\0' ? letters + 1 : *next < argc ? argv[(*next)++] : NULL;
		if (value == NULL) {
			fprintf(stderr, "mail: option -%c needs a value behind it\n", *letters);
			return false;
		}
		return use_value(o, *letters, value);
	}
	return true;
}

static bool read_long(struct options *o, const char *word)
{
	static const struct {
		const char *name;
		char letter;
	} names[] = {{"--subject=", 's'}, {"--attach=", 'A'}, {"--header=", 'C'}, {"--append=", 'C'}, {"--from=", 'r'},
	             {"--return-address=", 'r'}, {"--content-type=", 'M'}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (text_starts(word, names[i].name))
			return use_value(o, names[i].letter, word + strlen(names[i].name));
	}
	o->help = strcmp(word, "--help") == 0;
	o->version = strcmp(word, "--version") == 0;
	if (o->help || o->version)
		return true;
	fprintf(stderr, "mail: option %s is not known; mail --help lists those that are\n", word);
	return false;
}

/* Behind the first recipient, FreeBSD's mail hands options on to sendmail. */
static bool pass_on(struct options *o, const char *word, int argc, char **argv, int *next)
{
	if (strchr("fFrNRVB", word[1]) == NULL || word[1] == '\0') {
		fprintf(stderr, "mail: option %s stands behind a recipient; only sendmail's -f -F -r -N -R -V -B may\n", word);
		return false;
	}
	words_add(&o->pass, word);
	if (word[2] == '\0' && *next < argc)
		words_add(&o->pass, argv[(*next)++]);
	return true;
}

bool options_read(struct options *o, int argc, char **argv)
{
	int next = 1;
	bool only_names = false;
	while (next < argc) {
		const char *word = argv[next++];
		bool good = true;
		if (only_names || word[0] != '-' || word[1] == '\0')
			add_list(&o->to, word);
		else if (strcmp(word, "--") == 0)
			only_names = true;
		else if (o->to.count > 0)
			good = pass_on(o, word, argc, argv, &next);
		else
			good = word[1] == '-' ? read_long(o, word) : read_letters(o, word + 1, argc, argv, &next);
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
