/* Expanding recipients, and what addresses become. */
#include "config/recipients.h"
#include "base/language.h"
#include "config/idn.h"
#include "config/rules.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>

struct expansion {
	struct recipients *out;
	const struct config *config;
	const struct envelope *envelope;
	const struct aliases *aliases;
	struct aliases_used used;
	const char *given; /* the one that is expanded */
	int original, max;
	bool full; /* an alias led to more than may be */
};

int recipients_find(const struct recipients *r, const char *address)
{
	size_t at = lookup_find(&r->known, address);
	return at != LOOKUP_NONE ? (int)at : -1;
}

static void lower_domain(char *address)
{
	text_lower((char *)(uintptr_t)address_domain(address));
}

char *recipients_qualify(const struct config *c, const char *address)
{
	const char *domain = address_domain(address);
	if (*domain == '\0' || !aliases_is_here(address, c->name) || text_equal_ci(domain, c->name))
		return address_qualify(address, c->domain);
	/* root@localhost, root@mon1: nobody else knows these names. */
	char *local = mem_copy_n(address, (size_t)(domain - address) - 1);
	char *full = address_qualify(local, c->domain);
	free(local);
	return full;
}

static char *mapped(const struct config *c, const struct rewrite *map, const char *address)
{
	const struct rewrite_pair *pair = rewrite_find(map, address, c->name, c->domain);
	return pair != NULL ? rewrite_apply(pair, address, c->domain) : NULL;
}

static bool wants_none(const struct expansion *x, int original)
{
	return original < 0 || text_equal_ci(envelope_notify(x->envelope, (size_t)original), "NEVER");
}

static void add_address(struct expansion *x, const char *address)
{
	struct recipients *r = x->out;
	char *full = recipients_qualify(x->config, address);
	char *other = mapped(x->config, &x->config->rewrite_recipients, full);
	if (other != NULL) {
		free(full);
		full = other;
	}
	char *ascii = idn_to_ascii(full);
	free(full);
	full = ascii;
	lower_domain(full);
	int before = recipients_find(r, full);
	if (before < 0 && r->count < x->max) {
		r->addresses = mem_grow(r->addresses, r->count, sizeof *r->addresses);
		r->originals = mem_grow(r->originals, r->count, sizeof *r->originals);
		r->addresses[r->count] = full;
		r->originals[r->count++] = x->original;
		lookup_add(&r->known, full);
		return;
	}
	/* NOTIFY=NEVER for one name must not hide a failure from another that leads to the same
	 * address. */
	if (before >= 0 && x->original >= 0 && wants_none(x, r->originals[before]))
		r->originals[before] = x->original;
	x->full = x->full || before < 0;
	free(full);
}

static void add_discarded(struct expansion *x, const char *name, const char *place)
{
	struct buffer words = {0};
	struct recipients *r = x->out;
	buffer_printf(&words, TR("thrown away for %s, because alias %s is /dev/null (%s)"), name, name,
	    place);
	r->discarded = mem_grow(r->discarded, r->discarded_count, sizeof *r->discarded);
	r->discarded[r->discarded_count++] = mem_copy(buffer_string(&words));
	buffer_free(&words);
}

static void add_held(struct recipients *r, int original, const char *what, enum reason_key key,
    const char *why)
{
	if (lookup_find(&r->known_held, what) != LOOKUP_NONE)
		return;
	r->held = mem_grow(r->held, r->held_count, sizeof *r->held);
	r->held[r->held_count] = (struct recipient_held){.what = mem_copy(what),
	    .why = mem_copy(why),
	    .original = original,
	    .key = key};
	lookup_add(&r->known_held, r->held[r->held_count++].what);
}

static void add_end(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	struct expansion *x = context;
	if (x->full)
		return;
	if (end == ALIAS_ADDRESS)
		add_address(x, what);
	else if (end == ALIAS_DISCARD)
		add_discarded(x, what, why);
	else
		add_held(x->out, x->original, what, key, why);
}

static void hold_for_size(struct expansion *x)
{
	struct buffer why = {0};
	const char *what = x->given;
	buffer_printf(&why,
	    TR("with what %.100s leads to this message has more than %d recipients, as many as it may "
	       "have ([queue] max_recipients)"),
	    what, x->max);
	add_held(x->out, x->original, what, REASON_ALIASES_TOO_MANY, buffer_string(&why));
	buffer_free(&why);
}

/* By the aliases; false when there is none.  One that leads too far is held up as a whole; what it
   led to may be known as used, so each one that comes after it is held up, too, and none of them
   costs a walk. */
static bool expand_alias(struct expansion *x, const char *address)
{
	const struct aliases *aliases = x->aliases;
	struct recipients *r = x->out;
	int before = r->count;
	if (x->full && aliases_has(aliases, x->config->name, address)) {
		hold_for_size(x);
		return true;
	}
	int ends = x->full ? 0
	                   : aliases_expand_once(aliases, x->config->name, address, &x->used,
	                         wants_none(x, x->original) ? 1 : 2, add_end, x);
	if (ends > 0 && x->original >= 0)
		r->ends[x->original] = ends;
	if (!x->full)
		return ends > 0;
	if (ends == 0)
		return false;
	lookup_drop(&r->known, (size_t)(r->count - before));
	while (r->count > before)
		free(r->addresses[--r->count]);
	hold_for_size(x);
	return true;
}

static void add_plain(struct expansion *x, const char *address)
{
	bool was_full = x->full;
	x->full = false;
	add_address(x, address);
	if (x->full)
		hold_for_size(x);
	x->full = x->full || was_full;
}

static void add_archive(struct expansion *x, const char *address)
{
	x->given = address;
	x->original = RECIPIENTS_ARCHIVE;
	if (!expand_alias(x, address))
		add_plain(x, address);
}

/* Each recipient by its own route; what is already among them gets no second copy. */
static void add_archives(struct expansion *x)
{
	struct recipients *r = x->out;
	const struct config *c = x->config;
	bool by_queue = r->count == 0, any = c->always_bcc[0] != '\0';
	for (int i = 0; i < c->rule_count; i++)
		any = any || c->rules[i].always_bcc[0] != '\0';
	if (!any || envelope_has_flag(x->envelope, "bounce"))
		return;
	char *sender = recipients_sender(x->envelope, c);
	for (int i = 0, count = r->count; i < count; i++) {
		struct paths_of p;
		rules_paths(c, sender, x->envelope->uid, r->addresses[i], &p);
		if (p.rule != NULL && p.rule->always_bcc[0] != '\0')
			add_archive(x, p.rule->always_bcc);
		else
			by_queue = true;
	}
	if (by_queue && c->always_bcc[0] != '\0')
		add_archive(x, c->always_bcc);
	free(sender);
}

/* All of them, while it is not known which rules are theirs. */
static bool hold_unsure(struct expansion *x)
{
	struct recipients *r = x->out;
	TEXT(why, 600);
	if (!rules_unsure(x->config, x->envelope->uid, &why))
		return false;
	for (int i = 0; i < r->count; i++) {
		add_held(r, r->originals[i], r->addresses[i], REASON_ROUTE_UNSURE, why.data);
		free(r->addresses[i]);
	}
	lookup_drop(&r->known, (size_t)r->count);
	r->count = 0;
	return true;
}

void recipients_expand(struct recipients *out, const struct envelope *e,
    const struct aliases *aliases, const struct config *c)
{
	struct expansion x = {.out = out,
	    .config = c,
	    .envelope = e,
	    .aliases = aliases,
	    .max = c->max_recipients > 0 ? c->max_recipients : ENVELOPE_RCPTS_MAX};
	bool with_aliases = !envelope_has_flag(e, "no-alias");
	*out = (struct recipients){.ends = mem_alloc((e->recipient_count + 1) * sizeof *out->ends)};
	for (size_t i = 0; i < e->recipient_count; i++) {
		const char *address = e->recipients[i];
		out->ends[i] = 1;
		x.original = (int)i;
		x.given = address;
		if (with_aliases && expand_alias(&x, address))
			continue;
		if (with_aliases && *address != '\\' && c->unknown[0] != '\0' &&
		    aliases_is_here(address, c->name)) {
			if (!expand_alias(&x, c->unknown))
				add_plain(&x, c->unknown);
			continue;
		}
		add_plain(&x, *address == '\\' ? address + 1 : address);
	}
	if (!hold_unsure(&x))
		add_archives(&x);
	free(x.used.rows);
}

void recipients_free(struct recipients *r)
{
	for (int i = 0; i < r->count; i++)
		free(r->addresses[i]);
	for (int i = 0; i < r->held_count; i++) {
		free(r->held[i].what);
		free(r->held[i].why);
	}
	for (int i = 0; i < r->discarded_count; i++)
		free(r->discarded[i]);
	free(r->addresses);
	free(r->originals);
	free(r->ends);
	free(r->held);
	free(r->discarded);
	lookup_free(&r->known);
	lookup_free(&r->known_held);
	*r = (struct recipients){0};
}

/* A pair of the map counts before an address for all mail: it is the more exact of the two. */
static char *sender_by(const struct config *c, const char *address, enum stamp_from policy,
    const char *replacement)
{
	char *full = policy == STAMP_FROM_KEEP ? mem_copy(address) : recipients_qualify(c, address);
	char *other = mapped(c, &c->rewrite_senders, full);
	if (other == NULL && policy == STAMP_FROM_REPLACE)
		other = mem_copy(replacement);
	if (other == NULL)
		return full;
	free(full);
	return other;
}

char *recipients_sender(const struct envelope *e, const struct config *c)
{
	if (e->sender[0] == '\0')
		return mem_copy("");
	char *sender = sender_by(c, e->sender, c->envelope_from, c->envelope_from_address),
	     *ascii = idn_to_ascii(sender);
	free(sender);
	return ascii;
}

char *recipients_login(const struct envelope *e, const struct config *c)
{
	struct envelope by_login = *e;
	by_login.sender = e->login;
	return recipients_sender(&by_login, c);
}

char *recipients_reported_by(const struct envelope *e, const struct config *c)
{
	const char *at =
	    text_starts(e->flags, RECIPIENTS_BY) ? e->flags : strstr(e->flags, " " RECIPIENTS_BY);
	if (at == NULL)
		return mem_copy("");
	at = strchr(at, '=') + 1;
	char *login = mem_copy_n(at, strcspn(at, " "));
	struct envelope by_login = {.login = login};
	char *address = recipients_login(&by_login, c);
	free(login);
	return address;
}

static char *header_address(const struct config *c, enum stamp_role role, const char *address)
{
	if (role == STAMP_FROM)
		return sender_by(c, address, c->header_from, c->header_from_address);
	if (role == STAMP_KEPT)
		return recipients_qualify(c, address);
	char *full = recipients_qualify(c, address);
	char *other =
	    mapped(c, role == STAMP_RECIPIENT ? &c->rewrite_recipients : &c->rewrite_senders, full);
	if (other == NULL)
		return full;
	free(full);
	return other;
}

/* An address that is ASCII then needs no SMTPUTF8; one whose local part needs it is shown as people
 * write it. */
char *recipients_header_address(const struct config *c, enum stamp_role role, const char *address)
{
	char *full = header_address(c, role, address), *ascii = idn_to_ascii(full);
	bool plain = text_is_ascii(ascii);
	free(plain ? full : ascii);
	return plain ? ascii : full;
}
