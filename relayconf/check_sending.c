/* Rules about what mail gets on its way out. */
#include "base/accounts.h"
#include "base/language.h"
#include "base/paths.h"
#include "config/filter.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool says_none(const struct config *c)
{
	bool none = c->received == STAMP_RECEIVED_NONE;
	for (int i = 0; i < c->rule_count; i++)
		none = none || c->rules[i].received == STAMP_RECEIVED_NONE;
	return none;
}

void check_received(struct check *c)
{
	if (says_none(c->config))
		finding(c, GRADE_NOTE, "received = short hides uid, login and program just as well",
		    "received = none: a circle in which no server writes a Received field would not be "
		    "seen");
}

/* The login crosses the network as it is. */
void check_proxy(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *s = &c->config->smarthosts[i];
		if (s->proxy[0] == '\0')
			continue;
		if (s->proxy_login[0] != '\0')
			finding(c, GRADE_NOTE, "use a proxy on this machine, or one in a network of your own",
			    "%s: the password for the proxy %s crosses the network in the clear", s->name,
			    s->proxy);
		else
			finding(c, GRADE_OK, "", "%s: by the proxy %s, which looks up %s", s->name, s->proxy,
			    s->host);
	}
}

static void note_archive(struct check *c, const char *where, const char *address)
{
	if (*address != '\0')
		finding(c, GRADE_NOTE, c->config->postmaster[0] != '\0' ? "" : "set [bounce] postmaster",
		    "%s: %s gets a copy of each message; who writes mail here should know that%s", where,
		    address,
		    c->config->postmaster[0] != '\0'
		        ? ""
		        : TR(". [bounce] postmaster is empty: nobody hears of a copy that fails"));
}

void check_archive(struct check *c)
{
	TEXT(where, 400);
	note_archive(c, "[queue] always_bcc", c->config->always_bcc);
	for (int i = 0; i < c->config->rule_count; i++) {
		where.length = 0;
		text_printf(&where, "[route %s] always_bcc", c->config->rules[i].pattern);
		note_archive(c, where.data, c->config->rules[i].always_bcc);
	}
}

/* Everybody may start it, or its user owns it or belongs to its group. */
static bool may_start(const struct stat *st, const struct passwd *pw)
{
	return (st->st_mode & S_IXOTH) || (st->st_uid == pw->pw_uid && (st->st_mode & S_IXUSR)) ||
	       (st->st_gid == pw->pw_gid && (st->st_mode & S_IXGRP));
}

static void check_filter(struct check *c, const struct filter *f)
{
	char copy[sizeof f->command], *words[FILTER_WORDS_MAX + 1];
	struct stat st;
	struct passwd *pw = getpwnam(f->user);
	filter_words(f, copy, words);
	if (pw == NULL)
		finding(c, GRADE_PROBLEM, "name a user of this machine", "%s: there is no user %s", f->name,
		    f->user);
	else if (pw->pw_uid == 0 || strcmp(f->user, ACCOUNT_OWNER) == 0 ||
	         strcmp(f->user, ACCOUNT_NETWORK) == 0)
		finding(c, GRADE_PROBLEM, "name another user, such as nobody",
		    "%s: no filter is started as the user %s", f->name, f->user);
	else if (stat(words[0], &st) != 0)
		finding(c, GRADE_PROBLEM, "install it, or correct command", "%s: %s: %s", f->name, words[0],
		    strerror(errno));
	else if (!S_ISREG(st.st_mode) || !may_start(&st, pw))
		finding(c, GRADE_PROBLEM, "let that user start it: chmod a+rx",
		    "%s: the user %s cannot start %s", f->name, f->user, words[0]);
	else if (f->when_down == FILTER_DOWN_PASS)
		finding(c, GRADE_NOTE, "when_down = wait keeps it",
		    "%s: while it does not work, mail leaves unfiltered (when_down = pass)", f->name);
	else
		finding(c, GRADE_OK, "", "%s: the user %s can start %s", f->name, f->user, words[0]);
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

/* A name that nobody has would be waited for in vain. */
void check_route_users(struct check *c)
{
	for (int i = 0; i < c->config->rule_count; i++) {
		const char *pattern = c->config->rules[i].pattern;
		bool user = text_starts_ci(pattern, "user:"), group = text_starts_ci(pattern, "group:");
		const char *name = pattern + (user ? 5 : group ? 6 : 0);
		name += group && *name == '%';
		if ((user && getpwnam(name) == NULL) || (group && getgrnam(name) == NULL))
			finding(c, GRADE_PROBLEM, "correct the name, or remove that section",
			    "[route %s]: this machine has no %s %s", pattern, user ? "user" : "group", name);
	}
}
