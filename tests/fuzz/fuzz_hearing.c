/* objects: runner */
/* libs: -linih -lidn2 -Wl,--wrap=fork -Wl,--wrap=socketpair -Wl,--wrap=kill -Wl,--wrap=waitpid */
/* What a relay says to the runner; it may have been taken over.  It has three messages in hand, and
   may lie about these: nothing else is touched, nothing is lost, and no words of its get into a
   journal as lines of their own.  The first byte: how it is given, and how its process ends;
   with 32 in it, what follows chooses rows of the table of its verbs (tests/fuzz/lines.h). */
#include "base/log.h"
#include "runner/attempt/message.h"
#include "runner/delivery/backlog.h"
#include "runner/disposition/disposition.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/session_events.h"
#include "runner/session/worker.h"
#include "jobs/jobs_line.h"
#include "tests/fuzz/lines.h"
#include "tests/fuzz/spool.h"
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define PID 12345
#define OTHER "65000000.00000004"

static struct runner r;
static int relay_end, exit_status;

/* The process is never there: worker_start and worker_end meet these. */
pid_t __wrap_fork(void);
int __wrap_kill(pid_t pid, int number);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
int __real_socketpair(int domain, int type, int protocol, int ends[2]);
int __wrap_socketpair(int domain, int type, int protocol, int ends[2]);

pid_t __wrap_fork(void)
{
	return PID;
}

int __wrap_kill(pid_t pid, int number)
{
	(void)number;
	MUST(pid == PID || pid == -PID);
	return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	(void)options;
	MUST(pid == PID);
	*status = exit_status;
	return pid;
}

int __wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
	int result = __real_socketpair(domain, type, protocol, ends);
	relay_end = dup(ends[1]);
	return result;
}

static const struct {
	const char *id, *sender, *rcpts, *notify;
} mails[] = {
    {"65000000.00000001", "me@example.org", "a@example.org b@example.org", ""},
    {"65000000.00000002", "", "c@example.org", ""},
    {"65000000.00000003", "me@example.org", "d@example.org e@example.org", "SUCCESS,FAILURE"},
    {OTHER, "me@example.org", "a@example.org", ""},
};

/* The first three are given to a relay. */
static struct worker *give(bool shows)
{
	for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++)
		fuzz_put_message("mqueue", mails[i].id, 1001, mails[i].sender, mails[i].rcpts,
		    mails[i].notify);
	MUST(backlog_load(&r));
	struct nexthop *p = r.nexthops.list[0];
	struct worker *w = worker_start(&r, p, NULL, shows);
	MUST(w != NULL);
	r.sessions->list[r.sessions->count++] = w;
	for (int i = 0; i < 3; i++) {
		struct entry *e = schedule_first(&p->schedule);
		schedule_take(&p->schedule, e);
		e->in_work = true;
		struct message *m = disposition_begin(&r, e);
		MUST(m != NULL && m->rcpt_count > 0);
		worker_give(w, m);
	}
	worker_flush(w);
	return w;
}

/* As much as the socket takes is said before it is heard. */
static void say(struct worker *w, const uint8_t *bytes, size_t length, size_t piece)
{
	for (size_t at = 0; at < length && !w->ended; at += piece) {
		piece = piece < length - at ? piece : length - at;
		if (send(relay_end, bytes + at, piece, MSG_NOSIGNAL) != (ssize_t)piece)
			return;
		session_events_receive(&r, w);
	}
}

/* Its journal names nobody but its recipients, and has no line that the runner did not write. */
static void look_at_journal(int i)
{
	struct journal j;
	MUST(journal_read(&j, r.queue.mqueue_fd, mails[i].id));
	for (size_t k = 0; k < j.rcpt_count; k++)
		MUST(strstr(mails[i].rcpts, j.rcpts[k].address) != NULL);
	journal_free(&j);
	/* However often it is told: one that is not final, a final one, and those of its end, for each
	 * of two recipients. */
	MUST(fuzz_must_be_journal(&r, mails[i].id) <= 8);
}

static void say_rows(struct worker *w, const uint8_t *bytes, size_t length)
{
	static const char *const words[] = {"65000000.00000001", "65000000.00000002",
	    "65000000.00000003", OTHER, "0", "1", "-1", "4294967297", "\"550 no\\n1700000000 done\"",
	    "MAIL", "verdict=sent stage=dot hop=main key=",
	    "verdict=failed stage=RCPT fault=recipient code=550 hop=backup text=no",
	    "verdict=deferred stage=connect fault=route hop=other key=rate-limited",
	    "verdict=failed stage=lookup code=0 hop=main",
	    "verdict=deferred stage=MAIL code=451 hop=main"};
	struct buffer lines = {0};
	while (length > 0)
		fuzz_put_line(&jobs_to_runner, words, sizeof words / sizeof words[0], &bytes, &length,
		    &lines);
	say(w, (const uint8_t *)lines.data, lines.length, 4096);
	buffer_free(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	uint8_t choice = length > 0 ? bytes[0] : 0;
	if (*fuzz_spool == '\0') {
		log_start("fuzz", 0);
		fuzz_make_spool();
		fuzz_start_runner(&r);
	}
	exit_status = choice & 1 ? 0 : choice & 2 ? 127 << 8 : SIGSEGV;
	r.leaving = choice & 4;
	struct worker *w = give(choice & 8);
	if (length > 1 && (choice & 32))
		say_rows(w, bytes + 1, length - 1);
	else if (length > 1)
		say(w, bytes + 1, length - 1, choice & 16 ? 5 : 100000);
	close(relay_end);
	for (int i = 0; i < 100 && !w->ended; i++)
		session_events_receive(&r, w);
	MUST(w->ended);
	r.sessions->count = 0;
	MUST(worker_is_gone(w));
	worker_end(&r, w);
	fuzz_must_be_whole(&r, 0);
	for (int i = 0; i < 4; i++)
		look_at_journal(i);
	for (int i = 0; i < r.nexthops.servers.count; i++) /* its words make no servers */
		MUST(*r.nexthops.servers.list[i].name == '\0' ||
		     strcmp(r.nexthops.servers.list[i].name, "main") == 0 ||
		     strcmp(r.nexthops.servers.list[i].name, "backup") == 0);
	MUST(fuzz_size(OTHER) > 0 && fuzz_size(OTHER ".log") == -1);
	fuzz_empty_runner(&r);
	return 0;
}
