/* The head of a spool file. */
#include "message/envelope.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include "message/dsn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void envelope_init(struct envelope *e)
{
	*e = (struct envelope){.uid = -1};
	char **strings[] = {&e->program, &e->login, &e->fullname, &e->sender, &e->flags, &e->body,
	    &e->notify, &e->ret, &e->envid, &e->tag};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
		*strings[i] = mem_copy("");
}

void envelope_free(struct envelope *e)
{
	char *strings[] = {e->program, e->login, e->fullname, e->sender, e->flags, e->body, e->notify,
	    e->ret, e->envid, e->tag};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
		free(strings[i]);
	for (size_t i = 0; i < e->recipient_count; i++)
		free(e->recipients[i]);
	free(e->recipients);
	for (size_t i = 0; i < e->asked_count; i++) {
		free(e->asked[i].notify);
		free(e->asked[i].orcpt);
	}
	free(e->asked);
	buffer_free(&e->repaired);
	lookup_free(&e->known);
	buffer_free(&e->notes);
	*e = (struct envelope){0};
}

/* Grows at powers of two; the count tells when. */
static void append_recipient(struct envelope *e, const char *address)
{
	e->recipients = mem_grow(e->recipients, e->recipient_count, sizeof *e->recipients);
	e->recipients[e->recipient_count++] = mem_copy(address);
}

bool envelope_add_recipient(struct envelope *e, const char *address)
{
	if (lookup_find(&e->known, address) != LOOKUP_NONE)
		return false;
	append_recipient(e, address);
	lookup_add(&e->known, e->recipients[e->recipient_count - 1]);
	return true;
}

bool envelope_has_flag(const struct envelope *e, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = e->flags; at != NULL && *at != '\0'; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");
		if (length == n && memcmp(at, word, n) == 0)
			return true;
		at += length;
	}
	return false;
}

/* What is asked for the last recipient, which has one from now on. */
static struct envelope_asked *last_asked(struct envelope *e)
{
	if (e->asked_size < e->recipient_count) {
		e->asked_size = 2 * e->recipient_count;
		e->asked = mem_resize(e->asked, e->asked_size, sizeof *e->asked);
	}
	if (e->asked_count < e->recipient_count)
		memset(e->asked + e->asked_count, 0,
		    (e->recipient_count - e->asked_count) * sizeof *e->asked);
	e->asked_count = e->recipient_count;
	return &e->asked[e->recipient_count - 1];
}

void envelope_ask(struct envelope *e, const char *notify, const char *orcpt)
{
	if (e->recipient_count == 0 || (*notify == '\0' && *orcpt == '\0'))
		return;
	struct envelope_asked *a = last_asked(e);
	free(a->notify);
	free(a->orcpt);
	a->notify = *notify != '\0' ? mem_copy(notify) : NULL;
	a->orcpt = *orcpt != '\0' ? mem_copy(orcpt) : NULL;
}

const char *envelope_notify(const struct envelope *e, size_t rcpt)
{
	return rcpt < e->asked_count && e->asked[rcpt].notify != NULL ? e->asked[rcpt].notify
	                                                              : e->notify;
}

const char *envelope_orcpt(const struct envelope *e, size_t rcpt)
{
	return rcpt < e->asked_count && e->asked[rcpt].orcpt != NULL ? e->asked[rcpt].orcpt : "";
}

void envelope_write_content(const struct content *c, struct buffer *out)
{
	buffer_printf(out, "bytes=%015lld lines=%012lld longest=%015lld 8bit=%d nul=%d cr=%d",
	    (long long)c->bytes, (long long)c->lines, (long long)c->longest_line, c->has_8bit,
	    c->has_nul, c->has_bare_cr);
}

static void put(struct buffer *out, const char *key, const char *value)
{
	if (!text_has_control(value))
		buffer_printf(out, "%s: %s\n", key, value);
}

static void put_known(struct buffer *out, const char *key, const char *value)
{
	if (*value != '\0')
		put(out, key, value);
}

static void put_notes(struct buffer *out, const struct buffer *notes)
{
	for (size_t at = 0, length; at < notes->length; at += length) {
		const char *end = memchr(notes->data + at, '\n', notes->length - at);
		length = end != NULL ? (size_t)(end - notes->data) + 1 - at : notes->length - at;
		buffer_puts(out, "note: ");
		buffer_add(out, notes->data + at, length);
	}
}

void envelope_write(const struct envelope *e, struct buffer *out, size_t *content_at)
{
	buffer_printf(out, "firsthop-spool: %d\ncontent: ", ENVELOPE_VERSION);
	*content_at = out->length;
	envelope_write_content(&e->content, out);
	buffer_printf(out, "\ncreated: %lld\n", (long long)e->created_us);
	if (e->uid >= 0)
		buffer_printf(out, "uid: %lld\n", (long long)e->uid);
	put_known(out, "program", e->program);
	put_known(out, "login", e->login);
	put_known(out, "fullname", e->fullname);
	put(out, "sender", e->sender);
	for (size_t i = 0; i < e->recipient_count; i++) {
		put(out, "recipient", e->recipients[i]);
		if (i < e->asked_count && e->asked[i].notify != NULL)
			put(out, "recipient-notify", e->asked[i].notify);
		put_known(out, "recipient-orcpt", envelope_orcpt(e, i));
	}
	put_known(out, "flags", e->flags);
	put_known(out, "body", e->body);
	put_known(out, "notify", e->notify);
	put_known(out, "ret", e->ret);
	put_known(out, "envid", e->envid);
	put_known(out, "tag", e->tag);
	if (e->repaired.length > 0)
		buffer_printf(out, "repaired: %.*s\n", (int)e->repaired.length, e->repaired.data);
	put_notes(out, &e->notes);
	buffer_add(out, "\n", 1);
}

static bool damaged(struct diagnosis *d, const char *what)
{
	diag_set(d, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_DAMAGED, "the spool file is damaged: %s",
	    what);
	return false;
}

static bool read_content(struct content *c, const char *value)
{
	long long bytes, lines, longest;
	int eight, nul, cr, used = 0;
	if (sscanf(value, "bytes=%15lld lines=%12lld longest=%15lld 8bit=%1d nul=%1d cr=%1d%n", &bytes,
	        &lines, &longest, &eight, &nul, &cr, &used) != 6 ||
	    value[used] != '\0' || bytes < 0 || lines < 0 || longest < 0)
		return false;
	*c = (struct content){bytes, lines, longest, eight != 0, nul != 0, cr != 0};
	return true;
}

static void set(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value);
}

static char **string_slot(struct envelope *e, const char *key)
{
	const struct {
		const char *key;
		char **slot;
	} slots[] = {{"program", &e->program}, {"login", &e->login}, {"fullname", &e->fullname},
	    {"sender", &e->sender}, {"flags", &e->flags}, {"body", &e->body}, {"notify", &e->notify},
	    {"ret", &e->ret}, {"envid", &e->envid}, {"tag", &e->tag}};
	for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
		if (strcmp(slots[i].key, key) == 0)
			return slots[i].slot;
	}
	return NULL;
}

/* What stands under a "recipient" line; it goes to servers and into reports as it is. */
static bool take_asked(struct envelope *e, const char *key, const char *value, struct diagnosis *d)
{
	bool notify = strcmp(key, "recipient-notify") == 0;
	if (e->recipient_count == 0 || !(notify ? dsn_notify_ok(value) : dsn_orcpt_ok(value)))
		return damaged(d, "what it says of a recipient makes no sense");
	struct envelope_asked *a = last_asked(e);
	set(notify ? &a->notify : &a->orcpt, value);
	return true;
}

/* One "key: value"; line is cut at the colon. */
static bool take_line(struct envelope *e, char *line, bool *has_sender, struct diagnosis *d)
{
	char *colon = strstr(line, ": ");
	long long number;
	if (colon == NULL || colon == line)
		return damaged(d, "a line of its head has no colon");
	*colon = '\0';
	const char *value = colon + 2;
	if (text_has_control(value))
		return damaged(d, "its head has a control character");
	if (strcmp(line, "recipient") == 0) {
		append_recipient(e, value);
	} else if (strcmp(line, "recipient-notify") == 0 || strcmp(line, "recipient-orcpt") == 0) {
		return take_asked(e, line, value, d);
	} else if (strcmp(line, "content") == 0) {
		if (!read_content(&e->content, value))
			return damaged(d, "the content line makes no sense");
	} else if (strcmp(line, "created") == 0 || strcmp(line, "uid") == 0) {
		if (!text_number(value, 0, 1LL << 61, &number))
			return damaged(d, "a number in its head makes no sense");
		*(line[0] == 'c' ? &e->created_us : &e->uid) = number;
	} else if (strcmp(line, "repaired") == 0) {
		e->repaired.length = 0;
		buffer_puts(&e->repaired, value);
	} else if (strcmp(line, "note") == 0) {
		buffer_printf(&e->notes, "%s\n", value);
	} else {
		char **slot = string_slot(e, line);
		if (slot != NULL)
			set(slot, value);
		*has_sender = *has_sender || slot == &e->sender;
	}
	return true;
}

static bool check_version(const char *line, struct diagnosis *d)
{
	long long version;
	if (!text_starts(line, "firsthop-spool: ") || !text_number(line + 16, 1, 1000000, &version))
		return damaged(d, "its first line is not that of a spool file");
	if (version == ENVELOPE_VERSION)
		return true;
	diag_set(d, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_VERSION,
	    "the spool file has version %lld, this program reads version %d", version,
	    ENVELOPE_VERSION);
	return false;
}

/* bytes: the head without its blank line, NUL behind it; it is cut up. */
static bool parse_head(struct envelope *e, char *bytes, size_t length, struct diagnosis *d)
{
	bool first = true, has_sender = false;
	if (memchr(bytes, '\0', length) != NULL)
		return damaged(d, "its head has a NUL");
	for (char *line = bytes, *end; line < bytes + length; line = end + 1) {
		end = memchr(line, '\n', (size_t)(bytes + length - line));
		if (end == NULL)
			return damaged(d, "its head ends in the middle of a line");
		*end = '\0';
		if (first ? !check_version(line, d) : !take_line(e, line, &has_sender, d))
			return false;
		first = false;
	}
	if (!has_sender || e->recipient_count == 0)
		return damaged(d, "sender or recipients are missing");
	return true;
}

/* The blank line, from an offset on; NULL when it is not there (yet). */
static const char *head_end(const char *bytes, size_t from, size_t length)
{
	for (const char *at = bytes + from;
	     (at = memchr(at, '\n', length - (size_t)(at - bytes))) != NULL; at++) {
		if ((size_t)(at - bytes) + 1 >= length)
			return NULL;
		if (at[1] == '\n')
			return at + 1;
	}
	return NULL;
}

bool envelope_parse(struct envelope *e, const char *bytes, size_t length, struct diagnosis *d)
{
	const char *end = length > 0 ? head_end(bytes, 0, length) : NULL;
	if (end == NULL)
		return damaged(d, length > ENVELOPE_HEAD_LIMIT_BYTES ? "its head is longer than 16 MiB"
		                                                     : "its head has no end");
	char *copy = mem_copy_n(bytes, (size_t)(end - bytes));
	bool good = parse_head(e, copy, (size_t)(end - bytes), d);
	free(copy);
	e->message_at = end - bytes + 1;
	return good;
}

bool envelope_read(struct envelope *e, int fd, struct diagnosis *d)
{
	struct buffer head = {0};
	char bytes[8192];
	bool good = false;
	for (;;) {
		ssize_t n = fdio_read_at(fd, bytes, sizeof bytes, (int64_t)head.length);
		if (n < 0) {
			diag_set_errno(d, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED,
			    "read the spool file");
			break;
		}
		/* A line end that was the last byte may be followed by another one now. */
		size_t from = head.length > 0 ? head.length - 1 : 0;
		buffer_add(&head, bytes, (size_t)n);
		if ((head.length > 0 && head_end(head.data, from, head.length) != NULL) || n == 0 ||
		    head.length > ENVELOPE_HEAD_LIMIT_BYTES) {
			good = envelope_parse(e, head.length ? head.data : "", head.length, d);
			break;
		}
	}
	buffer_free(&head);
	if (good)
		lseek(fd, (off_t)e->message_at, SEEK_SET);
	return good;
}

void envelope_put_listing(const struct envelope *e, struct buffer *line, const char *id)
{
	char key[16];
	fields_put(line, "id", id);
	fields_put_number(line, "uid", (long long)e->uid);
	fields_put_number(line, "bytes", e->content.bytes);
	fields_put_number(line, "created_us", e->created_us);
	fields_put(line, "login", e->login);
	fields_put(line, "sender", e->sender);
	fields_put(line, "program", e->program);
	fields_put_number(line, "rcpts", (long long)e->recipient_count);
	for (size_t i = 0; i < e->recipient_count && i < ENVELOPE_LISTED_MAX; i++) {
		snprintf(key, sizeof key, "rcpt%zu", i);
		fields_put(line, key, e->recipients[i]);
	}
}
