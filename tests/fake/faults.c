/* Makes a program fail at each of its calls, one run for each, and counts what became of the mail.
   faults [-k] sendmail|runner|relay ACTION EVERY     ACTION: kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS; EVERY: each Nth call that fits;
   -k: each system call that the kernel sees (tracer.h); without, those of libc (failpoint.c), which works on every machine
   Environment: FIRSTHOP_* of tests/lib.sh, FAULTS_PRELOAD (failpoint.so), FAULTS_WORK (a folder), FAULTS_DELIVERED (the smarthost's folder).
   The smarthost answers RCPT refused-* with 550, and later-* with 451 the first time.
   Each invocation has a domain of its own: what a killed one left on its way to the smarthost may still arrive while the next one counts.
   sendmail: a message for each call.  Exit 0 must mean delivered once; anything else: at most once, and a reason on stderr and in the log.
   runner, relay: three messages for each call, taken up by a runner in which the call fails; then one in which nothing fails drains the queue. */
#include "base/mem.h"
#include "tests/fake/failpoint.h"
#include "tests/fake/tracer.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 20000
#define PATIENCE_S 60
#define BODY_LINES 900

static const struct {
	const char *name;
	int action;
	const char *calls; /* kinds at which it makes sense, in the letters of letter_of */
} actions[] = {
	{"kill", FAILPOINT_KILL, "ocrwsnuxltSTp"}, {"torn", FAILPOINT_TORN, "wT"}, {"short", FAILPOINT_SHORT, "rwT"},
	{"ENOSPC", ENOSPC, "cwsn"}, {"EDQUOT", EDQUOT, "cwsn"}, {"EIO", EIO, "ocrwsnuxlt"},
	{"EMFILE", EMFILE, "ocS"}, {"ENFILE", ENFILE, "ocS"}, {"EINTR", EINTR, "ocrwslT"}, {"ENOBUFS", ENOBUFS, "T"},
};

static const char letters[] = "?ocrwsnuxltSTp";
static const char *const kinds[] = {"?", "open", "create", "read", "write", "fsync", "rename", "unlink", "close", "lock", "stat", "socket", "talk", "process"};

/* What one run should lead to, and what came of it. */
struct run {
	int exit_code;          /* of sendmail; -1: killed */
	int call;               /* kind */
	int ok, a, later, good, report, cut;
};

static struct {
	struct failpoint *point;
	const char *work, *delivered, *program, *action_name;
	int action;
	bool traced;
	struct run *runs;
	long counted;           /* calls of the last run with faults */
	int run_count, stuck, silent, hung, wrong;
} f;

static const char *path_of(const char *name)
{
	static char paths[4][1024];
	static int next;
	next = (next + 1) % 4;
	snprintf(paths[next], sizeof paths[next], "%s/%s", f.work, name);
	return paths[next];
}

static const char *program_path(const char *name)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s/%s", getenv("FIRSTHOP_LIBEXEC"), name);
	return path;
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
	redirect(input, O_RDONLY, 0);
	redirect("/dev/null", O_WRONLY, 1);
	redirect(faulty ? path_of("stderr") : path_of("log"), faulty ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY | O_CREAT | O_APPEND, 2);
	if (faulty && !f.traced) {
		setenv("LD_PRELOAD", getenv("FAULTS_PRELOAD"), 1);
		setenv("FAILPOINT_FILE", path_of("failpoint"), 1);
		setenv("FAILPOINT_IN", f.program, 1);
		setenv("FAILPOINT_LOG", path_of("syslog"), 1);
	}
	if (faulty && f.traced)
		tracer_invite();
	execv(program_path(argv[0]), argv);
	_exit(127);
}

static void note_hang(const char *name)
{
	f.hung++;
	fprintf(stderr, "%s hangs at call %ld, %s (%s)\n", name, f.point->at, kinds[f.point->at > 0 ? f.point->calls[f.point->at - 1] : 0], f.action_name);
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
	for (int i = 0; i < (strcmp(f.program, "sendmail") == 0 ? BODY_LINES : 3); i++)
		fprintf(file, "%d %d the quick brown fox jumps over the lazy dog, and over the line that ends here\n", n, i);
	fprintf(file, "END %d\n", n);
	fclose(file);
}

static int submit(int n, char *const argv[], bool faulty)
{
	write_input(n);
	return run(argv, path_of("input"), faulty);
}

static int submit_to(int n, const char *first, const char *second, bool faulty)
{
	char to[2][80], from[80];
	snprintf(from, sizeof from, "sender-%d@p%d.example.org", n, (int)getpid());
	snprintf(to[0], sizeof to[0], "%s-%d@p%d.example.org", first, n, (int)getpid());
	snprintf(to[1], sizeof to[1], "%s-%d@p%d.example.org", second != NULL ? second : "", n, (int)getpid());
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

/* Messages that are left in the queue. */
static int left_over(void)
{
	static const char *const folders[] = {"drop", "mqueue"};
	int count = 0;
	for (int i = 0; i < 2; i++) {
		char path[1024];
		struct dirent *entry;
		snprintf(path, sizeof path, "%s/%s", getenv("FIRSTHOP_SPOOL"), folders[i]);
		DIR *folder = opendir(path);
		while (folder != NULL && (entry = readdir(folder)) != NULL)
			count += strlen(entry->d_name) >= 17 && entry->d_name[8] == '.';
		if (folder != NULL)
			closedir(folder);
	}
	return count;
}

static void drain(void)
{
	for (int i = 0; i < 4; i++) {
		runner_once(false);
		if (left_over() == 0)
			return;
	}
	f.stuck++;
	fprintf(stderr, "call %ld (%s): %d files stay in the queue\n", f.point->at, f.action_name, left_over());
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

static void run_sendmail(int n)
{
	struct run *r = &f.runs[n];
	if (truncate(path_of("syslog"), 0) != 0 && errno != ENOENT)
		exit(1);
	int status = submit_to(n, "ok", NULL, true);
	f.counted = f.point->count;
	r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (r->exit_code > 0 && (file_is_empty("stderr") || (!f.traced && file_is_empty("syslog")))) {
		f.silent++;
		fprintf(stderr, "call %ld (%s, %s): exit %d without %s\n", f.point->at, kinds[r->call], f.action_name, r->exit_code,
		        file_is_empty("stderr") ? "words on stderr" : "a line in the log");
	}
	if (r->exit_code == 75)
		f.silent++;
}

static void run_queue(int n)
{
	if (submit_to(n, "ok", NULL, false) != 0 || submit_to(n, "a", "later", false) != 0 || submit_to(n, "refused", "good", false) != 0)
		exit(1);
	/* Each run has an hour's budget of reports for itself. */
	char budget[1024];
	snprintf(budget, sizeof budget, "%s/mqueue/reports", getenv("FIRSTHOP_SPOOL"));
	unlink(budget);
	runner_once(true);
	f.counted = f.point->count;
	drain();
}

/* Counts one delivered file. */
static void count_file(const char *path)
{
	char line[2000], tail[200] = "";
	int n = -1;
	bool report = false;
	char *at;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		for (at = line; strncmp(line, "X-Envelope-To:", 14) == 0 && (at = strchr(at, '<')) != NULL; at++) {
			char kind[20] = "";
			int pid = 0, run = 0;
			if (sscanf(at, "<%19[a-z]-%d@p%d.", kind, &run, &pid) != 3 || pid != (int)getpid() || run < 0 || run >= f.run_count)
				continue;
			n = run;
			struct run *r = &f.runs[n];
			r->ok += strcmp(kind, "ok") == 0;
			r->a += strcmp(kind, "a") == 0;
			r->later += strcmp(kind, "later") == 0;
			r->good += strcmp(kind, "good") == 0;
			r->report += strcmp(kind, "sender") == 0;
			report = strcmp(kind, "sender") == 0;
		}
		if (*line != '\n')
			snprintf(tail, sizeof tail, "%.190s", line);
	}
	fclose(file);
	snprintf(line, sizeof line, "END %d\n", n);
	if (n < 0 || n >= f.run_count || (report ? strncmp(tail, "--firsthop", 10) == 0 : strcmp(tail, line) == 0))
		return;
	f.runs[n].cut++;
	fprintf(stderr, "# run %d (%s at %s): %s ends with: %s\n", n, f.action_name, kinds[f.runs[n].call], path, tail);
}

static void count_delivered(void)
{
	DIR *folder = opendir(f.delivered);
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[1400];
		snprintf(path, sizeof path, "%s/%s", f.delivered, entry->d_name);
		if (strstr(entry->d_name, ".eml") != NULL)
			count_file(path);
	}
	if (folder != NULL)
		closedir(folder);
}

/* The window that firsthop-spool(5) names: a kill between the end of a message and the note of the answer.  A run has one fault, so what was in
   hand is repeated once at most. */
static bool may_repeat(const struct run *r)
{
	if (strcmp(f.program, "sendmail") == 0 || r == f.runs)
		return false;
	return f.action == FAILPOINT_KILL || f.action == FAILPOINT_TORN;
}

static void judge(bool wanted, int seen, struct run *r, const char *what, int *lost, int *twice)
{
	int allowed = may_repeat(r) ? 2 : 1;
	if ((wanted && seen == 0) || seen > allowed) {
		fprintf(stderr, "# %s of run %d (%s at %s, exit %d): arrived %d times\n", what, (int)(r - f.runs), f.action_name, kinds[r->call], r->exit_code, seen);
		f.wrong++;
	}
	*lost += wanted && seen == 0;
	*twice += seen > 1 ? seen - 1 : 0;
}

static int tell(void)
{
	int lost = 0, twice = 0, reports = 0, cut = 0, taken = 0, refused = 0;
	bool sendmail = strcmp(f.program, "sendmail") == 0;
	count_delivered();
	for (int i = 0; i < f.run_count; i++) {
		struct run *r = &f.runs[i];
		cut += r->cut;
		taken += r->exit_code == 0;
		refused += r->exit_code > 0;
		judge(!sendmail || r->exit_code == 0, r->ok, r, "ok", &lost, &twice);
		if (sendmail)
			continue;
		judge(true, r->a, r, "a", &lost, &twice);
		judge(true, r->later, r, "later", &lost, &twice);
		judge(true, r->good, r, "good", &lost, &twice);
		judge(true, r->report, r, "report", &lost, &reports);
	}
	printf("%s %s%s runs=%d", f.program, f.traced ? "system calls " : "", f.action_name, f.run_count);
	if (sendmail)
		printf(" exit0=%d refused=%d", taken, refused);
	printf(" lost=%d twice=%d reports_twice=%d wrong=%d cut=%d stuck=%d silent=%d hung=%d\n", lost, twice, reports, f.wrong, cut, f.stuck, f.silent, f.hung);
	return f.wrong + cut + f.stuck + f.silent + f.hung > 0 ? 1 : 0;
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

static void all_runs(const char *calls, int every)
{
	static unsigned char seen[FAILPOINT_CALLS_MAX];
	bool sendmail = strcmp(f.program, "sendmail") == 0;
	/* A kill comes at every call. */
	for (; *calls != '\0' && !(f.traced && f.action == FAILPOINT_KILL); calls++)
		f.point->kinds |= 1u << (strchr(letters, *calls) - letters);
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
		/* Sessions run beside each other: the call that failed need not be the one of the first run. */
		if (f.point->hit)
			f.runs[n].call = f.point->calls[at - 1];
	}
	arm(0);
	if (sendmail)
		drain();
}

int main(int argc, char **argv)
{
	f.traced = argc == 5 && strcmp(argv[1], "-k") == 0;
	argv += f.traced;
	if (argc != 4 + f.traced)
		return 64;
	if (f.traced && !tracer_works())
		return 69;
	f.program = argv[1];
	f.action_name = argv[2];
	f.work = getenv("FAULTS_WORK");
	f.delivered = getenv("FAULTS_DELIVERED");
	f.runs = mem_alloc(RUNS_MAX * sizeof *f.runs);
	map_point();
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, f.action_name) == 0) {
			f.action = actions[i].action;
			all_runs(actions[i].calls, atoi(argv[3]) > 0 ? atoi(argv[3]) : 1);
			return tell();
		}
	}
	return 64;
}
