/* Writing back.  Order: lock, look whether the mailbox is still the one that was read, put what
   moves into mbox (synced), then change the mailbox.  A session that is killed between leaves
   messages twice, never none. */
#include "mail/command/quit.h"
#include "base/fdio.h"
#include "mail/mailbox/append.h"
#include "mail/mailbox/mailbox_lock.h"
#include "mail/mailbox/maildir.h"
#include "mail/mailbox/rewrite_mailbox.h"
#include "mail/command/export.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT_MS 20000

enum fate { FATE_STAYS, FATE_GOES, FATE_TO_MBOX };

struct quitting {
	struct session *s;
	struct folder *f;
	enum fate *fates;
	int stay, go, move;
	bool changes;
};

/* Pure: what becomes of a message.  system: it lies in the system mailbox. */
static enum fate fate_of(unsigned flags, bool system, bool hold, bool keepsave)
{
	if ((flags & MESSAGE_DELETED) != 0)
		return FATE_GOES;
	if (!system || (flags & MESSAGE_HELD) != 0)
		return FATE_STAYS;
	if ((flags & MESSAGE_MBOX) != 0)
		return FATE_TO_MBOX;
	if ((flags & MESSAGE_TOUCHED) == 0)
		return FATE_STAYS;
	if ((flags & MESSAGE_SAVED) != 0 && !keepsave)
		return FATE_GOES;
	return hold ? FATE_STAYS : FATE_TO_MBOX;
}

static bool status_changed(const struct message *m)
{
	unsigned shown = MESSAGE_READ | MESSAGE_OLD | MESSAGE_ANSWERED;
	return ((m->flags | MESSAGE_OLD) & shown) != (m->flags_in_file & shown);
}

/* Goes to mbox; the mailbox itself as mbox means that messages stay. */
static void decide(struct quitting *q, const char *mbox)
{
	const struct vars *v = &q->s->vars;
	char *real = mbox != NULL ? realpath(mbox, NULL) : NULL;
	bool same = real != NULL && strcmp(real, q->f->path) == 0;
	q->fates = mem_alloc(((size_t)q->f->count + 1) * sizeof *q->fates);
	for (int i = 0; i < q->f->count; i++) {
		struct message *m = &q->f->items[i];
		q->fates[i] = fate_of(m->flags, q->f->system, vars_on(v, "hold"), vars_on(v, "keepsave"));
		if (same && q->fates[i] == FATE_TO_MBOX)
			q->fates[i] = FATE_STAYS;
		q->stay += q->fates[i] == FATE_STAYS;
		q->go += q->fates[i] == FATE_GOES;
		q->move += q->fates[i] == FATE_TO_MBOX;
		q->changes = q->changes || q->fates[i] != FATE_STAYS || m->edited || status_changed(m);
	}
	free(real);
}

/* "noappend": before what is there. */
static bool put_in_front(const char *path, const struct buffer *bytes, struct text *why)
{
	struct buffer now = {0}, wanted = {0};
	struct mailbox_lock lock;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	bool good = fd >= 0 && mailbox_lock_take(&lock, fd, path, LOCK_WAIT_MS);
	if (!good) {
		text_printf(why, "%s", strerror(errno));
	} else {
		good = rewrite_mailbox_recover(fd, path, why) && lseek(fd, 0, SEEK_SET) == 0 &&
		       fdio_slurp(fd, &now, MAILBOX_LIMIT_BYTES);
		buffer_add(&wanted, bytes->data, bytes->length);
		buffer_add(&wanted, now.data, now.length);
		good = good && rewrite_mailbox(fd, path, &now, &wanted, why) == REWRITE_DONE;
		mailbox_lock_release(&lock);
	}
	if (fd >= 0)
		close(fd);
	buffer_free(&now);
	buffer_free(&wanted);
	return good;
}

static bool move_to_mbox(struct quitting *q, const char *mbox)
{
	struct buffer bytes = {0};
	TEXT(why, 300);
	for (int i = 0; i < q->f->count; i++) {
		if (q->fates[i] == FATE_TO_MBOX)
			export_put(q->f, i, NULL, true, &bytes);
	}
	bool good;
	if (vars_on(&q->s->vars, "append")) {
		good = append_file(mbox, APPEND_MBOX, bytes.data, bytes.length);
		if (!good)
			text_printf(&why, "%s", strerror(errno));
	} else {
		good = put_in_front(mbox, &bytes, &why);
	}
	if (!good)
		fprintf(stderr, "mail: %s cannot be written: %s; the mailbox %s is left as it was\n", mbox,
		    why.data, q->f->path);
	buffer_free(&bytes);
	return good;
}

/* The mailbox as it should be: what stays, and what has come since it was read. */
static void put_mailbox(struct quitting *q, const struct buffer *now, struct buffer *out)
{
	struct folder *f = q->f;
	if (f->count > 0)
		buffer_add(out, f->bytes.data, f->items[0].item.start);
	for (int i = 0; i < f->count; i++) {
		struct message *m = &f->items[i];
		if (q->fates[i] != FATE_STAYS)
			continue;
		if (m->edited || status_changed(m))
			export_put(f, i, NULL, true, out);
		else
			buffer_add(out, f->bytes.data + m->item.start, m->item.length);
	}
	if (now->length > f->bytes.length) {
		size_t n = out->length;
		if (n > 0 && out->data[n - 1] != '\n')
			buffer_puts(out, "\n\n");
		else if (n > 1 && out->data[n - 2] != '\n')
			buffer_puts(out, "\n");
		buffer_add(out, now->data + f->bytes.length, now->length - f->bytes.length);
	}
}

static bool is_same(const struct folder *f, const struct buffer *now)
{
	return now->length >= f->bytes.length &&
	       (f->bytes.length == 0 || memcmp(now->data, f->bytes.data, f->bytes.length) == 0);
}

static bool change_locked(struct quitting *q, int fd, const char *mbox)
{
	struct buffer now = {0}, wanted = {0};
	TEXT(why, 300);
	bool good = rewrite_mailbox_recover(fd, q->f->path, &why) && lseek(fd, 0, SEEK_SET) == 0 &&
	            fdio_slurp(fd, &now, MAILBOX_LIMIT_BYTES);
	if (!good && why.length == 0)
		text_printf(&why, "%s", strerror(errno));
	if (good && !is_same(q->f, &now)) {
		text_put(&why,
		    "another program has changed it since it was read; your changes are not made");
		good = false;
	}
	bool moved = good && (q->move == 0 || move_to_mbox(q, mbox));
	if (moved) {
		put_mailbox(q, &now, &wanted);
		enum rewrite_result result = rewrite_mailbox(fd, q->f->path, &now, &wanted, &why);
		good = result == REWRITE_DONE;
		if (result == REWRITE_BROKEN)
			text_put(&why,
			    "; the change is half done and will be finished when mail opens it again");
	}
	if (!good)
		fprintf(stderr, "mail: %s is not changed: %s\n", q->f->path, why.data);
	if (good && moved && now.length > q->f->bytes.length && q->s->interactive)
		puts("New mail has arrived.");
	buffer_free(&now);
	buffer_free(&wanted);
	return good && moved;
}

static bool change_mbox(struct quitting *q, const char *mbox)
{
	struct mailbox_lock lock;
	int fd = open(q->f->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	bool good = fd >= 0 && mailbox_lock_take(&lock, fd, q->f->path, LOCK_WAIT_MS);
	if (!good)
		fprintf(stderr, "mail: %s is not changed: %s\n", q->f->path,
		    fd >= 0 && errno == EAGAIN ? "another program keeps it locked; try again in a moment"
		                               : strerror(errno));
	if (good) {
		good = change_locked(q, fd, mbox);
		mailbox_lock_release(&lock);
	}
	if (fd >= 0)
		close(fd);
	return good;
}

/* One file of a maildir: removed, written anew, or renamed. */
static bool change_file(struct quitting *q, int place)
{
	struct folder *f = q->f;
	struct message *m = &f->items[place];
	char from[2500];
	snprintf(from, sizeof from, "%s/%s", f->path, m->name);
	if (q->fates[place] != FATE_STAYS)
		return unlink(from) == 0 || errno == ENOENT;
	if (m->edited && !maildir_add(f->path, m->own.data, m->own.length, true))
		return false;
	if (m->edited)
		return unlink(from) == 0 || errno == ENOENT;
	if (!status_changed(m))
		return true;
	struct maildir_state state = {.read = (m->flags & MESSAGE_READ) != 0,
	    .old = true,
	    .answered = (m->flags & MESSAGE_ANSWERED) != 0};
	char *name = maildir_name(m->name, &state);
	bool moved = maildir_move(f->path, m->name, name) || errno == ENOENT;
	mem_free(&name);
	return moved;
}

static bool change_maildir(struct quitting *q, const char *mbox)
{
	if (q->move > 0 && !move_to_mbox(q, mbox))
		return false;
	for (int i = 0; i < q->f->count; i++) {
		if (!change_file(q, i)) {
			fprintf(stderr, "mail: %s/%s is not changed: %s\n", q->f->path, q->f->items[i].name,
			    strerror(errno));
			return false;
		}
	}
	return true;
}

static void say(const struct quitting *q, const char *mbox)
{
	if (q->move > 0)
		printf("Saved %d message%s in %s\n", q->move, q->move == 1 ? "" : "s", mbox);
	if (q->f->system && q->stay > 0)
		printf("Held %d message%s in %s\n", q->stay, q->stay == 1 ? "" : "s", q->f->path);
	else if (!q->f->system && q->go > 0)
		printf("\"%s\" %s\n", q->f->path, q->stay > 0 ? "complete" : "is empty now");
}

bool quit_folder(struct session *s)
{
	struct quitting q = {.s = s, .f = s->folder};
	char *mbox = session_path(s, "&");
	bool good = true;
	decide(&q, mbox);
	if (mbox == NULL && q.move > 0) {
		good = false;
	} else if (q.changes && !q.f->read_only) {
		good = q.f->kind == FOLDER_MAILDIR ? change_maildir(&q, mbox) : change_mbox(&q, mbox);
	}
	if (good && !q.f->read_only)
		say(&q, mbox);
	mem_free(&q.fates);
	mem_free(&mbox);
	return good;
}
