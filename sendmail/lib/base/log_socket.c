/* Talking to the log daemon without ever waiting for it.  syslog(3) blocks in send(2) while the
   buffer of the socket is full: a daemon that hangs would stop every program that has something to
   say. */
#include "base/log_socket.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/paths.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define KEPT_MAX_BYTES (1 << 20)
#define PATIENCE_MS 50
#define CONNECT_AGAIN_MS 1000
#define LINE_SHORT_BYTES 1900 /* for a system whose datagrams are small */

enum sent { SENT_ALL, SENT_FULL, SENT_GONE };

static struct {
	const char *tag;
	bool keep, stream;
	bool met;  /* a daemon took a connection */
	int fd;    /* -1: not connected */
	pid_t pid; /* whose lines are kept here */
	int64_t connect_again_ms;
	struct buffer kept; /* lines, each with a NUL after */
	size_t at;          /* of the first byte that is not sent */
	unsigned lines;
	int patience_ms;
	unsigned long long lost, lost_ever;
	int64_t since_ms; /* monotonic: the daemon has not read since; 0 = it reads */
} out = {.fd = -1};

static bool try_connect(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return false;
	memcpy(address.sun_path, path, strlen(path));
	out.fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (out.fd >= 0 && connect(out.fd, (struct sockaddr *)&address, sizeof address) == 0)
		return true;
	int saved = errno;
	if (out.fd >= 0)
		close(out.fd);
	out.fd = -1;
	errno = saved;
	return false;
}

/* Daemons listen with datagrams as a rule, some with a stream.  Not more than once a second for one
 * that is not there. */
static bool is_connected(void)
{
	static const char *const places[] = {LOG_SOCKETS};
	const char *own = paths_log();
	int count = *own != '\0' ? 1 : (int)(sizeof places / sizeof places[0]);
	if (out.fd >= 0)
		return true;
	int64_t now = clock_mono_ms();
	if (now < out.connect_again_ms)
		return false;
	out.connect_again_ms = now + CONNECT_AGAIN_MS;
	for (int i = 0; i < count && out.fd < 0; i++) {
		const char *path = *own != '\0' ? own : places[i];
		out.stream =
		    !try_connect(path, SOCK_DGRAM) && errno == EPROTOTYPE && try_connect(path, SOCK_STREAM);
	}
	out.met = out.met || out.fd >= 0;
	return out.fd >= 0;
}

static void drop_connection(void)
{
	if (out.fd >= 0)
		close(out.fd);
	out.fd = -1;
}

static bool is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EINPROGRESS;
}

/* One piece: of datagrams a line without its end, of a stream all that it takes.  Bytes that are
 * through, -1 with errno. */
static ssize_t send_some(void)
{
	const char *data = out.kept.data + out.at;
	size_t left = out.kept.length - out.at, line = strlen(data);
	ssize_t n = send(out.fd, data, out.stream ? left : line, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EMSGSIZE && !out.stream)
		n = line > LINE_SHORT_BYTES
		        ? send(out.fd, data, LINE_SHORT_BYTES, MSG_NOSIGNAL | MSG_DONTWAIT)
		        : 0;
	return n < 0 || out.stream ? n : (ssize_t)line + 1;
}

static void count_through(size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out.lines -= out.kept.data[out.at + i] == '\0';
	out.at += bytes;
	if (out.since_ms != 0)
		out.since_ms = clock_mono_ms();
	if (out.at == out.kept.length || out.at > KEPT_MAX_BYTES / 2) {
		buffer_drop(&out.kept, out.at);
		out.at = 0;
	}
}

static enum sent send_kept(void)
{
	bool again = true;
	while (out.at < out.kept.length) {
		if (!is_connected())
			return SENT_GONE;
		ssize_t n = send_some();
		if (n >= 0) {
			count_through((size_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (is_full(errno))
			return SENT_FULL;
		/* It was started anew. */
		drop_connection();
		if (!again)
			return SENT_GONE;
		again = false;
		out.connect_again_ms = 0;
	}
	return SENT_ALL;
}

static void forget_kept(void)
{
	out.kept.length = out.at = out.lines = 0;
}

/* A child has a copy of what its parent keeps. */
static void look_who(void)
{
	if (out.pid == getpid())
		return;
	out.pid = getpid();
	out.lost = out.lost_ever = 0;
	forget_kept();
}

static void lose(unsigned lines)
{
	out.lost += lines;
	out.lost_ever += lines;
}

static enum sent hurry(enum sent sent)
{
	const struct timespec rest = {.tv_nsec = 1000000};
	for (; sent == SENT_FULL && out.patience_ms > 0; out.patience_ms--) {
		nanosleep(&rest, NULL);
		sent = send_kept();
	}
	return sent;
}

static void put_time(struct buffer *line)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)clock_wall_s();
	struct tm tm;
	if (localtime_r(&now, &tm) != NULL)
		buffer_printf(line, "%.3s %2d %02d:%02d:%02d ", months + 3 * tm.tm_mon, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void keep_line(int priority, const char *component, const char *text)
{
	buffer_printf(&out.kept, "<%d>", priority | LOG_MAIL);
	put_time(&out.kept);
	buffer_printf(&out.kept, "%s%s%s[%ld]: %s", out.tag, *component != '\0' ? "/" : "", component,
	    (long)getpid(), text);
	buffer_add(&out.kept, "", 1);
	out.lines++;
}

static void note(enum sent sent)
{
	if (sent == SENT_ALL)
		out.since_ms = 0;
	else if (out.since_ms == 0)
		out.since_ms = clock_mono_ms();
}

void log_socket_open(const char *tag, bool keep)
{
	log_socket_close();
	out.tag = tag;
	out.keep = keep;
	out.patience_ms = PATIENCE_MS;
	out.connect_again_ms = 0;
	look_who();
	is_connected();
}

void log_socket_close(void)
{
	look_who();
	if (out.fd >= 0 && out.lines > 0) {
		out.patience_ms = PATIENCE_MS;
		hurry(send_kept());
	}
	forget_kept();
	drop_connection();
}

void log_socket_put(int priority, const char *component, const char *line)
{
	look_who();
	if (!is_connected() && !out.met)
		return;
	if (out.kept.length - out.at > KEPT_MAX_BYTES) {
		lose(1);
		log_socket_flush();
		return;
	}
	keep_line(priority, component, line);
	enum sent sent = send_kept();
	if (!out.keep && (sent = hurry(sent)) != SENT_ALL) {
		lose(out.lines);
		forget_kept();
	}
	note(sent);
}

void log_socket_flush(void)
{
	look_who();
	if (out.lines > 0 || out.at < out.kept.length)
		note(send_kept());
}

unsigned long long log_socket_take_lost(void)
{
	unsigned long long lost = out.lines == 0 && out.since_ms == 0 ? out.lost : 0;
	out.lost -= lost;
	return lost;
}

void log_socket_backlog(struct log_backlog *b)
{
	*b = (struct log_backlog){.lost = out.lost_ever, .kept = out.lines, .since_ms = out.since_ms};
}
