/* Aliases. */
#include "mail/session/alias.h"
#include <string.h>
#include <strings.h>

#define DEPTH_LIMIT 20
#define NAMES_LIMIT 10000

static size_t place_of(const struct aliases *a, const char *name)
{
	char *small = string_list_small(name);
	size_t at = lookup_find(&a->known, small);
	mem_free(&small);
	return at;
}

void alias_add(struct aliases *a, const char *name, const struct string_list *members)
{
	size_t at = place_of(a, name);
	if (at == LOOKUP_NONE) {
		a->items = mem_grow(a->items, (size_t)a->count, sizeof *a->items);
		struct alias *fresh = &a->items[a->count++];
		*fresh = (struct alias){.name = mem_copy(name), .small = string_list_small(name)};
		at = lookup_add(&a->known, fresh->small);
	}
	for (int i = 0; i < members->count; i++)
		string_list_add(&a->items[at].members, members->items[i]);
}

static void free_alias(struct alias *alias)
{
	mem_free(&alias->name);
	mem_free(&alias->small);
	string_list_free(&alias->members);
}

void alias_remove(struct aliases *a, const char *name)
{
	size_t at = place_of(a, name);
	if (at == LOOKUP_NONE)
		return;
	free_alias(&a->items[at]);
	memmove(a->items + at, a->items + at + 1, ((size_t)--a->count - at) * sizeof *a->items);
	lookup_free(&a->known);
	for (int i = 0; i < a->count; i++)
		lookup_add(&a->known, a->items[i].small);
}

static const struct alias *find(const struct aliases *a, const char *name)
{
	size_t at = a->count > 0 ? place_of(a, name) : LOOKUP_NONE;
	return at == LOOKUP_NONE ? NULL : &a->items[at];
}

/* What is there already, as addresses in small letters.  A stranger's letter that is answered may
   name thousands. */
struct there {
	struct string_list addresses;
	struct lookup known;
};

static bool is_new(struct there *t, const char *item)
{
	char *address = string_list_address(item), *small = string_list_small(address);
	bool fresh = lookup_find(&t->known, small) == LOOKUP_NONE;
	if (fresh) {
		string_list_add(&t->addresses, small);
		lookup_add(&t->known, t->addresses.items[t->addresses.count - 1]);
	}
	mem_free(&address);
	mem_free(&small);
	return fresh;
}

/* The aliases that are being expanded, the innermost first. */
struct inside {
	const struct alias *alias;
	const struct inside *outer;
	int depth;
};

static bool is_inside(const struct inside *in, const struct alias *alias)
{
	for (; in != NULL; in = in->outer) {
		if (in->alias == alias)
			return true;
	}
	return false;
}

/* An alias that contains itself means the address of that name; one that leads back to itself
 * through others brings nothing new. */
static void expand(const struct aliases *a, const struct string_list *list, const struct inside *in,
    const char *self, struct there *there, struct string_list *out)
{
	for (int i = 0; i < list->count && out->count < NAMES_LIMIT; i++) {
		const char *item = list->items[i];
		const struct alias *found = item[0] == '\\' ? NULL : find(a, item);
		struct inside inner = {found, in, in != NULL ? in->depth + 1 : 1};
		bool own = in != NULL && found == in->alias;
		if (item[0] == '\\')
			item++;
		if (found != NULL && !own && !is_inside(in, found) && inner.depth < DEPTH_LIMIT)
			expand(a, &found->members, &inner, self, there, out);
		else if ((found == NULL || own) &&
		         !(in != NULL && self != NULL && strcasecmp(item, self) == 0) &&
		         is_new(there, item))
			string_list_add(out, item);
	}
}

void alias_expand(const struct aliases *a, const struct string_list *list, const char *self,
    struct string_list *out)
{
	struct there there = {0};
	for (int i = 0; i < out->count; i++)
		is_new(&there, out->items[i]);
	expand(a, list, NULL, self, &there, out);
	lookup_free(&there.known);
	string_list_free(&there.addresses);
}

void alias_print(const struct aliases *a, const char *only, struct buffer *out)
{
	for (int i = 0; i < a->count; i++) {
		if (only != NULL && strcasecmp(only, a->items[i].name) != 0)
			continue;
		buffer_printf(out, "%s", a->items[i].name);
		for (int k = 0; k < a->items[i].members.count; k++)
			buffer_printf(out, " %s", a->items[i].members.items[k]);
		buffer_puts(out, "\n");
	}
}

void alias_free(struct aliases *a)
{
	for (int i = 0; i < a->count; i++)
		free_alias(&a->items[i]);
	mem_free(&a->items);
	lookup_free(&a->known);
	a->count = 0;
}
