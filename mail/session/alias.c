/* Aliases. */
#include "mail/session/alias.h"
#include <string.h>
#include <strings.h>

#define DEPTH_LIMIT 20
#define NAMES_LIMIT 10000

static int place_of(const struct aliases *a, const char *name)
{
	for (int i = 0; i < a->count; i++) {
		if (strcasecmp(a->items[i].name, name) == 0)
			return i;
	}
	return -1;
}

void alias_add(struct aliases *a, const char *name, const struct string_list *members)
{
	int at = place_of(a, name);
	if (at < 0) {
		a->items = mem_resize(a->items, (size_t)a->count + 1, sizeof *a->items);
		at = a->count++;
		a->items[at] = (struct alias){.name = mem_copy(name)};
	}
	for (int i = 0; i < members->count; i++)
		string_list_add(&a->items[at].members, members->items[i]);
}

void alias_remove(struct aliases *a, const char *name)
{
	int at = place_of(a, name);
	if (at < 0)
		return;
	mem_free(&a->items[at].name);
	string_list_free(&a->items[at].members);
	memmove(a->items + at, a->items + at + 1, (size_t)(--a->count - at) * sizeof *a->items);
}

static const struct alias *find(const struct aliases *a, const char *name)
{
	int at = place_of(a, name);
	return at < 0 ? NULL : &a->items[at];
}

static bool is_there(const struct string_list *out, const char *item)
{
	char *address = string_list_address(item);
	bool there = false;
	for (int i = 0; i < out->count && !there; i++) {
		char *other = string_list_address(out->items[i]);
		there = strcasecmp(other, address) == 0;
		mem_free(&other);
	}
	mem_free(&address);
	return there;
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
    const char *self, struct string_list *out)
{
	for (int i = 0; i < list->count && out->count < NAMES_LIMIT; i++) {
		const char *item = list->items[i];
		const struct alias *found = item[0] == '\\' ? NULL : find(a, item);
		struct inside inner = {found, in, in != NULL ? in->depth + 1 : 1};
		bool own = in != NULL && found == in->alias;
		if (item[0] == '\\')
			item++;
		if (found != NULL && !own && !is_inside(in, found) && inner.depth < DEPTH_LIMIT)
			expand(a, &found->members, &inner, self, out);
		else if ((found == NULL || own) &&
		         !(in != NULL && self != NULL && strcasecmp(item, self) == 0) &&
		         !is_there(out, item))
			string_list_add(out, item);
	}
}

void alias_expand(const struct aliases *a, const struct string_list *list, const char *self,
    struct string_list *out)
{
	expand(a, list, NULL, self, out);
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
	while (a->count > 0)
		alias_remove(a, a->items[0].name);
	mem_free(&a->items);
}
