/* Rules about filters: whether each can do its work, as the user that it will be. */
#include "base/accounts.h"
#include "base/language.h"
#include "base/paths.h"
#include "base/text.h"
#include "config/filter.h"
#include "relayconf/findings.h"
#include "relayconf/helper.h"
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everybody may start it, or its user owns it or belongs to its group. */
static bool may_start(const struct stat *st, const struct passwd *pw)
{
	return (st->st_mode & S_IXOTH) || (st->st_uid == pw->pw_uid && (st->st_mode & S_IXUSR)) ||
	       (st->st_gid == pw->pw_gid && (st->st_mode & S_IXGRP));
}

static void check_command(struct check *c, const struct filter *f, const struct passwd *pw)
{
	char copy[sizeof f->command], *words[FILTER_WORDS_MAX + 1];
	struct stat st;
	filter_words(f, copy, words);
	if (stat(words[0], &st) != 0)
		finding(c, GRADE_PROBLEM, "install it, or correct command", "%s: %s: %s", f->name, words[0],
		    strerror(errno));
	else if (!S_ISREG(st.st_mode) || !may_start(&st, pw))
		finding(c, GRADE_PROBLEM, "let that user start it: chmod a+rx",
		    "%s: the user %s cannot start %s", f->name, f->user, words[0]);
	else
		finding(c, GRADE_OK, "", "%s: the user %s can start %s", f->name, f->user, words[0]);
}

/* The unit has no network until a drop-in says so; what answers here would not answer there. */
static void check_unit(struct check *c, const struct filter *f)
{
	struct filter_socket s;
	TEXT(ignored, 300);
	if (!filter_socket_read(f->socket, &s, &ignored) || s.path[0] != '\0' || paths_private() ||
	    access("/run/systemd/system", F_OK) != 0 ||
	    access("/etc/systemd/system/firsthop-filter.service.d", F_OK) == 0)
		return;
	finding(c, GRADE_PROBLEM, "use a local socket, or see firsthop.conf(5), [filter NAME]",
	    "%s: firsthop-filter.service has no network and does not reach %s", f->name, f->socket);
}

/* The program filter asks, with the rights that it has for mail. */
static void check_socket(struct check *c, const struct filter *f)
{
	struct buffer answer = {0};
	TEXT(words, 400);
	const char *const argv[] = {"filter", "--probe", f->name, NULL};
	int code = helper_run("filter", argv, NULL, &answer);
	size_t length = strcspn(buffer_string(&answer), "\n");
	text_escape(&words, answer.data, length);
	buffer_free(&answer);
	if (code == 0)
		finding(c, GRADE_OK, "", "%s: %s answers at %s", f->name, words.data, f->socket);
	else
		finding(c, GRADE_PROBLEM,
		    "start what listens there, let that user connect (the socket's group and mode), or "
		    "correct socket",
		    "%s: the user %s has no answer at %s: %s", f->name, f->user, f->socket,
		    words.length > 0 ? words.data : TR("nothing within 10 s"));
	check_unit(c, f);
}

static void check_filter(struct check *c, const struct filter *f)
{
	const struct passwd *pw = getpwnam(f->user);
	if (pw == NULL)
		finding(c, GRADE_PROBLEM, "name a user of this machine", "%s: there is no user %s", f->name,
		    f->user);
	else if (pw->pw_uid == 0 || strcmp(f->user, ACCOUNT_OWNER) == 0 ||
	         strcmp(f->user, ACCOUNT_NETWORK) == 0)
		finding(c, GRADE_PROBLEM, "name another user, such as nobody",
		    "%s: no filter is started as the user %s", f->name, f->user);
	else if (f->socket[0] != '\0')
		check_socket(c, f);
	else
		check_command(c, f, pw);
	if (f->when_down == FILTER_DOWN_PASS)
		finding(c, GRADE_NOTE, "when_down = wait keeps it",
		    "%s: while it does not work, mail leaves unfiltered (when_down = pass)", f->name);
}

/* A file that others may write decides what is started as whom: filter refuses it. */
void check_filters(struct check *c)
{
	struct stat st;
	for (int i = 0; i < c->config->filter_count; i++)
		check_filter(c, &c->config->filters[i]);
	if (c->config->filter_count > 0 && !paths_private() && stat(c->path, &st) == 0 &&
	    (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0))
		finding(c, GRADE_PROBLEM, "chown root firsthop.conf; chmod go-w firsthop.conf",
		    "%s can be written by others than root: no filter is started", c->path);
}
