/* One message from standard input, with its recipients from the arguments or from its header. */
#include "submit/collect.h"
#include "base/fdio.h"
#include "message/address.h"
#include "base/header.h"
#include "dialogue/line_ends.h"
#include "submit/store.h"
#include "submit/limits.h"
#include "submit/deadletter.h"
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define CHUNK_BYTES 65536
#define SENTENCES_MAX 10

struct collect {
	const struct options *options;
	const struct caller *caller;
	struct envelope *envelope;
	struct refused *refused;
	int repaired;  /* sentences in the envelope */
	bool own_name; /* -f named nobody: the caller sends it */
	struct diagnosis *why;
	struct line_ends intake;
	bool begun;
	bool old_ends; /* CR alone ends a line, as on an old Macintosh */
	struct store store;
};

static int problem(struct collect *c, int code, enum reason_key key, const char *what)
{
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, key, "%s", what);
	return code;
}

/* A first piece that begins with a header field, has CRs within and no LF at all. */
static bool has_old_ends(const char *bytes, size_t length)
{
	size_t skip, body_at;
	return memchr(bytes, '\n', length) == NULL && memchr(bytes, '\r', length - 1) != NULL &&
	       header_block(bytes, length, &skip, &body_at) > 0;
}

static void modernise(struct collect *c, char *bytes, size_t length)
{
	if (!c->begun)
		c->old_ends = has_old_ends(bytes, length);
	c->begun = true;
	for (size_t i = 0; c->old_ends && i < length; i++) {
		if (bytes[i] == '\r')
			bytes[i] = '\n';
	}
}

/* One piece of standard input, as it is stored. */
static int read_piece(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	struct collect *c = context;
	static char bytes[CHUNK_BYTES];
	ssize_t n = fdio_read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0) {
		diag_set_errno(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_INPUT_UNREADABLE,
		    "read the message from standard input");
		return EX_IOERR;
	}
	if (n > 0)
		modernise(c, bytes, (size_t)n);
	if (n > 0)
		deadletter_copy(bytes, (size_t)n);
	if (n > 0)
		line_ends_put(&c->intake, bytes, (size_t)n, out);
	else
		line_ends_finish(&c->intake, out);
	*at_end = n == 0 || c->intake.ended;
	return EX_OK;
}

/* One more sentence; of many the first ones are enough for a person. */
static void add_sentence(struct buffer *words, int *count, const char *who, const struct address *a)
{
	TEXT(shown, 200);
	if (++*count > SENTENCES_MAX)
		return;
	text_escape(&shown, a->start, a->length < 100 ? a->length : 100);
	buffer_printf(words, "%s%s <%s>: %s", words->length > 0 ? "; " : "", who, shown.data, a->what);
}

static void see_recipient(void *context, const struct address *a)
{
	struct collect *c = context;
	/* One too many: the message is not taken, and the rest of the list changes nothing. */
	if (c->why->verdict != VERDICT_NONE)
		return;
	if (a->state == ADDRESS_BAD)
		add_sentence(&c->refused->words, &c->refused->count, "recipient", a);
	if (a->state == ADDRESS_REPAIRED)
		add_sentence(&c->envelope->repaired, &c->repaired, "recipient", a);
	if ((a->state == ADDRESS_GOOD || a->state == ADDRESS_REPAIRED) &&
	    envelope_add_recipient(c->envelope, a->text))
		limits_recipients(c->store.drop, c->envelope->recipient_count, c->why);
}

static void add_list(struct collect *c, const char *list)
{
	address_read(list, strlen(list), ADDRESS_RECIPIENTS, see_recipient, c);
}

/* Resent- fields name the recipients when there are any (RFC 5322 3.6.6). */
static void extract_recipients(struct collect *c)
{
	static const char *const plain[] = {"To", "Cc", "Bcc", NULL};
	static const char *const resent[] = {"Resent-To", "Resent-Cc", "Resent-Bcc", NULL};
	const char *block = c->store.opening.text.data + c->store.opening.skip;
	struct header_field field;
	const char *const *names = plain;
	for (int i = 0; resent[i] != NULL; i++) {
		if (header_find(block, c->store.opening.fields, resent[i], &field))
			names = resent;
	}
	for (size_t at = 0; header_next(block, c->store.opening.fields, &at, &field);) {
		if (!header_is(&field, names[0]) && !header_is(&field, names[1]) &&
		    !header_is(&field, names[2]))
			continue;
		char *value = header_value(&field);
		add_list(c, value);
		free(value);
	}
}

/* None can be used: the message is not taken.  64 as sendmail says it. */
static int refuse_all(struct collect *c)
{
	const struct refused *r = c->refused;
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, REASON_ADDRESS_BAD, "%.450s",
	    buffer_string(&c->refused->words));
	if (r->count > SENTENCES_MAX)
		diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, REASON_ADDRESS_BAD,
		    "no recipient can be used, of %d: %.400s", r->count, buffer_string(&c->refused->words));
	c->refused->count = 0;
	return EX_USAGE;
}

static int gather_recipients(struct collect *c)
{
	if (c->options->extract)
		extract_recipients(c);
	for (int i = 0; i < c->options->recipient_count; i++)
		add_list(c, c->options->recipients[i]);
	if (c->why->verdict != VERDICT_NONE)
		return EX_DATAERR;
	if (c->envelope->recipient_count > 0)
		return EX_OK;
	if (c->refused->count > 0)
		return refuse_all(c);
	if (c->options->extract)
		return problem(c, EX_USAGE, REASON_NO_RECIPIENTS,
		    "no recipients: the message has no address in To, Cc or Bcc, and none is on the "
		    "command line");
	return problem(c, EX_USAGE, REASON_NO_RECIPIENTS,
	    "no recipients: name them on the command line, or use -t to read them from To, Cc and Bcc");
}

static void keep(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(text_has_control(value) ? "" : value);
}

/* -f is to help: what cannot be read does not keep the mail back, it goes in the caller's own
   name. */
static void read_sender(struct collect *c)
{
	const char *given = c->options->sender, *what = "";
	if (!c->options->sender_given) {
		keep(&c->envelope->sender, c->caller->login);
		return;
	}
	char *address = *given != '\0' ? address_one(given, false, &what) : mem_copy("");
	c->own_name = address == NULL;
	if (*what != '\0') {
		add_sentence(&c->envelope->repaired, &c->repaired,
		    c->own_name ? "the sender is the caller, because of option -f" : "sender (option -f)",
		    &(struct address){.start = given, .length = strlen(given), .what = what});
	}
	keep(&c->envelope->sender, c->own_name ? c->caller->login : address);
	free(address);
}

static int set_sender(struct collect *c)
{
	read_sender(c);
	bool given = c->options->sender_given && !c->own_name;
	return limits_check(c->store.drop, c->caller, given ? c->envelope->sender : NULL, c->why);
}

/* A line of a list of recipients: an address and no more, or whatever ends with a comma. */
static bool is_whole_line(const char *line)
{
	size_t length = strlen(line);
	return length > 0 && (strchr(",;", line[length - 1]) != NULL ||
	                         (strpbrk(line, " <:") == NULL && strchr(line, '@') > line));
}

/* "a@x,\n b@x", as files have it; the last line may be anything after a comma. */
static bool is_list_of_lines(char *list)
{
	char *line;
	bool whole = true, comma = false;
	while (whole && (line = strsep(&list, "\t\r\n")) != NULL) {
		line = text_trim(line);
		if (*line == '\0')
			continue;
		whole = is_whole_line(line) || (list == NULL && comma);
		comma = strchr(",;", line[strlen(line) - 1]) != NULL;
	}
	return whole;
}

/* A control character within a word, other than line ends between recipients.  No person types one
   into an address: who gives it means to add a line to the envelope. */
static bool is_hostile(const char *word, bool list)
{
	char *copy = mem_copy(word), *trimmed = text_trim(copy);
	bool lines = false, others = false;
	for (const char *at = trimmed; *at != '\0'; at++)
		lines = lines || (text_has_control((char[]){*at, '\0'}) && (list || *at != '\t'));
	for (const char *at = trimmed; *at != '\0'; at++)
		others = others || (unsigned char)*at < '\t' || *at == '\v' || *at == '\f' ||
		         ((unsigned char)*at > '\r' && (unsigned char)*at < ' ') || *at == 0x7f;
	bool hostile = others || (lines && !(list && is_list_of_lines(trimmed)));
	free(copy);
	return hostile;
}

static int refuse_control(struct collect *c)
{
	const struct options *o = c->options;
	if (o->sender_given && is_hostile(o->sender, false))
		return problem(c, EX_DATAERR, REASON_ADDRESS_BAD,
		    "the sender (option -f) has a control character in it");
	for (int i = 0; i < (int)o->recipient_count; i++) {
		if (is_hostile(o->recipients[i], true))
			return problem(c, EX_DATAERR, REASON_ADDRESS_BAD,
			    "a recipient on the command line has a control character in it");
	}
	return EX_OK;
}

int collect_message(const struct options *o, const struct caller *caller, struct drop *drop,
    struct envelope *e, struct refused *refused, struct diagnosis *why)
{
	struct collect c = {.options = o,
	    .caller = caller,
	    .envelope = e,
	    .refused = refused,
	    .why = why};
	struct options facts = *o;
	c.store =
	    (struct store){.drop = drop, .envelope = e, .why = why, .read = read_piece, .context = &c};
	/* Without recipients in its header, such a message is for nobody. */
	c.store.opening.pass_blanks = o->extract && o->recipient_count == 0;
	line_ends_start(&c.intake, o->ignore_dots);
	envelope_init(e);
	int code = refuse_control(&c);
	if (code == EX_OK)
		code = set_sender(&c);
	if (code == EX_OK && !o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK)
		code = store_read_header(&c.store);
	if (code == EX_OK && o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK) {
		facts.sender_given = o->sender_given && !c.own_name;
		store_facts(&c.store, &facts, caller);
		code = store_message(&c.store);
	}
	store_free(&c.store);
	return code;
}
