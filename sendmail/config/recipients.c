/* Expanding recipients. */
#include "config/recipients.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>

struct expansion {
	struct recipients *out;
	const struct config *config;
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
	for (int i = 0; i < r->count; i++)
		insert_slot(r, i);
}

static bool is_there(const struct recipients *r, const char *address)
{
	for (unsigned at = hash(address); r->slots[at % (unsigned)r->slot_count] != 0; at++) {
		if (strcmp(r->addresses[r->slots[at % (unsigned)r->slot_count] - 1], address) == 0)
			return true;
	}
	return false;
}

static void lower_domain(char *address)
{
	char *at = strrchr(address, '@');
	for (; at != NULL && *at != '\0'; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + 32);
	}
}

static void add(void *context, const char *address)
{
	struct expansion *x = context;
	struct recipients *r = x->out;
	char *full = address_qualify(address, x->config->domain);
	lower_domain(full);
	if (2 * (r->count + 1) > r->slot_count)
		grow(r);
	if (is_there(r, full)) {
		free(full);
		return;
	}
	r->addresses[r->count] = full;
	insert_slot(r, r->count++);
}

void recipients_expand(struct recipients *out, const struct envelope *e, const struct aliases *aliases, const struct config *c)
{
	struct expansion x = {.out = out, .config = c};
	bool with_aliases = !envelope_has_flag(e, "no-alias");
	*out = (struct recipients){0};
	for (size_t i = 0; i < e->recipient_count; i++) {
		const char *address = e->recipients[i];
		bool local = *address_domain(address) == '\0';
		if (local && with_aliases && aliases_expand(aliases, address, add, &x) > 0)
			continue;
		add(&x, local && *address == '\\' ? address + 1 : address);
	}
}

void recipients_free(struct recipients *r)
{
	for (int i = 0; i < r->count; i++)
		free(r->addresses[i]);
	free(r->addresses);
	free(r->slots);
	*r = (struct recipients){0};
}

char *recipients_sender(const struct envelope *e, const struct config *c)
{
	if (e->sender[0] == '\0' || c->envelope_from == STAMP_FROM_KEEP)
		return mem_copy(e->sender);
	if (c->envelope_from == STAMP_FROM_REPLACE)
		return mem_copy(c->envelope_from_address);
	return address_qualify(e->sender, c->domain);
}
