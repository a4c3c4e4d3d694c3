/* Sending.  sendmail's exit status is the truth that we hand on. */
#include "mail/compose/send.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "mail/mailbox/append.h"
#include "mail/compose/compose.h"
#include "mail/session/input.h"
#include "mail/mailbox/maildir.h"
#include "mail/mailbox/mbox.h"
#include "mail/format/screen.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* DEAD, or dead.letter in a home that is the caller's own: "su" and "sudo" often leave another's in
 * HOME. */
static bool dead_letter_path(const struct session *s, char *path, size_t size)
{
	const char *dead = vars_get(&s->vars, "DEAD"), *home = session_home();
	struct stat st;
	if (dead != NULL && *dead != '\0')
		return (size_t)snprintf(path, size, "%s", dead) < size;
	if (home == NULL || stat(home, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid())
		return false;
	return (size_t)snprintf(path, size, "%s/dead.letter", home) < size;
}

static void keep(struct session *s, const struct buffer *bytes, const char *what, bool quiet)
{
	char path[1100];
	struct stat st;
	if (!vars_on(&s->vars, "save") || bytes->length == 0)
		return;
	if (!dead_letter_path(s, path, sizeof path)) {
		fprintf(stderr,
		    "mail: the message %s, and not kept: there is no home directory of your own "
		    "for dead.letter\n",
		    what);
		return;
	}
	bool link = lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
	if (link)
		errno = EINVAL;
	if (!link && append_file(path, APPEND_TEXT, bytes->data, bytes->length)) {
		if (!quiet)
			fprintf(stderr, "mail: the message %s; it is kept in %s\n", what, path);
	} else {
		fprintf(stderr, "mail: the message %s, and %s cannot be written: %s\n", what, path,
		    strerror(errno));
	}
}

void send_keep(struct session *s, const struct buffer *bytes, bool quiet)
{
	keep(s, bytes, "was not sent", quiet);
}

static void put_arguments(const struct session *s, const struct letter *l, struct string_list *argv)
{
	const struct string_list *lists[] = {&l->to, &l->cc, &l->bcc};
	string_list_add(argv, "sendmail");
	string_list_add(argv, "-i");
	if (vars_on(&s->vars, "metoo"))
		string_list_add(argv, "-m");
	if (vars_on(&s->vars, "verbose"))
		string_list_add(argv, "-v");
	if (l->from != NULL) {
		char *address = string_list_address(l->from);
		string_list_add(argv, "-f");
		string_list_add(argv, address);
		mem_free(&address);
	}
	for (int i = 0; i < s->pass.count; i++)
		string_list_add(argv, s->pass.items[i]);
	string_list_add(argv, "--");
	for (size_t k = 0; k < 3; k++) {
		for (int i = 0; i < lists[k]->count; i++)
			string_list_add(argv, lists[k]->items[i]);
	}
}

static void become_sendmail(const struct session *s, const struct letter *l, int input)
{
	struct string_list argv = {0};
	char path[1100];
	const char *other = vars_get(&s->vars, "sendmail");
	if (other != NULL && *other != '\0')
		snprintf(path, sizeof path, "%s", other);
	else
		snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
	put_arguments(s, l, &argv);
	if (dup2(input, STDIN_FILENO) >= 0)
		execv(path, argv.items);
	fprintf(stderr, "mail: %s cannot be started: %s\n", path, strerror(errno));
	_exit(EX_OSFILE);
}

static int wait_for_sendmail(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			perror("mail: wait for sendmail");
			return EX_OSERR;
		}
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "mail: sendmail was ended by signal %d\n", WTERMSIG(status));
	return EX_OSERR;
}

/* Signals wait until it is known what became of the message; sendmail itself gets them and leaves
 * nothing half done. */
static int run_sendmail(const struct session *s, const struct letter *l,
    const struct buffer *message)
{
	static const int numbers[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM};
	int fds[2];
	sigset_t block, before;
	sigemptyset(&block);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		sigaddset(&block, numbers[i]);
	fflush(stdout);
	sigprocmask(SIG_BLOCK, &block, &before);
	pid_t pid = pipe(fds) == 0 ? fork() : -1;
	if (pid < 0) {
		perror("mail: start sendmail");
		sigprocmask(SIG_SETMASK, &before, NULL);
		return EX_OSERR;
	}
	if (pid == 0) {
		close(fds[1]);
		signal(SIGPIPE, SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		input_child_signals();
		become_sendmail(s, l, fds[0]);
	}
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	/* If sendmail stops reading, its exit status says why. */
	bool written = fdio_write(fds[1], message->data, message->length);
	close(fds[1]);
	int code = wait_for_sendmail(pid);
	if (s->reading)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return code == EX_OK && !written ? EX_IOERR : code;
}

/* With exit status 64 sendmail may have taken it for those of its recipients that are right. */
static void keep_failed(struct session *s, int code, const struct buffer *message)
{
	struct buffer kept = {0};
	if (code != EX_OK) {
		buffer_add(&kept, message->data, message->length);
		buffer_puts(&kept, "\n");
		keep(s, &kept, code == EX_USAGE ? "was not sent to all of its recipients" : "was not sent",
		    false);
		buffer_free(&kept);
	}
}

/* A file, and not an address: "+name", or a slash before any of the characters that only addresses
 * have. */
static bool is_file(const char *name)
{
	size_t n = strcspn(name, "/@!%<");
	return name[n] == '/' || (name[0] == '+' && strchr(name, '@') == NULL);
}

static bool store_in_file(struct session *s, const char *name, const struct buffer *message)
{
	struct buffer text = {0};
	char *path = session_path(s, name);
	mbox_put(&text, s->user, clock_wall_s(), message->data, message->length);
	bool good = path != NULL &&
	            (maildir_is_one(path) ? maildir_add(path, message->data, message->length, true)
	                                  : append_file(path, APPEND_MBOX, text.data, text.length));
	if (path != NULL && !good)
		fprintf(stderr, "mail: %s cannot be written: %s\n", path, strerror(errno));
	mem_free(&path);
	buffer_free(&text);
	return good;
}

/* The variable record; with outfolder, a name without a folder lies in the variable folder. */
static void keep_record(struct session *s, const struct letter *l, const struct buffer *message)
{
	const char *record = l->record != NULL ? l->record : vars_get(&s->vars, "record");
	struct buffer name = {0};
	if (record == NULL || *record == '\0')
		return;
	buffer_printf(&name, "%s%s",
	    vars_on(&s->vars, "outfolder") && strchr("/~+&%#", *record) == NULL ? "+" : "", record);
	if (!store_in_file(s, buffer_string(&name), message))
		fprintf(stderr, "mail: the message is sent, but not recorded\n");
	buffer_free(&name);
}

/* Why a recipient gets nothing: a hostile "address" must not write files, so these are only for who
   asks for it.  NULL: it is none of these. */
static const char *why_refused(const struct session *s, const char *name)
{
	if (name[0] == '|')
		return "a command cannot be a recipient. Pipe the text into the command instead";
	if (is_file(name) && !vars_on(&s->vars, "expandaddr"))
		return "a file cannot be a recipient. \"set expandaddr\" in ~/.mailrc allows it";
	return NULL;
}

/* Takes those off the lists, and names them; true when there were none.  The name may be a
   stranger's, of a letter that is answered. */
static bool drop_refused(const struct session *s, struct letter *l)
{
	struct string_list *lists[] = {&l->to, &l->cc, &l->bcc};
	bool none = true;
	for (size_t k = 0; k < 3; k++) {
		for (int i = 0; i < lists[k]->count;) {
			const char *name = lists[k]->items[i], *why = why_refused(s, name);
			struct buffer shown = {0};
			if (why == NULL) {
				i++;
				continue;
			}
			screen_clean(&shown, name, strlen(name));
			fprintf(stderr, "mail: %s: %s\n", buffer_string(&shown), why);
			buffer_free(&shown);
			string_list_remove(lists[k], i);
			none = false;
		}
	}
	return none;
}

/* Appends to the files among the recipients, and takes them off the list. */
static bool store_in_files(struct session *s, struct string_list *list,
    const struct buffer *message)
{
	bool good = true;
	for (int i = list->count - 1; i >= 0; i--) {
		if (!is_file(list->items[i]))
			continue;
		good = store_in_file(s, list->items[i], message) && good;
		string_list_remove(list, i);
	}
	return good;
}

static void expand(struct session *s, struct letter *l)
{
	struct string_list all = {0};
	struct string_list *lists[] = {&l->to, &l->cc, &l->bcc};
	const char *self = vars_on(&s->vars, "metoo") ? NULL : s->user;
	for (size_t k = 0; k < 3; k++) {
		int before = all.count;
		alias_expand(&s->aliases, lists[k], self, &all);
		string_list_free(lists[k]);
		for (int i = before; i < all.count; i++)
			string_list_add(lists[k], all.items[i]);
	}
	string_list_free(&all);
}

static int show_only(const struct session *s, const struct letter *l, const struct buffer *message)
{
	struct string_list argv = {0};
	put_arguments(s, l, &argv);
	fputs("Sendmail arguments:", stdout);
	for (int i = 0; i < argv.count; i++)
		printf(" \"%s\"", argv.items[i]);
	puts("");
	fwrite(message->data, 1, message->length, stdout);
	string_list_free(&argv);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int send_message(struct session *s, struct letter *l, const struct buffer *message)
{
	struct string_list *lists[] = {&l->to, &l->cc, &l->bcc};
	if (s->dry_run)
		return show_only(s, l, message);
	keep_record(s, l, message);
	bool stored = true;
	for (size_t k = 0; k < 3; k++)
		stored = store_in_files(s, lists[k], message) && stored;
	int code = letter_recipients(l) > 0 ? run_sendmail(s, l, message) : EX_OK;
	if (code == EX_OK && !stored)
		code = EX_CANTCREAT;
	keep_failed(s, code, message);
	return code;
}

int send_letter(struct session *s, struct letter *l)
{
	struct buffer message = {0};
	const char *from = vars_get(&s->vars, "from"), *reply = vars_get(&s->vars, "REPLYTO");
	if (l->from == NULL && from != NULL && *from != '\0')
		letter_set(&l->from, from);
	if (reply != NULL && *reply != '\0' && letter_header(l, "Reply-To") == NULL) {
		struct buffer line = {0};
		buffer_printf(&line, "Reply-To: %s", reply);
		string_list_add(&l->headers, buffer_string(&line));
		buffer_free(&line);
	}
	letter_convert(l);
	expand(s, l);
	bool all = drop_refused(s, l);
	if (letter_recipients(l) == 0) {
		fprintf(stderr, "mail: no recipients; nothing was sent\n");
		send_keep(s, &l->body, false);
		return all ? EX_USAGE : EX_DATAERR;
	}
	int code = EX_NOINPUT;
	if (compose_message(l, &message))
		code = send_message(s, l, &message);
	else
		send_keep(s, &l->body, false);
	buffer_free(&message);
	return code == EX_OK && !all ? EX_DATAERR : code;
}
