/* Writing a journal again, shorter.  Its fold stays the same (tests/unit/test_spool.c). */
#include "spool/compact.h"
#include "base/fdio.h"
#include "base/text.h"
#include "spool/journal.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the attempts begin. */
struct attempts {
	size_t kept_at; /* the first of those that are kept */
	size_t last_at; /* the last one: its number may be more than once, for each server that was
	                   asked */
	long long n;
};

static void find_attempts(struct attempts *a, const struct buffer *text)
{
	*a = (struct attempts){.kept_at = text->length, .n = -1};
	for (size_t at = 0; at < text->length;) {
		const char *line = text->data + at, *end = memchr(line, '\n', text->length - at);
		size_t length = end != NULL ? (size_t)(end - line) + 1 : text->length - at;
		const char *verb = memchr(line, ' ', length);
		if (verb != NULL && length - (size_t)(verb - line) > 11 &&
		    memcmp(verb, " attempt n=", 11) == 0) {
			long long n = strtoll(verb + 11, NULL, 10);
			if (n != a->n)
				a->last_at = at;
			a->n = n;
			if (a->kept_at == text->length && text->length - a->last_at <= COMPACT_KEPT_BYTES)
				a->kept_at = a->last_at;
		}
		at += length;
	}
	if (a->kept_at == text->length && a->n >= 0)
		a->kept_at = a->last_at;
}

static void put_filtered(const struct journal *before, struct buffer *out)
{
	char name[40];
	for (const char *at = before->filtered; *at != '\0'; at += strcspn(at, " ") + 1) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " "), at);
		journal_put_filtered(out, before->last_s, name, "earlier", "");
	}
}

/* What the lines before come to.  Of a recipient that is still open, the last word counts, and may
 * are in what is kept. */
static void put_state(const struct journal *before, const struct journal *kept, struct buffer *out)
{
	if (before->revived)
		journal_put_word(out, before->last_s, "revived by=0");
	if (before->attempts > 0)
		journal_put_attempt(out, before->last_s, before->attempts);
	journal_put_step(out, before->last_s,
	    "the lines of earlier attempts were dropped here, to keep this file short; what they came "
	    "to follows");
	for (size_t i = 0; i < before->rcpt_count; i++) {
		const struct journal_rcpt *r = &before->rcpts[i];
		bool settled = r->verdict == VERDICT_SENT || r->verdict == VERDICT_FAILED;
		struct diagnosis d;
		journal_last(r, &d);
		if (d.verdict != VERDICT_NONE && (settled || journal_find(kept, r->address) == NULL))
			journal_put_rcpt(out, before->last_s, r->address, r->next, &d);
		if (r->relayed)
			journal_put_relayed(out, before->last_s, r->address);
	}
	if (before->warned)
		journal_put_word(out, before->last_s, "warned");
	if (before->expanded)
		journal_put_word(out, before->last_s, "expanded");
	put_filtered(before, out);
}

/* The lines that are kept, but for those of hold and release, which any sender can add without end:
 * the last of them counts. */
static void put_kept(const char *text, size_t length, const struct journal *all, struct buffer *out)
{
	for (size_t at = 0; at < length;) {
		const char *line = text + at, *end = memchr(line, '\n', length - at);
		size_t n = end != NULL ? (size_t)(end - line) + 1 : length - at;
		const char *word = memchr(line, ' ', n);
		size_t left = word != NULL ? n - (size_t)(word - line) : 0;
		if (end != NULL && !(left > 6 && memcmp(word, " held ", 6) == 0) &&
		    !(left > 10 && memcmp(word, " released ", 10) == 0))
			buffer_add(out, line, n);
		at += n;
	}
	if (all->held)
		journal_put_held(out, all->last_s, all->held_by, all->held_why);
}

static bool replace(const struct queue *q, const char *id, const char *name,
    const struct buffer *text)
{
	char temp[ID_SIZE + 2];
	snprintf(temp, sizeof temp, "t.%s", id);
	int fd = openat(q->mqueue_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool done = fd >= 0 && fdio_write(fd, text->data, text->length) && fdio_sync(fd) &&
	            renameat(q->mqueue_fd, temp, q->mqueue_fd, name) == 0;
	if (fd >= 0 && !done)
		unlinkat(q->mqueue_fd, temp, 0);
	if (fd >= 0)
		close(fd);
	return done && fdio_sync(q->mqueue_fd);
}

void compact_journal(const struct queue *q, const char *id)
{
	char name[64];
	struct stat st;
	struct attempts a;
	struct journal before, kept, all;
	struct buffer text = {0}, out = {0};
	snprintf(name, sizeof name, "%s.log", id);
	if (fstatat(q->mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_size < COMPACT_FROM_BYTES ||
	    !fdio_slurp_at(q->mqueue_fd, name, &text, JOURNAL_LIMIT_BYTES)) {
		buffer_free(&text);
		return;
	}
	find_attempts(&a, &text);
	journal_parse(&before, text.data, a.kept_at);
	journal_parse(&kept, text.data + a.kept_at, text.length - a.kept_at);
	journal_parse(&all, text.data, text.length);
	if (!all.done && !all.owed) {
		if (a.kept_at > 0)
			put_state(&before, &kept, &out);
		put_kept(text.data + a.kept_at, text.length - a.kept_at, &all, &out);
	}
	if (out.length > 0 && out.length <= text.length / 2)
		replace(q, id, name, &out);
	journal_free(&before);
	journal_free(&kept);
	journal_free(&all);
	buffer_free(&text);
	buffer_free(&out);
}
