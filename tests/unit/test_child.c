/* objects: sendmail/relay/tunnel sendmail/relay/smtp/proxy sendmail/relay/child sendmail/relay/identify sendmail/relay/smtp/speaks sendmail/lib/base/sandbox_none */
/* What relay makes of the words of its session's process, which may have been taken over. */
#include "base/fdio.h"
#include "relay/child.h"
#include "relay/outcome.h"
#include "tests/unit/unit.h"
#include <signal.h>
#include <unistd.h>

/* What the session says in place of a real one, and how it ends. */
static const char *words;
static int ends_by;
static bool becomes_ready, tells_ready;
static char reported[600];

bool deliver_run(const struct deliver *with, struct diagnosis *d)
{
	const int *fd = with->ready_context;
	if (tells_ready)
		with->ready(with->ready_context);
	if (words != NULL && !fdio_write(*fd, words, strlen(words)))
		_exit(3);
	if (ends_by != 0) {
		signal(ends_by, SIG_DFL);
		kill(getpid(), ends_by);
	}
	if (words != NULL)
		_exit(0);
	diag_set(d, VERDICT_DEFERRED, STAGE_BANNER, REASON_NO_GREETING, "the server said nothing");
	return becomes_ready;
}

void outcome_name_peer(const struct smarthost *smarthost, const struct candidate *c,
    struct diagnosis *d)
{
	text_copy(d->hop, sizeof d->hop, smarthost->name);
	text_copy(d->peer_name, sizeof d->peer_name, c->name);
	text_copy(d->peer_address, sizeof d->peer_address, c->address);
	d->port = c->port;
}

void jobs_say(struct jobs *j, const struct jobs_line *line)
{
	(void)j;
	snprintf(reported, sizeof reported, "%s %s", jobs_to_runner.rows[line->verb].word,
	    line->d->text);
}

bool jobs_flush(struct jobs *j)
{
	(void)j;
	return true;
}

static bool run(const char *says, int by, struct diagnosis *d)
{
	static struct config config = {.session_s = 10};
	static struct smarthost smarthost = {.name = "main"};
	static struct candidate candidate = {.name = "mail.test", .address = "127.0.0.1", .port = 25};
	static struct jobs jobs = {.socket = -1};
	const struct deliver with = {.config = &config,
	    .smarthost = &smarthost,
	    .candidate = &candidate,
	    .jobs = &jobs,
	    .fd = -1};
	words = says;
	ends_by = by;
	reported[0] = '\0';
	return child_run(&with, d);
}

static void sessions_that_are_true(void **state)
{
	struct diagnosis d;
	(void)state;
	becomes_ready = tells_ready = false;
	assert_false(run(NULL, 0, &d));
	assert_string_equal(d.text, "the server said nothing");
	assert_int_equal(d.stage, STAGE_BANNER);
	assert_string_equal(d.peer_name, "mail.test");
	becomes_ready = tells_ready = true;
	assert_true(run(NULL, 0, &d));
	assert_string_equal(reported, "");
	tells_ready = false;
}

/* Who has not said that nothing was begun may have mail in hand: no other server is tried. */
static void sessions_that_die(void **state)
{
	struct diagnosis d;
	(void)state;
	assert_true(run("", 0, &d));
	assert_string_equal(reported, "over the session process ended early (exit 0)");
	assert_true(run("ready\n", SIGKILL, &d));
	assert_string_equal(reported, "over the session process was ended by signal 9");
	assert_true(run("", SIGTERM, &d));
}

static void words_that_make_no_sense(void **state)
{
	static const char *const each[] = {"over\n", "ready\nready\n", "ready\nover\nover\n",
	    "ready\nfailed verdict=sent\n", "failed", "failed \n \n", "failedverdict=sent\n", "hello\n",
	    "\n", "failed verdict=deferred text=\"\\x1b[2J\"\n",
	    "failed verdict=deferred key=\"a\\nb\"\n", "failed verdict=deferred stage=connect\nready\n",
	    "READY\n", "ready \n"};
	static char endless[20000];
	struct diagnosis d;
	(void)state;
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
		bool went_on = run(each[i], 0, &d);
		if (strncmp(each[i], "failed ", 7) != 0)
			assert_true(went_on);
		for (const char *c = d.text; *c != '\0'; c++)
			assert_true((unsigned char)*c >= ' ');
	}
	memset(endless, 'x', sizeof endless - 1);
	assert_true(run(endless, 0, &d));
}

/* Names are ours, numbers are of their kind, and a failure is no success. */
static void lies(void **state)
{
	struct diagnosis d;
	(void)state;
	assert_false(run("failed verdict=sent stage=nonsense fault=9999 hop=other peer=evil "
	                 "ip=10.0.0.1 port=99999 code=-5 key=x text=words\n",
	    0, &d));
	assert_int_equal(d.verdict, VERDICT_DEFERRED);
	assert_int_equal(d.stage, STAGE_NONE);
	assert_int_equal(d.fault, FAULT_NONE);
	assert_string_equal(d.hop, "main");
	assert_string_equal(d.peer_name, "mail.test");
	assert_string_equal(d.peer_address, "127.0.0.1");
	assert_int_equal(d.port, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(sessions_that_are_true), TEST(sessions_that_die),
	    TEST(words_that_make_no_sense), TEST(lies)};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
