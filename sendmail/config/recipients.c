/* Expanding recipients, and what addresses become. */
#include "config/recipients.h"
#include "config/idn.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>

struct expansion {
	struct recipients *out;
	const struct config *config;
	const struct envelope *envelope;
	int original;
};

static unsigned hash(const char *address)
{
	unsigned h = 2166136261u;
	for (; *address != '\0'; address++)
		h = (h ^ (unsigned char)*address) * 16777619u;
	return h;
}

static void insert_slot(struct recipients *r, int index)
{
	unsigned at = hash(r->addresses[index]);
	while (r->slots[at % (unsigned)r->slot_count] != 0)
		at++;
	r->slots[at % (unsigned)r->slot_count] = index + 1;
}

static void grow(struct recipients *r)
{
	r->slot_count = r->slot_count ? 4 * r->slot_count : 64;
	free(r->slots);
	r->slots = mem_alloc((size_t)r->slot_count * sizeof *r->slots);
	r->addresses = mem_resize(r->addresses, (size_t)r->slot_count, sizeof *r->addresses);
	r->originals = mem_resize(r->originals, (size_t)r->slot_count, sizeof *r->originals);
	for (int i = 0; i < r->count; i++)
		insert_slot(r, i);
}

int recipients_find(const struct recipients *r, const char *address)
{
	if (r->slot_count == 0)
		return -1;
	for (unsigned at = hash(address); r->slots[at % (unsigned)r->slot_count] != 0; at++) {
		int index = r->slots[at % (unsigned)r->slot_count] - 1;
		if (strcmp(r->addresses[index], address) == 0)
			return index;
	}
	return -1;
}

static void lower_domain(char *address)
{
	char *at = (char *)(uintptr_t)address_domain(address);
	for (; *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + 32);
	}
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
	if (2 * (r->count + 1) > r->slot_count)
		grow(r);
	int before = recipients_find(r, full);
	if (before >= 0) {
		/* NOTIFY=NEVER for one name must not hide a failure from another that leads to the same address. */
		if (text_equal_ci(envelope_notify(x->envelope, (size_t)r->originals[before]), "NEVER"))
			r->originals[before] = x->original;
		free(full);
		return;
	}
	r->addresses[r->count] = full;
	r->originals[r->count] = x->original;
	insert_slot(r, r->count++);
}

static void add_discarded(struct expansion *x, const char *name, const char *place)
{
	struct buffer words = {0};
	struct recipients *r = x->out;
	buffer_printf(&words, "thrown away for %s, because alias %s is /dev/null (%s)", name, name, place);
	r->discarded = mem_resize(r->discarded, (size_t)r->discarded_count + 1, sizeof *r->discarded);
	r->discarded[r->discarded_count++] = mem_copy(buffer_string(&words));
	buffer_free(&words);
}

static void add_held(struct recipients *r, int original, const char *what, const char *key, const char *why)
{
	for (int i = 0; i < r->held_count; i++) {
		if (strcmp(r->held[i].what, what) == 0)
			return;
	}
	r->held = mem_resize(r->held, (size_t)r->held_count + 1, sizeof *r->held);
	r->held[r->held_count++] = (struct recipient_held){.what = mem_copy(what), .why = mem_copy(why), .original = original, .key = key};
}

static void add_end(void *context, enum alias_end end, const char *what, const char *key, const char *why)
{
	struct expansion *x = context;
	if (end == ALIAS_ADDRESS)
		add_address(x, what);
	else if (end == ALIAS_DISCARD)
		add_discarded(x, what, why);
	else
		add_held(x->out, x->original, what, key, why);
}

void recipients_expand(struct recipients *out, const struct envelope *e, const struct aliases *aliases, const struct config *c)
{
	struct expansion x = {.out = out, .config = c, .envelope = e};
	bool with_aliases = !envelope_has_flag(e, "no-alias");
	*out = (struct recipients){0};
	for (size_t i = 0; i < e->recipient_count; i++) {
		const char *address = e->recipients[i];
		x.original = (int)i;
		if (with_aliases && aliases_expand(aliases, c->name, address, add_end, &x) > 0)
			continue;
		if (with_aliases && *address != '\\' && c->unknown[0] != '\0' && aliases_is_here(address, c->name)) {
			if (aliases_expand(aliases, c->name, c->unknown, add_end, &x) == 0)
				add_address(&x, c->unknown);
			continue;
		}
		add_address(&x, *address == '\\' ? address + 1 : address);
	}
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
	free(r->held);
	free(r->discarded);
	free(r->slots);
	*r = (struct recipients){0};
}

/* A pair of the map counts before an address for all mail: it is the more exact of the two. */
static char *sender_by(const struct config *c, const char *address, enum stamp_from policy, const char *replacement)
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
	char *sender = sender_by(c, e->sender, c->envelope_from, c->envelope_from_address), *ascii = idn_to_ascii(sender);
	free(sender);
	return ascii;
}

static char *header_address(const struct config *c, enum stamp_role role, const char *address)
{
	if (role == STAMP_FROM)
		return sender_by(c, address, c->header_from, c->header_from_address);
	if (role == STAMP_KEPT)
		return recipients_qualify(c, address);
	char *full = recipients_qualify(c, address);
	char *other = mapped(c, role == STAMP_RECIPIENT ? &c->rewrite_recipients : &c->rewrite_senders, full);
	if (other == NULL)
		return full;
	free(full);
	return other;
}

/* An address that is ASCII then needs no SMTPUTF8; one whose local part needs it is shown as people write it. */
char *recipients_header_address(const struct config *c, enum stamp_role role, const char *address)
{
	char *full = header_address(c, role, address), *ascii = idn_to_ascii(full);
	bool plain = text_is_ascii(ascii);
	free(plain ? full : ascii);
	return plain ? ascii : full;
}
