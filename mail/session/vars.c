/* Variables, in a sorted array. */
#include "mail/session/vars.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char *canonical(const char *name)
{
	return strcmp(name, "ask") == 0 ? "asksub" : strcmp(name, "flipr") == 0 ? "Replyall" : name;
}

/* Place of a name, or the place where it belongs. */
static int place_of(const struct vars *v, const char *name, bool *found)
{
	int low = 0, high = v->count;
	*found = false;
	while (low < high && !*found) {
		int middle = (low + high) / 2, order = strcmp(v->items[middle].name, name);
		*found = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static void put(struct vars *v, const char *name, const char *value)
{
	bool found;
	name = canonical(name);
	int at = place_of(v, name, &found);
	char *copy = value != NULL ? mem_copy(value) : NULL;
	if (found) {
		mem_free(&v->items[at].value);
	} else {
		v->items = mem_resize(v->items, (size_t)v->count + 1, sizeof *v->items);
		memmove(v->items + at + 1, v->items + at, (size_t)(v->count - at) * sizeof *v->items);
		v->items[at].name = mem_copy(name);
		v->count++;
	}
	v->items[at].value = copy;
}

void vars_defaults(struct vars *v)
{
	static const char *const defaults[] = {"append", "asksub", "dot", "header", "save", "crt",
	    "escape=~", "indentprefix=\t", "prompt=& ", "toplines=5"};
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		vars_assign(v, defaults[i]);
}

void vars_set(struct vars *v, const char *name, const char *value)
{
	put(v, name, value);
}

void vars_unset(struct vars *v, const char *name)
{
	put(v, name, NULL);
}

bool vars_assign(struct vars *v, const char *assignment)
{
	size_t n = strcspn(assignment, "=");
	char *name = mem_copy_n(assignment, n);
	bool good = n > 0;
	if (good && assignment[n] == '=')
		vars_set(v, name, assignment + n + 1);
	else if (good && text_starts(name, "no") && name[2] != '\0')
		vars_unset(v, name + 2);
	else if (good)
		vars_set(v, name, "");
	mem_free(&name);
	return good;
}

const char *vars_get(const struct vars *v, const char *name)
{
	bool found;
	name = canonical(name);
	int at = place_of(v, name, &found);
	if (found)
		return v->items[at].value;
	return name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'A' && name[1] <= 'Z' ? getenv(name)
	                                                                            : NULL;
}

bool vars_on(const struct vars *v, const char *name)
{
	return vars_get(v, name) != NULL;
}

long long vars_number(const struct vars *v, const char *name, long long fallback)
{
	const char *value = vars_get(v, name);
	long long number;
	return value != NULL && text_number(value, 0, 1000000, &number) ? number : fallback;
}

void vars_print(const struct vars *v, struct buffer *out)
{
	for (int i = 0; i < v->count; i++) {
		const char *value = v->items[i].value;
		if (value != NULL && *value != '\0')
			buffer_printf(out, "%s=\"%s\"\n", v->items[i].name, value);
		else if (value != NULL)
			buffer_printf(out, "%s\n", v->items[i].name);
	}
}

void vars_free(struct vars *v)
{
	for (int i = 0; i < v->count; i++) {
		mem_free(&v->items[i].name);
		mem_free(&v->items[i].value);
	}
	mem_free(&v->items);
	v->count = 0;
}
