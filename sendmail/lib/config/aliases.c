/* The table of aliases: finding, expanding, reporting loops.  Reading is alias_file.c's. */
#include "config/aliases.h"
#include "base/language.h"
#include "base/fdio.h"
#include "base/text.h"
#include "config/alias_table.h"
#include "config/idn.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 20

void alias_put_place(const struct aliases *set, int source, int line, struct buffer *out)
{
	buffer_printf(out, "%s:%d", set->sources[source].path, line);
}

void alias_add_problem(struct aliases *set, char *sentence)
{
	set->problems = mem_grow(set->problems, set->problem_count, sizeof *set->problems);
	set->problems[set->problem_count++] = sentence;
}

void aliases_free(struct aliases *set)
{
	if (set == NULL)
		return;
	for (int i = 0; i < set->count; i++)
		free(set->rows[i].items);
	for (int i = 0; i < set->source_count; i++)
		free(set->sources[i].path);
	for (int i = 0; i < set->problem_count; i++)
		free(set->problems[i]);
	free(set->rows);
	free(set->sources);
	free(set->problems);
	lookup_free(&set->known);
	arena_free(&set->strings);
	free(set);
}

int aliases_count(const struct aliases *set)
{
	return set != NULL ? set->count : 0;
}

int aliases_problem_count(const struct aliases *set)
{
	return set != NULL ? set->problem_count : 0;
}

const char *aliases_problem(const struct aliases *set, int i)
{
	return set->problems[i];
}

bool aliases_changed(struct aliases *set, bool lists)
{
	bool changed = false;
	for (int i = 0; set != NULL && i < set->source_count; i++) {
		if (set->sources[i].included == lists)
			changed = fdio_changed(set->sources[i].path, &set->sources[i].as_read) || changed;
	}
	return changed;
}

bool aliases_is_here(const char *address, const char *host)
{
	const char *domain = address_domain(address);
	size_t length = strlen(domain);
	return length == 0 || text_equal_ci(domain, "localhost") ||
	       text_equal_ci(domain, "localhost.localdomain") || text_equal_ci(domain, host) ||
	       (length == strcspn(host, ".") && strncasecmp(domain, host, length) == 0);
}

/* As text_lower leaves it. */
static bool is_lower(const char *name)
{
	while (*name != '\0' && (*name < 'A' || *name > 'Z'))
		name++;
	return *name == '\0';
}

void alias_make_known(struct aliases *set, int place)
{
	char *name = set->rows[place].name;
	if (!is_lower(name)) {
		name = arena_copy(&set->strings, name);
		text_lower(name);
	}
	lookup_add(&set->known, name);
}

struct alias *alias_find(const struct aliases *set, const char *name)
{
	char few[ADDRESS_LIMIT_BYTES + 1], *small = few;
	size_t length = strlen(name);
	if (length < sizeof few)
		memcpy(few, name, length + 1);
	else
		small = mem_copy(name);
	text_lower(small);
	size_t at = lookup_find(&set->known, small);
	if (small != few)
		free(small);
	return at != LOOKUP_NONE ? &set->rows[at] : NULL;
}

bool aliases_has_name(const struct aliases *set, const char *name)
{
	return set != NULL && alias_find(set, name) != NULL;
}

/* "name+*": for all that begins so, as in sendmail. */
static struct alias *find_detail(const struct aliases *set, const char *local)
{
	size_t length = strcspn(local, "+");
	if (local[length] == '\0')
		return NULL;
	struct buffer name = {0};
	buffer_add(&name, local, length);
	buffer_puts(&name, "+*");
	struct alias *row = alias_find(set, buffer_string(&name));
	buffer_free(&name);
	return row;
}

/* For names of this machine that have no alias: "*" of dma, "default" of msmtp. */
static struct alias *find_rest(const struct aliases *set, const char *host, const char *address)
{
	if (!aliases_is_here(address, host))
		return NULL;
	struct alias *row = alias_find(set, "*");
	return row != NULL ? row : alias_find(set, "default");
}

/* A name of this machine: alone, as "alice+*", or in the table with the machine's name. */
static struct alias *find_local(const struct aliases *set, const char *host, const char *local)
{
	struct alias *row = alias_find(set, local);
	if (row == NULL)
		row = find_detail(set, local);
	if (row != NULL)
		return row;
	struct buffer whole = {0};
	buffer_printf(&whole, "%s@%s", local, host);
	row = alias_find(set, buffer_string(&whole));
	buffer_free(&whole);
	return row;
}

/* What "joe doe" says, quotes and backslashes taken off, as the table has names. */
static char *plain_local(const char *local, size_t length)
{
	if (length < 2 || local[0] != '"' || local[length - 1] != '"')
		return mem_copy_n(local, length);
	char *plain = mem_copy_n(local + 1, length - 2), *to = plain;
	for (const char *from = plain; *from != '\0'; from++) {
		from += *from == '\\' && from[1] != '\0';
		*to++ = *from;
	}
	*to = '\0';
	return plain;
}

/* The full address first, then the name if it can only be one of this machine, then all of its
 * domain. */
static struct alias *find_ascii(const struct aliases *set, const char *host, const char *address)
{
	const char *domain = address_domain(address);
	struct alias *row = alias_find(set, address);
	if (row == NULL && aliases_is_here(address, host)) {
		size_t length = *domain != '\0' ? (size_t)(domain - address) - 1 : strlen(address);
		char *local = plain_local(address, length);
		row = find_local(set, host, local);
		free(local);
	}
	return row == NULL && *domain != '\0' ? alias_find(set, domain - 1) : row;
}

static struct alias *find_row(const struct aliases *set, const char *host, const char *address)
{
	char *ascii = idn_to_ascii(address);
	struct alias *row = find_ascii(set, host, ascii);
	free(ascii);
	return row;
}

struct expansion {
	const struct aliases *set;
	const char *host;
	alias_found *found;
	void *context;
	struct alias *path[DEPTH_MAX]; /* being expanded */
	unsigned char *used;           /* rows that were expanded already: their ends are known */
	unsigned char by;              /* what is noted there */
	int depth, count;
};

static int place_in_path(const struct expansion *x, const struct alias *row)
{
	for (int i = 0; i < x->depth; i++) {
		if (x->path[i] == row)
			return i;
	}
	return -1;
}

/* "a (FILE:1) -> b (FILE:2) -> a" */
static char *loop_sentence(const struct expansion *x, int from)
{
	struct buffer words = {0};
	const struct alias *first = x->path[from];
	alias_put_place(x->set, first->source, first->line, &words);
	buffer_puts(&words, TR(": these aliases lead back to each other and to no mailbox: "));
	for (int i = from; i < x->depth; i++) {
		buffer_printf(&words, "%s (", x->path[i]->name);
		alias_put_place(x->set, x->path[i]->source, x->path[i]->line, &words);
		buffer_puts(&words, ") -> ");
	}
	buffer_printf(&words, TR("%s; let one of them name a mailbox; mail that comes there waits"),
	    first->name);
	char *sentence = mem_copy(buffer_string(&words));
	buffer_free(&words);
	return sentence;
}

static void end_at(struct expansion *x, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	x->found(x->context, end, what, key, why);
	x->count++;
}

static void expand(struct expansion *x, const char *address);

static void expand_item(struct expansion *x, const struct alias *row, const struct alias_item *item)
{
	if (item->end == ALIAS_ADDRESS && *item->text == '\\') {
		end_at(x, ALIAS_ADDRESS, item->text + 1, REASON_NONE, "");
	} else if (item->end == ALIAS_ADDRESS) {
		expand(x, item->text);
	} else if (item->end == ALIAS_DISCARD) {
		struct buffer place = {0};
		alias_put_place(x->set, item->source, item->line, &place);
		end_at(x, ALIAS_DISCARD, row->name, REASON_NONE, buffer_string(&place));
		buffer_free(&place);
	} else {
		end_at(x, ALIAS_HELD, item->text, item->key, item->why);
	}
}

static void expand(struct expansion *x, const char *address)
{
	struct alias *row = find_row(x->set, x->host, address);
	if (row == NULL && x->depth == 0)
		row = find_rest(x->set, x->host, address);
	int at = row != NULL ? place_in_path(x, row) : -1;
	if (row == NULL || (at >= 0 && at == x->depth - 1)) {
		/* A name that means itself stops there, as in sendmail. */
		if (x->depth > 0)
			end_at(x, ALIAS_ADDRESS, address, REASON_NONE, "");
		return;
	}
	if (at >= 0) {
		char *why = loop_sentence(x, at);
		end_at(x, ALIAS_HELD, row->name, REASON_ALIASES_LOOP, why);
		free(why);
		for (int i = at; i < x->depth; i++)
			x->path[i]->in_loop = true;
		return;
	}
	if (x->depth == DEPTH_MAX) {
		end_at(x, ALIAS_HELD, row->name, REASON_ALIASES_LOOP,
		    TR("more than 20 aliases lead from one to the next: name the address itself; mail that "
		       "comes there waits"));
		return;
	}
	unsigned char *used = &x->used[row - x->set->rows];
	if (*used >= x->by) {
		x->count++;
		return;
	}
	*used = x->by;
	x->path[x->depth++] = row;
	for (int i = 0; i < row->count; i++)
		expand_item(x, row, &row->items[i]);
	x->depth--;
}

int aliases_expand_once(const struct aliases *set, const char *host, const char *address,
    struct aliases_used *used, unsigned char by, alias_found *found, void *context)
{
	struct expansion x = {.set = set, .host = host, .found = found, .context = context, .by = by};
	if (set == NULL || set->count == 0 || *address == '\\')
		return 0;
	if (used->rows == NULL)
		used->rows = mem_alloc((size_t)set->count);
	x.used = used->rows;
	expand(&x, address);
	return x.count;
}

int aliases_expand(const struct aliases *set, const char *host, const char *address,
    alias_found *found, void *context)
{
	struct aliases_used used = {0};
	int count = aliases_expand_once(set, host, address, &used, 1, found, context);
	free(used.rows);
	return count;
}

bool aliases_has(const struct aliases *set, const char *host, const char *address)
{
	return set != NULL && set->count > 0 && *address != '\\' &&
	       find_row(set, host, address) != NULL;
}

static void note_loop(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	struct aliases *set = context;
	if (end == ALIAS_HELD && key == REASON_ALIASES_LOOP && !alias_find(set, what)->in_loop)
		alias_add_problem(set, mem_copy(why));
}

void alias_find_loops(struct aliases *set)
{
	struct aliases_used used = {0};
	for (int i = 0; i < set->count; i++) {
		if (!set->rows[i].in_loop)
			aliases_expand_once(set, "localhost", set->rows[i].name, &used, 1, note_loop, set);
	}
	free(used.rows);
}

static void put_item(const struct alias_item *item, struct buffer *out)
{
	bool quoted =
	    item->end == ALIAS_HELD && strpbrk(item->text, " ,") != NULL && *item->text != '"';
	buffer_printf(out, quoted ? "\"%s\"" : "%s",
	    item->end == ALIAS_DISCARD ? "/dev/null" : item->text);
}

static int by_name(const void *left, const void *right)
{
	const struct alias *const *a = left, *const *b = right;
	return strcasecmp((*a)->name, (*b)->name);
}

void aliases_dump(const struct aliases *set, struct buffer *out)
{
	int count = aliases_count(set);
	const struct alias **rows = mem_alloc((size_t)count * sizeof *rows);
	for (int i = 0; i < count; i++)
		rows[i] = &set->rows[i];
	if (count > 1)
		qsort(rows, (size_t)count, sizeof *rows, by_name);
	for (int i = 0; i < count; i++) {
		const struct alias *row = rows[i];
		bool quoted = strpbrk(row->name, " ,:#\t") != NULL && *row->name != '"';
		buffer_printf(out, quoted ? "\"%s\": " : "%s: ", row->name);
		for (int k = 0; k < row->count; k++) {
			buffer_puts(out, k > 0 ? ", " : "");
			put_item(&row->items[k], out);
		}
		buffer_puts(out, "\n");
	}
	free(rows);
}
