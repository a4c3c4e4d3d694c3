/* Makes a program fail at each of its calls, one run for each, and counts what became of the mail.
     faults [-k] [-l mbox|maildir] sendmail|runner|relay|mbox|mailbox ACTION EVERY
     ACTION   a name of fault.h
     EVERY    each Nth call that fits
     -k       each system call that the kernel sees (tracer.h); without, those of libc
              (failpoint.c), which works on every machine
     -l       to local mailboxes of that kind, for the user FAULTS_USER, in the folder FIRSTHOP_MAIL
              or the home FIRSTHOP_HOME
   Environment: FIRSTHOP_* of tests/lib.sh, FAULTS_PRELOAD (failpoint.so), FAULTS_WORK (a folder),
   FAULTS_DELIVERED (the smarthost's folder).
   The smarthost answers RCPT refused-* with 550, and later-* with 451 the first time.  Each
   invocation has a domain of its own: what a killed one left on its way to the smarthost may still
   arrive while the next one counts.
     sendmail     a message for each call.  Exit 0 must mean delivered once; anything else: at most
                  once, and a reason on stderr and in the log.
     the others   three messages for each call, handled by a runner in which the call fails; then
                  one in which nothing fails drains the queue. */
#include "base/mem.h"
#include "tests/fake/arrivals.h"
#include "tests/fake/failpoint.h"
#include "tests/fake/fault.h"
#include "tests/fake/tracer.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 20000
#define PATIENCE_S 60
#define BODY_LINES 900
#define LOCAL_LINES 400 /* some of the blocks in which mailbox copies */

/* The recipients of a run; the last one is who sent to somebody that is unknown. */
static const char *const recipients[] = {"ok", "a", "later", "good", "sender"};

/* What one run should lead to, and what came of it. */
struct run {
	int exit_code; /* of sendmail; -1: killed */
	int call;      /* kind */
	int seen[5];   /* of recipients */
};

static struct {
	struct failpoint *point;
	const char *work, *delivered, *program, *action_name, *local, *user;
	int action, log_fd; /* log_fd: reads what the programs with faults send to the log daemon */
	bool traced;
	struct run *runs;
	long counted; /* calls of the last run with faults */
	int run_count, stuck, silent, hung, wrong, cut;
} f;

static const char *path_of(const char *name)
{
	static char paths[4][1024];
	static int next;
	next = (next + 1) % 4;
	snprintf(paths[next], sizeof paths[next], "%s/%s", f.work, name);
	return paths[next];
}

static void redirect(const char *file, int flags, int to)
{
	int fd = open(file, flags, 0644);
	if (fd < 0 || dup2(fd, to) < 0)
		_exit(127);
	close(fd);
}

/* In the child. */
static void become(char *const argv[], const char *input, bool faulty)
{
	char path[1024];
	redirect(input, O_RDONLY, 0);
	redirect("/dev/null", O_WRONLY, 1);
	redirect(faulty ? path_of("stderr") : path_of("log"),
	    faulty ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY | O_CREAT | O_APPEND, 2);
	if (faulty && !f.traced) {
		setenv("LD_PRELOAD", getenv("FAULTS_PRELOAD"), 1);
		setenv("FAILPOINT_FILE", path_of("failpoint"), 1);
		setenv("FAILPOINT_IN", f.program, 1);
	}
	if (faulty && strcmp(argv[0], "sendmail") == 0)
		setenv("FIRSTHOP_LOG", path_of("syslog"), 1);
	if (faulty && f.traced)
		tracer_invite();
	snprintf(path, sizeof path, "%s/%s", getenv("FIRSTHOP_LIBEXEC"), argv[0]);
	execv(path, argv);
	_exit(127);
}

static void note_hang(const char *name)
{
	f.hung++;
	fprintf(stderr, "%s hangs at call %ld, %s (%s)\n", name, f.point->at,
	    fault_call(f.point->at > 0 ? f.point->calls[f.point->at - 1] : 0), f.action_name);
}

/* Runs a program of firsthop; with faults when faulty.  Its status as of waitpid(2). */
static int run(char *const argv[], const char *input, bool faulty)
{
	int status = 0, waited = 0;
	pid_t pid = fork();
	if (pid == 0)
		become(argv, input, faulty);
	if (faulty && f.traced) {
		status = tracer_follow(pid, f.program, f.point, PATIENCE_S);
		if (status < 0)
			note_hang(argv[0]);
		return status;
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		usleep(waited < 2000 ? 200 : 5000);
		if (++waited < 2000 + PATIENCE_S * 200)
			continue;
		note_hang(argv[0]);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		break;
	}
	return status;
}

static void write_input(int n)
{
	FILE *file = fopen(path_of("input"), "w");
	if (file == NULL)
		exit(1);
	fprintf(file, "Subject: fault %d\n\n", n);
	int lines = f.local != NULL ? LOCAL_LINES : strcmp(f.program, "sendmail") == 0 ? BODY_LINES : 3;
	for (int i = 0; i < lines; i++)
		fprintf(file,
		    "%s%d %d the quick brown fox jumps over the lazy dog, and over the line that ends "
		    "here\n",
		    i == 1 ? "From here " : "", n, i);
	fprintf(file, "END %d\n", n);
	fclose(file);
}

static int submit(int n, char *const argv[], bool faulty)
{
	write_input(n);
	return run(argv, path_of("input"), faulty);
}

static void put_address(char *to, size_t size, const char *kind, int n)
{
	bool unknown = strcmp(kind, "refused") == 0, sender = strcmp(kind, "sender") == 0;
	if (f.local != NULL && !sender)
		snprintf(to, size, "%s%s%s-%d-p%d@here.example.org", unknown ? "" : f.user,
		    unknown ? "" : "+", kind, n, (int)getpid());
	else
		snprintf(to, size, "%s-%d@p%d.example.org", kind, n, (int)getpid());
}

static int submit_to(int n, const char *first, const char *second, bool faulty)
{
	char to[2][120] = {"", ""}, from[120];
	put_address(from, sizeof from, "sender", n);
	put_address(to[0], sizeof to[0], first, n);
	if (second != NULL)
		put_address(to[1], sizeof to[1], second, n);
	char name[] = "sendmail", i[] = "-i", option[] = "-f";
	char *argv[] = {name, i, option, from, to[0], second != NULL ? to[1] : NULL, NULL};
	return submit(n, argv, faulty);
}

static int runner_once(bool faulty)
{
	char name[] = "runner", once[] = "--once", foreground[] = "--foreground";
	char *argv[] = {name, once, foreground, NULL};
	return run(argv, "/dev/null", faulty);
}

/* A lock file that its process was killed in has no name in it, and is respected for ten minutes:
 * these pass. */
static void age_lock(void)
{
	const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char path[1100], text[400];
	snprintf(path, sizeof path, "%s/%s.lock", getenv("FIRSTHOP_MAIL"), f.user);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : 1;
	if (fd >= 0 && (n == 0 || text[n - 1] != '\n'))
		futimens(fd, old);
	if (fd >= 0)
		close(fd);
}

static void drain(void)
{
	int left = 1;
	for (int i = 0; i < 4 && left > 0; i++) {
		if (f.local != NULL)
			age_lock();
		runner_once(false);
		left = arrivals_waiting(getenv("FIRSTHOP_SPOOL"));
	}
	f.stuck += left > 0;
	if (left > 0)
		fprintf(stderr, "call %ld (%s): %d files stay in the queue\n", f.point->at, f.action_name,
		    left);
}

static bool file_is_empty(const char *name)
{
	struct stat st;
	return stat(path_of(name), &st) != 0 || st.st_size == 0;
}

static void arm(long at)
{
	f.point->count = f.point->hit = 0;
	f.point->at = at;
	f.point->action = f.action;
}

/* In the place of the log daemon; what came is read. */
static void listen_to_log(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path_of("syslog"));
	unlink(address.sun_path);
	f.log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (f.log_fd < 0 || bind(f.log_fd, (struct sockaddr *)&address, sizeof address) != 0)
		exit(1);
}

static bool log_is_empty(void)
{
	char line[8192];
	bool empty = true;
	while (recv(f.log_fd, line, sizeof line, 0) > 0)
		empty = false;
	return empty;
}

static void run_sendmail(int n)
{
	struct run *r = &f.runs[n];
	log_is_empty();
	int status = submit_to(n, "ok", NULL, true);
	f.counted = f.point->count;
	r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	/* 127: the dynamic linker has said so, before any code of ours could log. */
	bool logs = r->exit_code != 127;
	if (r->exit_code > 0 && (file_is_empty("stderr") || (logs && log_is_empty()))) {
		f.silent++;
		fprintf(stderr, "call %ld (%s, %s): exit %d without %s\n", f.point->at, fault_call(r->call),
		    f.action_name, r->exit_code,
		    file_is_empty("stderr") ? "words on stderr" : "a line in the log");
	}
	if (r->exit_code == 75)
		f.silent++;
}

static void run_queue(int n)
{
	if (submit_to(n, "ok", NULL, false) != 0 || submit_to(n, "a", "later", false) != 0 ||
	    submit_to(n, "refused", "good", false) != 0)
		exit(1);
	/* Each run has an hour's budget of reports for itself. */
	char budget[1024];
	snprintf(budget, sizeof budget, "%s/mqueue/reports", getenv("FIRSTHOP_SPOOL"));
	unlink(budget);
	runner_once(true);
	f.counted = f.point->count;
	drain();
}

static void count_one(const struct arrival *a)
{
	struct run *r = NULL;
	for (int i = 0; i < a->count; i++) {
		const char *kind = a->to[i].kind;
		if (a->to[i].series != (int)getpid() || a->to[i].n < 0 || a->to[i].n >= f.run_count)
			continue;
		r = &f.runs[a->to[i].n];
		for (int k = 0; k < 5; k++)
			r->seen[k] += strcmp(kind, recipients[k]) == 0;
	}
	/* In a mailbox, there is nothing but what came whole. */
	if (a->whole || (r == NULL && f.local == NULL))
		return;
	f.cut++;
	fprintf(stderr, "# run %d (%s at %s): %s ends with: %s\n", r != NULL ? (int)(r - f.runs) : -1,
	    f.action_name, fault_call(r != NULL ? r->call : 0), a->where, a->last_line);
}

static void count_delivered(void)
{
	char mbox[1100];
	snprintf(mbox, sizeof mbox, "%s/%s", getenv("FIRSTHOP_MAIL"), f.user);
	arrivals_at_smarthost(f.delivered, count_one);
	if (f.local != NULL && strcmp(f.local, "mbox") == 0)
		arrivals_in_mbox(mbox, count_one);
	else if (f.local != NULL)
		arrivals_in_maildir(getenv("FIRSTHOP_HOME"), count_one);
}

/* The window that firsthop-spool(5) names: a session killed between the end of a message, or of a
   delivery to a mailbox, and its note of it.  A run has one fault, so what was in hand is repeated
   once at most. */
static bool may_repeat(const struct run *r)
{
	bool delivers = strcmp(f.program, "relay") == 0 || strcmp(f.program, "mbox") == 0 ||
	                strcmp(f.program, "mailbox") == 0;
	return delivers && r != f.runs && (f.action == FAILPOINT_KILL || f.action == FAILPOINT_TORN);
}

/* Returns how often what one recipient got was repeated. */
static int judge(const struct run *r, int k, int *lost)
{
	bool wanted = strcmp(f.program, "sendmail") != 0 || r->exit_code == 0;
	if ((wanted && r->seen[k] == 0) || r->seen[k] > (may_repeat(r) ? 2 : 1)) {
		fprintf(stderr, "# %s of run %d (%s at %s, exit %d): arrived %d times\n", recipients[k],
		    (int)(r - f.runs), f.action_name, fault_call(r->call), r->exit_code, r->seen[k]);
		f.wrong++;
	}
	*lost += wanted && r->seen[k] == 0;
	return r->seen[k] > 1 ? r->seen[k] - 1 : 0;
}

static int tell(void)
{
	int lost = 0, twice = 0, reports = 0, taken = 0, refused = 0;
	bool sendmail = strcmp(f.program, "sendmail") == 0;
	count_delivered();
	for (int i = 0; i < f.run_count; i++) {
		struct run *r = &f.runs[i];
		int repeated = 0;
		taken += r->exit_code == 0;
		refused += r->exit_code > 0;
		for (int k = 0; k < (sendmail ? 1 : 4); k++)
			repeated += judge(r, k, &lost);
		reports += sendmail ? 0 : judge(r, 4, &lost);
		twice += repeated;
		/* Local delivery has one recipient in hand; a runner has what its sessions have. */
		f.wrong += f.local != NULL && strcmp(f.program, "runner") != 0 && repeated > 1;
	}
	printf("%s%s%s %s%s runs=%d", f.local != NULL ? f.local : "", f.local != NULL ? " " : "",
	    f.program, f.traced ? "system calls " : "", f.action_name, f.run_count);
	if (sendmail)
		printf(" exit0=%d refused=%d", taken, refused);
	printf(" lost=%d twice=%d reports_twice=%d wrong=%d cut=%d stuck=%d silent=%d hung=%d\n", lost,
	    twice, reports, f.wrong, f.cut, f.stuck, f.silent, f.hung);
	return f.wrong + f.cut + f.stuck + f.silent + f.hung > 0 ? 1 : 0;
}

static void map_point(void)
{
	int fd = open(path_of("failpoint"), O_RDWR | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || ftruncate(fd, sizeof *f.point) != 0)
		exit(1);
	f.point = mmap(NULL, sizeof *f.point, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (f.point == MAP_FAILED)
		exit(1);
}

static void all_runs(unsigned kinds, int every)
{
	static unsigned char seen[FAILPOINT_CALLS_MAX];
	bool sendmail = strcmp(f.program, "sendmail") == 0;
	/* Seen by the kernel, a kill comes at every call. */
	f.point->kinds = f.traced && f.action == FAILPOINT_KILL ? 0 : kinds;
	/* The first run counts; nothing fails in it. */
	f.run_count = 1;
	arm(0);
	if (sendmail)
		run_sendmail(0);
	else
		run_queue(0);
	long count = f.counted < FAILPOINT_CALLS_MAX ? f.counted : FAILPOINT_CALLS_MAX;
	memcpy(seen, f.point->calls, (size_t)count);
	for (long at = 1; at <= count && f.run_count < RUNS_MAX; at += every) {
		int n = f.run_count++;
		f.runs[n].call = seen[at - 1];
		arm(at);
		if (sendmail)
			run_sendmail(n);
		else
			run_queue(n);
		/* Sessions run beside each other: the call that failed need not be the one of the first
		 * run. */
		if (f.point->hit)
			f.runs[n].call = f.point->calls[at - 1];
	}
	arm(0);
	if (sendmail)
		drain();
}

int main(int argc, char **argv)
{
	int option;
	unsigned kinds;
	while ((option = getopt(argc, argv, "kl:")) != -1) {
		if (option == '?')
			return 64;
		f.traced = f.traced || option == 'k';
		f.local = option == 'l' ? optarg : f.local;
	}
	argv += optind - 1;
	if (argc - optind != 3)
		return 64;
	if (f.traced && !tracer_works())
		return 69;
	f.program = argv[1];
	f.action_name = argv[2];
	f.work = getenv("FAULTS_WORK");
	f.delivered = getenv("FAULTS_DELIVERED");
	f.user = getenv("FAULTS_USER");
	f.runs = mem_alloc(RUNS_MAX * sizeof *f.runs);
	map_point();
	listen_to_log();
	f.action = fault_find(f.action_name, &kinds);
	if (f.action == 0)
		return 64;
	all_runs(kinds, atoi(argv[3]) > 0 ? atoi(argv[3]) : 1);
	return tell();
}
