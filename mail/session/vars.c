/* Variables, and a table of their names: a start file may set any number of them. */
#include "mail/session/vars.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char *canonical(const char *name)
{
	return strcmp(name, "ask") == 0 ? "asksub" : strcmp(name, "flipr") == 0 ? "Replyall" : name;
}

static void put(struct vars *v, const char *name, const char *value)
{
	name = canonical(name);
	size_t at = lookup_find(&v->known, name);
	char *copy = value != NULL ? mem_copy(value) : NULL;
	if (at != LOOKUP_NONE) {
		mem_free(&v->items[at].value);
	} else {
		v->items = mem_grow(v->items, (size_t)v->count, sizeof *v->items);
		v->items[v->count].name = mem_copy(name);
		at = lookup_add(&v->known, v->items[v->count++].name);
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
	name = canonical(name);
	size_t at = lookup_find(&v->known, name);
	if (at != LOOKUP_NONE)
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

static int by_name(const void *left, const void *right)
{
	const struct variable *const *a = left, *const *b = right;
	return strcmp((*a)->name, (*b)->name);
}

void vars_print(const struct vars *v, struct buffer *out)
{
	const struct variable **sorted = mem_alloc((size_t)v->count * sizeof *sorted);
	for (int i = 0; i < v->count; i++)
		sorted[i] = &v->items[i];
	if (v->count > 1)
		qsort(sorted, (size_t)v->count, sizeof *sorted, by_name);
	for (int i = 0; i < v->count; i++) {
		const char *name = sorted[i]->name, *value = sorted[i]->value;
		if (value != NULL && *value != '\0')
			buffer_printf(out, "%s=\"%s\"\n", name, value);
		else if (value != NULL)
			buffer_printf(out, "%s\n", name);
	}
	free(sorted);
}

void vars_free(struct vars *v)
{
	for (int i = 0; i < v->count; i++) {
		mem_free(&v->items[i].name);
		mem_free(&v->items[i].value);
	}
	mem_free(&v->items);
	lookup_free(&v->known);
	v->count = 0;
}
