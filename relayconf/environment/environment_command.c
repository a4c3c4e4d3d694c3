/* environment: firsthop.conf from the variables of a container, at its start.  The configuration
 * stays a file: sendmail, which has rights that its caller lacks, believes no variable of theirs.
 */
#include "relayconf/environment/variables.h"
#include "relayconf/secret_file.h"
#include "relayconf/verbs.h"
#include "base/complaint.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/mem.h"
#include "base/output.h"
#include "config/config.h"
#include "config/replace.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define FILE_LIMIT_BYTES (1u << 20)

extern char **environ;

/* First line of what we wrote: we may write it again. */
static const char mark[] = "# Written by \"relayconf environment\" from variables, and again at "
                           "the next start.\n";

/* Files beside the configuration. */
struct environment {
	const char *path;
	int folder_length; /* of path, with the slash */
	struct settings settings;
	const char *origins[SETTINGS_MAX + 1]; /* variable of each line that came from one */
	int lines[SETTINGS_MAX + 1];           /* and the number of that line */
	int origin_count;
	char aliases[1100];
};

static bool has_setting(const char *line)
{
	return *line != '\0' && *line != '#' && *line != ';' && *line != '[';
}

/* True when the file is ours, or says nothing yet, as that of a new installation. */
static bool may_replace(const char *path, struct buffer *old)
{
	size_t at = 0;
	bool free_of_settings = true;
	if (!fdio_slurp_at(AT_FDCWD, path, old, FILE_LIMIT_BYTES))
		return errno == ENOENT;
	if (old->length >= sizeof mark - 1 && memcmp(old->data, mark, sizeof mark - 1) == 0)
		return true;
	for (char *line; (line = fdio_next_line(old, &at)) != NULL;)
		free_of_settings = free_of_settings && !has_setting(text_trim(line));
	return free_of_settings;
}

static int line_count(const struct buffer *text)
{
	int count = 1;
	for (size_t i = 0; i < text->length; i++)
		count += text->data[i] == '\n';
	return count;
}

static void remember_line(struct environment *e, const struct buffer *text, const char *variable)
{
	e->lines[e->origin_count] = line_count(text);
	e->origins[e->origin_count++] = variable;
}

static void put_secret_path(struct environment *e, const char *named, char *path, size_t size)
{
	snprintf(path, size, "%.*s%s.secret", e->folder_length, e->path, named);
}

static void put_settings(struct environment *e, struct buffer *text)
{
	const struct setting *before = NULL;
	char secret[1200];
	for (int i = 0; i < e->settings.count; before = &e->settings.list[i++]) {
		struct setting *s = &e->settings.list[i];
		if (before == NULL || strcmp(before->section, s->section) != 0 ||
		    strcmp(before->named, s->named) != 0)
			buffer_printf(text, "\n[%s%s%s]\n", s->section, s->named[0] != '\0' ? " " : "",
			    s->named);
		remember_line(e, text, s->variable);
		if (s->secret) {
			put_secret_path(e, s->named, secret, sizeof secret);
			buffer_printf(text, "password_file = %s\n", secret);
		} else {
			buffer_printf(text, "%s = %s\n", s->key, buffer_string(&s->value));
		}
	}
}

/* The file, as config_read is to accept it. */
static void put_text(struct environment *e, struct buffer *text)
{
	buffer_puts(text, mark);
	put_settings(e, text);
	if (e->settings.conf.length == 0)
		return;
	buffer_puts(text, "\n");
	remember_line(e, text, "FIRSTHOP_CONF");
	buffer_add(text, e->settings.conf.data, e->settings.conf.length);
	buffer_puts(text, "\n");
}

static bool check(const char *temp, const char *path, struct diagnosis *d)
{
	struct config config;
	(void)path;
	bool good = config_read(&config, temp, d);
	config_free(&config);
	return good;
}

/* "FILE.new:LINE: what": the variable that wrote the line takes the place of file and line. */
static void say_refused(const struct environment *e, const struct diagnosis *d)
{
	const char *origin = "FIRSTHOP_...", *words = d->text, *behind;
	size_t length = strlen(e->path);
	if (strncmp(d->text, e->path, length) == 0 && text_starts(d->text + length, ".new:")) {
		char *end;
		long line = strtol(d->text + length + 5, &end, 10);
		for (int i = 0; i < e->origin_count; i++) {
			if (e->lines[i] <= line)
				origin = e->origins[i];
		}
		behind = end + strspn(end, ": ");
		words = behind;
	}
	/* What is wrong with a whole section names that. */
	if (*words == '[')
		complaint_say("relayconf", "%s", words);
	else
		complaint_say("relayconf", "%s: %s", origin, words);
	complaint_say("relayconf", "%s is unchanged", e->path);
}

static bool write_secrets(struct environment *e, struct diagnosis *d)
{
	char path[1200];
	for (int i = 0; i < e->settings.count; i++) {
		const struct setting *s = &e->settings.list[i];
		if (!s->secret)
			continue;
		put_secret_path(e, s->named, path, sizeof path);
		if (!secret_file_write(path, &s->value, d))
			return false;
	}
	return true;
}

static bool write_aliases(struct environment *e, struct diagnosis *d)
{
	if (e->settings.aliases.length == 0)
		return true;
	buffer_puts(&e->settings.aliases, "\n");
	return replace_file(&(struct replacement){.path = e->aliases,
	                        .mode = 0644,
	                        .uid = (uid_t)-1,
	                        .gid = (gid_t)-1},
	    &e->settings.aliases, d);
}

/* Secrets and aliases first: what the configuration names is there when it is. */
static int write_all(struct environment *e)
{
	struct diagnosis d = {0};
	struct buffer text = {0};
	put_text(e, &text);
	if (!write_secrets(e, &d) || !write_aliases(e, &d)) {
		complaint_say("relayconf", "%s", d.text);
		buffer_free(&text);
		return EX_CANTCREAT;
	}
	bool done = replace_file(&(struct replacement){.path = e->path,
	                             .mode = 0644,
	                             .uid = (uid_t)-1,
	                             .gid = (gid_t)-1,
	                             .check = check},
	    &text, &d);
	buffer_free(&text);
	if (done) {
		output_to(stdout, TR("%s: %d lines from variables\n"), e->path, e->origin_count);
		return EX_OK;
	}
	if (d.key == REASON_CONFIG_UNWRITABLE) {
		complaint_say("relayconf", "%s", d.text);
		return EX_CANTCREAT;
	}
	say_refused(e, &d);
	return EX_CONFIG;
}

static int run(struct environment *e)
{
	TEXT(problem, 500);
	struct buffer old = {0};
	int code = variables_read(&e->settings, environ, e->aliases, &problem);
	if (code != EX_OK) {
		complaint_say("relayconf", "%s", problem.data);
		return code;
	}
	if (e->settings.count == 0 && e->settings.conf.length == 0) {
		output_to(stdout, TR("no variable holds a setting; %s stays as it is\n"), e->path);
		return EX_OK;
	}
	bool may = may_replace(e->path, &old);
	buffer_free(&old);
	if (!may) {
		complaint_say("relayconf",
		    "%s has settings that no variable holds, and is unchanged: move it away, "
		    "or write its lines into FIRSTHOP_CONF",
		    e->path);
		return EX_CANTCREAT;
	}
	return write_all(e);
}

int command_environment(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct environment *e = mem_alloc(sizeof *e);
	e->path = path;
	e->folder_length = slash != NULL ? (int)(slash - path) + 1 : 0;
	e->origin_count = 0;
	snprintf(e->aliases, sizeof e->aliases, "%.*saliases", e->folder_length, path);
	int code = run(e);
	variables_free(&e->settings);
	free(e);
	return code;
}
