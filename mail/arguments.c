/* Options, left to right.  -a differs between the mail programs of this world, so its value
 * decides. */
#include "mail/arguments.h"
#include "base/nearest.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool add_header(struct arguments *o, const char *value)
{
	if (letter_is_header(value)) {
		letter_take_header(&o->letter, value);
		return true;
	}
	fprintf(stderr, "mail: %s is no header line; it is written as Name: value\n", value);
	return false;
}

/* With what the options before it want; the names are for one file. */
static bool add_file(struct arguments *o, const char *path)
{
	letter_add_file(&o->letter, path, &o->next);
	mem_free(&o->next.name);
	mem_free(&o->next.file_name);
	return true;
}

static bool add_a(struct arguments *o, const char *value)
{
	bool header = letter_is_header(value), file = access(value, F_OK) == 0;
	if (header && file) {
		fprintf(stderr,
		    "mail: -a %s is a header line and the name of a file; write --header or --attach\n",
		    value);
		return false;
	}
	if (!header && !file) {
		fprintf(stderr, "mail: -a %s is no header line (Name: value), and there is no such file\n",
		    value);
		return false;
	}
	if (header)
		letter_take_header(&o->letter, value);
	else
		add_file(o, value);
	return true;
}

static bool add_type(struct arguments *o, const char *value)
{
	struct buffer line = {0};
	buffer_printf(&line, "Content-Type: %s", value);
	string_list_add(&o->letter.headers, buffer_string(&line));
	buffer_free(&line);
	return true;
}

/* --content-type.  A type that no text has is for the attachments that follow, as GNU's mail takes
 * it; if none does, for the text. */
static bool add_part_type(struct arguments *o, const char *value)
{
	if (text_starts_ci(value, "text/") || text_starts_ci(value, "multipart/") ||
	    text_starts_ci(value, "message/"))
		return add_type(o, value);
	letter_set(&o->next.type, value);
	o->type_files = o->letter.files.count;
	return true;
}

static bool add_encoding(struct arguments *o, const char *value)
{
	static const struct {
		const char *name;
		enum letter_encoding encoding;
	} rows[] = {{"base64", ENCODING_BASE64}, {"quoted-printable", ENCODING_QUOTED},
	    {"7bit", ENCODING_FREE}, {"8bit", ENCODING_FREE}, {"binary", ENCODING_FREE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (text_equal_ci(rows[i].name, value)) {
			o->next.encoding = o->letter.encoding = rows[i].encoding;
			return true;
		}
	}
	fprintf(stderr,
	    "mail: --encoding %s is not known; base64, quoted-printable, 7bit and 8bit are\n", value);
	return false;
}

/* --attach-fd: a descriptor that the caller has opened. */
static bool add_descriptor(struct arguments *o, const char *value)
{
	long long number;
	char path[40];
	if (!text_number(value, 0, 1000000, &number)) {
		fprintf(stderr, "mail: --attach-fd %s is no number of a descriptor\n", value);
		return false;
	}
	if (o->next.file_name == NULL)
		letter_set(&o->next.file_name, o->next.name != NULL ? o->next.name : "attachment");
	snprintf(path, sizeof path, "/dev/fd/%lld", number);
	return add_file(o, path);
}

/* Values that have no letter. */
enum { VALUE_TYPE = 1, VALUE_ENCODING, VALUE_NAME, VALUE_FILE_NAME, VALUE_FD, VALUE_COMMAND };

static bool use_value(struct arguments *o, char letter, const char *value)
{
	switch (letter) {
	case 's': letter_set(&o->letter.subject, value); return true;
	case 'c': letter_add_list(&o->letter.cc, value); return true;
	case 'b': letter_add_list(&o->letter.bcc, value); return true;
	case 'r': letter_set(&o->letter.from, value); return true;
	case 'A': return add_file(o, value);
	case 'C': return add_header(o, value);
	case 'M': return add_type(o, value);
	case VALUE_TYPE: return add_part_type(o, value);
	case VALUE_ENCODING: return add_encoding(o, value);
	case VALUE_NAME: letter_set(&o->next.name, value); return true;
	case VALUE_FILE_NAME: letter_set(&o->next.file_name, value); return true;
	case VALUE_FD: return add_descriptor(o, value);
	case VALUE_COMMAND: string_list_add(&o->commands, value); return true;
	case 'L': letter_set(&o->letter.charset, value); return true; /* --charset */
	case 'S': string_list_add(&o->sets, value); return true;
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

/* Flags that have no letter; none: what it asks for is so in any case. */
enum { FLAG_NONE = 1, FLAG_ALTERNATIVE, FLAG_SKIP_EMPTY };

static bool use_flag(struct arguments *o, char letter)
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
	case 'V': o->version = true; return true;
	case 'h':
	case '?': o->help = true; return true;
	case 'M': return true; /* GNU's, for MIME: it always is */
	case FLAG_ALTERNATIVE: o->letter.alternative = true; return true;
	case FLAG_SKIP_EMPTY: o->letter.skip_empty_files = true; return true;
	case FLAG_NONE: return true;
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

/* A command of mail with an argument: no address has its form. */
static bool is_command(const char *word)
{
	static const char *const names[] = {"set ", "unset ", "alias ", "group ", "unalias ",
	    "alternates ", "source ", "ignore ", "discard ", "retain "};
	for (size_t i = 0; word != NULL && i < sizeof names / sizeof names[0]; i++) {
		if (text_starts(word, names[i]) && strchr(word, '@') == NULL)
			return true;
	}
	return false;
}

/* "text/html": of -M, which is a flag in GNU's mail. */
static bool is_type(const char *word)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_";
	size_t n = word != NULL ? strspn(word, token) : 0,
	       m = n > 0 && word[0] != '-' && word[n] == '/' ? strspn(word + n + 1, token) : 0;
	return m > 0 && (word[n + 1 + m] == '\0' || word[n + 1 + m] == ';' || word[n + 1 + m] == ' ');
}

/* Has this letter a value here?  -M and -E have one in some of the world's mail programs. */
static bool has_value(const char *letters, const char *following)
{
	if (*letters == 'M')
		return is_type(letters[1] != '\0' ? letters + 1 : following);
	if (*letters == 'E')
		return letters[1] == '\0' && is_command(following);
	return strchr("scbrAaCSu", *letters) != NULL;
}

static bool read_letters(struct arguments *o, const char *letters, int argc, char **argv, int *next)
{
	for (; *letters != '\0'; letters++) {
		if (!has_value(letters, *next < argc ? argv[*next] : NULL)) {
			if (!use_flag(o, *letters))
				return false;
			continue;
		}
		char name[] = {'-', *letters, '\0'};
		const char *value = letters[1] != '\0' ? letters + 1 : take_value(name, argc, argv, next);
		return value != NULL && use_value(o, *letters == 'E' ? VALUE_COMMAND : *letters, value);
	}
	return true;
}

/* Long names of flags, as GNU's mail and s-nail have them; ' ' when there is none. */
static const struct long_name {
	const char *name;
	char letter;
} long_flags[] = {{"--exist", 'e'}, {"--check-and-exit", 'e'}, {"--byname", 'F'},
    {"--headers", 'H'}, {"--header-summary", 'H'}, {"--ignore", 'i'}, {"--norc", 'n'},
    {"--nosum", 'N'}, {"--no-header-summary", 'N'}, {"--to", 't'}, {"--template", 't'},
    {"--file", 'f'}, {"--dry-run", 'd'}, {"--debug", 'd'}, {"--verbose", 'v'},
    {"--discard-empty-messages", 'E'}, {"--mime", FLAG_NONE}, {"--no-mime", FLAG_NONE},
    {"--batch-mode", FLAG_NONE}, {"--alternative", FLAG_ALTERNATIVE},
    {"--no-alternative", FLAG_NONE}, {"--skip-empty-attachments", FLAG_SKIP_EMPTY},
    {"--no-skip-empty-attachments", FLAG_NONE}, {"--help", 'h'}, {"--usage", 'h'},
    {"--long-help", 'h'}, {"--version", 'V'}};

static char long_flag(const char *word)
{
	const struct long_name *names = long_flags;
	for (size_t i = 0; i < sizeof long_flags / sizeof long_flags[0]; i++) {
		if (strcmp(word, names[i].name) == 0)
			return names[i].letter;
	}
	return ' ';
}

static const struct long_name long_values[] = {{"--subject", 's'}, {"--attach", 'A'},
    {"--header", 'C'}, {"--append", 'C'}, {"--from", 'r'}, {"--return-address", 'r'},
    {"--from-address", 'r'}, {"--content-type", VALUE_TYPE}, {"--charset", 'L'}, {"--user", 'u'},
    {"--inbox-of", 'u'}, {"--cc", 'c'}, {"--bcc", 'b'}, {"--custom-header", 'C'}, {"--set", 'S'},
    {"--encoding", VALUE_ENCODING}, {"--content-name", VALUE_NAME},
    {"--content-filename", VALUE_FILE_NAME}, {"--attach-fd", VALUE_FD}, {"--exec", VALUE_COMMAND},
    {"--startup-cmd", VALUE_COMMAND}};

static const char *next_long(const void *context, int i)
{
	int flags = sizeof long_flags / sizeof long_flags[0];
	int values = sizeof long_values / sizeof long_values[0];
	(void)context;
	return i < flags ? long_flags[i].name : i - flags < values ? long_values[i - flags].name : NULL;
}

/* --name=value and --name value. */
static bool read_long(struct arguments *o, const char *word, int argc, char **argv, int *next)
{
	const struct long_name *names = long_values;
	for (size_t i = 0; i < sizeof long_values / sizeof long_values[0]; i++) {
		size_t n = strlen(names[i].name);
		if (!text_starts(word, names[i].name) || (word[n] != '=' && word[n] != '\0'))
			continue;
		const char *value = word[n] == '=' ? word + n + 1 : take_value(word, argc, argv, next);
		return value != NULL && use_value(o, names[i].letter, value);
	}
	if (long_flag(word) != ' ')
		return use_flag(o, long_flag(word));
	if (text_starts(word, "--file=")) {
		letter_set(&o->file, word + 7);
		return o->read_file = true;
	}
	TEXT(near, 60);
	nearest_ask(&near, nearest_word(word, next_long, NULL));
	fprintf(stderr, "mail: option %s is not known%s\n", word,
	    near.length > 0 ? near.data : "; mail --help lists those that are");
	return false;
}

/* After the first recipient these are sendmail's, as FreeBSD's mail has it.  All others are ours
   there too: on Linux "mail root -s subject" is as common as the other order. */
static bool is_sendmails(char letter)
{
	return letter != '\0' && strchr("fFNRVBoO", letter) != NULL;
}

static bool pass_on(struct arguments *o, const char *word, int argc, char **argv, int *next)
{
	const char *value = word[2] == '\0' ? take_value(word, argc, argv, next) : "";
	if (value == NULL)
		return false;
	string_list_add(&o->pass, word);
	if (word[2] == '\0')
		string_list_add(&o->pass, value);
	return true;
}

/* "-f FILE": the one word that is left names the mailbox. */
static bool take_file(struct arguments *o, const struct string_list *operands)
{
	if (operands->count > 1) {
		fprintf(stderr,
		    "mail: -f reads one mailbox, and cannot be given together with people to send to\n");
		return false;
	}
	if (operands->count == 1)
		letter_set(&o->file, operands->items[0]);
	return true;
}

/* The words, one after the other; what is no option goes to operands. */
static bool read_words(struct arguments *o, int argc, char **argv, struct string_list *operands)
{
	int next = 1;
	bool only_names = false;
	while (next < argc) {
		const char *word = argv[next++];
		bool good = true, behind = operands->count > 0 && !o->read_file;
		if (only_names || word[0] != '-' || word[1] == '\0') {
			string_list_add(operands, word);
		} else if (strcmp(word, "--") == 0 && behind) {
			while (next < argc)
				string_list_add(&o->pass, argv[next++]);
		} else if (strcmp(word, "--") == 0 || strcmp(word, "-.") == 0 ||
		           strcmp(word, "--end-options") == 0) {
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

bool arguments_read(struct arguments *o, int argc, char **argv)
{
	struct string_list operands = {0};
	bool good = read_words(o, argc, argv, &operands);
	if (good && o->read_file)
		good = take_file(o, &operands);
	for (int i = 0; good && !o->read_file && i < operands.count; i++)
		letter_add_list(&o->letter.to, operands.items[i]);
	string_list_free(&operands);
	if (good && o->next.type != NULL && o->letter.files.count == o->type_files)
		add_type(o, o->next.type);
	return good;
}

bool arguments_reading(const struct arguments *o)
{
	const struct letter *l = &o->letter;
	return o->read_file || o->headers_only || o->test_only ||
	       (letter_recipients(l) == 0 && l->subject == NULL && !o->header_in_text &&
	           l->headers.count == 0 && l->files.count == 0);
}

void arguments_free(struct arguments *o)
{
	letter_free(&o->letter);
	mem_free(&o->file);
	string_list_free(&o->pass);
	string_list_free(&o->sets);
	string_list_free(&o->commands);
	letter_wish_free(&o->next);
}
