/* evilsmtpd: stands in the place of libexec's smtpd, and speaks to the runner as one that was taken
   over would.  It does what the file "evil" beside it says, one word, as the user of smtpd; what it
   was answered is appended to "evil.got".
   - lies: callers that cannot be, words that command a terminal, heads that claim what only the
     runner may say; each connection of its own
   - sizes: lengths that are none, and pieces that are longer or shorter than they say
   - endless, half, nul: a first line without an end, half of one, NUL bytes
   - flood, silence: as many connections as it gets, with a message each, or with nothing
   - slow: the same, and a byte of a message now and then
   - descriptors: sends descriptors
   - close, term: closes its socket and stays; does not end when it is told to
   - killed: ends by a signal at once
   - murder: everything against the processes whose numbers are in "evil.others" (evilkill.h); what
     came of it is in "evil.results" */
#include "tests/fake/evilparts.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 400
#define ENDLESS_BYTES (64L << 20)

static int got = -1;

static int call(void)
{
	const struct timeval patience = {.tv_sec = 3};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *run = getenv("FIRSTHOP_RUN");
	snprintf(address.sun_path, sizeof address.sun_path, "%.90s/smtpd.sock",
	    run != NULL ? run : "/var/run/firsthop");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool say_bytes(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

static bool say(int fd, const char *words)
{
	return say_bytes(fd, words, strlen(words));
}

static void piece(int fd, const char *bytes)
{
	char size[16];
	snprintf(size, sizeof size, "%08x\n", (unsigned)strlen(bytes));
	say(fd, size);
	say(fd, bytes);
}

static void note_answer(int fd, const char *what)
{
	char answer[1000] = "";
	ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
	answer[n > 0 ? n : 0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	dprintf(got, "%s: %s\n", what, n > 0 ? answer : n == 0 ? "closed" : strerror(errno));
}

#define CONTENT                                                               \
	"content: bytes=000000000000002 lines=000000000001 longest=0000000000000" \
	"01 8bit=0 nul=0 cr=0\n"
#define HEAD "firsthop-spool: 1\n" CONTENT "sender: evil@example.org\nrecipient: a@example.org\n\n"
#define EVIL "\033[31m\302\233\342\200\256\177"

static void one_message(const char *what, const char *introduction, const char *head)
{
	int fd = call();
	if (fd < 0) {
		dprintf(got, "%s: no connection\n", what);
		return;
	}
	say(fd, introduction);
	piece(fd, head);
	piece(fd, "Subject: evil\n\nx\n");
	piece(fd, "");
	note_answer(fd, what);
	close(fd);
}

static void lie(void)
{
	static const char *const callers[][2] = {{"uid-huge", "for uid=99999999999 via=smtp\n"},
	    {"uid-none", "for uid=4294967295 via=smtp\n"}, {"uid-negative", "for uid=-1 via=smtp\n"},
	    {"uid-missing", "for via=smtp\n"}, {"uid-word", "for uid=root via=smtp\n"},
	    {"via-missing", "for uid=1\n"}, {"via-commands", "for uid=1 via=\"" EVIL "\"\n"},
	    {"via-escaped", "for uid=1 via=\"\\x1b[31m\\x0ato=<x> status=sent\"\n"},
	    {"no-verb", "is uid=1 via=smtp\n"}, {"empty", "\n"}};
	static const char *const heads[][2] = {{"head-version", "firsthop-spool: 9\n\n"},
	    {"head-none", "x\n\n"}, {"head-short", "firsthop-spool: 1\n"},
	    {"head-commands",
	        "firsthop-spool: 1\n" CONTENT "sender: " EVIL "\nrecipient: " EVIL "\n\n"},
	    {"head-claims",
	        "firsthop-spool: 1\nuid: 0\nlogin: root\ncreated: 1\n" CONTENT
	        "flags: bounce from-given\nsender: claims@example.org\nrecipient: claims@example.org\n"
	        "note: 0123abcd.0123abcd 1 rcpt address=x verdict=sent\n\n"}};
	for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++)
		one_message(callers[i][0], callers[i][1], HEAD);
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		one_message(heads[i][0], "for uid=65533 via=smtp\n", heads[i][1]);
}

static void lie_about_sizes(void)
{
	static const char *const sizes[] = {"ffffffff\n", "-0000001\n", "0000000g\n", "00000001x",
	    "\n\n\n\n\n\n\n\n\n", "01000001\n"};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int fd = call();
		say(fd, "for uid=65533 via=smtp\n");
		say(fd, sizes[i]);
		note_answer(fd, "size");
		close(fd);
	}
	int fd = call();
	say(fd, "for uid=65533 via=smtp\n");
	piece(fd, HEAD);
	say(fd, "000fffff\nshort");
	shutdown(fd, SHUT_WR);
	note_answer(fd, "short");
	close(fd);
}

static void say_without_end(void)
{
	static char bytes[65536];
	int fd = call();
	memset(bytes, 'x', sizeof bytes);
	for (long sent = 0; sent < ENDLESS_BYTES && say_bytes(fd, bytes, sizeof bytes);
	     sent += (long)sizeof bytes)
		continue;
	note_answer(fd, "endless");
	close(fd);
}

/* Held, with something said or not; then one of them is said a byte, for ever. */
static void hold_many(const char *words, bool slowly)
{
	static int fds[CONNECTIONS_MAX];
	int count = 0;
	for (; count < CONNECTIONS_MAX && (fds[count] = call()) >= 0; count++)
		say(fds[count], words);
	dprintf(got, "held: %d\n", count);
	if (!slowly)
		for (;;)
			pause();
	for (int i = 0;; i = (i + 1) % (count > 0 ? count : 1)) {
		usleep(20000);
		if (count == 0 || send(fds[i], "0", 1, MSG_NOSIGNAL | MSG_DONTWAIT) <= 0) {
			close(fds[i]);
			fds[i] = call();
			say(fds[i], words);
		}
	}
}

static void flood(void)
{
	for (int i = 0;; i++)
		one_message("flood", "for uid=65533 via=smtp\n", i % 2 == 0 ? "x" : HEAD);
}

static void send_descriptors(void)
{
	int fd = call();
	evil_send_descriptors(fd, "f", 300);
	note_answer(fd, "descriptors");
	close(fd);
}

static void be_evil(const char *what)
{
	int fd;
	if (strcmp(what, "lies") == 0)
		lie();
	else if (strcmp(what, "sizes") == 0)
		lie_about_sizes();
	else if (strcmp(what, "endless") == 0)
		say_without_end();
	else if (strcmp(what, "half") == 0)
		fd = call(), say(fd, "for uid=65533 vi"), shutdown(fd, SHUT_WR), note_answer(fd, what);
	else if (strcmp(what, "nul") == 0)
		fd = call(), say_bytes(fd, "for uid=1\0 via=smtp\n\0\0\0\0\0\0\0\0\n", 29),
		note_answer(fd, what);
	else if (strcmp(what, "flood") == 0)
		flood();
	else if (strcmp(what, "silence") == 0)
		hold_many("", false);
	else if (strcmp(what, "slow") == 0)
		hold_many("for uid=65533 via=smtp\n00", true);
	else if (strcmp(what, "descriptors") == 0)
		send_descriptors();
	else if (strcmp(what, "close") == 0)
		close(STDIN_FILENO);
	else if (strcmp(what, "killed") == 0)
		raise(SIGSEGV);
	else if (strcmp(what, "murder") == 0)
		evil_murder();
	dprintf(got, "end\n");
	for (;;)
		pause();
}

int main(void)
{
	evil_find_folder();
	const char *what = evil_word();
	if (*what == '\0')
		return 1;
	got = open(evil_beside("evil.got"), O_WRONLY | O_APPEND | O_CREAT, 0666);
	const struct passwd *pw = getpwnam("fhsmtpd");
	/* In a private spool it is nobody else. */
	if (getenv("FIRSTHOP_LIBEXEC") == NULL && geteuid() == 0 &&
	    (pw == NULL || setgroups(0, NULL) != 0 || setgid(pw->pw_gid) != 0 ||
	        setuid(pw->pw_uid) != 0))
		return 1;
	/* It outlives its runner by no more than a minute. */
	alarm(60);
	signal(SIGTERM, SIG_IGN);
	/* The socket is made by another process of the runner's, at the same time. */
	for (int fd = -1, tries = 0; fd < 0 && tries < 400; tries++) {
		usleep(25000);
		fd = call();
		if (fd >= 0)
			close(fd);
	}
	be_evil(what);
}
