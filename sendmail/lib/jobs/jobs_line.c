/* The verbs between runner and relay, and their fields. */
#include "jobs/jobs_line.h"
#include "base/fields.h"
#include "base/text.h"
#include "message/dsn.h"
#include <stddef.h>
#include <string.h>

static const struct protocol_row to_relay[] = {
    [JOBS_MESSAGE] = {"message", "id= sender= rcpts= received="},
    [JOBS_RCPT] = {"rcpt", "address= notify= orcpt= archive="},
    [JOBS_BACK] = {"back", ""},
    [JOBS_QUIT] = {"quit", ""},
};
const struct protocol jobs_to_relay = PROTOCOL("runner to relay", to_relay);

static const struct protocol_row to_runner[] = {
    [SAID_STEP] = {"step", "text="},
    [SAID_SAY] = {"say", "text="},
    [SAID_PASSED] = {"passed", "DIAGNOSIS"},
    [SAID_REFUSED] = {"refused", "DIAGNOSIS"},
    [SAID_HOP] = {"hop", "DIAGNOSIS"},
    [SAID_READY] = {"ready", "n= DIAGNOSIS"},
    [SAID_WITHOUT] = {"without", "n= DIAGNOSIS"},
    [SAID_DOWN] = {"down", "DIAGNOSIS"},
    [SAID_RCPT] = {"rcpt", "id= n= next= DIAGNOSIS"},
    [SAID_RELAYED] = {"relayed", "id= n="},
    [SAID_MSG] = {"msg", "id="},
    [SAID_UNUSED] = {"unused", "id="},
    [SAID_FILTERED] = {"filtered", "id= how= text="},
    [SAID_REPAIRED] = {"repaired", "id= text="},
    [SAID_ENDING] = {"ending", "id="},
    [SAID_ALIVE] = {"alive", "stage="},
    [SAID_SETTLED] = {"settled", "id="},
    [SAID_FREED] = {"freed", ""},
    [SAID_OVER] = {"over", "DIAGNOSIS"},
    [SAID_BYE] = {"bye", ""},
};
const struct protocol jobs_to_runner = PROTOCOL("relay to runner", to_runner);

static const struct field {
	const char *key;
	size_t at;    /* in struct jobs_line */
	size_t limit; /* of a text, with its NUL; 0 = a number */
} fields[] = {
    {"id", offsetof(struct jobs_line, id), 32},
    {"sender", offsetof(struct jobs_line, sender), 400},
    {"address", offsetof(struct jobs_line, address), 400},
    {"notify", offsetof(struct jobs_line, notify), 64},
    {"orcpt", offsetof(struct jobs_line, orcpt), DSN_ORCPT_MAX + 1},
    {"how", offsetof(struct jobs_line, how), 16},
    {"text", offsetof(struct jobs_line, text), 1024},
    {"stage", offsetof(struct jobs_line, stage), 16},
    {"rcpts", offsetof(struct jobs_line, rcpts), 0},
    {"received", offsetof(struct jobs_line, received), 0},
    {"archive", offsetof(struct jobs_line, archive), 0},
    {"n", offsetof(struct jobs_line, n), 0},
    {"next", offsetof(struct jobs_line, next), 0},
};

/* The next field that a row names: *at moves past it.  NULL: the end, or DIAGNOSIS. */
static const struct field *next_field(const char **at)
{
	size_t length = strcspn(*at, "=");
	for (size_t i = 0; (*at)[length] == '=' && i < sizeof fields / sizeof fields[0]; i++) {
		if (strncmp(fields[i].key, *at, length) != 0 || fields[i].key[length] != '\0')
			continue;
		*at += length + 1 + ((*at)[length + 1] == ' ');
		return &fields[i];
	}
	return NULL;
}

void jobs_line_put(struct buffer *out, const struct protocol *p, const struct jobs_line *l)
{
	struct buffer line = {0};
	const char *at = p->rows[l->verb].behind;
	const struct field *f;
	while ((f = next_field(&at)) != NULL) {
		const void *value = (const char *)l + f->at;
		if (f->limit == 0 && *(const long long *)value >= 0)
			fields_put_number(&line, f->key, *(const long long *)value);
		else if (f->limit != 0 && *(const char *const *)value != NULL)
			fields_put(&line, f->key, *(const char *const *)value);
	}
	if (*at != '\0' && l->d != NULL)
		diag_write(l->d, &line);
	protocol_put(out, p, l->verb, line.length > 0 ? buffer_string(&line) : "");
	buffer_free(&line);
}

bool jobs_line_parse(struct jobs_heard *h, const struct protocol *p, const char *line)
{
	struct jobs_line *l = &h->line;
	const char *behind, *at;
	const struct field *f;
	size_t used = 0;
	*l = (struct jobs_line){.verb = protocol_find(p, line, &behind)};
	if (l->verb < 0)
		return false;
	at = p->rows[l->verb].behind;
	while ((f = next_field(&at)) != NULL) {
		void *value = (char *)l + f->at;
		if (f->limit == 0) {
			*(long long *)value = fields_get_number(behind, f->key, -1);
		} else if (fields_get(behind, f->key, h->room + used, f->limit)) {
			*(const char **)value = h->room + used;
			used += strlen(h->room + used) + 1;
		}
	}
	if (*at != '\0') {
		diag_read(&h->d, behind);
		l->d = &h->d;
	}
	return true;
}
