/* Submission: header first (its recipients decide whether there is anything to do), then the file, then the body as it comes. */
#include "submit/collect.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "message/address.h"
#include "message/header.h"
#include "submit/intake.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define HEADER_LIMIT_BYTES (256u << 10)
#define MESSAGE_LIMIT_BYTES (1ll << 30)
#define CHUNK_BYTES 65536

struct collect {
	const struct options *options;
	const struct caller *caller;
	struct drop *drop;
	struct envelope *envelope;
	struct diagnosis *why;
	struct intake intake;
	struct buffer text;    /* stored form of what was read and not written yet */
	size_t skip, fields, body_at; /* parts of text: passed over, header fields, body */
	bool at_end;
	int64_t column;
};

static int problem(struct collect *c, int code, const char *key, const char *what, const char *detail)
{
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, key, "%s%s", what, detail);
	return code;
}

/* Reads one piece of standard input into text. */
static int read_piece(struct collect *c)
{
	char bytes[CHUNK_BYTES];
	ssize_t n = fdio_read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0) {
		diag_set_errno(c->why, VERDICT_FAILED, STAGE_SUBMIT, "input-unreadable", "read the message from standard input");
		return EX_IOERR;
	}
	if (n > 0)
		intake_put(&c->intake, bytes, (size_t)n, &c->text);
	else
		intake_finish(&c->intake, &c->text);
	c->at_end = n == 0 || c->intake.ended;
	return EX_OK;
}

/* True when the header is whole: something that is not header follows it.  A last line without its end may still grow. */
static bool header_is_whole(struct collect *c)
{
	size_t length = c->text.length;
	bool decide = c->at_end || length > HEADER_LIMIT_BYTES;
	while (!decide && length > 0 && c->text.data[length - 1] != '\n')
		length--;
	if (length == 0)
		return c->at_end;
	c->fields = header_block(c->text.data, length, &c->skip, &c->body_at);
	return c->at_end || c->skip + c->fields < length;
}

static int read_header(struct collect *c)
{
	for (;;) {
		int code = read_piece(c);
		if (code != EX_OK)
			return code;
		bool whole = header_is_whole(c);
		if (whole && c->fields <= HEADER_LIMIT_BYTES)
			return EX_OK;
		if (c->text.length > HEADER_LIMIT_BYTES)
			return problem(c, EX_DATAERR, "header-too-long",
			               "the header of the message is longer than 256 KiB; is a blank line missing between header and text?", "");
	}
}

static void found_address(void *context, const char *address)
{
	struct collect *c = context;
	const char *wrong = address_problem(address);
	if (wrong == NULL)
		envelope_add_recipient(c->envelope, address);
	else if (c->why->verdict == VERDICT_NONE)
		diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "recipient <%.200s>: %s", address, wrong);
}

static int add_list(struct collect *c, const char *list)
{
	char words[200] = "";
	if (address_list(list, found_address, c, words, sizeof words) < 0 && c->why->verdict == VERDICT_NONE)
		diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "recipients \"%.150s\": %s", list, words);
	return c->why->verdict == VERDICT_NONE ? EX_OK : EX_DATAERR;
}

/* Resent- fields name the recipients when there are any (RFC 5322 3.6.6). */
static int extract_recipients(struct collect *c)
{
	static const char *const plain[] = {"To", "Cc", "Bcc", NULL};
	static const char *const resent[] = {"Resent-To", "Resent-Cc", "Resent-Bcc", NULL};
	const char *block = c->text.data + c->skip;
	struct header_field field;
	const char *const *names = plain;
	for (int i = 0; resent[i] != NULL; i++) {
		if (header_find(block, c->fields, resent[i], &field))
			names = resent;
	}
	for (size_t at = 0; header_next(block, c->fields, &at, &field);) {
		if (!header_is(&field, names[0]) && !header_is(&field, names[1]) && !header_is(&field, names[2]))
			continue;
		char *value = header_value(&field);
		int code = add_list(c, value);
		free(value);
		if (code != EX_OK)
			return code;
	}
	return EX_OK;
}

static int gather_recipients(struct collect *c)
{
	int code = c->options->extract ? extract_recipients(c) : EX_OK;
	for (int i = 0; code == EX_OK && i < c->options->recipient_count; i++)
		code = add_list(c, c->options->recipients[i]);
	if (code != EX_OK || c->envelope->recipient_count > 0)
		return code;
	if (c->options->extract)
		return problem(c, EX_USAGE, "no-recipients", "no recipients: the message has no address in To, Cc or Bcc, and none is on the command line", "");
	return problem(c, EX_USAGE, "no-recipients", "no recipients: name them on the command line, or use -t to take them from To, Cc and Bcc", "");
}

static void keep(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(text_has_control(value) ? "" : value);
}

static void first_address(void *context, const char *address)
{
	char **slot = context;
	if (**slot == '\0')
		keep(slot, address);
}

static int set_sender(struct collect *c)
{
	char words[200] = "";
	const char *given = c->options->sender;
	if (!c->options->sender_given) {
		keep(&c->envelope->sender, c->caller->login);
		return EX_OK;
	}
	if (*given == '\0')
		return EX_OK;
	int count = address_list(given, first_address, &c->envelope->sender, words, sizeof words);
	const char *wrong = count == 1 ? address_problem(c->envelope->sender) : words;
	if (count == 1 && wrong == NULL)
		return EX_OK;
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "sender \"%.150s\" (option -f): %s", given,
	         wrong != NULL && *wrong != '\0' ? wrong : "one address is expected");
	return EX_DATAERR;
}

static void fill_envelope(struct collect *c)
{
	struct envelope *e = c->envelope;
	const struct options *o = c->options;
	e->created_us = clock_wall_us();
	keep(&e->program, c->caller->program);
	keep(&e->login, c->caller->login);
	keep(&e->fullname, *o->fullname != '\0' ? o->fullname : c->caller->fullname);
	keep(&e->body, o->body);
	keep(&e->notify, o->notify);
	keep(&e->ret, o->ret);
	keep(&e->envid, o->envid);
	keep(&e->tag, o->tag);
	if (strlen(e->tag) > 32)
		e->tag[32] = '\0';
	TEXT(flags, 64);
	if (o->sender_given)
		text_put(&flags, "from-given");
	if (o->no_alias)
		text_put(&flags, flags.length ? " no-alias" : "no-alias");
	if (*o->fullname != '\0')
		text_put(&flags, flags.length ? " name-given" : "name-given");
	keep(&e->flags, flags.data);
}

static int write_bytes(struct collect *c, const void *bytes, size_t length)
{
	if (fdio_write(c->drop->fd, bytes, length))
		return EX_OK;
	drop_error(c->why, "write the message to drop/");
	return EX_IOERR;
}

/* Head, header without Bcc, and what came of the body with them, in one write. */
static int write_start(struct collect *c, size_t *content_at)
{
	static const char *const hidden[] = {"Bcc", "Resent-Bcc", NULL};
	struct buffer out = {0};
	envelope_write(c->envelope, &out, content_at);
	size_t head = out.length;
	if (c->fields > 0)
		header_without(c->text.data + c->skip, c->fields, hidden, &out);
	if (out.length > head && out.data[out.length - 1] != '\n')
		buffer_add(&out, "\n", 1);
	buffer_add(&out, "\n", 1);
	if (c->text.length > c->body_at)
		buffer_add(&out, c->text.data + c->body_at, c->text.length - c->body_at);
	intake_count(&c->envelope->content, &c->column, out.data + head, out.length - head);
	int code = write_bytes(c, out.data, out.length);
	buffer_free(&out);
	return code;
}

static int write_body(struct collect *c)
{
	while (!c->at_end) {
		c->text.length = 0;
		int code = read_piece(c);
		if (code == EX_OK)
			code = write_bytes(c, c->text.data, c->text.length);
		if (code != EX_OK)
			return code;
		intake_count(&c->envelope->content, &c->column, c->text.data, c->text.length);
		if (c->envelope->content.bytes > MESSAGE_LIMIT_BYTES)
			return problem(c, EX_DATAERR, "message-too-long", "the message is longer than 1 GiB", "");
	}
	return EX_OK;
}

/* The content line is known only at the end; its place was kept free. */
static int write_content(struct collect *c, size_t content_at)
{
	struct buffer line = {0};
	envelope_write_content(&c->envelope->content, &line);
	bool done = pwrite(c->drop->fd, line.data, line.length, (off_t)content_at) == (ssize_t)line.length;
	buffer_free(&line);
	if (done)
		return EX_OK;
	drop_error(c->why, "write the counts of the message to drop/");
	return EX_IOERR;
}

static int store(struct collect *c)
{
	size_t content_at;
	if (!setup_group_back() || !drop_create(c->drop, c->envelope->created_us / 1000000, c->why))
		return EX_CANTCREAT;
	int code = write_start(c, &content_at);
	if (code == EX_OK)
		code = write_body(c);
	if (code == EX_OK)
		code = write_content(c, content_at);
	if (code == EX_OK && !drop_commit(c->drop, c->why))
		code = EX_IOERR;
	if (code != EX_OK)
		drop_abandon(c->drop);
	return code;
}

int collect_message(const struct options *o, const struct caller *caller, struct drop *drop, struct envelope *e,
                    struct diagnosis *why)
{
	struct collect c = {.options = o, .caller = caller, .drop = drop, .envelope = e, .why = why};
	intake_start(&c.intake, o->ignore_dots);
	envelope_init(e);
	int code = set_sender(&c);
	if (code == EX_OK && !o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK)
		code = read_header(&c);
	if (code == EX_OK && o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK) {
		fill_envelope(&c);
		code = store(&c);
	}
	buffer_free(&c.text);
	return code;
}
