/* The diagnosis: names of its enums, and its form as one line. */
#include "diagnosis/diag.h"
#include "base/language.h"
#include "base/fields.h"
#include "base/text.h"
#include "diagnosis/server.h"
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const verdict_names[] = {"none", TR_LATER("sent"), TR_LATER("deferred"),
    TR_LATER("failed")};
static const char *const stage_names[STAGE_COUNT] = {"none", "submit", "spool", "config", "lookup",
    "connect", "TLS", "banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot",
    "RSET", "QUIT"};
static const char *const fault_names[FAULT_COUNT] = {"none", TR_LATER("message"),
    TR_LATER("recipient"), TR_LATER("route"), TR_LATER("credential"), TR_LATER("config"),
    TR_LATER("local")};

static int name_index(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (names[i][0] == *name && strcmp(names[i], name) == 0)
			return i;
	}
	return 0;
}

const char *verdict_name(enum verdict v)
{
	return verdict_names[v];
}

const char *stage_name(enum stage s)
{
	return stage_names[s];
}

const char *stage_word(enum stage s)
{
	return s == STAGE_END_OF_DATA ? "end-of-data" : stage_names[s];
}

enum stage stage_find(const char *name)
{
	if (strcmp(name, stage_word(STAGE_END_OF_DATA)) == 0)
		return STAGE_END_OF_DATA;
	return (enum stage)name_index(stage_names, STAGE_COUNT, name);
}

const char *diag_key(const struct diagnosis *d)
{
	return d->key == REASON_OTHER ? d->other_key : reason_word(d->key);
}

void diag_name(struct diagnosis *d, const char *word)
{
	d->key = reason_find(word);
	text_copy(d->other_key, sizeof d->other_key, d->key == REASON_OTHER ? word : "");
}

bool diag_same_key(const struct diagnosis *a, const struct diagnosis *b)
{
	return a->key == b->key && (a->key != REASON_OTHER || strcmp(a->other_key, b->other_key) == 0);
}

const char *fault_name(enum fault f)
{
	return fault_names[f];
}

static void set_text(struct diagnosis *d, const char *format, va_list args, int error_no)
    __attribute__((format(printf, 2, 0)));

static void set_text(struct diagnosis *d, const char *format, va_list args, int error_no)
{
	char raw[sizeof d->text];
	struct text t;
	vsnprintf(raw, sizeof raw, format, args);
	text_init(&t, d->text, sizeof d->text);
	text_escape(&t, raw, strlen(raw));
	if (error_no != 0)
		text_printf(&t, ": %s", strerror(error_no));
}

static void set_head(struct diagnosis *d, enum verdict v, enum stage s, enum reason_key key,
    int error_no)
{
	d->verdict = v;
	d->stage = s;
	d->error_no = error_no;
	d->key = key;
}

void diag_set(struct diagnosis *d, enum verdict v, enum stage s, enum reason_key key,
    const char *format, ...)
{
	va_list args;
	set_head(d, v, s, key, 0);
	va_start(args, format);
	set_text(d, format, args, 0);
	va_end(args);
}

void diag_set_errno(struct diagnosis *d, enum verdict v, enum stage s, enum reason_key key,
    const char *format, ...)
{
	int error_no = errno;
	va_list args;
	set_head(d, v, s, key, error_no);
	va_start(args, format);
	set_text(d, format, args, error_no);
	va_end(args);
}

static void put_known(struct buffer *line, const char *key, const char *value)
{
	if (*value != '\0')
		fields_put(line, key, value);
}

static void put_nonzero(struct buffer *line, const char *key, long long value)
{
	if (value != 0)
		fields_put_number(line, key, value);
}

void diag_write(const struct diagnosis *d, struct buffer *line)
{
	fields_put(line, "verdict", verdict_name(d->verdict));
	fields_put(line, "stage", stage_name(d->stage));
	fields_put(line, "fault", fault_name(d->fault));
	put_known(line, "hop", d->hop);
	put_known(line, "peer", d->peer_name);
	put_known(line, "ip", d->peer_address);
	put_nonzero(line, "port", d->port);
	put_known(line, "server", d->server);
	put_known(line, "local", d->local_address);
	put_known(line, "login", d->login);
	put_nonzero(line, "code", d->reply_code);
	put_known(line, "status", d->status);
	put_nonzero(line, "errno", d->error_no);
	put_known(line, "tls", d->tls);
	put_known(line, "key", diag_key(d));
	if (d->verdict != VERDICT_SENT)
		put_known(line, "moved", d->moved);
	put_known(line, "text", d->text);
}

/* How a field is read, and where it goes. */
static const struct field {
	const char *key;
	enum { NAME, NUMBER, WORD, WORDS, KIND, KEY } form;
	size_t at, size; /* of a text in struct diagnosis */
} fields[] = {
    {"verdict", NAME, 0, 0},
    {"stage", NAME, 0, 0},
    {"fault", NAME, 0, 0},
    {"port", NUMBER, 0, 0},
    {"code", NUMBER, 0, 0},
    {"errno", NUMBER, 0, 0},
#define TEXT_FIELD(key, form, member)                                                        \
	{                                                                                        \
		key, form, offsetof(struct diagnosis, member), sizeof((struct diagnosis *)0)->member \
	}
    TEXT_FIELD("hop", WORDS, hop),
    TEXT_FIELD("peer", WORDS, peer_name),
    TEXT_FIELD("ip", WORD, peer_address),
    TEXT_FIELD("server", KIND, server),
    TEXT_FIELD("local", WORD, local_address),
    TEXT_FIELD("login", WORDS, login),
    TEXT_FIELD("status", WORD, status),
    TEXT_FIELD("tls", WORDS, tls),
    TEXT_FIELD("key", KEY, other_key),
    TEXT_FIELD("moved", WORDS, moved),
    TEXT_FIELD("text", WORDS, text),
};

#define FIELDS (sizeof fields / sizeof fields[0])

enum verdict diag_read_verdict(const char *line)
{
	char word[16];
	bool there = fields_get(line, "verdict", word, sizeof word);
	return there ? (enum verdict)name_index(verdict_names, 4, word) : VERDICT_NONE;
}

char *diag_keep(const struct diagnosis *d)
{
	struct buffer line = {0};
	diag_write(d, &line);
	char *kept = mem_copy(buffer_string(&line));
	buffer_free(&line);
	return kept;
}

static void read_name(struct diagnosis *d, const char *key, const char *value)
{
	if (*key == 'v')
		d->verdict = (enum verdict)name_index(verdict_names, 4, value);
	else if (*key == 's')
		d->stage = (enum stage)name_index(stage_names, STAGE_COUNT, value);
	else
		d->fault = (enum fault)name_index(fault_names, FAULT_COUNT, value);
}

static void read_number(struct diagnosis *d, const char *key, const char *value)
{
	long long number = 0;
	bool known = text_number(value, 0, UINT16_MAX, &number);
	if (*key == 'p' && known)
		d->port = (uint16_t)number;
	else if (*key == 'c' && known && number <= 999)
		d->reply_code = (uint16_t)number;
	else if (*key == 'e' && known && number <= 4096)
		d->error_no = (int)number;
}

static void read_field(struct diagnosis *d, const struct field *f, const char *value)
{
	char *text = (char *)d + f->at;
	if (f->form == NAME) {
		read_name(d, f->key, value);
	} else if (f->form == NUMBER) {
		read_number(d, f->key, value);
	} else {
		text_copy(text, f->size, value);
		if (f->form == WORDS)
			text_tame(text, f->size);
		else /* what else is in a word is somebody's trick */
			text[strspn(text,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-%")] = '\0';
		if (f->form == KIND && server_name(text) == NULL)
			*text = '\0';
		if (f->form == KEY)
			diag_name(d, text);
	}
}

void diag_read(struct diagnosis *d, const char *line)
{
	char key[16], value[sizeof d->text];
	bool seen[FIELDS] = {false}; /* the first of each counts */
	*d = (struct diagnosis){0};
	while (fields_next(&line, key, sizeof key, value, sizeof value)) {
		size_t i = 0;
		while (i < FIELDS && (fields[i].key[0] != key[0] || strcmp(fields[i].key, key) != 0))
			i++;
		if (i == FIELDS || seen[i])
			continue;
		seen[i] = true;
		read_field(d, &fields[i], value);
	}
}

const char *diag_filter(const struct diagnosis *d)
{
	return d->hop[0] == '|' ? d->hop + 1 : NULL;
}
