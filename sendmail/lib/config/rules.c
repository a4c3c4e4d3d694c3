/* Matching recipients and senders with the configured routes. */
#include "config/rules.h"
#include "base/nearest.h"
#include "base/language.h"
#include "config/form.h"
#include "config/idn.h"
#include "config/people.h"
#include "message/address.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WHO_SIZE 330

static bool ends_with_domain(const char *domain, const char *suffix)
{
	size_t length = strlen(domain), tail = strlen(suffix);
	return length > tail && text_equal_ci(domain + length - tail, suffix);
}

/* pattern: "@"-address, domain, or ".domain". */
static bool fits_address(const char *pattern, const char *address)
{
	if (strchr(pattern, '@') != NULL)
		return text_equal_ci(*pattern == '@' ? pattern + 1 : pattern,
		    *pattern == '@' ? address_domain(address) : address);
	if (*pattern == '.')
		return ends_with_domain(address_domain(address), pattern);
	return *address != '\0' && text_equal_ci(pattern, address_domain(address));
}

/* "www" of user:www, "%ops" of group:ops and group:%ops; NULL: another pattern. */
static const char *who_of(const char *pattern, char who[WHO_SIZE])
{
	bool group = text_starts_ci(pattern, "group:");
	if (!group && !text_starts_ci(pattern, "user:"))
		return NULL;
	pattern += group ? 6 : 5;
	snprintf(who, WHO_SIZE, "%s%s", group && *pattern != '%' ? "%" : "", pattern);
	return who;
}

static bool fits(const struct rule *rule, const char *sender, int64_t uid, const char *rcpt)
{
	char who[WHO_SIZE];
	if (strcmp(rule->pattern, "*") == 0)
		return true;
	if (text_starts_ci(rule->pattern, "from:"))
		return *sender != '\0' && fits_address(rule->pattern + 5, sender);
	if (who_of(rule->pattern, who) != NULL)
		return people_fit(who, uid) == PEOPLE_YES;
	return fits_address(rule->pattern, rcpt);
}

bool rules_unsure(const struct config *c, int64_t uid, struct text *why)
{
	char who[WHO_SIZE];
	for (int i = 0; i < c->rule_count; i++) {
		if (who_of(c->rules[i].pattern, who) == NULL || people_fit(who, uid) != PEOPLE_UNSURE)
			continue;
		text_printf(why, TR("the system cannot say now whether [route %.100s] fits uid %lld: %s"),
		    c->rules[i].pattern, (long long)uid, strerror(errno));
		return true;
	}
	return false;
}

/* The next name of a list with commas or blanks; false at its end. */
static bool next_name(const char **at, char *name, size_t size)
{
	*at += strspn(*at, ", \t");
	size_t n = strcspn(*at, ", \t");
	snprintf(name, size, "%.*s", (int)(n < size ? n : size - 1), *at);
	*at += n;
	return n > 0;
}

static void add_direct(struct paths_of *p, const char *rcpt)
{
	const char *domain = address_domain(rcpt);
	if (*domain == '\0' || p->count == RULES_PATHS_MAX)
		return;
	snprintf(p->paths[p->count++], RULES_PATH_SIZE, "@%.300s", domain);
}

static void add_name(char *path, size_t size, const char *name)
{
	size_t length = strlen(path);
	int n = snprintf(path + length, size - length, "%s%s", length ? "," : "", name);
	if (n < 0 || (size_t)n >= size - length)
		path[length] = '\0';
}

void rules_via_path(const struct rule *rule, char *path, size_t size)
{
	const char *at = rule->via;
	char name[64];
	*path = '\0';
	while (next_name(&at, name, sizeof name) && strcmp(name, "direct") != 0)
		add_name(path, size, name);
}

/* direct can only be last. */
static bool ends_direct(const char *via)
{
	char name[64] = "";
	bool direct = false;
	while (next_name(&via, name, sizeof name))
		direct = strcmp(name, "direct") == 0;
	return direct;
}

static void add_via(struct paths_of *p, const struct rule *rule, const char *rcpt)
{
	rules_via_path(rule, p->paths[0], RULES_PATH_SIZE);
	p->count = p->paths[0][0] != '\0';
	if (ends_direct(rule->via))
		add_direct(p, rcpt);
}

void rules_default_path(const struct config *c, char *path, size_t size)
{
	*path = '\0';
	for (int i = 0; i < c->smarthost_count; i++) {
		if (c->smarthosts[i].by_default)
			add_name(path, size, c->smarthosts[i].name);
	}
}

static bool is_local_domain(const struct config *c, const char *domain)
{
	char name[256];
	const char *at = c->local_domains;
	/* A host from which no mail is to leave. */
	if (*at == '\0' &&
	    (c->local_deliver == CONFIG_LOCAL_DISCARD || c->local_deliver == CONFIG_LOCAL_REFUSE))
		return true;
	while (c->local_deliver != CONFIG_LOCAL_NO && next_name(&at, name, sizeof name)) {
		idn_name(name, sizeof name);
		if (text_equal_ci(name, domain))
			return true;
	}
	return false;
}

static bool is_local(const struct config *c, const char *rcpt)
{
	return is_local_domain(c, address_domain(rcpt));
}

static void add_local(struct paths_of *p)
{
	if (p->count < RULES_PATHS_MAX)
		snprintf(p->paths[p->count++], RULES_PATH_SIZE, "%s", RULES_LOCAL);
}

void rules_add_last_resort(const struct config *c, const char *rcpt, int64_t age_s,
    struct paths_of *p)
{
	if (p->rule == NULL && c->local_after_h > 0 && age_s >= (int64_t)c->local_after_h * 3600 &&
	    is_local(c, rcpt))
		add_local(p);
}

void rules_paths(const struct config *c, const char *sender, int64_t uid, const char *rcpt,
    struct paths_of *p)
{
	p->count = 0;
	p->rule = NULL;
	for (int i = 0; i < c->rule_count && p->rule == NULL; i++) {
		if (fits(&c->rules[i], sender, uid, rcpt))
			p->rule = &c->rules[i];
	}
	if (p->rule != NULL) {
		add_via(p, p->rule, rcpt);
		return;
	}
	if (c->local_after_h == 0 && is_local(c, rcpt)) {
		add_local(p);
		return;
	}
	rules_default_path(c, p->paths[0], RULES_PATH_SIZE);
	p->count = p->paths[0][0] != '\0';
	if (c->direct_mx)
		add_direct(p, rcpt);
}

enum stamp_received rules_received(const struct config *c, const char *sender, int64_t uid,
    char *const *rcpts, int count)
{
	enum stamp_received least = STAMP_RECEIVED_UNSAID;
	bool by_route = false;
	struct paths_of p;
	for (int i = 0; i < c->rule_count; i++)
		by_route = by_route || c->rules[i].received != STAMP_RECEIVED_UNSAID;
	for (int i = 0; by_route && i < count; i++) {
		rules_paths(c, sender, uid, rcpts[i], &p);
		enum stamp_received one = p.rule != NULL && p.rule->received != STAMP_RECEIVED_UNSAID
		                              ? p.rule->received
		                              : c->received;
		least = one > least ? one : least;
	}
	return by_route ? least : c->received;
}

bool rules_are_simple(const struct config *c)
{
	return c->rule_count == 0 && !c->direct_mx && c->local_deliver == CONFIG_LOCAL_NO;
}

static bool covers_own_name(const struct config *c, const char *domain)
{
	return strchr(domain, '.') != NULL && text_in_domain(c->name, domain);
}

bool rules_own_name(const struct config *c, const char *domain, struct text *words)
{
	bool local = is_local_domain(c, domain);
	if (!covers_own_name(c, domain))
		return false;
	if (text_equal_ci(domain, c->name))
		text_printf(words, TR("%s is this machine's own name: "), domain);
	else
		text_printf(words, TR("%s is the domain of this machine, %s: "), domain, c->name);
	if (local &&
	    (c->local_deliver == CONFIG_LOCAL_DISCARD || c->local_deliver == CONFIG_LOCAL_REFUSE))
		text_printf(words, TR("its mail does not leave, by [local] deliver"));
	else if (local && c->local_after_h == 0)
		text_printf(words, TR("[local] delivers its mail to mailboxes here"));
	else if (local)
		text_printf(words,
		    TR("its mail goes to the smarthost, and by [local] to a mailbox here when it has "
		       "waited "
		       "for %d h"),
		    c->local_after_h);
	else if (c->local_deliver != CONFIG_LOCAL_NO)
		text_printf(words, TR("its mail goes to the smarthost like any other, for [local] does not "
		                      "name that domain"));
	else
		text_printf(words,
		    TR("its mail goes to the smarthost like any other; none of it is treated as local"));
	return true;
}

bool rules_pattern_ok(const char *pattern, struct text *problem)
{
	char who[WHO_SIZE];
	const char *address = who_of(pattern, who) != NULL       ? who
	                      : text_starts_ci(pattern, "from:") ? pattern + 5
	                                                         : pattern;
	if (*address == '\0' || strcmp(address, "%") == 0)
		text_put(problem,
		    TR("a route needs a pattern: [route example.org], [route .example.org], "
		       "[route ops@example.org], [route from:example.org], [route user:www], [route *]"));
	else if (strlen(pattern) > 320 || strpbrk(address, " \t<>,;\"[]:") != NULL ||
	         (strchr(address, '*') != NULL && strcmp(address, "*") != 0))
		text_printf(problem,
		    TR("\"%.80s\" is no pattern; there are: example.org, .example.org, ops@example.org, "
		       "from:cron@example.org, from:example.org, user:www, group:ops, *"),
		    pattern);
	else if (address != who && strcmp(address, "*") != 0 && form_pattern_problem(address) != NULL)
		text_printf(problem, "\"%.80s\": %s", pattern, form_pattern_problem(address));
	return problem->length == 0;
}

static const char *next_smarthost(const void *context, int i)
{
	const struct config *c = context;
	return i < c->smarthost_count ? c->smarthosts[i].name : NULL;
}

const char *rules_nearest_smarthost(const struct config *c, const char *name)
{
	return nearest_word(name, next_smarthost, c);
}

static void put_missing(const struct config *c, const char *name, struct text *problem)
{
	const char *near = rules_nearest_smarthost(c, name);
	text_printf(problem, TR("via: there is no [smarthost %s]"), name);
	if (near != NULL)
		nearest_ask(problem, near);
	else
		text_put(problem, TR("; add it, or name another"));
}

bool rules_via_ok(const struct config *c, const struct rule *rule, struct text *problem)
{
	const char *at = rule->via;
	char name[64];
	bool ended = false;
	if (*at == '\0')
		text_printf(problem,
		    TR("[route %.100s] has no via: add \"via = NAME\" with the name of a smarthost below "
		       "it"),
		    rule->pattern);
	while (problem->length == 0 && next_name(&at, name, sizeof name)) {
		bool direct = strcmp(name, "direct") == 0;
		if (ended)
			text_put(problem,
			    TR("via: direct can only be last, because it is tried after all others"));
		ended = direct;
		if (!direct &&
		    smarthost_find(c->smarthosts, c->smarthost_count, name, strlen(name)) == NULL)
			put_missing(c, name, problem);
	}
	return problem->length == 0;
}
