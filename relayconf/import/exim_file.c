/* Reading Exim's configuration. */
#include "relayconf/import/exim_file.h"
#include "base/fdio.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDES_MAX 20
#define LINE_BYTES_MAX 65536

struct macro {
	char *name, *value;
};

struct reading {
	struct exim_file *f;
	struct import *im;
	struct macro *macros;
	int macro_count, includes;
	enum exim_section section;
	char name[100];
	int instance;
	int depth, off; /* of .ifdef; the depth from which on lines are passed over, 0 = none */
	const char *file;
};

static const struct exim_option *find(struct exim_file *f, enum exim_section section, int instance,
    const char *key)
{
	for (int i = 0; i < f->count; i++) {
		struct exim_option *o = &f->options[i];
		bool here = instance > 0 ? o->instance == instance : o->section == section;
		if (!here || strcmp(o->key, key) != 0)
			continue;
		o->used = true;
		return o;
	}
	return NULL;
}

const struct exim_option *exim_file_take(struct exim_file *f, int instance, const char *key)
{
	return instance > 0 ? find(f, EXIM_OTHER, instance, key) : NULL;
}

const struct exim_option *exim_file_take_main(struct exim_file *f, const char *key)
{
	return find(f, EXIM_MAIN, 0, key);
}

int exim_file_find(const struct exim_file *f, enum exim_section section, const char *name)
{
	for (int i = 0; i < f->count; i++) {
		if (f->options[i].section == section && strcmp(f->options[i].name, name) == 0)
			return f->options[i].instance;
	}
	return 0;
}

char *exim_file_item(char **list, char *separator)
{
	char *at = *list + strspn(*list, " \t"), *to = at, *item = at;
	if (*separator == '\0') {
		*separator = ':';
		if (at[0] == '<' && at[1] != '\0') {
			*separator = at[1];
			item = to = at += 2;
		}
	}
	if (*at == '\0')
		return NULL;
	for (; *at != '\0' && (*at != *separator || at[1] == *separator); at++) {
		at += *at == *separator;
		*to++ = *at;
	}
	*list = *at != '\0' ? at + 1 : at;
	*to = '\0';
	return text_trim(item);
}

static void define(struct reading *r, const char *name, size_t length, const char *value)
{
	r->macros = mem_resize(r->macros, (size_t)r->macro_count + 1, sizeof *r->macros);
	r->macros[r->macro_count++] = (struct macro){mem_copy_n(name, length), mem_copy(value)};
}

static const struct macro *find_macro(const struct reading *r, const char *at)
{
	const struct macro *longest = NULL;
	for (int i = 0; i < r->macro_count; i++) {
		const struct macro *m = &r->macros[i];
		if (text_starts(at, m->name) &&
		    (longest == NULL || strlen(m->name) > strlen(longest->name)))
			longest = m;
	}
	return longest;
}

static char *expand(const struct reading *r, const char *line)
{
	struct buffer out = {0};
	while (*line != '\0' && out.length < LINE_BYTES_MAX) {
		const struct macro *m = isupper((unsigned char)*line) ? find_macro(r, line) : NULL;
		buffer_add(&out, m != NULL ? m->value : line, m != NULL ? strlen(m->value) : 1);
		line += m != NULL ? strlen(m->name) : 1;
	}
	char *copy = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return copy;
}

static void add(struct reading *r, const char *key, size_t length, const char *value, int line)
{
	struct exim_file *f = r->f;
	char *plain = mem_copy(value), *trimmed = text_trim(plain);
	size_t n = strlen(trimmed);
	/* A value may be in quotes. */
	if (n > 1 && trimmed[0] == '"' && trimmed[n - 1] == '"') {
		trimmed[n - 1] = '\0';
		trimmed++;
	}
	f->options = mem_resize(f->options, (size_t)f->count + 1, sizeof *f->options);
	f->options[f->count++] = (struct exim_option){.section = r->section,
	    .instance = r->instance,
	    .name = mem_copy(r->name),
	    .key = mem_copy_n(key, length),
	    .value = mem_copy(trimmed),
	    .file = mem_copy(r->file),
	    .line = line};
	free(plain);
}

static void begin_section(struct reading *r, const char *name)
{
	static const struct {
		const char *name;
		enum exim_section section;
	} sections[] = {{"routers", EXIM_ROUTERS}, {"transports", EXIM_TRANSPORTS},
	    {"authenticators", EXIM_AUTHENTICATORS}, {"rewrite", EXIM_REWRITE}, {"retry", EXIM_RETRY}};
	r->section = EXIM_OTHER;
	r->instance = 0;
	r->name[0] = '\0';
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		if (strcmp(name, sections[i].name) == 0)
			r->section = sections[i].section;
	}
}

static bool has_instances(enum exim_section s)
{
	return s == EXIM_ROUTERS || s == EXIM_TRANSPORTS || s == EXIM_AUTHENTICATORS;
}

static bool is_condition(struct reading *r, const char *line)
{
	bool has = text_starts(line, ".ifdef"), has_not = text_starts(line, ".ifndef");
	if (has || has_not) {
		char *name = mem_copy(line + (has ? 6 : 7));
		const char *plain = text_trim(name);
		const struct macro *m = find_macro(r, plain);
		bool known = m != NULL && strcmp(m->name, plain) == 0;
		r->depth++;
		if (r->off == 0 && known == has_not)
			r->off = r->depth;
		free(name);
	} else if (text_starts(line, ".else")) {
		r->off = r->off == 0 ? r->depth : r->off == r->depth ? 0 : r->off;
	} else if (text_starts(line, ".endif")) {
		r->off = r->off == r->depth ? 0 : r->off;
		r->depth--;
	} else {
		return false;
	}
	return true;
}

static bool read_file(struct reading *r, const char *path);

static void read_include(struct reading *r, const char *line, int number)
{
	const char *file = r->file;
	bool may_miss = text_starts(line, ".include_if_exists");
	char *path = mem_copy(line + (may_miss ? 18 : 8)), *name = text_trim(path);
	if (!read_file(r, name) && !may_miss)
		import_note(r->im, file, number, name, "this file cannot be read");
	r->file = file;
	free(path);
}

/* One whole line, continuations joined. */
static void read_line(struct reading *r, const char *plain, int number)
{
	char *line = expand(r, plain), *start = text_trim(line);
	if (text_starts(start, "hide "))
		start += 5 + strspn(start + 5, " \t");
	size_t word = strspn(start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *rest = start + word + strspn(start + word, " \t");
	bool upper = isupper((unsigned char)*plain) && *rest == '=' && rest[1] != '=';
	if (text_starts(start, "begin ")) {
		begin_section(r, start + 6 + strspn(start + 6, " \t"));
	} else if (text_starts(start, ".include")) {
		read_include(r, start, number);
	} else if (upper && word > 0) {
		char *value = mem_copy(rest + 1);
		define(r, start, word, text_trim(value));
		free(value);
	} else if (r->section == EXIM_REWRITE || r->section == EXIM_RETRY) {
		add(r, "rule", 4, start, number);
	} else if (r->section == EXIM_OTHER) {
		/* ACLs and scripts: about mail from the network. */
	} else if (has_instances(r->section) && *rest == ':' && rest[1] == '\0') {
		snprintf(r->name, sizeof r->name, "%.*s", (int)word, start);
		r->instance = ++r->f->instances;
	} else if (*rest == '=') {
		add(r, start, word, rest + 1, number);
	} else {
		/* "domainlist local_domains = ..." and options that are switched on. */
		add(r, start, word, *rest == '\0' ? "true" : rest, number);
	}
	free(line);
}

static bool read_file(struct reading *r, const char *path)
{
	char whole[2048];
	struct buffer text = {0}, line = {0};
	snprintf(whole, sizeof whole, "%s%s", r->im->root, path);
	if (r->includes++ > INCLUDES_MAX || !fdio_slurp_at(AT_FDCWD, whole, &text, 1 << 20)) {
		buffer_free(&text);
		return false;
	}
	buffer_printf(&r->im->sources, "%s\n", path);
	r->file = path;
	char *rest = mem_copy(buffer_string(&text)), *copy = rest, *next;
	int number = 0, first = 0;
	while ((next = strsep(&rest, "\n")) != NULL) {
		number++;
		next = text_trim(next);
		if (*next == '#' || (*next == '\0' && line.length == 0))
			continue;
		if (line.length == 0 && (is_condition(r, next) || r->off > 0))
			continue;
		first = line.length == 0 ? number : first;
		size_t length = strlen(next);
		bool more = length > 0 && next[length - 1] == '\\';
		buffer_add(&line, next, length - more);
		if (more)
			continue;
		read_line(r, buffer_string(&line), first);
		line.length = 0;
	}
	free(copy);
	buffer_free(&line);
	buffer_free(&text);
	return true;
}

bool exim_file_read(struct exim_file *f, struct import *im, const char *path)
{
	struct reading r = {.f = f, .im = im, .section = EXIM_MAIN};
	*f = (struct exim_file){0};
	bool done = read_file(&r, path);
	for (int i = 0; i < r.macro_count; i++) {
		free(r.macros[i].name);
		free(r.macros[i].value);
	}
	free(r.macros);
	return done;
}

void exim_file_free(struct exim_file *f)
{
	for (int i = 0; i < f->count; i++) {
		free(f->options[i].name);
		free(f->options[i].key);
		free(f->options[i].value);
		free(f->options[i].file);
	}
	free(f->options);
}
