/* Asking for envelopes, many at a time. */
#include "mailq/envelopes.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "mailq/runner_connect.h"
#include "message/envelope.h"
#include "spool/control_line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_A_TIME 64

static void take(const char **slot, struct row_store *store, const char *line, const char *key)
{
	char value[400];
	if (fields_get(line, key, value, sizeof value))
		*slot = row_string(store, value);
}

static void take_rcpts(struct row *r, struct row_store *store, const char *line)
{
	char key[16], value[400];
	for (int i = 0; r->rcpt_count == i && i < ENVELOPE_LISTED_MAX; i++) {
		snprintf(key, sizeof key, "rcpt%d", i);
		if (fields_get(line, key, value, sizeof value))
			row_add_rcpt(r, store, value, NULL);
	}
}

void envelopes_take(struct row *r, struct row_store *store, const char *line)
{
	r->uid = fields_get_number(line, "uid", -1);
	r->bytes = fields_get_number(line, "bytes", 0);
	row_set_arrival(r, fields_get_number(line, "created_us", 0));
	take(&r->login, store, line, "login");
	take(&r->sender, store, line, "sender");
	take(&r->program, store, line, "program");
	take_rcpts(r, store, line);
}

static void take_answer(struct row *r, struct row_store *store, const char *line)
{
	const char *fields;
	if (control_answer_parse(line, &fields) != CONTROL_OK_FIELDS)
		return;
	envelopes_take(r, store, fields);
	r->active = fields_get_number(fields, "active", 0) != 0;
	r->unread = false;
}

static bool ask(int fd, bool of_dead, struct row *const *rows, int count)
{
	struct buffer lines = {0};
	for (int i = 0; i < count; i++) {
		char name[ID_SIZE + 8];
		snprintf(name, sizeof name, "%s%s", rows[i]->id, of_dead ? ".dead" : "");
		control_line_put(&lines, CONTROL_SHOW, name);
	}
	ssize_t n = send(fd, lines.data, lines.length, MSG_NOSIGNAL);
	bool sent = n == (ssize_t)lines.length;
	buffer_free(&lines);
	return sent;
}

static bool hear(struct envelopes *a, struct row *const *rows, int count, struct row_store *store)
{
	char bytes[16384], *line;
	for (int i = 0; i < count; i++) {
		while ((line = fdio_take_line(&a->in)) == NULL) {
			ssize_t n = fdio_read(a->fd, bytes, sizeof bytes);
			if (n <= 0)
				return false;
			buffer_add(&a->in, bytes, (size_t)n);
		}
		take_answer(rows[i], store, line);
		free(line);
	}
	return true;
}

void envelopes_ask(struct envelopes *a, struct row *list, int list_count, bool of_dead,
    struct row_store *store)
{
	struct row *rows[AT_A_TIME];
	int count = 0;
	for (int i = 0; i < list_count && !a->failed; i++) {
		if (list[i].unread)
			rows[count++] = &list[i];
		if (count == 0 || (count < AT_A_TIME && i + 1 < list_count))
			continue;
		if (a->fd < 0)
			a->fd = runner_connect(true);
		a->failed = a->fd < 0 || !ask(a->fd, of_dead, rows, count) || !hear(a, rows, count, store);
		count = 0;
	}
}

void envelopes_end(struct envelopes *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	buffer_free(&a->in);
}
