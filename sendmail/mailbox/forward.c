/* What a user's .forward says, and doing it. */
#include "mailbox/forward.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/words.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define FILE_MAX 16384
#define SAID_MAX 200

/* Only the first thing is named: one is enough to look at the file. */
static void complain(struct forward *f, const char *entry, const char *why)
{
	f->own = true;
	if (f->note.length == 0)
		buffer_printf(&f->note, "~/.forward: %.60s: %s", entry, why);
}

static const char *reason_against(const char *entry)
{
	for (const char *at = entry; *at != '\0'; at++) {
		if (iscntrl((unsigned char)*at))
			return "control characters are not allowed";
	}
	if (*entry == '|')
		return "programs are not supported";
	if (*entry == '/' || *entry == '~')
		return "files are not supported";
	return strncasecmp(entry, ":include:", 9) == 0 ? ":include: is not supported" : NULL;
}

static void add_entry(struct forward *f, char *entry, const char *user)
{
	size_t length = strlen(entry);
	/* "|program with blanks" */
	if (length > 1 && entry[0] == '"' && entry[length - 1] == '"' && strchr("|/~:", entry[1])) {
		entry[length - 1] = '\0';
		entry++;
	}
	bool final = *entry == '\\';
	const char *against = reason_against(entry + final);
	if (against != NULL)
		complain(f, entry, against);
	else if (strcasecmp(entry + final, user) == 0)
		f->own = true;
	else if (f->count == FORWARD_MAX)
		complain(f, entry, "more than 64 addresses");
	else if (entry[final] != '\0')
		f->to[f->count++] = mem_copy(entry + final);
}

/* "joe@x # at work" */
static bool is_remark(const char *start, const char *at)
{
	return *at == '#' && at > start && (at[-1] == ' ' || at[-1] == '\t') &&
	       strchr(" \t\r\n", at[1]) != NULL;
}

/* The end of an entry: a comma, a line end or a remark that is not in quotes. */
static char *entry_end(char *at)
{
	const char *start = at;
	bool quoted = false;
	for (; *at != '\0' && *at != '\n' && (quoted || !is_remark(start, at)); at++) {
		if (*at == '\\' && at[1] != '\0' && at[1] != '\n')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == ',' && !quoted)
			break;
	}
	return at;
}

void forward_parse(struct forward *f, const char *text, const char *user)
{
	char *copy = mem_copy(text), *at = copy;
	while (*at != '\0') {
		at += strspn(at, " \t\r\n,");
		if (*at == '#') {
			at += strcspn(at, "\n");
			continue;
		}
		char *end = entry_end(at);
		bool last = *end == '\0';
		size_t remark = *end == '#' ? strcspn(end, "\n") - 1 : 0;
		*end = '\0';
		for (char *tail = end; tail > at && strchr(" \t\r", tail[-1]) != NULL; tail--)
			tail[-1] = '\0';
		if (*at != '\0')
			add_entry(f, at, user);
		at = last ? end : end + 1 + remark;
	}
	f->own = f->own || f->count == 0;
	mem_free(&copy);
}

/* Whoever can write the file could have the user's mail sent anywhere. */
static bool is_trusted(struct forward *f, const struct delivery *d, const struct stat *st)
{
	const char *against = !S_ISREG(st->st_mode)                       ? "not a plain file"
	                      : st->st_uid != d->owner && st->st_uid != 0 ? "it belongs to another user"
	                      : (st->st_mode & (S_IWGRP | S_IWOTH)) != 0
	                          ? "others may write it (chmod go-w)"
	                      : st->st_size > FILE_MAX ? "larger than 16 KiB"
	                                               : NULL;
	if (against != NULL)
		buffer_printf(&f->note, "~/.forward was not used: %s", against);
	return against == NULL;
}

/* What other programs would run, and what is no text: none of its words is an address. */
static bool is_addresses(struct forward *f, const char *text, size_t length)
{
	const char *line = text + strspn(text, " \t\r\n");
	const char *against = memchr(text, '\0', length) != NULL ? "it is no plain text"
	                      : strncasecmp(line, "# Exim filter", 13) == 0 ||
	                              strncasecmp(line, "# Sieve filter", 14) == 0
	                          ? "filters of Exim are not supported"
	                          : NULL;
	if (against != NULL)
		buffer_printf(&f->note, "~/.forward was not used: %s", against);
	return against == NULL;
}

/* Somebody else's, or not to be read by its own user, is like none: mail does not wait for that. */
static bool is_none(struct forward *f, int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return true;
	if (error != EACCES && error != ELOOP && error != ENXIO)
		return false;
	buffer_printf(&f->note, "~/.forward was not used: %s", strerror(error));
	return true;
}

bool forward_read(const struct delivery *d, struct forward *f)
{
	static char text[FILE_MAX + 1];
	struct buffer path = {0};
	struct stat st;
	*f = (struct forward){0};
	buffer_printf(&path, "%s/.forward", d->home);
	/* A pipe in its place is not waited for. */
	int fd = open(path.data, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	buffer_free(&path);
	f->own = true;
	if (fd < 0)
		return is_none(f, errno);
	bool good = fstat(fd, &st) == 0;
	if (good && is_trusted(f, d, &st)) {
		ssize_t length = fdio_read_at(fd, text, FILE_MAX, 0);
		good = length >= 0;
		text[good ? length : 0] = '\0';
		f->own = !good || !is_addresses(f, text, (size_t)length);
		if (!f->own)
			forward_parse(f, text, d->user);
	}
	close(fd);
	return good;
}

void forward_free(struct forward *f)
{
	for (int i = 0; i < f->count; i++)
		mem_free(&f->to[i]);
	buffer_free(&f->note);
	f->count = 0;
}

static void become_sendmail(int in, int out)
{
	char path[1024];
	const char *words[] = {"sendmail", WORDS_OPTION, NULL};
	snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(EX_OSERR);
	compat_closefrom(STDERR_FILENO + 1);
	signal(SIGPIPE, SIG_DFL);
	execv(path, (char **)(uintptr_t)words);
	_exit(EX_OSFILE);
}

static void pack_words(const struct delivery *d, const struct forward *f, struct buffer *packed)
{
	const char *words[FORWARD_MAX + 5] = {"-i", "-oep", "-f", *d->sender != '\0' ? d->sender : "<>",
	    "--"};
	for (int i = 0; i < f->count; i++)
		words[5 + i] = f->to[i];
	words_pack(packed, words, 5 + f->count);
}

/* False: the message ended early, or nobody waits for it any more; sendmail must not come to see an
   end then.  What sendmail does not want to read is no matter. */
static bool feed(const struct delivery *d, const struct forward *f, int fd)
{
	char bytes[32768];
	long long left = d->bytes;
	struct buffer words = {0};
	ssize_t n;
	pack_words(d, f, &words);
	bool open = fdio_write(fd, words.data, words.length);
	buffer_free(&words);
	while ((n = mailbox_read(d, &left, bytes, sizeof bytes)) > 0)
		open = open && fdio_write(fd, bytes, (size_t)n);
	return n == 0 && mailbox_is_heard();
}

/* The first line of what sendmail said. */
static void hear(int fd, char *said, size_t size)
{
	char bytes[512];
	size_t length = 0;
	ssize_t n;
	while ((n = fdio_read(fd, bytes, sizeof bytes)) > 0) {
		for (ssize_t i = 0; i < n && length < size - 1; i++)
			said[length++] = bytes[i];
	}
	said[length] = '\0';
	said[strcspn(said, "\n")] = '\0';
}

static int conclude(const struct delivery *d, const struct forward *f, int code, const char *said)
{
	if (code != EX_OK && code != EX_USAGE && code != EX_DATAERR) {
		text_printf(d->words, "sendmail did not accept it for ~/.forward: %s",
		    *said != '\0' ? said : "it gave no reason");
		return mailbox_failed(d, "forward-failed");
	}
	text_put(d->words, "forwarded by ~/.forward to ");
	for (int i = 0; i < f->count; i++)
		text_printf(d->words, "%s%.60s", i > 0 ? ", " : "", f->to[i]);
	if (code != EX_OK)
		text_printf(d->words, "; not to all: %s", said);
	return code == EX_OK ? EX_OK : EX_DATAERR;
}

int forward_send(const struct delivery *d, const struct forward *f)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, status = -1;
	char said[SAID_MAX] = "";
	pid_t pid = compat_pipe(in) == 0 && compat_pipe(out) == 0 ? fork() : -1;
	if (pid == 0)
		become_sendmail(in[0], out[1]);
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	bool good = pid > 0 && feed(d, f, in[1]);
	if (pid > 0 && !good)
		kill(pid, SIGKILL);
	if (in[1] >= 0)
		close(in[1]);
	if (pid > 0) {
		hear(out[0], said, sizeof said);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	if (out[0] >= 0)
		close(out[0]);
	if (!good)
		return mailbox_later(d, "forward-failed", "hand it to", "sendmail");
	return conclude(d, f, WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL, said);
}
