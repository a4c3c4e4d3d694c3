/* The runner as a service. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "config/listen.h"
#include "jobs/process.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/expire.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/disposition/disposition.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/notes.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/storm.h"
#include "runner/service.h"
#include "runner/service/places.h"
#include "runner/service/privs.h"
#include "runner/session/sessions.h"
#include "spool/control_line.h"
#include "spool/format.h"
#include "spool/runner_lock.h"
#include "spool/trigger.h"
#include "spool/waits.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define ASK_EVERY_MS 3000
#define ANSWER_S 20
#define LOCK_LOG_MS 60000
#define PASS_S 900

static void pid_path(char *path, size_t size)
{
	snprintf(path, size, "%s/runner.pid", paths_run());
}

/* The pid of the running runner, 0 when there is none. */
static pid_t living_runner(void)
{
	struct buffer text = {0};
	char path[1024];
	long long pid = 0;
	pid_path(path, sizeof path);
	bool found = fdio_slurp_at(AT_FDCWD, path, &text, 64) &&
	             text_number(text_trim((char *)(uintptr_t)buffer_string(&text)), 2, 1 << 30, &pid);
	buffer_free(&text);
	return found && (kill((pid_t)pid, 0) == 0 || errno == EPERM) ? (pid_t)pid : 0;
}

enum heard { HEARD_NOTED, HEARD_NOT_SEEN, HEARD_NOTHING };

/* Whether the runner sees a wish for a pass; it answers by its socket whatever else it does.  One
 * of an earlier version says "no this is no request". */
static enum heard ask_whether_noted(const char *name)
{
	struct buffer line = {0};
	char answer[200] = "";
	size_t length = 0;
	ssize_t n = 1;
	int fd = fdio_connect("mqueue/control", ANSWER_S);
	/* A runner that could not make its socket has said so in the log. */
	if (fd < 0)
		return errno == ENOENT ? HEARD_NOTED : HEARD_NOTHING;
	control_line_put(&line, CONTROL_NOTED, name);
	bool asked = fdio_write(fd, line.data, line.length);
	while (asked && length < sizeof answer - 1 && memchr(answer, '\n', length) == NULL &&
	       (n = fdio_read(fd, answer + length, sizeof answer - 1 - length)) > 0)
		length += (size_t)n;
	answer[length] = '\0';
	buffer_free(&line);
	close(fd);
	return length == 0                             ? HEARD_NOTHING
	       : strstr(answer, "is not seen") != NULL ? HEARD_NOT_SEEN
	                                               : HEARD_NOTED;
}

/* Why no pass is waited for any more; NULL: it is. */
static const char *why_no_longer(const char *name, int64_t since_ms, int64_t *asked_ms)
{
	int64_t now = clock_mono_ms();
	if (now - since_ms > PASS_S * 1000)
		return "the queue run needs more than 15 min; this command does not wait any longer, the "
		       "run goes on. mailq shows what waits, and why";
	if (now - *asked_ms < ASK_EVERY_MS)
		return NULL;
	enum heard heard = ask_whether_noted(name);
	*asked_ms = clock_mono_ms();
	if (heard == HEARD_NOT_SEEN)
		return "the runner does not see this request: the folder drop/ was replaced under it. "
		       "Restart the runner";
	return heard == HEARD_NOTHING ? "the runner does not answer: it is stopped, or hangs. Look at "
	                                "it with ps, and restart it. No mail is lost"
	                              : NULL;
}

/* Waits for the end of a pass that was asked for; takes the lock itself if that runner goes
   away. */
static int wait_for_pass(struct runner *r, const char *name)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int64_t since_ms = clock_mono_ms(), asked_ms = since_ms;
	while (faccessat(r->queue.drop_fd, name, F_OK, 0) == 0) {
		nanosleep(&pause, NULL);
		r->lock_fd = runner_lock_take(r->queue.mqueue_fd);
		if (r->lock_fd >= 0) {
			unlinkat(r->queue.drop_fd, name, 0);
			break;
		}
		const char *why = why_no_longer(name, since_ms, &asked_ms);
		/* It may have been the last moment. */
		if (why == NULL || faccessat(r->queue.drop_fd, name, F_OK, 0) != 0)
			continue;
		unlinkat(r->queue.drop_fd, name, 0);
		pid_t pid = living_runner();
		fprintf(stderr, "sendmail: %s", why);
		fprintf(stderr, pid != 0 ? " (process %ld).\n" : ".\n", (long)pid);
		return EX_TEMPFAIL;
	}
	return EX_OK;
}

static int ask_for_pass(struct runner *r, const char *spool)
{
	char name[40];
	snprintf(name, sizeof name, "flush.%ld", (long)getpid());
	int fd = openat(r->queue.drop_fd, name,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return privs_fail(EX_CANTCREAT, "ask the runner for a pass");
	close(fd);
	/* The name of its socket may be too long from elsewhere. */
	if (chdir(spool) != 0)
		return privs_fail(EX_NOPERM, spool);
	trigger_wake(spool);
	return wait_for_pass(r, name);
}

/* In the background: the parent stays until the child has said how its start went. */
static int detach(void)
{
	int pipe_fds[2];
	unsigned char code = EX_OSERR;
	if (pipe(pipe_fds) != 0)
		return -1;
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		close(pipe_fds[0]);
		setsid();
		return pipe_fds[1];
	}
	close(pipe_fds[1]);
	if (fdio_read(pipe_fds[0], &code, 1) != 1)
		code = EX_OSERR;
	_exit(code);
}

/* Said once; *report_fd is -1 afterwards. */
static void report_start(int *report_fd, unsigned char code)
{
	int fd = *report_fd;
	if (fd < 0)
		return;
	*report_fd = -1;
	int null = open("/dev/null", O_RDWR);
	if (code == EX_OK && null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	if (null > STDERR_FILENO)
		close(null);
	fdio_write(fd, &code, 1);
	close(fd);
}

static void write_pid(void)
{
	char path[1024];
	struct buffer text = {0};
	pid_path(path, sizeof path);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	buffer_printf(&text, "%ld\n", (long)getpid());
	if (fd < 0 || !fdio_write(fd, text.data, text.length))
		log_line(LOG_WARNING, "%s cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	buffer_free(&text);
}

/* After a crash a relay of the old runner may still hold the lock: it ends by itself within
   seconds, unless it hangs.  Of those who wait for it one comes first. */
static void wait_for_lock(struct runner *r)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	int64_t logged_ms = clock_mono_ms();
	while (r->lock_fd < 0 && living_runner() == 0) {
		nanosleep(&pause, NULL);
		if (clock_mono_ms() - logged_ms > LOCK_LOG_MS) {
			logged_ms = clock_mono_ms();
			log_line(LOG_ERR, "no mail is sent yet: a relay or mbox process of an earlier runner "
			                  "still has the queue (mqueue/runner.lock), and may hang; "
			                  "end it: pkill -KILL -u firsthop 'relay|mbox'");
		}
		r->lock_fd = runner_lock_take(r->queue.mqueue_fd);
	}
}

static int take_lock(struct runner *r, const char *spool, int *report_fd)
{
	r->lock_fd = runner_lock_take(r->queue.mqueue_fd);
	if (r->lock_fd < 0 && errno != EWOULDBLOCK)
		return privs_fail(EX_CANTCREAT, "runner.lock");
	if (r->lock_fd >= 0)
		return EX_OK;
	if (r->lifetime == LIFETIME_ONCE)
		return ask_for_pass(r, spool);
	pid_t pid = living_runner();
	if (pid != 0) {
		fprintf(stderr, "runner: another runner is running (process %ld)\n", (long)pid);
		return EX_OK;
	}
	report_start(report_fd, EX_OK);
	wait_for_lock(r);
	return EX_OK;
}

static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !fdio_sync(fd) && errno != EINVAL)
		log_line(LOG_WARNING, "%s cannot be made durable (fsync): %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* The names of the spool's folders, and of those above them, are durable before a message
   is; whoever made them may not have seen to that. */
static void sync_folders(const char *spool)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/drop", spool);
	sync_folder(path);
	snprintf(path, sizeof path, "%s/mqueue", spool);
	for (char *end; (end = strrchr(path, '/')) != NULL && end != path; *end = '\0')
		sync_folder(path);
	sync_folder("/");
}

static int refuse_queue(const struct diagnosis *why)
{
	fprintf(stderr, "runner: %s\n", why->text);
	log_line(LOG_CRIT, "the runner does not start: %s", why->text);
	return EX_CONFIG;
}

int service_start(struct runner *r, bool foreground)
{
	const char *spool = paths_spool();
	int report_fd = -1;
	r->lock_fd = r->trigger_fd = -1;
	sessions_start(r);
	nexthop_start(&r->nexthops, &r->config, &r->counters);
	compat_closefrom(STDERR_FILENO + 1);
	umask(027);
	log_start("firsthop", LOG_TO_SYSLOG | LOG_KEEPS | (foreground ? LOG_TO_STDERR : 0));
	struct diagnosis d = {0};
	if (!paths_private())
		sync_folders(spool);
	int code = privs_take(spool, foreground);
	if (code != EX_OK)
		return code;
	if (!queue_open(&r->queue, spool, true, &d)) {
		fprintf(stderr, "runner: %s\n", d.text);
		return EX_NOPERM;
	}
	if (r->lifetime != LIFETIME_ONCE && !foreground && (report_fd = detach()) < 0)
		return privs_fail(EX_OSERR, "go to the background");
	code = take_lock(r, spool, &report_fd);
	if (code == EX_OK && r->lock_fd >= 0 && !format_accept(r->queue.mqueue_fd, &d))
		code = refuse_queue(&d);
	if (code == EX_OK && r->lock_fd >= 0 && (r->trigger_fd = trigger_open(spool)) < 0 &&
	    r->lifetime != LIFETIME_STAY)
		code = privs_fail(EX_CANTCREAT, "trigger");
	if (code != EX_OK || r->lock_fd < 0) {
		report_start(&report_fd, (unsigned char)code);
		return code;
	}
	if (chdir(spool) != 0)
		log_line(LOG_WARNING, "chdir %s: %s", spool, strerror(errno));
	config_defaults(&r->config);
	configure_read(r);
	if (r->lifetime != LIFETIME_ONCE)
		write_pid();
	report_start(&report_fd, EX_OK);
	if (r->lifetime == LIFETIME_STAY)
		log_line(LOG_INFO, "runner started: spool %s, %d smarthosts%s", spool,
		    r->config.smarthost_count,
		    listen_is_on(&r->config) ? "; smtpd listens for it"
		                             : "; nothing listens on the network");
	return EX_OK;
}

static void remove_flag(void *context, enum queue_kind kind, const char *id)
{
	struct runner *r = context;
	char name[64];
	if (kind != QUEUE_FLUSH)
		return;
	snprintf(name, sizeof name, "flush.%s", id);
	unlinkat(r->queue.drop_fd, name, 0);
}

void service_pass_done(struct runner *r)
{
	queue_scan(r->queue.drop_fd, remove_flag, r);
}

static void remove_pid(const struct runner *r)
{
	char path[1024];
	pid_path(path, sizeof path);
	if (r->lifetime != LIFETIME_ONCE)
		unlink(path);
}

void service_hang_up(struct runner *r)
{
	remove_pid(r);
	close(r->trigger_fd);
	r->trigger_fd = -1;
}

void service_listen(struct runner *r)
{
	r->trigger_fd = trigger_open(paths_spool());
	if (r->lifetime != LIFETIME_ONCE)
		write_pid();
}

void service_end(struct runner *r)
{
	remove_pid(r);
	service_pass_done(r);
	if (r->lifetime == LIFETIME_STAY)
		log_line(LOG_INFO, "runner ended; %u messages wait", entry_count(r));
	notes_flush_all(&r->notes, &r->queue);
	notify_free(r);
	entry_free_all(&r->entries, &r->notes);
	nexthop_free_all(&r->nexthops);
	quota_free(r);
	storm_free(&r->storm);
	pickup_scan_free(r);
	waits_write(&r->queue, &(struct buffer){0});
	sessions_end(r);
	expire_end(r);
	disposition_forget(r);
	places_end(r);
	configure_end(r);
	config_free(&r->config);
	aliases_free(r->aliases);
	queue_close(&r->queue);
	if (r->trigger_fd >= 0)
		close(r->trigger_fd);
	close(r->lock_fd);
	process_leave_starters();
}
