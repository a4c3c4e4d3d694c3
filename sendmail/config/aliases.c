/* The aliases file: one linear read, a sorted table, expansion with a bound. */
#include "config/aliases.h"
#include "base/fdio.h"
#include "base/text.h"
#include "message/address.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FILE_LIMIT_BYTES (16u << 20)
#define DEPTH_MAX 20

struct alias {
	char *name;
	char *list;   /* the right side, on one line */
	int line;
};

struct aliases {
	struct alias *rows;
	int count;
};

struct reading {
	struct aliases *set;
	const char *path;
	struct diagnosis *d;
};

static bool fail(struct reading *r, int line, const char *key, const char *what)
{
	diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, key, "%s:%d: %s", r->path, line, what);
	return false;
}

/* Keeps what is wrong with the first address that cannot be used. */
static void check_address(void *context, const char *address)
{
	const char **wrong = context;
	if (*wrong == NULL)
		*wrong = address_problem(*address == '\\' ? address + 1 : address);
}

/* Programs, files and lists of files: what local delivery does, and we deliver nothing locally. */
static bool check_list(struct reading *r, const char *list, int line)
{
	char problem[160];
	TEXT(words, 300);
	for (const char *at = list; *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
		const char *item = at + strspn(at, " \t\"");
		if (*item == '|')
			return fail(r, line, "aliases-program", "a pipe to a program is not possible here: mail is only relayed; name an address");
		if (*item == '/')
			return fail(r, line, "aliases-file", "a file as destination is not possible here: mail is only relayed; name an address");
		if (text_starts_ci(item, ":include:"))
			return fail(r, line, "aliases-include", ":include: is not read; write the addresses into this file");
	}
	const char *wrong = NULL;
	int count = address_list(list, check_address, &wrong, problem, sizeof problem);
	if (count > 0 && wrong == NULL)
		return true;
	text_printf(&words, "the addresses cannot be read: %s", wrong != NULL ? wrong : count < 0 ? problem : "there is none behind the ':'");
	return fail(r, line, "aliases-syntax", words.data);
}

static bool take_entry(struct reading *r, char *entry, int line)
{
	char *colon = strchr(entry, ':');
	if (colon == NULL)
		return fail(r, line, "aliases-syntax", "the line has no ':'; it is written as name: address");
	*colon = '\0';
	char *name = text_trim(entry);
	size_t length = strlen(name);
	if (length > 1 && name[0] == '"' && name[length - 1] == '"') {
		name[length - 1] = '\0';
		name++;
	}
	if (*name == '\0')
		return fail(r, line, "aliases-syntax", "nothing stands before the ':'");
	char *list = text_trim(colon + 1);
	if (!check_list(r, list, line))
		return false;
	struct aliases *set = r->set;
	if ((set->count & (set->count - 1)) == 0)
		set->rows = mem_resize(set->rows, set->count ? 2 * (size_t)set->count : 1, sizeof *set->rows);
	set->rows[set->count++] = (struct alias){mem_copy(name), mem_copy(list), line};
	return true;
}

/* Joins continuation lines (those that begin with a blank), and drops comments. */
static bool take_text(struct reading *r, struct buffer *text)
{
	struct buffer entry = {0};
	int line = 0, start = 0;
	bool good = true;
	char *bytes;
	while (good && (bytes = fdio_take_line(text)) != NULL) {
		line++;
		bool continues = (*bytes == ' ' || *bytes == '\t') && *text_trim(bytes + 1) != '\0';
		char *content = text_trim(bytes);
		if (*content != '\0' && *content != '#') {
			if (continues && entry.length == 0) {
				good = fail(r, line, "aliases-syntax", "the line begins with a blank, but there is nothing that it continues");
			} else if (continues) {
				buffer_printf(&entry, " %s", content);
			} else {
				good = entry.length == 0 || take_entry(r, (char *)(uintptr_t)buffer_string(&entry), start);
				entry.length = 0;
				buffer_puts(&entry, content);
				start = line;
			}
		}
		free(bytes);
	}
	if (good && entry.length > 0)
		good = take_entry(r, (char *)(uintptr_t)buffer_string(&entry), start);
	buffer_free(&entry);
	return good;
}

static int by_name(const void *left, const void *right)
{
	const struct alias *a = left, *b = right;
	return strcasecmp(a->name, b->name);
}

static bool check_twice(struct reading *r)
{
	struct aliases *set = r->set;
	if (set->count > 1)
		qsort(set->rows, (size_t)set->count, sizeof *set->rows, by_name);
	for (int i = 1; i < set->count; i++) {
		if (strcasecmp(set->rows[i - 1].name, set->rows[i].name) != 0)
			continue;
		int a = set->rows[i - 1].line, b = set->rows[i].line;
		TEXT(words, 200);
		text_printf(&words, "the name %.80s stands in line %d already: join the two", set->rows[i].name, a < b ? a : b);
		return fail(r, a < b ? b : a, "aliases-syntax", words.data);
	}
	return true;
}

bool aliases_read(struct aliases **set, const char *path, bool missing_ok, struct diagnosis *d)
{
	struct buffer text = {0};
	struct reading r = {.set = mem_alloc(sizeof **set), .path = path, .d = d};
	*set = r.set;
	if (!fdio_slurp_at(AT_FDCWD, path, &text, FILE_LIMIT_BYTES)) {
		bool missing = errno == ENOENT || errno == ENOTDIR;
		/* A symbolic link is usual here; fdio_slurp_at does not follow one. */
		char *real = errno == ELOOP || errno == EMLINK ? realpath(path, NULL) : NULL;
		bool done = real != NULL && fdio_slurp_at(AT_FDCWD, real, &text, FILE_LIMIT_BYTES);
		free(real);
		if (!done) {
			buffer_free(&text);
			if (missing && missing_ok)
				return true;
			diag_set_errno(d, VERDICT_DEFERRED, STAGE_CONFIG, "aliases-unreadable", "%s", path);
			return false;
		}
	}
	if (text.length > 0 && text.data[text.length - 1] != '\n')
		buffer_puts(&text, "\n");
	bool good = take_text(&r, &text) && check_twice(&r);
	buffer_free(&text);
	return good;
}

void aliases_free(struct aliases *set)
{
	if (set == NULL)
		return;
	for (int i = 0; i < set->count; i++) {
		free(set->rows[i].name);
		free(set->rows[i].list);
	}
	free(set->rows);
	free(set);
}

int aliases_count(const struct aliases *set)
{
	return set != NULL ? set->count : 0;
}

struct expansion {
	const struct aliases *set;
	void (*found)(void *context, const char *address);
	void *context;
	const char *path[DEPTH_MAX]; /* names being expanded */
	int depth, count;
};

static bool is_in_path(const struct expansion *x, const char *name)
{
	for (int i = 0; i < x->depth; i++) {
		if (strcasecmp(x->path[i], name) == 0)
			return true;
	}
	return false;
}

static void expand(void *context, const char *address)
{
	struct expansion *x = context;
	char problem[160];
	bool final = *address == '\\' || *address_domain(address) != '\0' || x->depth == DEPTH_MAX;
	struct alias key = {.name = (char *)(uintptr_t)address};
	const struct alias *row = NULL;
	if (!final && x->set != NULL && x->set->count > 0)
		row = bsearch(&key, x->set->rows, (size_t)x->set->count, sizeof key, by_name);
	if (row == NULL || is_in_path(x, address)) {
		/* A name that leads back to itself stops there, as in sendmail. */
		if (x->depth > 0) {
			x->found(x->context, *address == '\\' ? address + 1 : address);
			x->count++;
		}
		return;
	}
	x->path[x->depth++] = row->name;
	address_list(row->list, expand, x, problem, sizeof problem);
	x->depth--;
}

int aliases_expand(const struct aliases *set, const char *local, void (*found)(void *context, const char *address), void *context)
{
	struct expansion x = {.set = set, .found = found, .context = context};
	expand(&x, local);
	return x.count;
}
