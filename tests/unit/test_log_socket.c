/* Lines for a log daemon that reads, hangs, is started anew, or listens with a stream. */
#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MANY 20000

static char folder[] = "/tmp/firsthop-log-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/log", folder);
	return setenv("FIRSTHOP_LOG", address.sun_path, 1);
}

static int tear_down(void **state)
{
	(void)state;
	return unit_remove(folder);
}

static int listen_as(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	return fd;
}

/* The next datagram; "" when there is none. */
static const char *next_line(int fd)
{
	static char line[8192];
	ssize_t n = recv(fd, line, sizeof line - 1, 0);
	line[n > 0 ? n : 0] = '\0';
	return line;
}

static const char *text_of(const char *line)
{
	const char *at = strstr(line, "]: ");
	return at != NULL ? at + 3 : "";
}

static void a_line_is_as_syslog_writes_it(void **state)
{
	char wanted[60];
	(void)state;
	int fd = listen_as(SOCK_DGRAM);
	log_start("unit", LOG_TO_SYSLOG);
	log_line(LOG_WARNING, "one %d", 1);
	const char *line = next_line(fd);
	assert_true(strncmp(line, "<20>", 4) == 0 && strlen(line) > 20 && line[10] == ' ' &&
	            line[13] == ':' && line[16] == ':');
	snprintf(wanted, sizeof wanted, " unit[%ld]: one 1", (long)getpid());
	assert_string_equal(line + 19, wanted);
	log_close();
	close(fd);
}

static void who_stays_keeps_lines(void **state)
{
	struct log_backlog b;
	int seen = 0;
	(void)state;
	int fd = listen_as(SOCK_DGRAM);
	log_start("unit", LOG_TO_SYSLOG | LOG_KEEPS);
	int64_t start_ms = clock_mono_ms();
	for (int i = 0; i < MANY; i++)
		log_line(LOG_INFO,
		    "line %d with words that make it long enough to fill what is kept for a daemon that "
		    "hangs",
		    i);
	assert_true(clock_mono_ms() - start_ms < 5000);
	log_backlog(&b);
	assert_true(b.lost > 0 && b.lost < MANY && b.kept > 0 && b.since_ms != 0);
	unsigned long long lost = b.lost;
	/* It reads again. */
	for (int rounds = 0; rounds < MANY && b.since_ms != 0; rounds++) {
		const char *line;
		while (*(line = next_line(fd)) != '\0' && strncmp(text_of(line), "line ", 5) == 0)
			assert_int_equal(atoi(text_of(line) + 5), seen++);
		log_flush();
		log_backlog(&b);
	}
	const char *line, *last = "";
	while (*(line = next_line(fd)) != '\0') {
		last = text_of(line);
		if (strncmp(last, "line ", 5) == 0)
			assert_int_equal(atoi(last + 5), seen++);
	}
	assert_int_equal(seen + (int)lost, MANY);
	assert_int_equal(strtoull(last, NULL, 10), lost);
	assert_non_null(strstr(last, " log lines were lost because the log daemon did not read them"));
	log_close();
	close(fd);
}

static void who_goes_waits_a_moment_at_most(void **state)
{
	(void)state;
	int fd = listen_as(SOCK_DGRAM);
	log_start("unit", LOG_TO_SYSLOG);
	int64_t start_ms = clock_mono_ms();
	for (int i = 0; i < 3000; i++)
		log_line(LOG_INFO, "line %d", i);
	assert_true(clock_mono_ms() - start_ms < 2000);
	log_close();
	close(fd);
}

static void a_daemon_that_is_started_anew_is_found(void **state)
{
	struct log_backlog b;
	(void)state;
	int fd = listen_as(SOCK_DGRAM);
	log_start("unit", LOG_TO_SYSLOG | LOG_KEEPS);
	log_backlog(&b);
	unsigned long long lost = b.lost;
	log_line(LOG_INFO, "before");
	assert_string_equal(text_of(next_line(fd)), "before");
	close(fd);
	log_line(LOG_INFO, "between");
	fd = listen_as(SOCK_DGRAM);
	usleep(1100000);
	log_flush();
	assert_string_equal(text_of(next_line(fd)), "between");
	log_backlog(&b);
	assert_true(b.lost == lost && b.kept == 0 && b.since_ms == 0);
	log_close();
	close(fd);
}

static void a_daemon_that_was_never_there_costs_nothing(void **state)
{
	struct log_backlog b;
	(void)state;
	unlink(address.sun_path);
	log_start("unit", LOG_TO_SYSLOG | LOG_KEEPS);
	int64_t start_ms = clock_mono_ms();
	for (int i = 0; i < 10000; i++)
		log_line(LOG_INFO, "line %d", i);
	assert_true(clock_mono_ms() - start_ms < 2000);
	log_backlog(&b);
	assert_true(b.lost == 0 && b.kept == 0 && b.since_ms == 0);
	log_close();
}

static void a_stream_ends_each_line_with_a_nul(void **state)
{
	char bytes[400] = "";
	(void)state;
	int listener = listen_as(SOCK_STREAM);
	log_start("unit", LOG_TO_SYSLOG | LOG_KEEPS);
	log_line(LOG_INFO, "one");
	log_line(LOG_INFO, "two");
	int fd = accept(listener, NULL, NULL);
	ssize_t n = recv(fd, bytes, sizeof bytes - 1, 0);
	assert_true(n > 0 && bytes[n - 1] == '\0');
	assert_string_equal(text_of(bytes), "one");
	assert_string_equal(text_of(bytes + strlen(bytes) + 1), "two");
	log_close();
	close(fd);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_daemon_that_was_never_there_costs_nothing),
	    cmocka_unit_test(a_line_is_as_syslog_writes_it),
	    cmocka_unit_test(who_stays_keeps_lines),
	    cmocka_unit_test(who_goes_waits_a_moment_at_most),
	    cmocka_unit_test(a_daemon_that_is_started_anew_is_found),
	    cmocka_unit_test(a_stream_ends_each_line_with_a_nul),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
