/* Options, left to right.  -a differs between the mail programs of this world, so its value decides. */
#include "mail/options.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool add_header(struct options *o, const char *value)
{
	if (letter_is_header(value)) {
		letter_take_header(&o->letter, value);
		return true;
	}
	fprintf(stderr, "mail: %s is no header line; it is written as Name: value\n", value);
	return false;
}

static bool add_a(struct options *o, const char *value)
{
	bool header = letter_is_header(value), file = access(value, F_OK) == 0;
	if (header && file) {
		fprintf(stderr, "mail: -a %s is a header line and the name of a file; write --header or --attach\n", value);
		return false;
	}
	if (!header && !file) {
		fprintf(stderr, "mail: -a %s is no header line (Name: value), and there is no such file\n", value);
		return false;
	}
	if (header)
		letter_take_header(&o->letter, value);
	else
		names_add(&o->letter.files, value);
	return true;
}

static bool add_type(struct options *o, const char *value)
{
	struct buffer line = {0};
	buffer_printf(&line, "Content-Type: %s", value);
	names_add(&o->letter.headers, buffer_string(&line));
	buffer_free(&line);
	return true;
}

static bool use_value(struct options *o, char letter, const char *value)
{
	switch (letter) {
	case 's': letter_set(&o->letter.subject, value); return true;
	case 'c': letter_add_list(&o->letter.cc, value); return true;
	case 'b': letter_add_list(&o->letter.bcc, value); return true;
	case 'r': letter_set(&o->letter.from, value); return true;
	case 'A': names_add(&o->letter.files, value); return true;
	case 'C': return add_header(o, value);
	case 'M': return add_type(o, value);
	case 'L': letter_set(&o->letter.charset, value); return true; /* --charset */
	case 'S': names_add(&o->sets, value); return true;
	case 'u': o->user = value; return true;
	default: return add_a(o, value);
	}
}

/* What other mail programs have and this one has not, each with what to write instead. */
static bool refuse_flag(char letter)
{
	static const struct {
		char letter;
		const char *instead;
	} rows[] = {
		{'p', "to print a mailbox: echo 'print *' | mail -N"},
		{'T', "that was for readers of news; mail -H lists the messages"},
		{'q', "write the text of the file in front: { cat FILE; cat; } | mail ..., or use ~r FILE"},
		{'m', "the text comes from standard input: mail ... < FILE"},
		{'R', "a mailbox is opened for reading only when its file may only be read"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].letter == letter) {
			fprintf(stderr, "mail: there is no option -%c; %s\n", letter, rows[i].instead);
			return false;
		}
	}
	fprintf(stderr, "mail: option -%c is not known; mail --help lists those that are\n", letter);
	return false;
}

static bool use_flag(struct options *o, char letter)
{
	switch (letter) {
	case 'E': o->skip_empty = true; return true;
	case 'i': o->ignore_interrupts = true; return true;
	case 'I': o->interactive = true; return true;
	case 'v': o->verbose = true; return true;
	case 'd': o->dry_run = true; return true;
	case 't': o->header_in_text = true; return true;
	case 'n': o->no_system_rc = true; return true;
	case 'N': o->no_headers = true; return true;
	case 'H': o->headers_only = true; return true;
	case 'e': o->test_only = true; return true;
	case 'f': o->read_file = true; return true;
	case 'F': o->record_by_name = true; return true;
	default: return refuse_flag(letter);
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
		if (strchr("scbrAaCMSu", *letters) == NULL) {
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

/* Long names of flags, as GNU mailutils has them; ' ' when there is none. */
static char long_flag(const char *word)
{
	static const struct {
		const char *name;
		char letter;
	} names[] = {{"--exist", 'e'}, {"--byname", 'F'}, {"--headers", 'H'}, {"--ignore", 'i'}, {"--norc", 'n'}, {"--nosum", 'N'},
	             {"--to", 't'}, {"--file", 'f'}, {"--dry-run", 'd'}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(word, names[i].name) == 0)
			return names[i].letter;
	}
	return ' ';
}

/* --name=value and --name value. */
static bool read_long(struct options *o, const char *word, int argc, char **argv, int *next)
{
	static const struct {
		const char *name;
		char letter;
	} names[] = {{"--subject", 's'}, {"--attach", 'A'}, {"--header", 'C'}, {"--append", 'C'}, {"--from", 'r'},
	             {"--return-address", 'r'}, {"--content-type", 'M'}, {"--charset", 'L'}, {"--user", 'u'}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i].name);
		if (!text_starts(word, names[i].name) || (word[n] != '=' && word[n] != '\0'))
			continue;
		const char *value = word[n] == '=' ? word + n + 1 : take_value(word, argc, argv, next);
		return value != NULL && use_value(o, names[i].letter, value);
	}
	o->help = o->help || strcmp(word, "--help") == 0;
	o->version = o->version || strcmp(word, "--version") == 0;
	if (long_flag(word) != ' ')
		return use_flag(o, long_flag(word));
	if (text_starts(word, "--file=")) {
		letter_set(&o->file, word + 7);
		return o->read_file = true;
	}
	if (o->help || o->version)
		return true;
	fprintf(stderr, "mail: option %s is not known; mail --help lists those that are\n", word);
	return false;
}

/* Behind the first recipient these are sendmail's, as FreeBSD's mail has it.  All others are ours there too:
   on Linux "mail root -s subject" is as common as the other order. */
static bool is_sendmails(char letter)
{
	return letter != '\0' && strchr("fFNRVBoO", letter) != NULL;
}

static bool pass_on(struct options *o, const char *word, int argc, char **argv, int *next)
{
	const char *value = word[2] == '\0' ? take_value(word, argc, argv, next) : "";
	if (value == NULL)
		return false;
	names_add(&o->pass, word);
	if (word[2] == '\0')
		names_add(&o->pass, value);
	return true;
}

/* "-f FILE": the one word that is left names the mailbox. */
static bool take_file(struct options *o, const struct names *operands)
{
	if (operands->count > 1) {
		fprintf(stderr, "mail: -f reads one mailbox, and cannot be given together with people to send to\n");
		return false;
	}
	if (operands->count == 1)
		letter_set(&o->file, operands->items[0]);
	return true;
}

/* The words, one after the other; what is no option goes to operands. */
static bool read_words(struct options *o, int argc, char **argv, struct names *operands)
{
	int next = 1;
	bool only_names = false;
	while (next < argc) {
		const char *word = argv[next++];
		bool good = true, behind = operands->count > 0 && !o->read_file;
		if (only_names || word[0] != '-' || word[1] == '\0') {
			names_add(operands, word);
		} else if (strcmp(word, "--") == 0 && behind) {
			while (next < argc)
				names_add(&o->pass, argv[next++]);
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

bool options_read(struct options *o, int argc, char **argv)
{
	struct names operands = {0};
	bool good = read_words(o, argc, argv, &operands);
	if (good && o->read_file)
		good = take_file(o, &operands);
	for (int i = 0; good && !o->read_file && i < operands.count; i++)
		letter_add_list(&o->letter.to, operands.items[i]);
	names_free(&operands);
	return good;
}

bool options_reading(const struct options *o)
{
	const struct letter *l = &o->letter;
	return o->read_file || o->headers_only || o->test_only ||
	       (letter_recipients(l) == 0 && l->subject == NULL && !o->header_in_text && l->headers.count == 0 && l->files.count == 0);
}

void options_free(struct options *o)
{
	letter_free(&o->letter);
	mem_free(&o->file);
	names_free(&o->pass);
	names_free(&o->sets);
}
