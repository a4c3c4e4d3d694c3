/* A process for each exchange with a name server. */
#include "relay/route/exchange.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/confine.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_FD 3
#define LINES_LIMIT_BYTES 65536
#define SLACK_MS 2000 /* for the process, after the end of its work */

enum exchange_verb { EXCHANGE_ANSWER, EXCHANGE_RECORD, EXCHANGE_TLSA, EXCHANGE_FAILED };
static const struct protocol_row rows[] = {
    [EXCHANGE_ANSWER] = {"answer", "kind= cut= count= validated= left= zone= alias="},
    [EXCHANGE_RECORD] = {"record", "name= preference= weight= port="},
    [EXCHANGE_TLSA] = {"tlsa", "usage= selector= matching= data="},
    [EXCHANGE_FAILED] = {"failed", "ERRNO"},
};
const struct protocol exchange_said = PROTOCOL("questions to DNS to relay", rows);

static const struct confine_limits with_socket = {.memory_mib = 128,
    .cpu_s = 10,
    .descriptors = ANSWER_FD + 2 /* one for the kernel, while it confines */,
    .file_bytes = 0};

static void put_tlsa(struct buffer *lines, const struct tlsa_set *set, int i)
{
	const struct tlsa *t = &set->records[i];
	struct buffer fields = {0};
	buffer_printf(&fields, "usage=%u selector=%u matching=%u data=", t->usage, t->selector,
	    t->matching);
	for (int k = 0; k < t->size; k++)
		buffer_printf(&fields, "%02x", set->data[t->at + k]);
	buffer_puts(&fields, t->size > 0 ? "" : "\"\"");
	protocol_put(lines, &exchange_said, EXCHANGE_TLSA, buffer_string(&fields));
	buffer_free(&fields);
}

void exchange_write(struct buffer *lines, const struct dns_answer *a, bool cut)
{
	struct buffer line = {0};
	fields_put_number(&line, "kind", a->kind);
	fields_put_number(&line, "cut", cut);
	fields_put_number(&line, "count", a->count);
	fields_put_number(&line, "validated", a->validated);
	fields_put_number(&line, "left", a->left_out);
	fields_put(&line, "zone", a->zone);
	fields_put(&line, "alias", a->alias);
	protocol_put(lines, &exchange_said, EXCHANGE_ANSWER, buffer_string(&line));
	for (int i = 0; i < a->tlsa.count; i++)
		put_tlsa(lines, &a->tlsa, i);
	for (int i = 0; i < a->count && a->tlsa.count == 0; i++) {
		line.length = 0;
		fields_put(&line, "name", a->records[i].name);
		fields_put_number(&line, "preference", a->records[i].preference);
		fields_put_number(&line, "weight", a->records[i].weight);
		fields_put_number(&line, "port", a->records[i].port);
		protocol_put(lines, &exchange_said, EXCHANGE_RECORD, buffer_string(&line));
	}
	buffer_free(&line);
}

static bool read_name(const char *fields, const char *key, char *name, size_t size)
{
	return fields_get(fields, key, name, size) && !text_has_control(name);
}

static bool is_of_type(const char *name, enum dns_type type)
{
	unsigned char bytes[16];
	if (type != DNS_A && type != DNS_AAAA)
		return true;
	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static bool read_number(const char *fields, const char *key, long long most, long long *number)
{
	*number = fields_get_number(fields, key, -1);
	return *number >= 0 && *number <= most;
}

static bool read_record(const char *line, enum dns_type type, struct dns_record *r)
{
	long long preference, weight, port;
	if (protocol_find(&exchange_said, line, &line) != EXCHANGE_RECORD ||
	    !read_name(line, "name", r->name, sizeof r->name) || !is_of_type(r->name, type))
		return false;
	if (!read_number(line, "preference", 65535, &preference) ||
	    !read_number(line, "weight", 65535, &weight) || !read_number(line, "port", 65535, &port))
		return false;
	r->preference = (uint16_t)preference;
	r->weight = (uint16_t)weight;
	r->port = (uint16_t)port;
	return true;
}

/* Pairs of hexadecimal digits; -1: something else. */
static int read_hex(const char *digits, unsigned char *bytes, size_t size)
{
	static const char all[] = "0123456789abcdef";
	size_t n = 0;
	for (; digits[0] != '\0'; digits += 2, n++) {
		unsigned value = 0;
		for (int k = 0; k < 2; k++) {
			const char *digit = digits[k] != '\0' ? strchr(all, digits[k]) : NULL;
			if (digit == NULL)
				return -1;
			value = value << 4 | (unsigned)(digit - all);
		}
		if (n == size)
			return -1;
		bytes[n] = (unsigned char)value;
	}
	return (int)n;
}

static bool read_tlsa(const char *line, struct tlsa_set *set)
{
	static char digits[2 * TLSA_DATA_BYTES + 2];
	static unsigned char bytes[TLSA_DATA_BYTES];
	long long usage, selector, matching;
	if (protocol_find(&exchange_said, line, &line) != EXCHANGE_TLSA ||
	    !fields_get(line, "data", digits, sizeof digits) ||
	    !read_number(line, "usage", 255, &usage) ||
	    !read_number(line, "selector", 255, &selector) ||
	    !read_number(line, "matching", 255, &matching))
		return false;
	int size = read_hex(digits, bytes, sizeof bytes);
	return size >= 0 && tlsa_add(set, (unsigned)usage, (unsigned)selector, (unsigned)matching,
	                        bytes, (size_t)size);
}

bool exchange_read(struct buffer *lines, enum dns_type type, struct dns_answer *a, bool *cut)
{
	size_t at = 0;
	long long kind, count, was_cut, validated, left_out;
	const char *line = fdio_next_line(lines, &at);
	*a = (struct dns_answer){.kind = DNS_BAD};
	if (line == NULL || protocol_find(&exchange_said, line, &line) != EXCHANGE_ANSWER ||
	    !read_number(line, "kind", DNS_KINDS - 1, &kind) ||
	    !read_number(line, "count", DNS_RECORDS_MAX, &count) ||
	    !read_number(line, "cut", 1, &was_cut) || !read_number(line, "validated", 1, &validated) ||
	    !read_number(line, "left", 65535, &left_out) ||
	    !read_name(line, "zone", a->zone, sizeof a->zone) ||
	    !read_name(line, "alias", a->alias, sizeof a->alias))
		return false;
	for (int i = 0; i < count; i++) {
		line = fdio_next_line(lines, &at);
		if (line == NULL || !(type == DNS_TLSA ? read_tlsa(line, &a->tlsa)
		                                       : read_record(line, type, &a->records[i])))
			return false;
	}
	a->kind = (enum dns_kind)kind;
	a->count = (int)count;
	a->validated = validated != 0;
	a->left_out = (int)left_out;
	*cut = was_cut != 0;
	return at == lines->length && (a->count > 0) == (a->kind == DNS_RECORDS);
}

static void write_failure(struct buffer *lines, int error)
{
	TEXT(number, 24);
	text_printf(&number, "%d", error);
	protocol_put(lines, &exchange_said, EXCHANGE_FAILED, number.data);
}

int exchange_read_failure(const struct buffer *lines)
{
	TEXT(line, 40);
	const char *behind;
	long long error;
	if (lines->length == 0 ||
	    memchr(lines->data, '\n', lines->length) != lines->data + lines->length - 1)
		return 0;
	text_put_n(&line, lines->data, lines->length - 1);
	return protocol_find(&exchange_said, line.data, &behind) == EXCHANGE_FAILED &&
	               text_number(behind, 1, 4095, &error)
	           ? (int)error
	           : 0;
}

/* Nothing is open but the socket, where the answer goes, and what standard output and error
   were. */
static void arrange(int socket, int answer)
{
	int in = fcntl(socket, F_DUPFD, ANSWER_FD + 1);
	int out = fcntl(answer, F_DUPFD, ANSWER_FD + 1);
	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, ANSWER_FD) < 0)
		_exit(1);
	compat_closefrom(ANSWER_FD + 1);
}

static bool confine(void)
{
	return sandbox_limit(STDIN_FILENO, SANDBOX_TALK) &&
	       sandbox_limit(STDOUT_FILENO, SANDBOX_WRITE) &&
	       sandbox_limit(STDERR_FILENO, SANDBOX_WRITE) && sandbox_limit(ANSWER_FD, SANDBOX_WRITE) &&
	       confine_enter(&with_socket) != SANDBOX_FAILED;
}

static void child(exchange_work *work, const void *what, int socket, int answer)
{
	static struct dns_answer a;
	struct buffer lines = {0};
	bool cut = false;
	arrange(socket, answer);
	if (!confine() || !work(what, STDIN_FILENO, &a, &cut))
		write_failure(&lines, errno);
	else
		exchange_write(&lines, &a, cut);
	_exit(fdio_write(ANSWER_FD, lines.data, lines.length) ? 0 : 1);
}

/* True at the end of what it says. */
static bool hear(int fd, struct buffer *lines, int64_t end_ms)
{
	char bytes[4096];
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = end_ms - clock_mono_ms();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		ssize_t got = n > 0 ? fdio_read(fd, bytes, sizeof bytes) : -1;
		if (got <= 0 || lines->length > LINES_LIMIT_BYTES)
			return got == 0;
		buffer_add(lines, bytes, (size_t)got);
	}
}

/* What was heard: an answer, or the errno of none. */
static bool understand(struct buffer *lines, enum dns_type type, struct dns_answer *a, bool *cut)
{
	int error = exchange_read_failure(lines);
	errno = error != 0 ? error : EPROTO;
	return error == 0 && exchange_read(lines, type, a, cut);
}

bool exchange_run(exchange_work *work, const void *what, int socket, enum dns_type type,
    int64_t end_ms, struct dns_answer *a, bool *cut)
{
	int ends[2];
	struct buffer lines = {0};
	if (compat_pipe(ends) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		child(work, what, socket, ends[1]);
	int saved = errno;
	close(ends[1]);
	bool whole = pid > 0 && hear(ends[0], &lines, end_ms + SLACK_MS);
	close(ends[0]);
	if (pid > 0 && !whole)
		confine_kill(pid);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	errno = pid < 0 ? saved : ETIMEDOUT;
	bool good = whole && understand(&lines, type, a, cut);
	saved = errno;
	buffer_free(&lines);
	errno = saved;
	return good;
}
