/* Reading smtpd.conf. */
#include "relayconf/import/smtpd_conf.h"
#include "base/fdio.h"
#include "relayconf/import/pairs.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INCLUDES_MAX 20
#define MACROS_MAX 100

struct reading {
	struct smtpd_conf *c;
	struct import *im;
	struct statement open; /* the one that is being read */
	char *names[MACROS_MAX], *values[MACROS_MAX];
	int macros, includes, braces;
};

int smtpd_conf_find(const struct statement *s, int from, const char *word)
{
	for (int i = from; i < s->count; i++) {
		if (strcmp(s->words[i], word) == 0)
			return i;
	}
	return 0;
}

static const char *expand(const struct reading *r, const char *word)
{
	for (int i = 0; *word == '$' && i < r->macros; i++) {
		if (strcmp(r->names[i], word + 1) == 0)
			return r->values[i];
	}
	return word;
}

static void add_word(struct reading *r, const char *word, const char *file, int line)
{
	struct statement *s = &r->open;
	if (s->count == STATEMENT_WORDS_MAX)
		return;
	if (s->count == 0) {
		s->file = mem_copy(file);
		s->line = line;
	}
	s->words[s->count++] = mem_copy(expand(r, word));
	r->braces += strcmp(word, "{") == 0 ? 1 : strcmp(word, "}") == 0 ? -1 : 0;
}

static bool read_file(struct reading *r, const char *path);

static void free_statement(struct statement *s)
{
	for (int i = 0; i < s->count; i++)
		free(s->words[i]);
	free(s->file);
	*s = (struct statement){0};
}

static void end_statement(struct reading *r)
{
	struct statement *s = &r->open;
	bool macro = s->count == 3 && strcmp(s->words[1], "=") == 0;
	if (s->count == 0 || r->braces > 0)
		return;
	if (macro && r->macros < MACROS_MAX) {
		r->names[r->macros] = mem_copy(s->words[0]);
		r->values[r->macros++] = mem_copy(s->words[2]);
		free_statement(s);
	} else if (s->count == 2 && strcmp(s->words[0], "include") == 0) {
		struct statement include = *s;
		*s = (struct statement){0};
		if (!read_file(r, include.words[1]))
			import_note(r->im, include.file, include.line, include.words[1],
			    "this file cannot be read");
		free_statement(&include);
	} else {
		r->c->statements =
		    mem_resize(r->c->statements, (size_t)r->c->count + 1, sizeof *r->c->statements);
		r->c->statements[r->c->count++] = *s;
		*s = (struct statement){0};
	}
}

/* The word that begins at at; what follows it. */
static const char *read_word(struct reading *r, const char *at, const char *file, int line)
{
	struct buffer word = {0};
	if (*at == '"') {
		for (at++; *at != '\0' && *at != '"' && *at != '\n'; at++) {
			at += *at == '\\' && at[1] != '\0';
			buffer_add(&word, at, 1);
		}
		at += *at == '"';
	} else if (strchr("{},=!()", *at) != NULL) {
		buffer_add(&word, at++, 1);
	} else {
		size_t length = strcspn(at, " \t\r\n{},=!()#\"");
		length = length > 0 ? length : 1;
		buffer_add(&word, at, length);
		at += length;
	}
	add_word(r, buffer_string(&word), file, line);
	buffer_free(&word);
	return at;
}

static bool read_file(struct reading *r, const char *path)
{
	char whole[2048];
	struct buffer text = {0};
	snprintf(whole, sizeof whole, "%s%s", r->im->root, path);
	if (r->includes++ > INCLUDES_MAX || !fdio_slurp_at(AT_FDCWD, whole, &text, 1 << 20)) {
		buffer_free(&text);
		return false;
	}
	buffer_printf(&r->im->sources, "%s\n", path);
	int line = 1;
	for (const char *at = buffer_string(&text); *at != '\0';) {
		if (*at == '#') {
			at += strcspn(at, "\n");
		} else if (*at == '\\' && at[1] == '\n') {
			at += 2;
			line++;
		} else if (*at == '\n') {
			end_statement(r);
			at++;
			line++;
		} else if (strchr(" \t\r", *at) != NULL) {
			at++;
		} else {
			at = read_word(r, at, path, line);
		}
	}
	r->braces = 0;
	end_statement(r);
	buffer_free(&text);
	return true;
}

bool smtpd_conf_read(struct smtpd_conf *c, struct import *im, const char *path)
{
	struct reading r = {.c = c, .im = im};
	*c = (struct smtpd_conf){0};
	bool done = read_file(&r, path);
	for (int i = 0; i < r.macros; i++) {
		free(r.names[i]);
		free(r.values[i]);
	}
	return done;
}

void smtpd_conf_free(struct smtpd_conf *c)
{
	for (int i = 0; i < c->count; i++)
		free_statement(&c->statements[i]);
	free(c->statements);
}

/* "table NAME ..." of "<NAME>". */
static struct statement *find_table(struct smtpd_conf *c, const char *name)
{
	size_t length = strlen(name);
	bool brackets = *name == '<' && length > 2;
	for (int i = 0; i < c->count; i++) {
		struct statement *s = &c->statements[i];
		if (s->count < 3 || strcmp(s->words[0], "table") != 0)
			continue;
		if (brackets ? strlen(s->words[1]) == length - 2 &&
		                   strncmp(s->words[1], name + 1, length - 2) == 0
		             : strcmp(s->words[1], name) == 0) {
			s->used = true;
			return s;
		}
	}
	return NULL;
}

const char *smtpd_conf_table_file(struct smtpd_conf *c, const char *name)
{
	const struct statement *s = find_table(c, name);
	const char *what = s != NULL && s->count == 3 ? s->words[2] : NULL;
	return what == NULL ? NULL : text_starts(what, "file:") ? what + 5 : *what == '/' ? what : NULL;
}

static bool read_table_file(struct import *im, const char *path, smtpd_pair *pair, void *context)
{
	struct pairs p;
	bool read = pairs_read(&p, im, path, PAIRS_BLANK);
	for (int i = 0; read && i < p.count; i++)
		pair(context, p.list[i].key, p.list[i].value, path, p.list[i].line);
	pairs_free(&p);
	return read;
}

bool smtpd_conf_table(struct smtpd_conf *c, struct import *im, const char *name, smtpd_pair *pair,
    void *context)
{
	const struct statement *s = find_table(c, name);
	const char *path = smtpd_conf_table_file(c, name);
	if (path != NULL)
		return read_table_file(im, path, pair, context);
	if (s == NULL || strcmp(s->words[2], "{") != 0)
		return false;
	for (int i = 3; i < s->count; i++) {
		bool value = i + 2 < s->count && strcmp(s->words[i + 1], "=") == 0;
		if (strcmp(s->words[i], ",") == 0 || strcmp(s->words[i], "}") == 0)
			continue;
		pair(context, s->words[i], value ? s->words[i + 2] : "", s->file, s->line);
		i += value ? 2 : 0;
	}
	return true;
}
