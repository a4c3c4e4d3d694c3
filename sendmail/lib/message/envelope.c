/* The head of a spool file: its parts, and reading it. */
#include "message/envelope.h"
#include "base/fdio.h"
#include "base/text.h"
#include "message/dsn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* borrowed: it will own no string. */
static void begin(struct envelope *e, bool borrowed)
{
	static char none[1];
	*e = (struct envelope){.uid = -1, .borrowed = borrowed};
	char **strings[] = {&e->program, &e->login, &e->fullname, &e->sender, &e->flags, &e->body,
	    &e->notify, &e->ret, &e->envid, &e->tag};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
		*strings[i] = borrowed ? none : mem_copy("");
}

void envelope_init(struct envelope *e)
{
	begin(e, false);
}

static void free_strings(struct envelope *e)
{
	char *strings[] = {e->program, e->login, e->fullname, e->sender, e->flags, e->body, e->notify,
	    e->ret, e->envid, e->tag};
	for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
		free(strings[i]);
	for (size_t i = 0; i < e->recipient_count; i++)
		free(e->recipients[i]);
	for (size_t i = 0; i < e->asked_count; i++) {
		free(e->asked[i].notify);
		free(e->asked[i].orcpt);
	}
}

void envelope_free(struct envelope *e)
{
	if (!e->borrowed)
		free_strings(e);
	free(e->recipients);
	free(e->asked);
	buffer_free(&e->repaired);
	lookup_free(&e->known);
	buffer_free(&e->notes);
	*e = (struct envelope){0};
}

/* Grows at powers of two; the count says when. */
static void append_recipient(struct envelope *e, char *address)
{
	e->recipients = mem_grow(e->recipients, e->recipient_count, sizeof *e->recipients);
	e->recipients[e->recipient_count++] = address;
}

bool envelope_add_recipient(struct envelope *e, const char *address)
{
	if (lookup_find(&e->known, address) != LOOKUP_NONE)
		return false;
	append_recipient(e, mem_copy(address));
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

static bool damaged(struct diagnosis *d, const char *what)
{
	diag_set(d, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_DAMAGED, "the spool file is damaged: %s",
	    what);
	return false;
}

/* "KEY=" and digits, as the writer puts them; *at moves past. */
static bool read_count(const char **at, const char *key, int digits, int64_t *number)
{
	size_t length = strlen(key);
	if (strncmp(*at, key, length) != 0)
		return false;
	const char *from = *at + length, *to = from, *end = from + digits;
	int64_t value = 0;
	for (; *to >= '0' && *to <= '9' && to < end; to++)
		value = value * 10 + (*to - '0');
	*number = value;
	*at = to;
	return to > from;
}

static bool read_content(struct content *c, const char *at)
{
	int64_t eight, nul, cr;
	bool good = read_count(&at, "bytes=", 15, &c->bytes) &&
	            read_count(&at, " lines=", 12, &c->lines) &&
	            read_count(&at, " longest=", 15, &c->longest_line) &&
	            read_count(&at, " 8bit=", 1, &eight) && read_count(&at, " nul=", 1, &nul) &&
	            read_count(&at, " cr=", 1, &cr) && *at == '\0';
	if (!good)
		return false;
	c->has_8bit = eight != 0;
	c->has_nul = nul != 0;
	c->has_bare_cr = cr != 0;
	return true;
}

static void set(struct envelope *e, char **slot, char *value)
{
	if (!e->borrowed) {
		free(*slot);
		value = mem_copy(value);
	}
	*slot = value;
}

/* Lists read many heads: most keys differ in their first letter. */
static bool is(const char *key, const char *word)
{
	return key[0] == word[0] && strcmp(key, word) == 0;
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
		if (is(key, slots[i].key))
			return slots[i].slot;
	}
	return NULL;
}

/* What is under a "recipient" line; it goes to servers and into reports as it is. */
static bool take_asked(struct envelope *e, const char *key, char *value, struct diagnosis *d)
{
	bool notify = strcmp(key, "recipient-notify") == 0;
	if (e->recipient_count == 0 || !(notify ? dsn_notify_ok(value) : dsn_orcpt_ok(value)))
		return damaged(d, "what it says of a recipient makes no sense");
	struct envelope_asked *a = last_asked(e);
	set(e, notify ? &a->notify : &a->orcpt, value);
	return true;
}

/* The first one with a blank after it. */
static char *find_colon(char *line)
{
	char *colon = strchr(line, ':');
	while (colon != NULL && colon[1] != ' ')
		colon = strchr(colon + 1, ':');
	return colon;
}

/* One "key: value"; line is cut at the colon. */
static bool take_line(struct envelope *e, char *line, bool *has_sender, struct diagnosis *d)
{
	char *colon = find_colon(line);
	long long number;
	if (colon == NULL || colon == line)
		return damaged(d, "a line of its head has no colon");
	*colon = '\0';
	char *value = colon + 2;
	/* Only digits and its own words get through that. */
	if (is(line, "content"))
		return read_content(&e->content, value) || damaged(d, "the content line makes no sense");
	if (text_has_control(value))
		return damaged(d, "its head has a control character");
	if (is(line, "recipient")) {
		append_recipient(e, e->borrowed ? value : mem_copy(value));
	} else if (is(line, "recipient-notify") || is(line, "recipient-orcpt")) {
		return take_asked(e, line, value, d);
	} else if (is(line, "created") || is(line, "uid")) {
		if (!text_number(value, 0, 1LL << 61, &number))
			return damaged(d, "a number in its head makes no sense");
		*(line[0] == 'c' ? &e->created_us : &e->uid) = number;
	} else if (is(line, "repaired")) {
		e->repaired.length = 0;
		buffer_puts(&e->repaired, value);
	} else if (is(line, "note")) {
		buffer_puts(&e->notes, value);
		buffer_puts(&e->notes, "\n");
	} else {
		char **slot = string_slot(e, line);
		if (slot != NULL)
			set(e, slot, value);
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

/* bytes: the head without its blank line, NUL after it; it is cut up. */
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

/* No head, whatever may follow.  A user can make files of any length that cost them nothing, of NUL
   bytes: none is read to its end. */
static bool is_hopeless(const char *bytes, size_t from, size_t length)
{
	static const char begins[] = "firsthop-spool: ";
	size_t known = length < sizeof begins - 1 ? length : sizeof begins - 1;
	return length > 0 &&
	       (memcmp(bytes, begins, known) != 0 || memchr(bytes + from, '\0', length - from) != NULL);
}

static const char *find_end(const char *bytes, size_t length, struct diagnosis *d)
{
	const char *end = length > 0 ? head_end(bytes, 0, length) : NULL;
	if (end == NULL)
		damaged(d, length > ENVELOPE_HEAD_LIMIT_BYTES ? "its head is longer than 16 MiB"
		           : !is_hopeless(bytes, 0, length)   ? "its head has no end"
		                                              : "its head has a NUL, or is none");
	return end;
}

bool envelope_parse(struct envelope *e, const char *bytes, size_t length, struct diagnosis *d)
{
	const char *end = find_end(bytes, length, d);
	if (end == NULL)
		return false;
	char *copy = mem_copy_n(bytes, (size_t)(end - bytes));
	bool good = parse_head(e, copy, (size_t)(end - bytes), d);
	free(copy);
	e->message_at = end - bytes + 1;
	return good;
}

static bool parse_in_place(struct envelope *e, char *bytes, size_t length, struct diagnosis *d)
{
	const char *end = find_end(bytes, length, d);
	e->message_at = end != NULL ? end - bytes + 1 : 0;
	return end != NULL && parse_head(e, bytes, (size_t)(end - bytes), d);
}

/* Reads until the end of the head is there, or there is no more. */
static bool read_head(struct buffer *head, int fd, struct diagnosis *d)
{
	char bytes[16384]; /* a caller may have a small stack */
	head->length = 0;
	for (;;) {
		/* Most heads are short. */
		size_t wanted = head->length == 0 ? 4096 : sizeof bytes;
		ssize_t n = fdio_read_at(fd, bytes, wanted, (int64_t)head->length);
		if (n < 0) {
			diag_set_errno(d, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED,
			    "read the spool file");
			return false;
		}
		/* A line end that was the last byte may be followed by another one now. */
		size_t from = head->length > 0 ? head->length - 1 : 0;
		buffer_add(head, bytes, (size_t)n);
		if (n == 0 || head_end(head->data, from, head->length) != NULL ||
		    is_hopeless(head->data, from, head->length) || head->length > ENVELOPE_HEAD_LIMIT_BYTES)
			return true;
	}
}

bool envelope_read(struct envelope *e, int fd, struct diagnosis *d)
{
	struct buffer head = {0};
	bool good = read_head(&head, fd, d) && parse_in_place(e, head.data, head.length, d);
	buffer_free(&head);
	if (good)
		lseek(fd, (off_t)e->message_at, SEEK_SET);
	return good;
}

bool envelope_look(struct envelope *e, int fd, struct buffer *head, struct diagnosis *d)
{
	begin(e, true);
	return read_head(head, fd, d) && parse_in_place(e, head->data, head->length, d);
}

bool envelope_look_again(struct envelope *e, struct buffer *head, struct diagnosis *d)
{
	begin(e, true);
	return parse_in_place(e, head->data, head->length, d);
}
