/* The runner's end of submit.sock.  The bytes are those of any user of this machine: every part is
 * checked, bounded and counted anew. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "message/address.h"
#include "message/count.h"
#include "message/submission_log.h"
#include "runner/listen/submit_session.h"
#include "spool/drop.h"
#include "spool/policy.h"
#include "spool/submit_line.h"
#include "spool/trigger.h"
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define WAITED_MAX_US \
	20000000 /* for the caller, in all: sendmail has its message whole before it calls */
#define HURRIED_MAX_US 1000000 /* while others wait */
#define IDLE_MAX_US 5000000    /* smtpd: between two messages */
#define SERVED_MAX_MS 20000    /* smtpd: then no further message is begun */
#define LOOK_EVERY_MS 250
#define PIECE_LIMIT_BYTES (1u << 20)

struct submission {
	int fd;
	uid_t uid;
	int64_t until_ms;  /* for all of it */
	int64_t waited_us; /* for the caller */
	int64_t wait_max_us;
	const char *via; /* of the log */
	char login[64];
	struct drop drop;
	struct envelope envelope;
	size_t content_at;
	int64_t column;
	struct diagnosis why;
	struct policy policy;
	struct policy_user user;
};

static int refuse(struct submission *s, int code, enum reason_key key, const char *words)
{
	diag_set(&s->why, VERDICT_FAILED, STAGE_SUBMIT, key, "%s", words);
	return code;
}

static volatile sig_atomic_t others_wait;

static void on_hurry(int number)
{
	(void)number;
	others_wait = 1;
}

void submit_session_expect_hurry(void)
{
	struct sigaction a = {.sa_handler = on_hurry, .sa_flags = SA_RESTART};
	sigemptyset(&a.sa_mask);
	sigaction(SIGTERM, &a, NULL);
}

/* True when there is something to read, in time.  What the disk needs is not the caller's time. */
static bool wait_for_caller(struct submission *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	while (s->waited_us < (others_wait ? HURRIED_MAX_US : s->wait_max_us) &&
	       clock_mono_ms() < s->until_ms) {
		int64_t before_us = clock_mono_us();
		int ready = poll(&p, 1, LOOK_EVERY_MS);
		s->waited_us += clock_mono_us() - before_us;
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return ready > 0;
	}
	return false;
}

/* Exactly length bytes. */
static bool read_bytes(struct submission *s, char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = wait_for_caller(s) ? fdio_read(s->fd, bytes, length) : 0;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* One piece with its length before it. */
static int read_piece(struct submission *s, size_t limit_bytes, struct buffer *piece)
{
	char size[SUBMIT_SIZE_BYTES];
	char chunk[65536];
	size_t length;
	if (!read_bytes(s, size, sizeof size))
		return refuse(s, EX_IOERR, REASON_INPUT_UNREADABLE, "the message did not come to its end");
	if (!submit_size_parse(size, limit_bytes, &length))
		return refuse(s, EX_DATAERR, REASON_INPUT_UNREADABLE,
		    "what came over submit.sock is no message");
	piece->length = 0;
	while (length > 0) {
		size_t n = length < sizeof chunk ? length : sizeof chunk;
		if (!read_bytes(s, chunk, n))
			return refuse(s, EX_IOERR, REASON_INPUT_UNREADABLE,
			    "the message did not come to its end");
		buffer_add(piece, chunk, n);
		length -= n;
	}
	return EX_OK;
}

static void set(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value);
}

/* Of the flags only those that sendmail sets for its callers; "bounce" is not among them. */
static void keep_known_flags(struct envelope *e)
{
	static const char *const known[] = {"from-given", "name-given", "no-alias", "requiretls",
	    "utf8", "watched"};
	TEXT(flags, 64);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (!envelope_has_flag(e, known[i]))
			continue;
		text_put(&flags, flags.length > 0 ? " " : "");
		text_put(&flags, known[i]);
	}
	set(&e->flags, flags.data);
}

static int check_address(struct submission *s, const char *who, const char *address)
{
	const char *wrong = address_problem(address);
	TEXT(words, 400);
	if (wrong == NULL)
		return EX_OK;
	text_printf(&words, "%s <%.200s>: %s", who, address, wrong);
	return refuse(s, EX_DATAERR, REASON_ADDRESS_BAD, words.data);
}

/* Who sent it, and when, is for us to say. */
static int take_head(struct submission *s, const struct buffer *head)
{
	struct envelope *e = &s->envelope;
	if (!envelope_parse(e, head->length > 0 ? head->data : "", head->length, &s->why) ||
	    e->message_at != (int64_t)head->length)
		return refuse(s, EX_DATAERR, REASON_INPUT_UNREADABLE,
		    "the data from submit.sock does not begin with the head of a message");
	e->content = (struct content){0};
	e->created_us = clock_wall_us();
	e->uid = s->uid;
	set(&e->login, s->login);
	keep_known_flags(e);
	bool given = envelope_has_flag(e, "from-given");
	/* The same rules as for those who write to drop/ themselves. */
	int code =
	    policy_check(&s->policy, &s->user, given ? e->sender : NULL, s->drop.dir_fd, &s->why);
	if (code != EX_OK)
		return code;
	if (e->recipient_count > (size_t)policy_max_recipients(&s->policy)) {
		policy_too_many(&s->policy, &s->why);
		return EX_DATAERR;
	}
	code = *e->sender != '\0' ? check_address(s, "sender", e->sender) : EX_OK;
	for (size_t i = 0; code == EX_OK && i < e->recipient_count; i++)
		code = check_address(s, "recipient", e->recipients[i]);
	/* A sender that nobody gave is the login name. */
	if (!given)
		set(&e->sender, s->login);
	return code;
}

static int write_bytes(struct submission *s, const struct buffer *bytes)
{
	return drop_write(&s->drop, bytes->data, bytes->length, &s->why) ? EX_OK : EX_IOERR;
}

static int store_head(struct submission *s)
{
	struct buffer head = {0};
	if (!drop_create(&s->drop, s->envelope.created_us / 1000000, &s->why))
		return s->why.key == REASON_SPOOL_FULL ? EX_IOERR : EX_CANTCREAT;
	envelope_write(&s->envelope, &head, &s->content_at);
	int code = write_bytes(s, &head);
	buffer_free(&head);
	return code;
}

static int store_message(struct submission *s)
{
	struct buffer piece = {0};
	int code;
	while ((code = read_piece(s, PIECE_LIMIT_BYTES, &piece)) == EX_OK && piece.length > 0) {
		count_bytes(&s->envelope.content, &s->column, piece.data, piece.length);
		if (s->envelope.content.bytes > ENVELOPE_MESSAGE_LIMIT_BYTES)
			code =
			    refuse(s, EX_DATAERR, REASON_MESSAGE_TOO_LONG, "the message is longer than 1 GiB");
		else
			code = write_bytes(s, &piece);
		if (code != EX_OK)
			break;
	}
	buffer_free(&piece);
	return code;
}

static int commit(struct submission *s)
{
	struct buffer line = {0};
	envelope_write_content(&s->envelope.content, &line);
	bool done = fdio_write_at(s->drop.fd, line.data, line.length, (off_t)s->content_at);
	buffer_free(&line);
	if (!done)
		drop_error(&s->why, "write the counts of the message to drop/");
	return done && drop_commit(&s->drop, &s->why) ? EX_OK : EX_IOERR;
}

static int take(struct submission *s)
{
	struct buffer head = {0};
	int code = read_piece(s, ENVELOPE_HEAD_LIMIT_BYTES, &head);
	if (code == EX_OK)
		code = take_head(s, &head);
	buffer_free(&head);
	if (code == EX_OK)
		code = store_head(s);
	if (code == EX_OK)
		code = store_message(s);
	if (code == EX_OK)
		code = commit(s);
	if (code != EX_OK)
		drop_abandon(&s->drop);
	return code;
}

static void answer(struct submission *s, int code)
{
	const struct envelope *e = &s->envelope;
	struct buffer log = {0}, line = {0};
	if (code == EX_OK) {
		submit_answer_put_ok(&line, s->drop.id);
		submission_log(e, s->drop.id, (long long)s->uid, s->via);
	} else {
		submit_answer_put_no(&line, code, &s->why);
		buffer_printf(&log, "submission refused: uid=%lu exit=%d via=%s", (unsigned long)s->uid,
		    code, s->via);
		log_fields(LOG_WARNING, "refused", &log, s->why.text);
	}
	buffer_free(&log);
	send(s->fd, line.data, line.length, MSG_NOSIGNAL | MSG_DONTWAIT);
	buffer_free(&line);
}

/* Their groups, and the one that their process has (-1: not known). */
static void set_user(struct submission *s, uid_t uid, gid_t gid)
{
	const struct passwd *pw = getpwuid(uid);
	int count = POLICY_GROUPS_MAX;
	s->uid = s->user.uid = uid;
	if (pw != NULL)
		text_copy(s->login, sizeof s->login, pw->pw_name);
	else
		snprintf(s->login, sizeof s->login, "uid%lu", (unsigned long)uid);
	s->user.login = s->login;
	if (pw == NULL || getgrouplist(pw->pw_name, pw->pw_gid, s->user.groups, &count) < 0)
		count = pw != NULL ? POLICY_GROUPS_MAX : 0; /* of too many the first ones are there */
	if (gid != (gid_t)-1)
		s->user.groups[count++] = gid;
	s->user.group_count = count;
}

/* One message. */
static int serve_one(struct submission *s)
{
	s->until_ms = clock_mono_ms() + SUBMIT_SESSION_WHOLE_MS;
	s->waited_us = 0;
	s->why = (struct diagnosis){0};
	policy_load(&s->policy, s->drop.dir_fd);
	/* Files of theirs in drop/ are ours; but each has been counted by the runner as soon as it was
	 * there. */
	s->drop.share = policy_share(&s->policy, s->uid);
	envelope_init(&s->envelope);
	int code = take(s);
	answer(s, code);
	envelope_free(&s->envelope);
	policy_free(&s->policy);
	return code;
}

int submit_session_take(int client_fd, int drop_fd, uid_t uid, gid_t gid)
{
	struct submission s = {.fd = client_fd,
	    .wait_max_us = WAITED_MAX_US,
	    .via = "socket",
	    .drop = {.dir_fd = drop_fd, .fd = -1}};
	set_user(&s, uid, gid);
	return serve_one(&s);
}

/* The line before the messages of smtpd. */
static bool read_introduction(struct submission *s, struct submit_for *who)
{
	char line[SUBMIT_FOR_LIMIT_BYTES];
	size_t at = 0;
	for (; at < sizeof line; at++) {
		if (!read_bytes(s, line + at, 1))
			return false;
		if (line[at] == '\n')
			break;
	}
	if (at == sizeof line)
		return false;
	line[at] = '\0';
	return strlen(line) == at && submit_for_parse(who, line);
}

/* True when one more message begins. */
static bool wait_for_next(struct submission *s)
{
	s->waited_us = 0;
	s->wait_max_us = IDLE_MAX_US;
	char first;
	bool comes = wait_for_caller(s) && recv(s->fd, &first, 1, MSG_PEEK) == 1;
	s->wait_max_us = (int64_t)SUBMIT_SESSION_WHOLE_MS * 1000;
	return comes;
}

int submit_session_serve(int client_fd, int drop_fd)
{
	struct submit_for who = {.via = ""};
	struct submission s = {.fd = client_fd,
	    .wait_max_us = IDLE_MAX_US,
	    .until_ms = clock_mono_ms() + SUBMIT_SESSION_WHOLE_MS,
	    .via = who.via,
	    .drop = {.dir_fd = drop_fd, .fd = -1}};
	int64_t since_ms = clock_mono_ms();
	int code = EX_OK;
	if (!read_introduction(&s, &who))
		return EX_PROTOCOL;
	set_user(&s, who.uid, (gid_t)-1);
	while (code == EX_OK && clock_mono_ms() - since_ms < SERVED_MAX_MS && wait_for_next(&s)) {
		code = serve_one(&s);
		if (code == EX_OK)
			trigger_wake(paths_spool());
	}
	return code;
}
