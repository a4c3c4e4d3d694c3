/* Asking the runner: the queue is its own, so nothing is changed here. */
#include "mailq/queue_control.h"
#include "mailq/list_reason.h"
#include "base/language.h"
#include "base/complaint.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/paths.h"
#include "mailq/offline.h"
#include "mailq/runner_connect.h"
#include "mailq/pattern.h"
#include "message/envelope.h"
#include "spool/control_line.h"
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char *const done_words[] = {
    [CONTROL_HOLD] = TR_LATER("held"),
    [CONTROL_RELEASE] = TR_LATER("released"),
    [CONTROL_RETRY] = TR_LATER("is tried now"),
    [CONTROL_REMOVE] = TR_LATER("removed"),
};
#define DEEDS (sizeof done_words / sizeof done_words[0])

/* Of several messages that shall be tried one asks each server, and the others wait for that. */
static const char *done_word(enum control_verb verb, int done_before)
{
	return verb == CONTROL_RETRY && done_before > 0
	           ? TR("is tried now, or follows when its server answers")
	           : TR(done_words[verb]);
}

/* What the runner is asked for, by the word that is also a command of mailq; DEEDS: something
 * else. */
static size_t deed_of(const char *word)
{
	size_t i = 0;
	while (i < DEEDS && strcmp(control_asked.rows[i].word, word) != 0)
		i++;
	return i;
}

bool queue_control_is_verb(const char *word)
{
	return deed_of(word) < DEEDS || strcmp(word, "cat") == 0;
}

/* An address may be written as the list shows it: <joe@x>, <>. */
static bool fits_value(const char *pattern, const char *value)
{
	TEXT(bare, 400);
	size_t length = strlen(pattern);
	if (length > 1 && length < bare.size && pattern[0] == '<' && pattern[length - 1] == '>') {
		text_put_n(&bare, pattern + 1, length - 2);
		pattern = bare.data;
	}
	return fnmatch(pattern, value, 0) == 0 || text_equal_ci(pattern, value);
}

static bool fits_rcpts(const struct listing *l, const struct row *r, const char *pattern,
    bool by_key)
{
	for (int i = 0; i < r->rcpt_count; i++) {
		const struct health *h =
		    r->rcpts[i].why->verdict == VERDICT_NONE ? list_health(l, r, &r->rcpts[i]) : NULL;
		const char *key = diag_key(h != NULL ? &h->why : r->rcpts[i].why);
		if (fits_value(pattern, by_key ? key : r->rcpts[i].address))
			return true;
	}
	return false;
}

static bool fits(const struct listing *l, const struct row *r, const char *pattern)
{
	if (strcmp(pattern, "all") == 0)
		return true;
	if (text_starts(pattern, "from="))
		return fits_value(pattern + 5, r->sender);
	if (text_starts(pattern, "to="))
		return fits_rcpts(l, r, pattern + 3, false);
	if (text_starts(pattern, "key="))
		return fits_rcpts(l, r, pattern + 4, true);
	/* An identifier is hexadecimal: a short word could be a part of many. */
	if (strlen(pattern) >= 8 && text_starts(r->id, pattern))
		return true;
	return fits_value(pattern, r->sender) || fits_rcpts(l, r, pattern, false) ||
	       fits_rcpts(l, r, pattern, true);
}

static bool fits_any(const struct listing *l, const struct row *r, char **patterns, int count)
{
	for (int i = 0; i < count; i++) {
		if (fits(l, r, patterns[i]))
			return true;
	}
	return false;
}

/* Message text is for its sender and for root: that mailq can read it does not mean that its caller
 * may. */
static int print_message(FILE *out, const struct row *r, bool dead)
{
	struct stat st;
	struct envelope e;
	struct diagnosis d = {0};
	static char bytes[65536];
	TEXT(path, 1200);
	text_printf(&path, "%s/mqueue", paths_spool());
	uid_t owner = stat(path.data, &st) == 0 ? st.st_uid : 0;
	if (getuid() != 0 && getuid() != owner && (int64_t)getuid() != r->uid) {
		complaint_say("mailq", "%s: only root, the user firsthop and its sender may read its text",
		    r->id);
		return EX_NOPERM;
	}
	if (r->in_drop) {
		text_init(&path, path.data, path.size);
		text_printf(&path, "%s/drop", paths_spool());
	}
	text_printf(&path, "/%s%s", r->id, dead ? ".dead" : "");
	int fd = open(path.data, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	envelope_init(&e);
	bool read =
	    fd >= 0 && envelope_read(&e, fd, &d) && lseek(fd, (off_t)e.message_at, SEEK_SET) >= 0;
	ssize_t n = 0;
	/* A program gets it as it is, a person's terminal is not commanded by it. */
	bool screen = isatty(fileno(out)) == 1;
	while (read && (n = fdio_read(fd, bytes, sizeof bytes)) > 0) {
		if (screen)
			output_bytes(out, bytes, (size_t)n);
		else
			fwrite(bytes, 1, (size_t)n, out);
	}
	if (!read || n < 0)
		complaint_say("mailq", "%s cannot be read: %s", r->id,
		    d.text[0] ? d.text : strerror(errno));
	envelope_free(&e);
	if (fd >= 0)
		close(fd);
	return read && n == 0 ? EX_OK : EX_IOERR;
}

static const char *why_no_answer(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK
	           ? TR("the runner does not answer: it is stopped, or hangs; look at it with ps, and "
	                "restart it")
	           : TR("the runner ended");
}

/* One line there, one line back: done, or words says why not.  False with errno: none came.  A
 * runner that has no room for one more has answered already. */
static bool ask(int fd, struct buffer *in, enum control_verb verb, const char *id, bool *done,
    char *words, size_t size)
{
	struct buffer line = {0};
	const char *behind;
	char bytes[512], *whole;
	control_line_put(&line, verb, id);
	(void)!send(fd, line.data, line.length, MSG_NOSIGNAL);
	buffer_free(&line);
	while ((whole = fdio_take_line(in)) == NULL) {
		errno = 0;
		ssize_t n = fdio_read(fd, bytes, sizeof bytes);
		if (n <= 0)
			return false;
		buffer_add(in, bytes, (size_t)n);
	}
	*done = control_answer_parse(whole, &behind) == CONTROL_OK;
	text_copy(words, size, behind);
	free(whole);
	return true;
}

struct sum {
	int done, refused;
};

static bool ask_for(FILE *out, int fd, struct buffer *in, enum control_verb verb,
    const struct row *r, struct sum *sum)
{
	char words[200];
	bool done;
	if (!ask(fd, in, verb, r->id, &done, words, sizeof words)) {
		complaint_say("mailq", "%s; what is not in the list above was not done", why_no_answer());
		return false;
	}
	output_to(out, "%s  %s\n", r->id, done ? done_word(verb, sum->done) : TR(words));
	sum->done += done;
	sum->refused += !done;
	return true;
}

static int conclude(FILE *out, enum control_verb verb, char **patterns, const struct sum *sum)
{
	if (sum->done + sum->refused == 0)
		return pattern_fits_nothing(patterns[0], false);
	if (sum->done + sum->refused > 1)
		output_to(out, "%d %s%s\n", sum->done,
		    verb == CONTROL_RETRY ? TR("are tried") : TR(done_words[verb]),
		    sum->refused > 0 ? TR(", others not, as said above") : "");
	return sum->refused > 0 ? EX_UNAVAILABLE : EX_OK;
}

/* No runner: as root, by ourselves. */
static int do_all(FILE *out, struct listing *l, enum control_verb verb, char **patterns, int count)
{
	struct sum sum = {0};
	const char *why;
	struct offline *o = verb != CONTROL_RETRY ? offline_begin(&why) : NULL;
	if (o == NULL) {
		complaint_say("mailq",
		    "no runner can be asked%s%s; root starts one with \"sendmail -bd -q1m\"",
		    verb != CONTROL_RETRY ? TR(", and ") : "", verb != CONTROL_RETRY ? TR(why) : "");
		return EX_TEMPFAIL;
	}
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		if (!fits_any(l, r, patterns, count))
			continue;
		const char *problem = offline_do(o, verb, r, l->of_dead);
		output_to(out, "%s  %s\n", r->id, problem != NULL ? TR(problem) : TR(done_words[verb]));
		sum.done += problem == NULL;
		sum.refused += problem != NULL;
	}
	offline_end(o);
	return conclude(out, verb, patterns, &sum);
}

static int ask_all(FILE *out, struct listing *l, enum control_verb verb, char **patterns, int count)
{
	struct sum sum = {0};
	struct buffer in = {0};
	int fd = runner_connect(true);
	if (fd < 0)
		return do_all(out, l, verb, patterns, count);
	bool alive = true;
	for (const struct row *r; alive && (r = list_next(l)) != NULL;) {
		if (fits_any(l, r, patterns, count))
			alive = ask_for(out, fd, &in, verb, r, &sum);
	}
	close(fd);
	buffer_free(&in);
	return alive ? conclude(out, verb, patterns, &sum) : EX_TEMPFAIL;
}

int queue_control_run(FILE *out, struct listing *l, const char *verb, char **patterns, int count)
{
	int code = EX_OK, printed = 0;
	if (count == 0) {
		complaint_say("mailq",
		    "%s which? The beginning of an identifier, from=, to= or key= with a value, or "
		    "all",
		    verb);
		return EX_USAGE;
	}
	if (deed_of(verb) < DEEDS)
		return ask_all(out, l, (enum control_verb)deed_of(verb), patterns, count);
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		if (!fits_any(l, r, patterns, count))
			continue;
		int result = print_message(out, r, l->of_dead);
		code = result != EX_OK ? result : code;
		printed++;
	}
	return printed == 0 ? pattern_fits_nothing(patterns[0], false) : code;
}

int queue_control_forget(const struct listing *l)
{
	struct buffer in = {0};
	char words[200] = "";
	bool done = false;
	int fd = l->health_count > 0 ? runner_connect(true) : -1;
	if (l->health_count == 0)
		return EX_OK;
	if (fd < 0) {
		complaint_say("mailq", "no runner can be asked; start it as root: \"sendmail -bd -q1m\"; "
		                       "it starts with no memory of them");
		return EX_TEMPFAIL;
	}
	bool answered = ask(fd, &in, CONTROL_FORGET, "", &done, words, sizeof words);
	if (!answered)
		text_copy(words, sizeof words, why_no_answer());
	close(fd);
	buffer_free(&in);
	if (!done)
		complaint_say("mailq", "%s", TR(words));
	return done ? EX_OK : answered ? EX_NOPERM : EX_TEMPFAIL;
}
