/* mailbox [UID]: started by the starter, as root, for mbox (jobs/process.h), and only where [local]
   deliver asks for it.  On standard input: the lines FORMAT, USER, SENDER and the length, and then
   the message.  It needs root for one thing: to become USER.  Why not less: on FreeBSD a mailbox is
   0600 and its user's own, a Maildir lies in a home; a group could write neither, and a new mailbox
   would belong to the wrong user.  So it reads no message, no file and no environment before it has
   become USER for good (it checks that there is no way back), and does the rest with USER's rights:
   a link or a folder that somebody puts in the way leads nowhere that USER could not go anyway.
   USER root is never written to with root's rights: mail for root is appended as user firsthop, who
   is UID, with the group of the mail folder, if a mailbox for it exists that this group may write;
   an alias to a person is better.  RFC 5321 says nothing of all this; the answer is one line for
   mbox.

   FORMAT: mbox or maildir; with "+forward" after it the user's .forward is looked at first, and
   where it names others nothing is read or delivered: the answer is then "forward own" (a copy for
   the mailbox) or "forward away".  FORMAT forward does what it says. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/version.h"
#include "mailbox/forward.h"
#include "mailbox/mailbox.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define BYTES_MAX (2ll << 30)
#define FORMAT_SIZE 16
#define USER_SIZE 256
#define SENDER_SIZE 401
#define KEY_SIZE 700 /* with the length before it */

extern char **environ;

struct orders {
	char format[FORMAT_SIZE], user[USER_SIZE], sender[SENDER_SIZE];
	bool look; /* at .forward */
};

static bool is_name(const char *user)
{
	size_t length = strspn(user, "abcdefghijklmnopqrstuvwxyz0123456789._-");
	return length > 0 && length < 64 && user[length] == '\0' && user[0] != '-' && user[0] != '.';
}

/* The group that may write into the mail folder, when it is not everyone: locks and new mailboxes
 * need it; not those who only forward. */
static bool group_for(bool maildir, gid_t own, gid_t *group)
{
	struct stat st;
	*group = own;
	if (maildir)
		return true;
	if (stat(paths_mail(), &st) != 0)
		return errno == ENOENT;
	if ((st.st_mode & S_IWGRP) && !(st.st_mode & S_IWOTH))
		*group = st.st_gid;
	return true;
}

static bool become(uid_t uid, gid_t gid)
{
	struct rlimit no_core = {0, 0};
	setrlimit(RLIMIT_CORE, &no_core);
	if (geteuid() != 0 || uid == 0)
		return geteuid() == uid && uid != 0 ? true : geteuid() == uid && paths_private();
	return setgroups(1, &gid) == 0 && compat_set_group(gid) == 0 && compat_set_user(uid) == 0 &&
	       setuid(0) != 0 && geteuid() == uid;
}

/* A format without "+forward"; *look: it was there. */
static bool take_format(char *format, bool *look)
{
	char *plus = strchr(format, '+');
	*look = plus != NULL && strcmp(plus, "+forward") == 0;
	if (*look)
		*plus = '\0';
	return strcmp(format, "mbox") == 0 || strcmp(format, "maildir") == 0 ||
	       (strcmp(format, "forward") == 0 && !*look);
}

static bool read_orders(struct orders *o, struct delivery *d)
{
	static char length[KEY_SIZE];
	if (!fdio_read_line(STDIN_FILENO, o->format, FORMAT_SIZE) ||
	    !fdio_read_line(STDIN_FILENO, o->user, USER_SIZE) ||
	    !fdio_read_line(STDIN_FILENO, o->sender, SENDER_SIZE) ||
	    !fdio_read_line(STDIN_FILENO, length, sizeof length))
		return false;
	char *key = length + strcspn(length, " ");
	*d = (struct delivery){.user = o->user,
	    .sender = o->sender,
	    .in_fd = STDIN_FILENO,
	    .key = *key == ' ' ? key + 1 : key};
	*key = '\0';
	return take_format(o->format, &o->look) && text_number(length, 0, BYTES_MAX, &d->bytes);
}

static int deliver(const struct orders *o, const struct delivery *d)
{
	struct forward f = {.own = true};
	bool away = strcmp(o->format, "forward") == 0;
	int code = EX_OK;
	if ((o->look || away) && !forward_read(d, &f))
		code = mailbox_later(d, "forward-failed", "read .forward of", d->user);
	else if (away)
		code = forward_send(d, &f);
	else if (f.count == 0)
		code = strcmp(o->format, "maildir") == 0 ? deliver_maildir(d) : deliver_mbox(d);
	if (!away && code == EX_OK && f.count > 0) {
		d->answer->verb = MAILBOX_FORWARD;
		d->answer->own = f.own;
		text_put(d->words, buffer_string(&f.note));
	} else if (!away && f.count == 0 && f.note.length > 0) {
		text_printf(d->words, "; %s", f.note.data);
	}
	forward_free(&f);
	return code;
}

static int run(struct orders *o, uid_t caller, struct delivery *d)
{
	bool maildir = strcmp(o->format, "mbox") != 0;
	gid_t group = 0;
	errno = 0;
	struct passwd *pw = is_name(d->user) ? getpwnam(d->user) : NULL;
	/* Mail of a user is not returned because nobody knows now. */
	if (pw == NULL && !compat_is_nobody(errno))
		return mailbox_later(d, "mailbox-error", "look for the user", d->user);
	if (pw == NULL) {
		text_printf(d->words, "there is no user %.60s on this machine", d->user);
		mailbox_failed(d, "mailbox-nouser");
		return EX_NOUSER;
	}
	bool root = pw->pw_uid == 0 && !paths_private();
	if (root && maildir) {
		text_put(d->words, "mail for root is not put into a Maildir; name a person in the aliases");
		return mailbox_failed(d, "mailbox-root");
	}
	d->owner = pw->pw_uid;
	d->home = paths_home(pw->pw_dir);
	d->may_create = !root;
	if (!group_for(maildir, pw->pw_gid, &group))
		return mailbox_later(d, "mailbox-error", "look at", paths_mail());
	if (!become(root ? caller : pw->pw_uid, group)) {
		text_printf(d->words, "cannot become the user %.60s", d->user);
		return mailbox_failed(d, "mailbox-rights");
	}
	o->look = o->look && !root;
	errno = 0;
	return deliver(o, d);
}

int main(int argc, char **argv)
{
	static char *nothing[1];
	static struct orders orders;
	struct delivery d;
	struct mailbox_answer answer = {.verb = MAILBOX_DELIVERED};
	struct buffer line = {0};
	TEXT(words, 500);
	long long owner = getuid();
	if (version_asked(argc, argv))
		return EX_OK;
	if (!paths_private())
		environ = nothing;
	compat_closefrom(STDERR_FILENO + 1);
	umask(077);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 2 || (argc == 2 && !text_number(argv[1], 1, UINT32_MAX, &owner)) ||
	    isatty(STDIN_FILENO) || !read_orders(&orders, &d)) {
		fprintf(stderr, "mailbox is started for mbox; firsthop.conf(5), section [local]\n");
		return EX_USAGE;
	}
	d.answer = &answer;
	d.words = &words;
	int code = run(&orders, (uid_t)owner, &d);
	/* The status counts: what is delivered is delivered, though the words about it are lost. */
	answer.words = words.data;
	mailbox_answer_put(&line, &answer);
	fdio_write(STDOUT_FILENO, line.data, line.length);
	buffer_free(&line);
	return code;
}
