/* Opening and looking into mailboxes.  Nothing here changes one; that is quit.c. */
#include "mail/mailbox/folder.h"
#include "base/fdio.h"
#include "mail/format/field.h"
#include "mail/mailbox/mailbox_lock.h"
#include "mail/mailbox/maildir.h"
#include "mail/format/string_list.h"
#include "mail/mailbox/rewrite_mailbox.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_WAIT_MS 10000

static unsigned flags_of(bool read, bool old, bool answered)
{
	return (read ? MESSAGE_READ : 0u) | (old ? MESSAGE_OLD : 0u) |
	       (answered ? MESSAGE_ANSWERED : 0u);
}

static struct message *add_message(struct folder *f, unsigned flags)
{
	f->items = mem_grow(f->items, (size_t)f->count, sizeof *f->items);
	f->items[f->count] = (struct message){.flags = flags, .flags_in_file = flags};
	return &f->items[f->count++];
}

/* The messages from an offset on; false when these bytes are no mbox. */
static bool take_mbox(struct folder *f, size_t from)
{
	struct mbox_item *items;
	size_t lead, blank = 0;
	const char *bytes = f->bytes.length > 0 ? f->bytes.data + from : "";
	size_t length = f->bytes.length - from;
	int count = mbox_parse(bytes, length, &items, &lead);
	while (blank < lead && strchr("\r\n", bytes[blank]) != NULL)
		blank++;
	for (int i = 0; i < count; i++) {
		struct message *m = add_message(f, flags_of(items[i].read, items[i].old, false));
		m->item = items[i];
		m->item.start += from;
		m->item.header += from;
		m->item.body += from;
	}
	free(items);
	return blank == lead;
}

static bool take_maildir(struct folder *f, struct text *why)
{
	struct string_list names = {0};
	int before = f->count;
	bool good = maildir_list(f->path, &names);
	if (!good)
		text_printf(why, "%s", strerror(errno));
	for (int i = 0; i < names.count; i++) {
		const char *end = strchr(names.items[i], ':');
		size_t n = (end != NULL ? (size_t)(end - names.items[i]) : strlen(names.items[i])) - 4;
		bool known = false;
		/* Another program may have given it another state since. */
		for (int k = 0; k < before && !known; k++)
			known = strncmp(f->items[k].name + 4, names.items[i] + 4, n) == 0 &&
			        strchr(":", f->items[k].name[4 + n]) != NULL;
		struct maildir_state s = maildir_state(names.items[i]);
		if (!known)
			add_message(f, flags_of(s.read, s.old, s.answered))->name = mem_copy(names.items[i]);
	}
	string_list_free(&names);
	return good;
}

/* Reads the file under its lock.  A file that may only be read is read without finishing
   anything. */
static bool read_locked(struct folder *f, int fd, struct buffer *bytes, struct text *why)
{
	struct mailbox_lock lock;
	if (!mailbox_lock_take(&lock, fd, f->path, LOCK_WAIT_MS)) {
		text_put(why, errno == EAGAIN ? "another program keeps it locked; try again in a moment"
		                              : strerror(errno));
		return false;
	}
	bool good = f->read_only || rewrite_mailbox_recover(fd, f->path, why);
	if (good && !(lseek(fd, 0, SEEK_SET) == 0 && fdio_slurp(fd, bytes, MAILBOX_LIMIT_BYTES))) {
		text_printf(why, "%s", strerror(errno));
		good = false;
	}
	mailbox_lock_release(&lock);
	return good;
}

static int open_file(struct folder *f)
{
	int fd = open(f->path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	f->read_only = fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM);
	/* The super-user may write everywhere; that nobody is to write here counts for them, too. */
	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0222) == 0)
		f->read_only = true;
	return fd < 0 && f->read_only ? open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
	                              : fd;
}

static bool open_mbox(struct folder *f, struct text *why)
{
	int fd = open_file(f);
	struct stat st;
	if (fd < 0) {
		text_printf(why, "%s", strerror(errno));
		return false;
	}
	bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (!good)
		text_put(why, "it is neither a file nor a maildir");
	good = good && read_locked(f, fd, &f->bytes, why);
	close(fd);
	if (good && !take_mbox(f, 0)) {
		text_put(why, "it is no mailbox: it does not begin with a \"From \" line");
		good = false;
	}
	errno = EINVAL;
	return good;
}

struct folder *folder_open(const char *path, struct text *why)
{
	struct folder *f = mem_alloc(sizeof *f);
	char *real = realpath(path, NULL);
	f->path = mem_copy(real != NULL ? real : path);
	free(real);
	f->kind = maildir_is_one(f->path) ? FOLDER_MAILDIR : FOLDER_MBOX;
	f->dot = -1;
	f->read_only = f->kind == FOLDER_MAILDIR && !maildir_may_change(f->path);
	bool good = f->kind == FOLDER_MAILDIR ? take_maildir(f, why) : open_mbox(f, why);
	if (good)
		return f;
	int saved = errno;
	folder_close(f);
	errno = saved;
	return NULL;
}

static int look_at_mbox(struct folder *f, struct text *why)
{
	struct buffer now = {0};
	struct stat st;
	int before = f->count;
	if (stat(f->path, &st) != 0 || (size_t)st.st_size == f->bytes.length)
		return 0;
	int fd = open_file(f);
	bool good = fd >= 0 && read_locked(f, fd, &now, why);
	if (fd >= 0)
		close(fd);
	if (good &&
	    (now.length < f->bytes.length ||
	        (f->bytes.length > 0 && memcmp(now.data, f->bytes.data, f->bytes.length) != 0))) {
		text_put(why, "another program has changed it; open it again");
		good = false;
	}
	if (!good) {
		buffer_free(&now);
		return -1;
	}
	size_t from = f->bytes.length;
	buffer_free(&f->bytes);
	f->bytes = now;
	take_mbox(f, from);
	return f->count - before;
}

int folder_look_again(struct folder *f, struct text *why)
{
	int before = f->count;
	if (f->kind == FOLDER_MBOX)
		return look_at_mbox(f, why);
	return take_maildir(f, why) ? f->count - before : -1;
}

static void load(struct folder *f, struct message *m)
{
	char path[2500];
	if (m->own.length > 0)
		return;
	snprintf(path, sizeof path, "%s/%s", f->path, m->name);
	if (!fdio_slurp_at(AT_FDCWD, path, &m->own, MAILBOX_LIMIT_BYTES)) {
		m->own.length = 0;
		buffer_printf(&m->own, "Subject: (this message cannot be read: %s)\n\n", strerror(errno));
	}
}

void folder_view(struct folder *f, int place, struct folder_view *v)
{
	struct message *m = &f->items[place];
	*v = (struct folder_view){.from_line = "", .header = "", .body = ""};
	if (f->kind == FOLDER_MAILDIR)
		load(f, m);
	if (f->kind == FOLDER_MBOX) {
		v->from_line = f->bytes.data + m->item.start;
		v->from_length = m->item.header - m->item.start;
		v->header = f->bytes.data + m->item.header;
		v->header_length = m->item.body - m->item.header;
		v->body = f->bytes.data + m->item.body;
		v->body_length = m->item.start + m->item.length - m->item.body;
	}
	if (f->kind == FOLDER_MAILDIR || m->edited) {
		v->header = m->own.length > 0 ? m->own.data : "";
		v->header_length = field_header_length(v->header, m->own.length);
		v->body = v->header + v->header_length;
		v->body_length = m->own.length - v->header_length;
	}
	/* The empty line before the next "From " line is not of the message. */
	if (f->kind == FOLDER_MBOX && v->body_length >= 2 &&
	    memcmp(v->body + v->body_length - 2, "\n\n", 2) == 0)
		v->body_length--;
}

void folder_bytes(struct folder *f, int place, const char **bytes, size_t *length)
{
	struct folder_view v;
	folder_view(f, place, &v);
	*bytes = v.header;
	*length = v.header_length + v.body_length;
}

char *folder_sender(struct folder *f, int place)
{
	struct folder_view v;
	folder_view(f, place, &v);
	char *from = field_text(v.header, v.header_length, "From");
	struct string_list list = {0};
	string_list_add_list(&list, from);
	char *address = list.count > 0 ? string_list_address(list.items[0]) : NULL;
	if (address == NULL && v.from_length > 5) {
		size_t n = 5;
		while (n < v.from_length && v.from_line[n] > ' ')
			n++;
		address = mem_copy_n(v.from_line + 5, n - 5);
	}
	string_list_free(&list);
	mem_free(&from);
	return address != NULL ? address : mem_copy("");
}

void folder_touch(struct folder *f, int place)
{
	f->items[place].flags |= MESSAGE_READ | MESSAGE_TOUCHED;
}

void folder_edit(struct folder *f, int place, const char *bytes, size_t length)
{
	struct message *m = &f->items[place];
	m->own.length = 0;
	buffer_add(&m->own, bytes, length);
	m->edited = true;
}

void folder_close(struct folder *f)
{
	for (int i = 0; f != NULL && i < f->count; i++) {
		mem_free(&f->items[i].name);
		buffer_free(&f->items[i].own);
	}
	if (f == NULL)
		return;
	mem_free(&f->items);
	mem_free(&f->path);
	mem_free(&f->last_search);
	buffer_free(&f->bytes);
	free(f);
}
