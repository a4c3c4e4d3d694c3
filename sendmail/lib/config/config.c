/* Reading firsthop.conf.  inih parses; our reader hands it the lines, so that each error knows its
 * line and no line is cut silently. */
#include "config/config.h"
#include "base/language.h"
#include "base/nearest.h"
#include "config/filter.h"
#include "config/habit.h"
#include "config/idn.h"
#include "config/keys.h"
#include "config/listen.h"
#include "config/own_name.h"
#include "config/rules.h"
#include "config/sections.h"
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
	void *place; /* what the keys of the section at hand are set in */
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
	TEXT(words, 600);
	int line = r->line;
	r->line = h->line;
	if (!smarthost_ok(h, &words))
		fail(r, words.data);
	r->line = line;
}

static bool add_pair(struct reading *r, const char *left, const char *right)
{
	TEXT(words, 600);
	return rewrite_add(r->place, left, right, r->line, false, &words) || fail(r, words.data);
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
	/* Those of one name are together now, the ones of this file before it, in the order of their
	 * lines. */
	for (int i = 1; i < map->count && !r->failed; i++) {
		const struct rewrite_pair *one = &map->pairs[i - 1], *other = &map->pairs[i];
		if (other->of_file || strcasecmp(one->left, other->left) != 0)
			continue;
		r->line = other->line;
		fail(r, TR("this address is in the map already: remove one of the two lines"));
	}
}

/* Known only at the end: every smarthost that a route names. */
static void check_rules(struct reading *r)
{
	TEXT(words, 900);
	for (int i = 0; i < r->config->filter_count && !r->failed; i++) {
		r->line = r->config->filters[i].line;
		if (!filter_finish(&r->config->filters[i], &words))
			fail(r, words.data);
	}
	for (int i = 0; i < r->config->rule_count && !r->failed; i++) {
		r->line = r->config->rules[i].line;
		if (!rules_via_ok(r->config, &r->config->rules[i], &words))
			fail(r, words.data);
	}
	if (!r->failed &&
	    (r->config->local_deliver == CONFIG_LOCAL_MBOX ||
	        r->config->local_deliver == CONFIG_LOCAL_MAILDIR) &&
	    r->config->local_domains[0] == '\0')
		fail(r,
		    TR("[local] deliver is on, but no domain is named whose users are here: add \"domains "
		       "= NAME\" below it; nothing is local by itself"));
	text_put(&words, "[listen] ");
	if (!r->failed && !listen_ok(r->config, &words))
		fail(r, words.data);
}

/* A section line; inih reports sections only together with a key, and an empty smarthost is an
 * error of its own. */
static bool start_section(struct reading *r, const char *line)
{
	char name[400];
	const char *end = strrchr(line, ']');
	if (end == NULL)
		return fail(r, TR("the section line has no ']'"));
	if (end - line - 1 >= (long)sizeof name)
		return fail(r, TR("the section name is too long"));
	snprintf(name, sizeof name, "%.*s", (int)(end - line - 1), line + 1);
	const char *own, *kind = sections_kind(name, &own);
	TEXT(words, 900);
	if (kind == NULL) {
		sections_unknown(name, &words);
		return fail(r, words.data);
	}
	r->place = r->config;
	if (own == NULL)
		return true;
	if (strcmp(kind, "smarthost") == 0) {
		finish_smarthost(r);
		r->port_given = r->implicit_given = false;
	}
	memset(r->named_seen, 0, sizeof r->named_seen);
	r->place = r->failed ? NULL : sections_add(r->config, kind, own, r->line, &words);
	return r->place != NULL || fail(r, words.data);
}

static bool check_line(struct reading *r, char *line, size_t length, int room)
{
	if ((int)length >= room - 2)
		return fail(r, TR("the line is longer than 197 bytes"));
	if (memchr(line, '\0', length) != NULL)
		return fail(r, TR("the line holds a NUL byte: this is not a text file"));
	char *start = line + strspn(line, " \t");
	if (*start == '\0' || *start == '\n' || *start == '\r' || *start == '#' || *start == ';')
		return true;
	if (start != line)
		return fail(r, TR("the line begins with blanks; write a value on one line, with the key at "
		                  "its beginning"));
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
	TEXT(words, 600);
	const char *habit = habit_key(section, key);
	const char *near = habit != NULL ? habit : keys_nearest(section, key);
	text_printf(&words, TR("key \"%.80s\" is not known in [%s]"), key, section);
	const char *other = keys_section_of(key);
	if (other != NULL && habit == NULL)
		text_printf(&words, TR("; it is a key of [%s%s]"), other,
		    config_section_is_named(other) ? " NAME" : "");
	else if (near != NULL)
		nearest_ask(&words, near);
	else
		text_put(&words, TR("; firsthop.conf(5) lists the keys"));
	return fail(r, words.data);
}

/* The name that the key has now. */
static const char *new_name(struct reading *r, const char *section, const char *key)
{
	struct config *c = r->config;
	const struct config_old_name *old = config_old_name(section, key);
	if (old == NULL)
		return key;
	if (c->old_key_count < CONFIG_OLD_KEYS_MAX)
		c->old_keys[c->old_key_count++] = (struct config_old_key){old, r->line};
	return old->name;
}

/* inih's handler. */
static int set_key(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;
	const char *own, *kind = sections_kind(section, &own);
	TEXT(problem, 500);
	TEXT(words, 800);
	if (kind == NULL)
		return fail(r, TR("there is a key before the first section, e.g. [host]"));
	key = new_name(r, kind, key);
	const struct key_row *row = keys_find(kind, key);
	if (row == NULL && strcmp(kind, "rewrite") == 0)
		return add_pair(r, key, value);
	if (row == NULL)
		return unknown_key(r, kind, key);
	bool *seen = config_section_is_named(kind) ? r->named_seen : r->seen;
	if (seen[row - key_rows]) {
		text_printf(&words,
		    TR("key %s is set a second time in this section: remove one of the two lines"), key);
		return fail(r, words.data);
	}
	seen[row - key_rows] = true;
	if (text_has_control(value))
		return fail(r, TR("the value holds a control character"));
	if (strcmp(kind, "smarthost") == 0) {
		r->port_given = r->port_given || strcmp(key, "port") == 0;
		r->implicit_given = r->implicit_given || strcmp(key, "implicit") == 0;
	}
	if (strcmp(kind, "filter") == 0)
		filter_key_given(r->place, key);
	if (keys_set(row, r->place, value, r->folder, &problem))
		return true;
	text_printf(&words, "%s: %s", key, problem.data);
	return fail(r, words.data);
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
	int result = ini_parse_stream(read_line, r, set_key, r);
	if (result == 0 && !r->failed)
		finish_smarthost(r);
	if (result == 0) {
		check_rules(r);
		finish_rewrite(r, &r->config->rewrite_senders);
		finish_rewrite(r, &r->config->rewrite_recipients);
	}
	if (result > 0 && !r->failed)
		fail(r, TR("the line is neither [section] nor key = value"));
	if (result < 0 && !r->failed)
		fail(r, TR("the file cannot be read"));
	return !r->failed;
}

static bool open_file(struct reading *r)
{
	struct stat st;
	r->file = fopen(r->path, "re");
	if (r->file == NULL && errno == ENOENT) {
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_MISSING,
		    TR("%s does not exist: run relayconf setup, or copy firsthop.conf.sample to it and "
		       "name a smarthost"),
		    r->path);
		return false;
	}
	if (r->file == NULL) {
		diag_set_errno(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, "%s",
		    r->path);
		return false;
	}
	if (fstat(fileno(r->file), &st) == 0 && S_ISREG(st.st_mode))
		return true;
	diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, TR("%s is not a file"),
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
	if (text_starts_ci(pattern, "user:") || text_starts_ci(pattern, "group:"))
		return;
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
		own_name(c->name, sizeof c->name);
	without_final_dot(c->name);
	if (c->domain[0] == '\0')
		text_copy(c->domain, sizeof c->domain, c->name);
	without_final_dot(c->domain);
	names_to_ascii(c);
	return good;
}

bool config_uses_tokens(const struct config *c)
{
	for (int i = 0; i < c->smarthost_count; i++) {
		if (smarthost_uses_token(&c->smarthosts[i]))
			return true;
	}
	return false;
}

void config_free(struct config *c)
{
	free(c->smarthosts);
	free(c->rules);
	free(c->submitters);
	free(c->filters);
	c->filters = NULL;
	c->filter_count = 0;
	c->submitters = NULL;
	rewrite_free(&c->rewrite_senders);
	rewrite_free(&c->rewrite_recipients);
	c->smarthosts = NULL;
	c->rules = NULL;
	c->smarthost_count = c->rule_count = c->submitter_count = 0;
}
