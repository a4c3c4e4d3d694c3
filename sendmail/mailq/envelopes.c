/* Asking for envelopes, many at a time. */
#include "mailq/envelopes.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "mailq/row.h"
#include "mailq/runner_connect.h"
#include "message/envelope.h"
#include "spool/control_line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_A_TIME 64

static void take(char **slot, const char *line, const char *key)
{
	char value[400];
	if (!fields_get(line, key, value, sizeof value))
		return;
	row_set(slot, value);
}

void envelopes_take(struct row *r, const char *line)
{
	r->uid = fields_get_number(line, "uid", -1);
	r->bytes = fields_get_number(line, "bytes", 0);
	r->arrival_s = fields_get_number(line, "created_us", 0) / 1000000;
	take(&r->login, line, "login");
	take(&r->sender, line, "sender");
	take(&r->program, line, "program");
}

static void take_answer(struct row *r, const char *line)
{
	char key[16], value[400];
	const char *fields;
	if (control_answer_parse(line, &fields) != CONTROL_OK_FIELDS)
		return;
	envelopes_take(r, fields);
	r->active = fields_get_number(fields, "active", 0) != 0;
	r->unread = false;
	for (int i = 0; r->rcpt_count == i && i < ENVELOPE_LISTED_MAX; i++) {
		snprintf(key, sizeof key, "rcpt%d", i);
		if (fields_get(fields, key, value, sizeof value))
			row_add_rcpt(r, value, NULL);
	}
}

static bool ask(int fd, const struct listing *l, struct row *const *rows, int count)
{
	struct buffer lines = {0};
	for (int i = 0; i < count; i++) {
		char name[ID_SIZE + 8];
		snprintf(name, sizeof name, "%s%s", rows[i]->id, l->of_dead ? ".dead" : "");
		control_line_put(&lines, CONTROL_SHOW, name);
	}
	ssize_t n = send(fd, lines.data, lines.length, MSG_NOSIGNAL);
	bool sent = n == (ssize_t)lines.length;
	buffer_free(&lines);
	return sent;
}

static bool hear(int fd, struct buffer *in, struct row *const *rows, int count)
{
	char bytes[16384], *line;
	for (int i = 0; i < count; i++) {
		while ((line = fdio_take_line(in)) == NULL) {
			ssize_t n = fdio_read(fd, bytes, sizeof bytes);
			if (n <= 0)
				return false;
			buffer_add(in, bytes, (size_t)n);
		}
		take_answer(rows[i], line);
		free(line);
	}
	return true;
}

void envelopes_ask(struct listing *l)
{
	struct row *rows[AT_A_TIME];
	struct buffer in = {0};
	int fd = -1, count = 0;
	bool good = true;
	for (int i = 0; i < l->count && good; i++) {
		if (l->rows[i].unread)
			rows[count++] = &l->rows[i];
		if (count == 0 || (count < AT_A_TIME && i + 1 < l->count))
			continue;
		if (fd < 0)
			fd = runner_connect(true);
		good = fd >= 0 && ask(fd, l, rows, count) && hear(fd, &in, rows, count);
		count = 0;
	}
	if (fd >= 0)
		close(fd);
	buffer_free(&in);
}
