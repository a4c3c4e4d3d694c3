/* Sections of the configuration. */
#include "config/sections.h"
#include "base/language.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/filter.h"
#include "config/rules.h"
#include <stdint.h>
#include <string.h>

#define NAMED_COUNT ((int)(sizeof named / sizeof named[0]))

static void *no(struct text *problem, const char *why)
{
	text_put(problem, why);
	return NULL;
}

/* --- smarthosts ------------------------------------------------------------------------------- */

static void *find_smarthost(const struct config *c, const char *name)
{
	return (void *)(uintptr_t)smarthost_find(c->smarthosts, c->smarthost_count, name, strlen(name));
}

static void *add_smarthost(struct config *c, const char *name, int line, struct text *problem)
{
	if (*name == '\0')
		return no(problem, TR("a smarthost needs a name of its own: [smarthost main]"));
	if (strlen(name) > SMARTHOST_NAME_MAX || strpbrk(name, " .\t\"=") != NULL)
		return no(problem,
		    TR("the name of a smarthost is one word of at most 63 letters, digits, '-' or '_'"));
	if (strcmp(name, "direct") == 0)
		return no(problem, TR("the name direct means the domain's own MX: choose another"));
	if (strcmp(name, "local") == 0)
		return no(problem,
		    TR("the name local means the mailboxes of this machine: choose another"));
	if (find_smarthost(c, name) != NULL)
		return no(problem, TR("there is a smarthost of this name already: give each its own"));
	if (c->smarthost_count == CONFIG_SMARTHOSTS_MAX)
		return no(problem, TR("there are more than 16 smarthosts"));
	c->smarthosts =
	    mem_resize(c->smarthosts, (size_t)c->smarthost_count + 1, sizeof *c->smarthosts);
	struct smarthost *h = &c->smarthosts[c->smarthost_count++];
	*h = (struct smarthost){.port = 587,
	    .tls = SMARTHOST_TLS_VERIFY,
	    .by_default = true,
	    .chunking = true,
	    .line = line};
	text_copy(h->name, sizeof h->name, name);
	return h;
}

/* --- routes ----------------------------------------------------------------------------------- */

static void *find_rule(const struct config *c, const char *pattern)
{
	for (int i = 0; i < c->rule_count; i++) {
		if (strcmp(c->rules[i].pattern, pattern) == 0)
			return &c->rules[i];
	}
	return NULL;
}

static void *add_rule(struct config *c, const char *pattern, int line, struct text *problem)
{
	if (!rules_pattern_ok(pattern, problem))
		return NULL;
	if (find_rule(c, pattern) != NULL)
		return no(problem,
		    TR("there is a route for this pattern already: the first would hide the second"));
	if (c->rule_count == CONFIG_RULES_MAX)
		return no(problem, TR("there are more than 200 routes"));
	c->rules = mem_resize(c->rules, (size_t)c->rule_count + 1, sizeof *c->rules);
	struct rule *rule = &c->rules[c->rule_count++];
	*rule = (struct rule){.line = line};
	text_copy(rule->pattern, sizeof rule->pattern, pattern);
	return rule;
}

/* --- who may submit --------------------------------------------------------------------------- */

static void *find_submitter(const struct config *c, const char *who)
{
	for (int i = 0; i < c->submitter_count; i++) {
		if (strcmp(c->submitters[i].who, who) == 0)
			return &c->submitters[i];
	}
	return NULL;
}

static void *add_submitter(struct config *c, const char *who, int line, struct text *problem)
{
	if (*who == '\0' || strlen(who) >= sizeof c->submitters[0].who ||
	    strpbrk(who, " \t\",=@") != NULL)
		return no(problem, TR("a section submit names a user, a group, or everyone: [submit www], "
		                      "[submit %cacti], [submit *]"));
	if (find_submitter(c, who) != NULL)
		return no(problem,
		    TR("there is a section for this name already: the first would hide the second"));
	if (c->submitter_count == CONFIG_SUBMITTERS_MAX)
		return no(problem, TR("there are more than 100 sections submit"));
	c->submitters =
	    mem_resize(c->submitters, (size_t)c->submitter_count + 1, sizeof *c->submitters);
	struct submitter *s = &c->submitters[c->submitter_count++];
	*s = (struct submitter){.line = line};
	text_copy(s->who, sizeof s->who, who);
	return s;
}

static void *find_filter(const struct config *c, const char *name)
{
	return (void *)(uintptr_t)filter_find(c, name);
}

static void *add_filter(struct config *c, const char *name, int line, struct text *problem)
{
	return filter_add(c, name, line, problem);
}

/* --- maps of addresses ------------------------------------------------------------------------ */

static void *find_rewrite(const struct config *c, const char *name)
{
	const struct rewrite *map = strcmp(name, "senders") == 0      ? &c->rewrite_senders
	                            : strcmp(name, "recipients") == 0 ? &c->rewrite_recipients
	                                                              : NULL;
	return (void *)(uintptr_t)map;
}

/* Both are always there. */
static void *add_rewrite(struct config *c, const char *name, int line, struct text *problem)
{
	(void)line;
	void *map = find_rewrite(c, name);
	return map != NULL
	           ? map
	           : no(problem, TR("there are two maps: [rewrite senders] and [rewrite recipients]"));
}

/* --- all of them ------------------------------------------------------------------------------ */

static const struct {
	const char *kind;
	void *(*add)(struct config *c, const char *name, int line, struct text *problem);
	void *(*find)(const struct config *c, const char *name);
} named[] = {
    {"smarthost", add_smarthost, find_smarthost},
    {"route", add_rule, find_rule},
    {"submit", add_submitter, find_submitter},
    {"filter", add_filter, find_filter},
    {"rewrite", add_rewrite, find_rewrite},
};

static const char *const plain[] = {"host", "fallback", "sender", "queue", "log", "local", "storm",
    "bounce", "listen", "relay", NULL};

static int row_of(const char *kind)
{
	int i = 0;
	while (i < NAMED_COUNT && strcmp(named[i].kind, kind) != 0)
		i++;
	return i;
}

bool config_section_is_named(const char *section)
{
	return row_of(section) < NAMED_COUNT;
}

const char *sections_kind(const char *section, const char **name)
{
	for (int i = 0; i < NAMED_COUNT; i++) {
		size_t n = strlen(named[i].kind);
		if (strncmp(section, named[i].kind, n) != 0 || strchr(" \t", section[n]) == NULL)
			continue;
		*name = section + n + strspn(section + n, " \t");
		return named[i].kind;
	}
	*name = NULL;
	for (int i = 0; plain[i] != NULL; i++) {
		if (strcmp(plain[i], section) == 0)
			return plain[i];
	}
	return NULL;
}

static const char *next_kind(const void *context, int i)
{
	(void)context;
	int plain_count = (int)(sizeof plain / sizeof plain[0]) - 1;
	return i < plain_count                 ? plain[i]
	       : i < plain_count + NAMED_COUNT ? named[i - plain_count].kind
	                                       : NULL;
}

void sections_unknown(const char *section, struct text *words)
{
	TEXT(first, 100);
	text_put_n(&first, section, strcspn(section, " \t"));
	text_lower(first.data);
	const char *near = nearest_word(first.data, next_kind, NULL);
	text_printf(words, TR("section [%.80s] is not known; "), section);
	if (near != NULL)
		text_printf(words, TR("did you mean [%s%.80s]? "), near, section + strcspn(section, " \t"));
	text_put(words, TR("there are: host, smarthost NAME, route PATTERN, submit WHO, filter NAME, "
	                   "fallback, sender, rewrite senders, rewrite recipients, queue, log, local, "
	                   "storm, bounce, listen, relay"));
}

void *sections_add(struct config *c, const char *kind, const char *name, int line,
    struct text *problem)
{
	return named[row_of(kind)].add(c, name, line, problem);
}

const void *sections_find(const struct config *c, const char *kind, const char *name)
{
	int row = row_of(kind);
	return row == NAMED_COUNT ? c : name != NULL ? named[row].find(c, name) : NULL;
}
