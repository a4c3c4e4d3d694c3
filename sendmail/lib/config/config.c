/* Reading firsthop.conf.  inih parses; our reader hands it the lines, so that each error knows its
 * line and no line is cut silently. */
#include "config/config.h"
#include "base/nearest.h"
#include "config/idn.h"
#include "config/keys.h"
#include "config/rules.h"
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct reading {
	struct config *config;
	const char *path;
	char folder[1024];
	FILE *file;
	int line;
	bool failed;
	struct diagnosis *d;
	bool seen[CONFIG_KEYS_MAX];       /* rows that were set, outside smarthosts */
	bool named_seen[CONFIG_KEYS_MAX]; /* rows of the smarthost, route or submitter at hand */
	bool port_given, implicit_given;
	struct rewrite *rewrite; /* of the section at hand, if it is one of a map */
};

static bool fail(struct reading *r, const char *what)
{
	if (!r->failed)
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_SYNTAX, "%s:%d: %s", r->path,
		    r->line, what);
	r->failed = true;
	return false;
}

static void finish_smarthost(struct reading *r)
{
	struct smarthost *h = r->config->smarthost_count > 0
	                          ? &r->config->smarthosts[r->config->smarthost_count - 1]
	                          : NULL;
	if (h == NULL || r->failed)
		return;
	if (!r->implicit_given && r->port_given)
		h->implicit = h->port == 465;
	if (!r->port_given && h->implicit)
		h->port = 465;
	TEXT(words, 300);
	int line = r->line;
	r->line = h->line;
	if (h->host[0] == '\0')
		text_printf(&words, "[smarthost %s] has no host: add a line \"host = NAME\" below it",
		    h->name);
	else if (h->login[0] != '\0' && h->password_file[0] == '\0' && h->password_command[0] == '\0')
		text_printf(&words,
		    "[smarthost %s] has a login and no password: add \"password_file = NAME\"", h->name);
	else if (h->tls_key_file[0] != '\0' && h->tls_cert_file[0] == '\0')
		text_printf(&words,
		    "[smarthost %s] has a tls_key_file and no certificate: add \"tls_cert_file = NAME\"",
		    h->name);
	else if (h->tls_cert_file[0] != '\0' && h->tls == SMARTHOST_TLS_OFF)
		text_printf(&words, "[smarthost %s]: tls_cert_file and tls = off contradict each other",
		    h->name);
	else if (h->tls_fingerprint[0] != '\0' && h->tls != SMARTHOST_TLS_VERIFY)
		text_printf(&words,
		    "[smarthost %s]: tls_fingerprint accepts one certificate and tls = %s any: remove one "
		    "of "
		    "them",
		    h->name, smarthost_tls_name(h->tls));
	else if (h->implicit && h->tls == SMARTHOST_TLS_OFF)
		text_printf(&words, "[smarthost %s]: implicit = yes and tls = off contradict each other",
		    h->name);
	if (words.length > 0)
		fail(r, words.data);
	r->line = line;
}

static bool start_smarthost(struct reading *r, const char *name)
{
	struct config *c = r->config;
	finish_smarthost(r);
	if (r->failed)
		return false;
	name += strspn(name, " \t");
	if (*name == '\0')
		return fail(r, "a smarthost needs a name of its own: [smarthost main]");
	if (strlen(name) > SMARTHOST_NAME_MAX || strpbrk(name, " .\t\"=") != NULL)
		return fail(r,
		    "the name of a smarthost is one word of at most 63 letters, digits, '-' or '_'");
	if (strcmp(name, "direct") == 0)
		return fail(r, "the name direct means the domain's own MX: choose another");
	if (strcmp(name, "local") == 0)
		return fail(r, "the name local means the mailboxes of this machine: choose another");
	for (int i = 0; i < c->smarthost_count; i++) {
		if (strcmp(c->smarthosts[i].name, name) == 0)
			return fail(r, "there is a smarthost of this name already: give each its own");
	}
	if (c->smarthost_count == CONFIG_SMARTHOSTS_MAX)
		return fail(r, "there are more than 16 smarthosts");
	c->smarthosts =
	    mem_resize(c->smarthosts, (size_t)c->smarthost_count + 1, sizeof *c->smarthosts);
	struct smarthost *h = &c->smarthosts[c->smarthost_count++];
	*h = (struct smarthost){.port = 587,
	    .tls = SMARTHOST_TLS_VERIFY,
	    .by_default = true,
	    .line = r->line};
	text_copy(h->name, sizeof h->name, name);
	memset(r->named_seen, 0, sizeof r->named_seen);
	r->port_given = r->implicit_given = false;
	return true;
}

static bool start_rule(struct reading *r, const char *pattern)
{
	struct config *c = r->config;
	TEXT(words, 500);
	pattern += strspn(pattern, " \t");
	if (!rules_pattern_ok(pattern, &words))
		return fail(r, words.data);
	for (int i = 0; i < c->rule_count; i++) {
		if (strcmp(c->rules[i].pattern, pattern) == 0)
			return fail(r,
			    "there is a route for this pattern already: the first would hide the second");
	}
	if (c->rule_count == CONFIG_RULES_MAX)
		return fail(r, "there are more than 200 routes");
	c->rules = mem_resize(c->rules, (size_t)c->rule_count + 1, sizeof *c->rules);
	struct rule *rule = &c->rules[c->rule_count++];
	*rule = (struct rule){.line = r->line};
	text_copy(rule->pattern, sizeof rule->pattern, pattern);
	memset(r->named_seen, 0, sizeof r->named_seen);
	return true;
}

static bool start_submitter(struct reading *r, const char *who)
{
	struct config *c = r->config;
	who += strspn(who, " \t");
	if (*who == '\0' || strlen(who) >= sizeof c->submitters[0].who ||
	    strpbrk(who, " \t\",=@") != NULL)
		return fail(r, "a section submit names a user, a group, or everyone: [submit www], [submit "
		               "%cacti], [submit *]");
	for (int i = 0; i < c->submitter_count; i++) {
		if (strcmp(c->submitters[i].who, who) == 0)
			return fail(r,
			    "there is a section for this name already: the first would hide the second");
	}
	if (c->submitter_count == CONFIG_SUBMITTERS_MAX)
		return fail(r, "there are more than 100 sections submit");
	c->submitters =
	    mem_resize(c->submitters, (size_t)c->submitter_count + 1, sizeof *c->submitters);
	struct submitter *s = &c->submitters[c->submitter_count++];
	*s = (struct submitter){.line = r->line};
	text_copy(s->who, sizeof s->who, who);
	memset(r->named_seen, 0, sizeof r->named_seen);
	return true;
}

static bool start_rewrite(struct reading *r, const char *name)
{
	struct config *c = r->config;
	name += strspn(name, " \t");
	r->rewrite = strcmp(name, "senders") == 0      ? &c->rewrite_senders
	             : strcmp(name, "recipients") == 0 ? &c->rewrite_recipients
	                                               : NULL;
	memset(r->named_seen, 0, sizeof r->named_seen);
	return r->rewrite != NULL ||
	       fail(r, "there are two maps: [rewrite senders] and [rewrite recipients]");
}

static bool add_pair(struct reading *r, const char *left, const char *right)
{
	TEXT(words, 300);
	return rewrite_add(r->rewrite, left, right, r->line, false, &words) || fail(r, words.data);
}

static void finish_rewrite(struct reading *r, struct rewrite *map)
{
	TEXT(words, 1500);
	if (r->failed)
		return;
	if (!rewrite_finish(map, &words)) {
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_SYNTAX, "%s", words.data);
		r->failed = true;
	}
	/* Those of one name stand together now, the ones of this file in front, in the order of their
	 * lines. */
	for (int i = 1; i < map->count && !r->failed; i++) {
		const struct rewrite_pair *one = &map->pairs[i - 1], *other = &map->pairs[i];
		if (other->of_file || strcasecmp(one->left, other->left) != 0)
			continue;
		r->line = other->line;
		fail(r, "this address is in the map already: remove one of the two lines");
	}
}

/* Known only at the end: every smarthost that a route names. */
static void check_rules(struct reading *r)
{
	TEXT(words, 500);
	for (int i = 0; i < r->config->rule_count && !r->failed; i++) {
		r->line = r->config->rules[i].line;
		if (!rules_via_ok(r->config, &r->config->rules[i], &words))
			fail(r, words.data);
	}
	if (!r->failed &&
	    (r->config->local_deliver == CONFIG_LOCAL_MBOX ||
	        r->config->local_deliver == CONFIG_LOCAL_MAILDIR) &&
	    r->config->local_domains[0] == '\0')
		fail(r, "[local] deliver is on, but no domain is named whose users are here: add \"domains "
		        "= NAME\" below it; nothing is local by itself");
}

/* Those with a name of their own come last. */
static const char *const sections[] = {"host", "fallback", "sender", "queue", "log", "local",
    "bounce", "relay", "smarthost", "route", "submit", "rewrite"};
#define PLAIN_SECTIONS 8

static const char *next_section(const void *context, int i)
{
	(void)context;
	return i < (int)(sizeof sections / sizeof sections[0]) ? sections[i] : NULL;
}

static bool is_section(const char *name)
{
	for (size_t i = 0; i < PLAIN_SECTIONS; i++) {
		if (strcmp(sections[i], name) == 0)
			return true;
	}
	return false;
}

static bool fail_section(struct reading *r, const char *name)
{
	TEXT(words, 400);
	TEXT(first, 100);
	text_put_n(&first, name, strcspn(name, " \t"));
	const char *near = nearest_word(first.data, next_section, NULL);
	text_printf(&words, "section [%.80s] is not known; ", name);
	if (near != NULL)
		text_printf(&words, "did you mean [%s%.80s]? ", near, name + strcspn(name, " \t"));
	text_put(&words,
	    "there are: host, smarthost NAME, route PATTERN, submit WHO, fallback, sender, "
	    "rewrite senders, rewrite recipients, queue, log, local, bounce, relay");
	return fail(r, words.data);
}

/* A section line; inih reports sections only together with a key, and an empty smarthost is an
 * error of its own. */
static bool start_section(struct reading *r, const char *line)
{
	char name[400];
	const char *end = strrchr(line, ']');
	if (end == NULL)
		return fail(r, "the section line has no ']'");
	if (end - line - 1 >= (long)sizeof name)
		return fail(r, "the section name is too long");
	snprintf(name, sizeof name, "%.*s", (int)(end - line - 1), line + 1);
	if (strcmp(name, "smarthost") == 0 || text_starts(name, "smarthost ") ||
	    text_starts(name, "smarthost\t"))
		return start_smarthost(r, name + 9);
	if (text_starts(name, "route ") || text_starts(name, "route\t") || strcmp(name, "route") == 0)
		return start_rule(r, name + 5);
	r->rewrite = NULL;
	if (strcmp(name, "rewrite") == 0 || text_starts(name, "rewrite ") ||
	    text_starts(name, "rewrite\t"))
		return start_rewrite(r, name + 7);
	if (text_starts(name, "submit ") || text_starts(name, "submit\t") ||
	    strcmp(name, "submit") == 0)
		return start_submitter(r, name + 6);
	return is_section(name) || fail_section(r, name);
}

static bool check_line(struct reading *r, char *line, size_t length, int room)
{
	if ((int)length >= room - 2)
		return fail(r, "the line is longer than 197 bytes");
	if (memchr(line, '\0', length) != NULL)
		return fail(r, "the line holds a NUL byte: this is not a text file");
	char *start = line + strspn(line, " \t");
	if (*start == '\0' || *start == '\n' || *start == '\r' || *start == '#' || *start == ';')
		return true;
	if (start != line)
		return fail(r, "the line begins with blanks; write a value on one line, with the key at "
		               "its beginning");
	if (*start == '[')
		return start_section(r, start);
	return true;
}

/* inih's reader (fgets in form). */
static char *read_line(char *buffer, int room, void *stream)
{
	struct reading *r = stream;
	char *line = NULL;
	size_t size = 0;
	if (r->failed)
		return NULL;
	ssize_t n = getline(&line, &size, r->file);
	if (n < 0) {
		free(line);
		return NULL;
	}
	r->line++;
	char *text = line;
	if (r->line == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		text += 3, n -= 3;
	bool good = check_line(r, text, (size_t)n, room);
	if (good)
		memcpy(buffer, text, (size_t)n + 1);
	free(line);
	return good ? buffer : NULL;
}

static bool unknown_key(struct reading *r, const char *section, const char *key)
{
	TEXT(words, 300);
	const char *near = keys_nearest(section, key);
	text_printf(&words, "key \"%.80s\" is not known in [%s]", key, section);
	if (near != NULL)
		text_printf(&words, "; is %s meant?", near);
	else
		text_put(&words, "; firsthop.conf(5) lists the keys");
	return fail(r, words.data);
}

/* "smarthost" for "smarthost main". */
static const char *kind_of(const char *section)
{
	static const char *const named[] = {"smarthost", "route", "submit", "rewrite"};
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		if (text_starts(section, named[i]))
			return named[i];
	}
	return section;
}

/* What the keys of the section at hand are set in. */
static void *base_of(struct config *c, const char *kind)
{
	if (strcmp(kind, "smarthost") == 0)
		return &c->smarthosts[c->smarthost_count - 1];
	if (strcmp(kind, "route") == 0)
		return &c->rules[c->rule_count - 1];
	return strcmp(kind, "submit") == 0 ? (void *)&c->submitters[c->submitter_count - 1] : c;
}

static bool set_key(struct reading *r, const char *section, const char *key, const char *value)
{
	const char *kind = kind_of(section);
	bool in_map = strcmp(kind, "rewrite") == 0;
	struct config *c = r->config;
	TEXT(problem, 250);
	TEXT(words, 400);
	if (*section == '\0')
		return fail(r, "there is a key before the first section, e.g. [host]");
	const struct key_row *row = keys_find(kind, key);
	if (row == NULL && in_map)
		return add_pair(r, key, value);
	if (row == NULL)
		return unknown_key(r, kind, key);
	bool *seen = config_section_is_named(kind) ? r->named_seen : r->seen;
	int number = 0, count;
	const struct config_key *keys = config_keys(&count);
	while (number < count &&
	       (strcmp(keys[number].key, key) != 0 || strcmp(keys[number].section, kind) != 0))
		number++;
	if (seen[number]) {
		text_printf(&words,
		    "key %s is set a second time in this section: remove one of the two lines", key);
		return fail(r, words.data);
	}
	seen[number] = true;
	if (text_has_control(value))
		return fail(r, "the value holds a control character");
	if (strcmp(kind, "smarthost") == 0) {
		r->port_given = r->port_given || strcmp(key, "port") == 0;
		r->implicit_given = r->implicit_given || strcmp(key, "implicit") == 0;
	}
	if (keys_set(row, in_map ? (void *)r->rewrite : base_of(c, kind), value, r->folder, &problem))
		return true;
	text_printf(&words, "%s: %s", key, problem.data);
	return fail(r, words.data);
}

static int on_key(void *user, const char *section, const char *name, const char *value)
{
	return set_key(user, section, name, value);
}

void config_defaults(struct config *c)
{
	TEXT(ignored, 200);
	int count;
	const struct config_key *keys = config_keys(&count);
	*c = (struct config){0};
	for (int i = 0; i < count; i++) {
		if (!config_section_is_named(keys[i].section))
			keys_set(keys_find(keys[i].section, keys[i].key), c, keys[i].fallback, "", &ignored);
	}
}

static bool parse(struct reading *r)
{
	int result = ini_parse_stream(read_line, r, on_key, r);
	if (result == 0 && !r->failed)
		finish_smarthost(r);
	if (result == 0) {
		check_rules(r);
		finish_rewrite(r, &r->config->rewrite_senders);
		finish_rewrite(r, &r->config->rewrite_recipients);
	}
	if (result > 0 && !r->failed)
		fail(r, "the line is neither [section] nor key = value");
	if (result < 0 && !r->failed)
		fail(r, "the file cannot be read");
	return !r->failed;
}

static bool open_file(struct reading *r)
{
	struct stat st;
	r->file = fopen(r->path, "re");
	if (r->file == NULL && errno == ENOENT) {
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_MISSING,
		    "%s does not exist: copy firsthop.conf.sample to it and name a smarthost", r->path);
		return false;
	}
	if (r->file == NULL) {
		diag_set_errno(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, "%s",
		    r->path);
		return false;
	}
	if (fstat(fileno(r->file), &st) == 0 && S_ISREG(st.st_mode))
		return true;
	diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, "%s is not a file",
	    r->path);
	return false;
}

/* host.example.org. is that name: the dot is the DNS's. */
static void without_final_dot(char *name)
{
	size_t length = strlen(name);
	if (length > 1 && name[length - 1] == '.')
		name[length - 1] = '\0';
}

/* [route example.org], [route from:ops@example.org] and the like. */
static void pattern_to_ascii(char *pattern, size_t size)
{
	char *at = strrchr(pattern, '@'), *colon = strchr(pattern, ':');
	char *domain = at != NULL ? at + 1 : colon != NULL ? colon + 1 : pattern;
	domain += *domain == '.';
	idn_name(domain, size - (size_t)(domain - pattern));
}

static void names_to_ascii(struct config *c)
{
	idn_name(c->name, sizeof c->name);
	idn_name(c->domain, sizeof c->domain);
	for (int i = 0; i < c->smarthost_count; i++)
		idn_name(c->smarthosts[i].host, sizeof c->smarthosts[i].host);
	for (int i = 0; i < c->rule_count; i++)
		pattern_to_ascii(c->rules[i].pattern, sizeof c->rules[i].pattern);
}

bool config_read(struct config *c, const char *path, struct diagnosis *d)
{
	struct reading *r = mem_alloc(sizeof *r);
	*r = (struct reading){.config = c, .path = path, .d = d};
	const char *slash = strrchr(path, '/');
	snprintf(r->folder, sizeof r->folder, "%.*s", slash != NULL ? (int)(slash - path) : 1,
	    slash != NULL ? path : ".");
	config_defaults(c);
	bool good = open_file(r) && parse(r);
	if (r->file != NULL)
		fclose(r->file);
	free(r);
	if (c->name[0] == '\0')
		smarthost_own_name(c->name, sizeof c->name);
	without_final_dot(c->name);
	if (c->domain[0] == '\0')
		text_copy(c->domain, sizeof c->domain, c->name);
	without_final_dot(c->domain);
	names_to_ascii(c);
	return good;
}

void config_free(struct config *c)
{
	free(c->smarthosts);
	free(c->rules);
	free(c->submitters);
	c->submitters = NULL;
	rewrite_free(&c->rewrite_senders);
	rewrite_free(&c->rewrite_recipients);
	c->smarthosts = NULL;
	c->rules = NULL;
	c->smarthost_count = c->rule_count = c->submitter_count = 0;
}
