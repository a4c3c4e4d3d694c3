/* Rules about names, servers of names, and mail that waits: from what relay --survey and mailq
 * health say. */
#include "base/fields.h"
#include "base/language.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/steps.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/paths.h"
#include "relayconf/findings.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void no_survey(struct check *c)
{
	if (!c->surveyed)
		finding(c, GRADE_NOTE, "correct what the problems name, then check again",
		    "this was not looked at: relay could not read the configuration, or gave up");
}

/* The next line that begins with the verb; NULL at the end.  What follows the verb, to be
 * freed. */
static char *next_line(const char **text, const char *verb)
{
	size_t length = strlen(verb);
	while (**text != '\0') {
		const char *line = *text;
		size_t n = strcspn(line, "\n");
		*text += n + (line[n] == '\n');
		if (n > length && strncmp(line, verb, length) == 0 && line[length] == ' ')
			return mem_copy_n(line + length + 1, n - length - 1);
	}
	return NULL;
}

typedef void survey_line(struct check *c, const char *fields);

/* Each line of relay --survey that begins with this verb.  Without a survey the rule says that it
   did not look. */
static void each_line(struct check *c, const char *verb, survey_line *look)
{
	const char *text = buffer_string(&c->survey);
	char *line;
	no_survey(c);
	while ((line = next_line(&text, verb)) != NULL) {
		look(c, line);
		free(line);
	}
}

void check_each_smarthost(struct check *c, const char *field, survey_smarthost *look)
{
	const char *text = buffer_string(&c->survey);
	char *line, name[64], said[512];
	no_survey(c);
	while ((line = next_line(&text, "hop")) != NULL) {
		if (!fields_get(line, "name", name, sizeof name))
			name[0] = '\0';
		if (fields_get(line, field, said, sizeof said) && *said != '\0')
			look(c, name, said, line);
		free(line);
	}
}

static bool answers(const char *kind)
{
	return strcmp(kind, "records") == 0 || strcmp(kind, "no records of this type") == 0 ||
	       strcmp(kind, "no such name") == 0;
}

/* A dead name server is a trouble when a name could not be read, or will have to be; beside one
 * that answers it only costs time. */
static bool dns_is_needed(struct check *c)
{
	return c->config->direct_mx || strstr(buffer_string(&c->survey), " found=0") != NULL;
}

static void look_at_server(struct check *c, const char *fields)
{
	char server[64] = "", asked[256] = "", kind[60] = "", error[100] = "", tcp_kind[60] = "",
	     tcp_error[100] = "";
	fields_get(fields, "server", server, sizeof server);
	fields_get(fields, "asked", asked, sizeof asked);
	fields_get(fields, "kind", kind, sizeof kind);
	fields_get(fields, "error", error, sizeof error);
	fields_get(fields, "tcp_kind", tcp_kind, sizeof tcp_kind);
	fields_get(fields, "tcp_error", tcp_error, sizeof tcp_error);
	long long ms = fields_get_number(fields, "ms", 0);
	if (!answers(kind))
		finding(c, dns_is_needed(c) ? GRADE_PROBLEM : GRADE_NOTE,
		    "name one that answers in /etc/resolv.conf, or start it",
		    "name server %s, asked for %s: %s%s%s (%lld ms)", server, asked, kind,
		    *error != '\0' ? ", " : "", error, ms);
	else if (!answers(tcp_kind))
		finding(c, GRADE_NOTE, "let TCP port 53 through to it",
		    "name server %s answers in %lld ms, but not over TCP (%s): long answers, such as many "
		    "MX, cannot be had",
		    server, ms, *tcp_error != '\0' ? tcp_error : tcp_kind);
	else
		finding(c, GRADE_OK, "", "name server %s answers in %lld ms, over TCP in %lld ms", server,
		    ms, fields_get_number(fields, "tcp_ms", 0));
}

static void look_at_unheeded(struct check *c, const char *fields)
{
	char words[200] = "";
	fields_get(fields, "words", words, sizeof words);
	finding(c, GRADE_NOTE, "remove them, or make sure that no name depends on them",
	    "firsthop does not use these words of /etc/resolv.conf: %s", words);
}

void check_resolver(struct check *c)
{
	each_line(c, "dns", look_at_server);
	each_line(c, "unheeded", look_at_unheeded);
}

static void look_at_lookup(struct check *c, const char *fields)
{
	char name[64] = "", key[40] = "", text[512] = "";
	fields_get(fields, "name", name, sizeof name);
	fields_get(fields, "key", key, sizeof key);
	fields_get(fields, "text", text, sizeof text);
	const struct reason *row = catalogue_row(reason_find(key));
	if (fields_get_number(fields, "found", 0) == 0)
		finding(c, GRADE_PROBLEM, row != NULL ? row->remedy : "", "%s: %s", name, text);
}

void check_lookup(struct check *c)
{
	each_line(c, "hop", look_at_lookup);
}

static void look_at_moved(struct check *c, const char *name, const char *said, const char *fields)
{
	TEXT(words, 512);
	const char *fix = strstr(said, ". If ");
	(void)fields;
	text_put_n(&words, said, fix != NULL ? (size_t)(fix - said) : strlen(said));
	finding(c, GRADE_NOTE, fix != NULL ? fix + 2 : "", "%s: %s", name, words.data);
}

void check_moved(struct check *c)
{
	check_each_smarthost(c, "moved", look_at_moved);
}

static void look_at_self(struct check *c, const char *name, const char *said, const char *fields)
{
	(void)fields;
	finding(c, GRADE_NOTE,
	    "if that mail server has moved, correct the name in DNS or in /etc/hosts",
	    "%s leads to %s, which is this machine itself: a mail server must listen here, or "
	    "nothing is delivered",
	    name, said);
}

void check_self(struct check *c)
{
	check_each_smarthost(c, "self", look_at_self);
}

static void look_at_skipped(struct check *c, const char *name, const char *said, const char *fields)
{
	finding(c, fields_get_number(fields, "found", 0) ? GRADE_NOTE : GRADE_PROBLEM,
	    "give this machine a route for IPv6, or use a name with an IPv4 address",
	    "%s has the address %s, and this machine has no route for IPv6", name, said);
}

void check_ipv6(struct check *c)
{
	check_each_smarthost(c, "skipped", look_at_skipped);
}

static void look_at_unvouched(struct check *c, const char *name, const char *said,
    const char *fields)
{
	const struct smarthost *h =
	    smarthost_find(c->config->smarthosts, c->config->smarthost_count, name, strlen(name));
	(void)fields;
	if (h == NULL || h->tls_name[0] != '\0' || !smarthost_needs_verified(h))
		return;
	finding(c, GRADE_PROBLEM,
	    "\"relayconf probe\" shows whom the certificate is for; set tls_name to that name (or "
	    ".DOMAIN for several servers below it), or let a resolver on this machine validate DNSSEC",
	    "%s: lookup = %s leads to %s, and nothing but DNS says so: the certificate has to be for "
	    "%s, else mail waits",
	    name, smarthost_lookup_name(h->lookup), said, h->host);
}

void check_tls_name(struct check *c)
{
	check_each_smarthost(c, "unvouched", look_at_unvouched);
}

/* A number of the performance data: "waiting=3". */
static long long health_number(const struct check *c, const char *key)
{
	const char *found = strstr(c->health, key);
	return found != NULL ? strtoll(found + strlen(key), NULL, 10) : 0;
}

static bool runner_is_lent(void)
{
	struct stat st;
	TEXT(path, 1100);
	text_printf(&path, "%s/runner", paths_libexec());
	return stat(path.data, &st) == 0 && (st.st_mode & S_ISUID);
}

void check_runner(struct check *c)
{
	bool lent = runner_is_lent();
	if (c->health[0] == '\0')
		finding(c, GRADE_PROBLEM, "look at what \"mailq health\" says",
		    "mailq cannot see whether the runner is running");
	else if (strstr(c->health, "the runner is not running") != NULL && lent)
		finding(c, GRADE_OK, "", "no runner stays; submission starts one");
	else if (strstr(c->health, "the runner is not running") != NULL)
		finding(c, GRADE_PROBLEM, "as root: sendmail -bd -q1m, or start the service firsthop",
		    "the runner is not running: mail is accepted, but not sent");
}

/* A sentence of it that holds these words, as mailq joined them: up to the next semicolon or
   bar. */
static bool health_sentence(const struct check *c, const char *words, struct text *sentence)
{
	const char *at = strstr(c->health, words), *from = at;
	while (from != NULL && from > c->health && from[-1] != ';' && from[-1] != '|')
		from--;
	if (from == NULL)
		return false;
	from += strspn(from, " ");
	size_t length = strcspn(from, ";|");
	while (length > 0 && from[length - 1] == ' ')
		length--;
	text_printf(sentence, "%.*s", (int)length, from);
	return true;
}

/* A runner that stays makes it; one that a submission starts does not. */
static void look_at_socket(struct check *c)
{
	struct stat st;
	TEXT(path, 1100);
	if (c->health[0] == '\0' || strstr(c->health, "the runner is not running") != NULL ||
	    runner_is_lent())
		return;
	text_printf(&path, "%s/submit.sock", paths_run());
	if (lstat(path.data, &st) != 0 || !S_ISSOCK(st.st_mode))
		finding(c, GRADE_PROBLEM, "restart the runner",
		    "%s is missing: callers whose rights are limited (" COMPAT_NO_SETGID
		    ") cannot submit mail",
		    path.data);
}

/* Without mailq's answer nothing is known of the queue. */
static bool is_known(struct check *c)
{
	if (c->health[0] == '\0')
		finding(c, GRADE_NOTE, "see \"mailq health\"; run this check as root",
		    "this was not looked at: mailq health gives no answer");
	return c->health[0] != '\0';
}

void check_fallback(struct check *c)
{
	TEXT(words, 600);
	if (!is_known(c))
		return;
	if (health_sentence(c, "passed over: ", &words))
		finding(c, GRADE_PROBLEM, "sendmail -bh; relayconf probe", "%s; other servers get its mail",
		    words.data);
}

void check_submission(struct check *c)
{
	TEXT(words, 600);
	if (!is_known(c))
		return;
	if (health_sentence(c, "submissions are refused", &words))
		finding(c, GRADE_PROBLEM,
		    "make room on that disk, mount it for writing, or run \"" COMPAT_MAKE
		    " install-rights\": as it "
		    "says",
		    "%s", words.data);
	words.length = 0;
	if (health_sentence(c, "/trigger is not a FIFO", &words))
		finding(c, GRADE_PROBLEM,
		    check_rights_fix(
		        TR("remove it; mkfifo -m 0620 trigger; chown firsthop:fhdrop trigger")),
		    "%s", words.data);
	look_at_socket(c);
}

/* "; OAuth2 token NAME: WORDS" of mailq health, for each that somebody should look at. */
void check_tokens(struct check *c)
{
	const char *at = c->health;
	while ((at = strstr(at, "; OAuth2 token ")) != NULL) {
		TEXT(name, 80);
		TEXT(words, 200);
		TEXT(fix, 300);
		at += strlen("; OAuth2 token ");
		text_put_n(&name, at, strcspn(at, ":"));
		at += strspn(at + name.length, ": ") + name.length;
		text_put_n(&words, at, strcspn(at, ";|"));
		while (words.length > 0 && words.data[words.length - 1] == ' ')
			words.data[--words.length] = '\0';
		text_printf(&fix,
		    TR("as root: relayconf oauth renew %s; where that does not help: relayconf oauth login "
		       "%s"),
		    name.data, name.data);
		finding(c, GRADE_PROBLEM, fix.data, TR("OAuth2 token %s: %s"), name.data, TR(words.data));
	}
}

/* What mailq health says after the number and the age, if it warns: no server accepts the mail. */
static bool held_up(const struct check *c, struct text *reason)
{
	const char *at = strstr(c->health, "the oldest for ");
	at = at != NULL ? strstr(at, "; ") : NULL;
	if (strncmp(c->health, "MAILQ OK", 8) == 0 || at == NULL ||
	    strstr(c->health, "the runner is not running") != NULL)
		return false;
	/* Each part is said in the reader's language where it is known. */
	for (at += 2; *at != '|' && *at != '\0';) {
		const char *end = strstr(at, "; ");
		size_t all = strcspn(at, "|"), n = end != NULL && end < at + all ? (size_t)(end - at) : all;
		char *part = mem_copy_n(at, n), *words = text_trim(part);
		step_put(reason, words);
		free(part);
		at += n < all ? n + 2 : n;
		text_put(reason, n < all ? "; " : "");
	}
	return true;
}

void check_waiting(struct check *c)
{
	long long waiting = health_number(c, " waiting="), oldest_s = health_number(c, " oldest=");
	TEXT(age, 40);
	TEXT(reason, 1200);
	if (!is_known(c))
		return;
	clock_put_span(&age, oldest_s);
	if (waiting > 0 && held_up(c, &reason))
		finding(c, GRADE_PROBLEM, "mailq -v; mailq why ID", "%lld message%s, the oldest for %s: %s",
		    waiting, waiting == 1 ? TR(" waits") : TR("s wait"), age.data, reason.data);
	else if (waiting > 0)
		finding(c,
		    oldest_s > 4 * 3600 ? GRADE_PROBLEM
		    : oldest_s > 1800   ? GRADE_NOTE
		                        : GRADE_OK,
		    oldest_s > 1800 ? "mailq -v; mailq why ID" : "", "%lld message%s, the oldest for %s",
		    waiting, waiting == 1 ? TR(" waits") : TR("s wait"), age.data);
}

void check_dead(struct check *c)
{
	long long dead = health_number(c, " dead=");
	if (is_known(c) && dead > 0)
		finding(c, GRADE_NOTE,
		    "look at the files *.dead in mqueue/ of the spool; remove them when they are dealt "
		    "with",
		    "%lld message%s could neither be delivered nor returned", dead, dead == 1 ? "" : "s");
}
