/* The diagnosis: names of its enums, and its form as one line. */
#include "diagnosis/diag.h"
#include "base/language.h"
#include "base/fields.h"
#include "base/text.h"
#include "diagnosis/server.h"
#include <errno.h>
#include <stdarg.h>
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
		if (strcmp(names[i], name) == 0)
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
	return s == STAGE_DOT ? "end-of-data" : stage_names[s];
}

enum stage stage_find(const char *name)
{
	if (strcmp(name, stage_word(STAGE_DOT)) == 0)
		return STAGE_DOT;
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

/* A word of the field: what else is in it is somebody's trick. */
static void get_word(const char *line, const char *key, char *value, size_t size)
{
	fields_get(line, key, value, size);
	value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-%")] =
	    '\0';
}

static long long get_number(const char *line, const char *key, long long most)
{
	long long number = fields_get_number(line, key, 0);
	return number < 0 || number > most ? 0 : number;
}

static void get_words(const char *line, const char *key, char *value, size_t size)
{
	fields_get(line, key, value, size);
	text_tame(value, size);
}

void diag_read(struct diagnosis *d, const char *line)
{
	char word[32], key[sizeof d->other_key] = "";
	*d = (struct diagnosis){0};
	if (fields_get(line, "verdict", word, sizeof word))
		d->verdict = (enum verdict)name_index(verdict_names, 4, word);
	if (fields_get(line, "stage", word, sizeof word))
		d->stage = (enum stage)name_index(stage_names, STAGE_COUNT, word);
	if (fields_get(line, "fault", word, sizeof word))
		d->fault = (enum fault)name_index(fault_names, FAULT_COUNT, word);
	get_words(line, "hop", d->hop, sizeof d->hop);
	get_words(line, "peer", d->peer_name, sizeof d->peer_name);
	get_word(line, "ip", d->peer_address, sizeof d->peer_address);
	d->port = (uint16_t)get_number(line, "port", UINT16_MAX);
	get_word(line, "server", d->server, sizeof d->server);
	if (server_name(d->server) == NULL)
		d->server[0] = '\0';
	get_word(line, "local", d->local_address, sizeof d->local_address);
	get_words(line, "login", d->login, sizeof d->login);
	d->reply_code = (uint16_t)get_number(line, "code", 999);
	get_word(line, "status", d->status, sizeof d->status);
	d->error_no = (int)get_number(line, "errno", 4096);
	get_words(line, "tls", d->tls, sizeof d->tls);
	get_word(line, "key", key, sizeof key);
	diag_name(d, key);
	get_words(line, "text", d->text, sizeof d->text);
	get_words(line, "moved", d->moved, sizeof d->moved);
}
