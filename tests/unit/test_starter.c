/* objects: sendmail/runner/service/starter */
/* The starter, asked by a runner that was taken over.  As root; the programs are scripts of this
 * test. */
#include "base/fdio.h"
#include "base/paths.h"
#include "jobs/process_line.h"
#include "runner/service/starter.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define OWNER 65534

static char folder[] = "/tmp/firsthop.XXXXXX";

static void write_program(const char *name, const char *text)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static int set_up(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	write_program("relay",
	    "#!/bin/sh\nread order <&3\nid -u >&0; id -G >&0; echo \"$order\" >&0; echo \"$0 $*\" >&0; "
	    "[ \"$order\" != stays ] || exec sleep 600\nexit 7\n");
	write_program("mbox", "#!/bin/sh\nread order <&3\nexec sleep 600\n");
	write_program("mailbox", "#!/bin/sh\nid -u\nid -ru\ncat\n");
	setenv("FIRSTHOP_LIBEXEC", folder, 1);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"relay", "mbox", "mailbox", "socket"};
	char path[200];
	(void)state;
	for (size_t i = 0; i < 4 && geteuid() == 0; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	if (geteuid() == 0)
		rmdir(folder);
	return 0;
}

static int begin(void)
{
	const struct starter_rights rights = {.uid = OWNER,
	    .gid = OWNER,
	    .network_uid = 65533,
	    .network_gid = 65532};
	if (geteuid() != 0)
		skip();
	int fd = starter_fork(&rights, true);
	assert_true(fd >= 0);
	return fd;
}

/* Descriptors of a relay with these orders; *talk is our end of its socket. */
static void make_fds(int fds[3], int *talk, const char *orders)
{
	int pair[2], ends[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pipe(ends), 0);
	assert_true(fdio_write(ends[1], orders, strlen(orders)));
	close(ends[1]);
	*talk = pair[0];
	fds[0] = pair[1];
	fds[1] = ends[0];
	fds[2] = open("/dev/null", O_RDWR);
}

static void close_fds(const int fds[3])
{
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void wait_for(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 10000), 1);
}

/* The next packet; false when the starter has hung up. */
static bool hear(int fd, struct process_line *p)
{
	int fds[PROCESS_FDS_MAX], count;
	wait_for(fd);
	return process_line_receive(fd, &process_answered, p, fds, &count) > 0;
}

static void a_relay_is_told_who_to_be(void **state)
{
	int starter = begin(), fds[3], talk, status;
	char words[400];
	(void)state;
	process_use_starter(starter);
	make_fds(fds, &talk, "path x\n");
	pid_t pid = process_start(PROCESS_RELAY, fds, 3);
	close_fds(fds);
	assert_true(pid > 1);
	assert_true(process_reap(pid, 10000, &status));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	ssize_t n = fdio_read(talk, words, sizeof words - 1);
	words[n > 0 ? n : 0] = '\0';
	assert_non_null(strstr(words, "path x\n"));
	assert_non_null(strstr(words, "/relay --jobs 65534 65534 65533 65532\n"));
	close(talk);
	make_fds(fds, &talk, "stays\n");
	pid = process_start(PROCESS_RELAY, fds, 3);
	close_fds(fds);
	assert_false(process_reap(pid, 0, &status));
	process_signal(pid, SIGKILL);
	assert_true(process_reap(pid, 10000, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(talk);
	assert_true(process_look());
	process_use_starter(-1);
	close(starter);
}

/* A start with descriptors to which a runner has no right, or that are too few: refused, and the
 * next one is served. */
static void starts_that_are_refused(void **state)
{
	int starter = begin(), fds[3], talk;
	struct process_line p;
	(void)state;
	make_fds(fds, &talk, "stays\n");
	const struct {
		int32_t program;
		int count;
	} wrong[] = {{PROCESS_MAILBOX, 2}, {PROCESS_MAILBOX, 3}, {PROCESS_RELAY, 0}, {PROCESS_RELAY, 2},
	    {PROCESS_MBOX, 1}, {PROCESS_FILTERS, 2}, {PROCESS_FILTER, 3}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		p = (struct process_line){.verb = PROCESS_START, .number = wrong[i].program};
		assert_true(process_line_send(starter, &process_asked, &p, fds, wrong[i].count));
		assert_true(hear(starter, &p));
		assert_int_equal(p.verb, PROCESS_REFUSED);
		assert_int_equal(p.number, EPERM);
	}
	p = (struct process_line){.verb = PROCESS_START, .number = PROCESS_RELAY};
	assert_true(process_line_send(starter, &process_asked, &p, fds, 3));
	assert_true(hear(starter, &p));
	assert_true(p.pid > 1);
	p = (struct process_line){.verb = PROCESS_SIGNAL, .pid = p.pid, .number = SIGKILL};
	assert_true(process_line_send(starter, &process_asked, &p, NULL, 0));
	assert_true(hear(starter, &p) && p.verb == PROCESS_ENDED);
	close_fds(fds);
	close(talk);
	close(starter);
}

/* Only what was started for it, and only as long as that lives. */
static void signals_that_reach_nobody(void **state)
{
	int starter = begin();
	struct process_line p;
	pid_t other = fork();
	(void)state;
	if (other == 0) {
		pause();
		_exit(0);
	}
	setpgid(other, other);
	const pid_t pids[] = {other, 1, getpid()};
	for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
		p = (struct process_line){.verb = PROCESS_SIGNAL, .pid = pids[i], .number = SIGKILL};
		assert_true(process_line_send(starter, &process_asked, &p, NULL, 0));
	}
	/* It still listens, and has done nothing. */
	p = (struct process_line){.verb = PROCESS_START, .number = PROCESS_RELAY};
	assert_true(process_line_send(starter, &process_asked, &p, NULL, 0));
	assert_true(hear(starter, &p) && p.verb == PROCESS_REFUSED);
	assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(starter);
}

/* Nonsense ends the talk with who says it, at once. */
static void nonsense(void **state)
{
	static const char *const lines[] = {"\n", "start\n", "start relay", "start relay\n\n",
	    "start  relay\n", "start relay \n", "start runner\n", "start 0\n", "START relay\n",
	    "start relay relay\n", "started 1\n", "ended 1 0\n", "refused 1\n", "signal 1\n",
	    "signal 1 19\n", "signal 1 0\n", "signal 0 9\n", "signal -1 9\n", "signal 1 9 \n",
	    "signal 1 99999999999\n", "signal 4294967297 9\n", "signal one 9\n"};
	struct process_line p;
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		int starter = begin();
		assert_int_equal(send(starter, lines[i], strlen(lines[i]), MSG_NOSIGNAL | MSG_EOR),
		    (ssize_t)strlen(lines[i]));
		if (hear(starter, &p))
			fail_msg("%s", lines[i]);
		close(starter);
	}
	const size_t lengths[] = {1, 12, PROCESS_LINE_BYTES, PROCESS_LINE_BYTES + 1, 4000};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		static char bytes[4000];
		int starter = begin();
		memcpy(bytes, "start relay", 11);
		assert_int_equal(send(starter, bytes, lengths[i], MSG_NOSIGNAL | MSG_EOR),
		    (ssize_t)lengths[i]);
		assert_false(hear(starter, &p));
		close(starter);
	}
}

/* More starts than it has room for: refused, not queued; what runs goes on, and all of it can be
 * ended. */
static void a_flood_of_starts(void **state)
{
	int starter = begin(), fds[3], talk, started = 0, refused = 0, ended = 0;
	struct process_line p;
	pid_t pids[400];
	(void)state;
	make_fds(fds, &talk, "stays\nstays\n");
	for (int i = 0; i < 300; i++) {
		p = (struct process_line){.verb = PROCESS_START,
		    .number = i % 2 == 0 ? PROCESS_RELAY : PROCESS_MBOX};
		assert_true(process_line_send(starter, &process_asked, &p, fds, 3));
		do
			assert_true(hear(starter, &p));
		while (p.verb == PROCESS_ENDED && ++ended > 0);
		if (p.verb == PROCESS_STARTED)
			pids[started++] = p.pid;
		else
			refused++;
	}
	assert_true(started <= 200 + ended && refused >= 1);
	for (int i = 0; i < started; i++) {
		p = (struct process_line){.verb = PROCESS_SIGNAL, .pid = pids[i], .number = SIGKILL};
		while (!process_line_send(starter, &process_asked, &p, NULL, 0))
			assert_true(errno == EAGAIN || errno == ENOBUFS);
	}
	while (ended < started) {
		assert_true(hear(starter, &p));
		ended += p.verb == PROCESS_ENDED;
	}
	close_fds(fds);
	close(talk);
	close(starter);
}

static pid_t unit_pid;

/* A unit's starter of this part as this user, with a socket as systemd gives it; our connection. */
static int begin_unit(const char *part, uid_t user)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char pid[24];
	if (geteuid() != 0)
		skip();
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	unlink(address.sun_path);
	int listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listening, 4), 0);
	assert_int_equal(chmod(address.sun_path, 0666), 0);
	unit_pid = fork();
	if (unit_pid == 0) {
		if (listening != 3)
			dup2(listening, 3);
		if (user != 0 && (setgid(user) != 0 || setuid(user) != 0))
			_exit(1);
		snprintf(pid, sizeof pid, "%ld", (long)getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
		setenv("FIRSTHOP_SPOOL", folder, 1); /* private: the environment, so our programs, count */
		_exit(starter_serve(part));
	}
	close(listening);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	/* As the owner of the queue. */
	assert_true(setegid(OWNER) == 0 && seteuid(OWNER) == 0);
	/* One that refuses to begin may be gone already. */
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		assert_int_equal(errno, ECONNREFUSED);
	assert_true(seteuid(0) == 0 && setegid(0) == 0);
	return fd;
}

/* Each part starts its own programs, and none of the other's. */
static void units_have_a_part_each(void **state)
{
	static const struct {
		const char *part;
		uid_t user;
		int32_t good, wrong[2];
	} rows[] = {{"relay", 65533, PROCESS_RELAY, {PROCESS_MBOX, PROCESS_MAILBOX}},
	    {"local", 0, PROCESS_MBOX, {PROCESS_RELAY, PROCESS_MAILBOX}}};
	struct process_line p;
	int status;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int starter = begin_unit(rows[i].part, rows[i].user), fds[3], talk;
		make_fds(fds, &talk, "stays\n");
		for (size_t k = 0; k < 2; k++) {
			p = (struct process_line){.verb = PROCESS_START, .number = rows[i].wrong[k]};
			assert_true(process_line_send(starter, &process_asked, &p, fds, 3));
			assert_true(hear(starter, &p));
			assert_int_equal(p.number, EPERM);
		}
		p = (struct process_line){.verb = PROCESS_START, .number = rows[i].good};
		assert_true(process_line_send(starter, &process_asked, &p, fds, 3));
		assert_true(hear(starter, &p));
		assert_true(p.pid > 1);
		p = (struct process_line){.verb = PROCESS_SIGNAL, .pid = p.pid, .number = SIGKILL};
		assert_true(process_line_send(starter, &process_asked, &p, NULL, 0));
		assert_true(hear(starter, &p) && p.verb == PROCESS_ENDED);
		close_fds(fds);
		close(talk);
		/* With its last client it goes. */
		close(starter);
		assert_true(waitpid(unit_pid, &status, 0) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

/* mbox would be root, and a relay's starter that is root would start relays as root. */
static void units_refuse_root(void **state)
{
	struct process_line p;
	int status;
	(void)state;
	close(begin_unit("relay", 0));
	assert_true(waitpid(unit_pid, &status, 0) > 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EX_USAGE);
	close(begin_unit("local", OWNER));
	assert_true(waitpid(unit_pid, &status, 0) > 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EX_USAGE);
	int starter = begin_unit("local", 0), fds[3], talk;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	int root = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(connect(root, (struct sockaddr *)&address, sizeof address), 0);
	make_fds(fds, &talk, "stays\n");
	p = (struct process_line){.verb = PROCESS_START, .number = PROCESS_MBOX};
	process_line_send(root, &process_asked, &p, fds, 3);
	assert_false(hear(root, &p));
	close(root);
	close_fds(fds);
	close(talk);
	close(starter);
	waitpid(unit_pid, &status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_relay_is_told_who_to_be),
	    TEST(starts_that_are_refused), TEST(signals_that_reach_nobody), TEST(nonsense),
	    TEST(a_flood_of_starts), TEST(units_have_a_part_each), TEST(units_refuse_root)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
