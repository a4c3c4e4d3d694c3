/* evilrelay: stands in the place of libexec's relay, and speaks to the runner as a relay that was
   taken over would.  For the path "evil" it does what the file "evil" beside it says, one word; for
   every other path it becomes "relay.real" beside it.  What it was given is appended to "evil.got":
   a line for each message, with its identifier.
   - escape: outcomes and steps with what commands terminals, raw and escaped
   - lies: outcomes of messages it never got, numbers out of range
   - sent, none, failed: that as the verdict of all it has
   - over-sent: its session is over, and "sent" is why
   - unused, bye: gives all back, at once, for ever
   - linger, linger-slowly, linger-over: the same, and its process ends later
   - next: each is to be tried at another server, for ever
   - next-bye, next-unused: the same, and then it gives all back
   - down, hop, ready: says that again and again
   - main-down: says that the server of another path fails
   - steps: says steps without end
   - flood: lines without sense, without end
   - endless: a line without end
   - half: half a line, then the end
   - nul: NUL bytes
   - descriptors: sends descriptors
   - ledger: outcomes of others in its ledger
   - silence: nothing, whatever it is asked
   - term: nothing, and SIGTERM is ignored
   - close: closes its socket and stays
   - killed: ends by a signal
   - kill: kills the process that started it, by kill and by F_SETOWN
   - verbs: every other word that a relay may say, of its own and others' messages, with what is
     no value of it
   - settled, ending, filtered: that of all it has, and no more
   - murder: everything against the processes whose numbers are in "evil.others" (evilkill.h); what
     came of it is in "evil.results"
   Started by root, for a session of the user that its arguments name, it becomes that user first:
   who reads the network, and was taken over. */
#include "jobs/process.h"
#include "tests/fake/evilparts.h"
#include "tests/fake/evilverbs.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_US 100000
#define FLOOD_BYTES (512L << 20) /* more than anybody has to bear */

char ids[MESSAGES_MAX][40];
static bool avoids; /* it was started for mail that goes on to another server */
static int rcpts[MESSAGES_MAX], ledger = -1;
int count;

/* On a socket of the runner's: when that is closed, there is nothing left to do. */
void say_bytes(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(STDIN_FILENO, bytes, length, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(0);
		bytes += n;
		length -= (size_t)n;
	}
}

void say(const char *format, ...)
{
	char line[8192];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	say_bytes(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void note_message(const char *line)
{
	const char *id = strstr(line, "id="), *n = strstr(line, "rcpts=");
	FILE *got = fopen(evil_beside("evil.got"), "a");
	if (id == NULL || count == MESSAGES_MAX)
		return;
	snprintf(ids[count], sizeof ids[0], "%.*s", (int)strcspn(id + 3, " \n"), id + 3);
	rcpts[count] = n != NULL ? atoi(n + 6) : 1;
	if (got != NULL) {
		fprintf(got, "%s\n", ids[count]);
		fclose(got);
	}
	count++;
}

/* What was sent so far; false when the runner has no more. */
static bool listen_once(void)
{
	char bytes[65536];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes - 1);
	if (n <= 0)
		return false;
	bytes[n] = '\0';
	for (char *line = bytes, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (strncmp(line, "message ", 8) == 0)
			note_message(line);
		if (strcmp(line, "quit") == 0)
			return false;
	}
	return true;
}

static void wait_for_mail(void)
{
	while (count == 0 && listen_once())
		continue;
}

static void each(const char *verdict)
{
	for (int m = 0; m < count; m++) {
		for (int i = 0; i < rcpts[m]; i++)
			say("rcpt id=%s n=%d next=0 verdict=%s stage=RCPT code=550 text=\"550 because I say "
			    "so\"\n",
			    ids[m], i, verdict);
		say("msg id=%s\n", ids[m]);
	}
	count = 0;
}

static void escape(void)
{
	say(READY);
	for (int i = 0; i < EVIL_BAD; i++)
		say("step text=\"a step %s end\"\nsay text=\"words %s end\"\nhop verdict=deferred "
		    "stage=connect hop=\"%s\" text=\"h %s\"\n",
		    evil_bad[i], evil_bad[i], evil_bad[i], evil_bad[i]);
	for (int m = 0; m < count; m++) {
		for (int i = 0; i < rcpts[m]; i++) {
			const char *b = evil_bad[(m + i) % EVIL_BAD];
			say("rcpt id=%s n=%d next=0 verdict=%s stage=RCPT code=550 status=\"5%s\" "
			    "hop=\"evil%s\" peer=\"evil%s.example.net\" ip=\"192.0.2.66%s\" port=25 "
			    "tls=\"TLS%s\" key=\"k%s\" text=\"550 %s",
			    ids[m], i, m % 2 ? "failed" : "deferred", b, b, b, b, b, b, b);
			for (int k = 0; k < EVIL_BAD; k++)
				say(" %s", evil_bad[k]);
			say("\"\n");
		}
		say("msg id=%s\n", ids[m]);
	}
	say("over verdict=deferred stage=MAIL hop=\"evil%s\" key=closing text=\"421 %s\"\nbye\n",
	    evil_bad[0], evil_bad[1]);
}

static void flood(const char *line)
{
	char bytes[65536];
	size_t length = strlen(line), used = 0;
	while (used + length < sizeof bytes) {
		memcpy(bytes + used, line, length);
		used += length;
	}
	for (long sent = 0; sent < FLOOD_BYTES; sent += (long)used)
		say_bytes(bytes, used);
}

static void write_ledger(void)
{
	char other[64];
	FILE *others = fopen(evil_beside("evil.others"), "r");
	while (others != NULL && fscanf(others, "%60s", other) == 1 && ledger >= 0)
		dprintf(ledger,
		    "outcome id=%s address=bob@victim.example verdict=sent stage=dot text=\"250 ok\" .\n",
		    other);
	if (others != NULL)
		fclose(others);
	pause();
}

static void kill_starter(void)
{
	pid_t starter = getppid();
	for (int i = 1; i < 32; i++)
		kill(starter, i == SIGSTOP ? SIGKILL : i);
#ifdef F_SETSIG
	fcntl(STDIN_FILENO, F_SETOWN, starter);
	fcntl(STDIN_FILENO, F_SETSIG, SIGKILL);
	fcntl(STDIN_FILENO, F_SETFL, O_ASYNC);
#endif
	each("none");
}

static void say_for_ever(const char *line)
{
	for (int i = 0; i < 100000; i++)
		say("%s", line);
}

static void be_evil(const char *what)
{
	if (strcmp(what, "term") == 0)
		signal(SIGTERM, SIG_IGN);
	wait_for_mail();
	if (strcmp(what, "escape") == 0)
		escape();
	else if (strcmp(what, "lies") == 0)
		lie();
	else if (strcmp(what, "sent") == 0 || strcmp(what, "none") == 0 || strcmp(what, "failed") == 0)
		say(READY), each(what);
	else if (strcmp(what, "over-sent") == 0)
		say(READY "over verdict=sent stage=dot key=relay-died text=x\n");
	else if (strcmp(what, "unused") == 0)
		say(READY "unused id=%s\n", ids[0]);
	else if (strcmp(what, "bye") == 0)
		say(READY "bye\n");
	else if (strcmp(what, "linger") == 0)
		usleep(LINGER_US), say(READY "bye\n"), usleep(LINGER_US / 4);
	else if (strcmp(what, "linger-slowly") == 0)
		say(READY), usleep(LINGER_US / 4), say("bye\n"), usleep(LINGER_US / 4);
	else if (strcmp(what, "linger-over") == 0)
		usleep(LINGER_US),
		    say(READY "over verdict=deferred stage=MAIL hop=evil key=closing "
		              "text=\"421 later\"\nbye\n"),
		    usleep(LINGER_US / 4);
	else if (strcmp(what, "next-bye") == 0 && avoids)
		say(READY "bye\n");
	else if (strcmp(what, "next-unused") == 0 && avoids)
		say(READY "unused id=%s\nbye\n", ids[0]);
	else if (strncmp(what, "next", 4) == 0)
		say("ready n=1000000 verdict=sent stage=MAIL hop=evil\nrcpt id=%s n=0 next=1 "
		    "verdict=deferred stage=RCPT code=450 ip=192.0.2.%d port=%d text=\"450 go away\"\nmsg "
		    "id=%s\n",
		    ids[0], getpid() % 256, getpid() % 60000, ids[0]);
	else if (strcmp(what, "down") == 0)
		say_for_ever("down verdict=failed stage=connect hop=evil key=connect-refused text=no\n");
	else if (strcmp(what, "hop") == 0)
		say_for_ever("hop verdict=failed stage=connect hop=evil key=connect-refused text=no\n");
	else if (strcmp(what, "main-down") == 0)
		say("ready n=0 hop=main\nhop verdict=deferred stage=connect hop=main key=connect-refused "
		    "text=no\n"
		    "down verdict=deferred stage=connect fault=credential hop=main key=auth-refused "
		    "text=no\n");
	else if (strcmp(what, "ready") == 0)
		say_for_ever(READY);
	else if (strcmp(what, "steps") == 0)
		flood("step text=\"a step that is said again and again and again\"\nsay text=x\n");
	else if (strcmp(what, "flood") == 0)
		flood("rcpt id=00000000.00000000 n=0 verdict=sent\n");
	else if (strcmp(what, "endless") == 0)
		flood("x");
	else if (strcmp(what, "half") == 0)
		say(READY "rcpt id=%s n=0 next=0 verdict=se", ids[0]);
	else if (strcmp(what, "nul") == 0)
		say_bytes("ready n=0\0\n\0\0\0rcpt\0\n\n\0", 22);
	else if (strcmp(what, "descriptors") == 0)
		say(READY), evil_send_descriptors(STDIN_FILENO, "step text=x\n", 1000), each("sent");
	else if (strcmp(what, "ledger") == 0)
		say(READY), write_ledger();
	else if (strcmp(what, "silence") == 0 || strcmp(what, "term") == 0)
		for (;;)
			pause();
	else if (strcmp(what, "close") == 0)
		for (close(STDIN_FILENO);;)
			pause();
	else if (strcmp(what, "killed") == 0)
		raise(SIGSEGV);
	else if (strcmp(what, "verbs") == 0)
		lie_with_each_verb();
	else if (strcmp(what, "settled") == 0 || strcmp(what, "ending") == 0 ||
	         strcmp(what, "filtered") == 0)
		of_each(what);
	else if (strcmp(what, "murder") == 0)
		/* Then nothing: three of its answers would let the path rest. */
		evil_murder(), say(READY), pause();
	else if (strcmp(what, "kill") == 0)
		kill_starter();
}

/* Which path it was started for stands in the orders (jobs/orders.h), which are put back for the
 * true relay. */
static bool is_for_evil(void)
{
	char orders[32768];
	int ends[2];
	ssize_t n = read(PROCESS_FD_ORDERS, orders, sizeof orders - 1);
	if (n <= 0 || pipe(ends) != 0)
		return false;
	orders[n] = '\0';
	if (write(ends[1], orders, (size_t)n) != n || dup2(ends[0], PROCESS_FD_ORDERS) < 0)
		return false;
	close(ends[0]);
	close(ends[1]);
	avoids = strstr(orders, "\navoid ") != NULL;
	return strncmp(orders, "path evil\n", 10) == 0;
}

int main(int argc, char **argv)
{
	evil_find_folder();
	if (argc < 2 || strcmp(argv[1], "--jobs") != 0 || !is_for_evil()) {
		execv(evil_beside("relay.real"), argv);
		return 127;
	}
	ledger = PROCESS_FD_LEDGER;
	/* --jobs UID GID NETWORK_UID NETWORK_GID */
	if (argc == 6 && geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 || setgid((gid_t)strtoul(argv[5], NULL, 10)) != 0 ||
	        setuid((uid_t)strtoul(argv[4], NULL, 10)) != 0))
		return 1;
	be_evil(evil_word());
	return 0;
}
