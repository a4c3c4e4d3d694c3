/* Asking what is being worked on. */
#include "mailq/in_work.h"
#include "base/fdio.h"
#include "base/text.h"
#include "mailq/runner_connect.h"
#include "spool/control_line.h"
#include "spool/id.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_S 2
#define LIMIT_BYTES 262144

static char *hear(int fd)
{
	struct buffer in = {0};
	char bytes[4096], *line;
	while ((line = fdio_take_line(&in)) == NULL && in.length < LIMIT_BYTES) {
		ssize_t n = fdio_read(fd, bytes, sizeof bytes);
		if (n <= 0)
			break;
		buffer_add(&in, bytes, (size_t)n);
	}
	buffer_free(&in);
	return line;
}

static bool take(struct names *n, const char *line)
{
	const char *fields;
	if (control_answer_parse(line, &fields) != CONTROL_OK_FIELDS || !text_starts(fields, "ids="))
		return false;
	for (const char *at = fields + 4; *at != '\0';
	     at += at[ID_LENGTH] == ',' ? ID_SIZE : ID_LENGTH) {
		char id[ID_SIZE];
		if (strlen(at) < ID_LENGTH)
			return false;
		memcpy(id, at, ID_LENGTH);
		id[ID_LENGTH] = '\0';
		if (!id_valid(id))
			return false;
		names_add(n, id);
	}
	return true;
}

bool in_work_ask(struct names *n)
{
	const struct timeval limit = {.tv_sec = ANSWER_S};
	struct buffer asked = {0};
	int fd = runner_connect(true);
	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	control_line_put(&asked, CONTROL_WORK, "");
	bool sent = send(fd, asked.data, asked.length, MSG_NOSIGNAL) == (ssize_t)asked.length;
	char *line = sent ? hear(fd) : NULL;
	bool heard = line != NULL && take(n, line);
	names_sort(n);
	buffer_free(&asked);
	free(line);
	close(fd);
	return heard;
}
