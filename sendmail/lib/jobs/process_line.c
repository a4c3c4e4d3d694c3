/* Put and parsed by the tables of verbs. */
#include "jobs/process_line.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/text.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct protocol_row asked[] = {
    [PROCESS_START] = {"start", "PROGRAM"},
    [PROCESS_SIGNAL] = {"signal", "PID NUMBER"},
};
const struct protocol process_asked = PROTOCOL("to a starter", asked);

static const struct protocol_row answered[] = {
    [PROCESS_STARTED] = {"started", "PID"},
    [PROCESS_REFUSED] = {"refused", "ERRNO"},
    [PROCESS_ENDED] = {"ended", "PID STATUS"},
};
const struct protocol process_answered = PROTOCOL("from a starter", answered);

static const char *const names[PROCESS_PROGRAMS] = {
    [PROCESS_RELAY] = "relay",
    [PROCESS_MBOX] = "mbox",
    [PROCESS_MAILBOX] = "mailbox",
    [PROCESS_FILTERS] = "filters",
    [PROCESS_FILTER] = "filter",
    [PROCESS_SMTPD] = "smtpd",
};

const char *process_program_name(enum process_program program)
{
	return names[program];
}

/* The next word of at, or of what follows a verb in its table; false when there is none, or
 * it is too long. */
static bool next_word(const char **at, char word[PROCESS_LINE_BYTES])
{
	size_t length = strcspn(*at, " ");
	if (length == 0 || length >= PROCESS_LINE_BYTES)
		return false;
	memcpy(word, *at, length);
	word[length] = '\0';
	*at += length + ((*at)[length] == ' ');
	return true;
}

void process_line_put(struct buffer *out, const struct protocol *p, const struct process_line *l)
{
	TEXT(behind, PROCESS_LINE_BYTES);
	const char *row = p->rows[l->verb].behind;
	char kind[PROCESS_LINE_BYTES];
	while (next_word(&row, kind)) {
		text_put(&behind, behind.length > 0 ? " " : "");
		if (strcmp(kind, "PROGRAM") == 0)
			text_put(&behind, names[l->number]);
		else
			text_printf(&behind, "%ld", strcmp(kind, "PID") == 0 ? (long)l->pid : (long)l->number);
	}
	protocol_put(out, p, l->verb, behind.data);
}

static bool find_program(const char *name, int *number)
{
	for (*number = 0; *number < PROCESS_PROGRAMS; (*number)++) {
		if (strcmp(names[*number], name) == 0)
			return true;
	}
	return false;
}

static bool take_word(struct process_line *l, const char *kind, const char *word)
{
	long long number;
	bool is_pid = strcmp(kind, "PID") == 0;
	if (strcmp(kind, "PROGRAM") == 0)
		return find_program(word, &l->number);
	if (!text_number(word, is_pid || strcmp(kind, "ERRNO") == 0, INT32_MAX, &number))
		return false;
	if (is_pid)
		l->pid = (pid_t)number;
	else
		l->number = (int)number;
	return true;
}

bool process_line_parse(struct process_line *l, const struct protocol *p, const char *line)
{
	char kind[PROCESS_LINE_BYTES], word[PROCESS_LINE_BYTES];
	*l = (struct process_line){.verb = protocol_find(p, line, &line)};
	if (l->verb < 0)
		return false;
	for (const char *row = p->rows[l->verb].behind; next_word(&row, kind);) {
		if (!next_word(&line, word) || !take_word(l, kind, word))
			return false;
	}
	return *line == '\0' && line[-1] != ' ';
}

bool process_line_send(int socket, const struct protocol *p, const struct process_line *l,
    const int *fds, int count)
{
	struct buffer line = {0};
	process_line_put(&line, p, l);
	/* FreeBSD 15 joins packets whose end is not said. */
	ssize_t n = fdpass_send(socket, line.data, line.length, fds, count, MSG_DONTWAIT | MSG_EOR);
	bool sent = n == (ssize_t)line.length;
	int saved = errno;
	buffer_free(&line);
	errno = saved;
	return sent;
}

int process_line_receive(int socket, const struct protocol *p, struct process_line *l, int *fds,
    int *count)
{
	char line[PROCESS_LINE_BYTES];
	bool whole;
	*count = 0;
	ssize_t n = fdpass_receive(socket, line, sizeof line, fds, count, PROCESS_FDS_MAX, &whole);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || fdio_rests()))
		return 0;
	if (n > 0 && whole && memchr(line, '\n', (size_t)n) == line + n - 1 &&
	    memchr(line, '\0', (size_t)n) == NULL) {
		line[n - 1] = '\0';
		if (process_line_parse(l, p, line))
			return 1;
	}
	while (*count > 0)
		close(fds[--*count]);
	return -1;
}
