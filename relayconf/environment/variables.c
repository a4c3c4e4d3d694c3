/* From variables to settings. */
#include "relayconf/environment/variables.h"
#include "base/language.h"
#include "base/fdio.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "config/config.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define PREFIX "FIRSTHOP_"
#define VALUE_LIMIT_BYTES (1u << 16)

/* Variables that the programs themselves read. */
static bool is_no_setting(const char *name)
{
	static const char *const others[] = {"SPOOL", "RUN", "CONFIG", "LIBEXEC", "PAGER", "DAEMONLESS",
	    "LOG", "LANGUAGES", "HOME", "ROOT", "MAILRC", "MAIL"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(name, others[i]) == 0)
			return true;
	}
	return false;
}

/* What Docker and Kubernetes tell of a service that happens to be called firsthop:
   FIRSTHOP_SERVICE_HOST, FIRSTHOP_SERVICE_PORT_SMTP, FIRSTHOP_PORT_25_TCP_ADDR and the like. */
static bool is_of_a_service(const char *name)
{
	return strcmp(name, "SERVICE_HOST") == 0 || strcmp(name, "NAME") == 0 ||
	       strcmp(name, "PORT") == 0 || text_starts(name, "SERVICE_PORT") ||
	       (text_starts(name, "PORT_") && isdigit((unsigned char)name[5]));
}

/* "QUEUE_" of "QUEUE_EXPIRE_AFTER_H": what follows the section's name.  NULL: another section. */
static const char *after_section(const char *name, const char *section)
{
	size_t length = strlen(section);
	for (size_t i = 0; i < length; i++) {
		if (name[i] != toupper((unsigned char)section[i]))
			return NULL;
	}
	return name[length] == '_' ? name + length + 1 : NULL;
}

static bool ends_with_key(const char *rest, const char *key)
{
	size_t have = strlen(rest), length = strlen(key);
	if (have < length || (have > length && rest[have - length - 1] != '_'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (rest[have - length + i] != toupper((unsigned char)key[i]))
			return false;
	}
	return have != length + 1; /* a name of no letter */
}

/* Fills section, named and key; of several keys that fit the longest is meant: TLS_CA_FILE. */
static bool put_key(struct setting *setting, const char *section, const char *rest, const char *key)
{
	size_t have = strlen(rest), length = strlen(key);
	bool is_named = config_section_is_named(section);
	if (!ends_with_key(rest, key) || length <= strlen(setting->key) ||
	    (have > length && !is_named) || have - length > sizeof setting->named)
		return false;
	text_copy(setting->section, sizeof setting->section, section);
	text_copy(setting->key, sizeof setting->key, key);
	setting->named[0] = '\0';
	if (!is_named)
		return true;
	text_copy(setting->named, sizeof setting->named, "main");
	if (have > length) {
		snprintf(setting->named, sizeof setting->named, "%.*s", (int)(have - length - 1), rest);
		text_lower(setting->named);
	}
	return true;
}

/* Of sections with names of their own only smarthost: a pattern or a user can hardly be written in
   capitals. */
static bool has_variables(const char *section)
{
	return !config_section_is_named(section) || strcmp(section, "smarthost") == 0;
}

/* name: without the prefix. */
static bool find_key(struct setting *setting, const char *name)
{
	int count;
	const struct config_key *keys = config_keys(&count);
	setting->key[0] = '\0';
	setting->secret = false;
	for (int i = 0; i < count; i++) {
		const char *section = keys[i].section, *rest = after_section(name, section);
		if (rest == NULL || !has_variables(section))
			continue;
		put_key(setting, section, rest, keys[i].key);
		if (strcmp(section, "smarthost") == 0 && put_key(setting, section, rest, "password"))
			setting->secret = true;
	}
	const struct config_old_name *old = config_old_names(&count);
	for (int i = 0; i < count; i++) {
		const char *rest = after_section(name, old[i].section);
		if (rest != NULL && has_variables(old[i].section) &&
		    put_key(setting, old[i].section, rest, old[i].old))
			text_copy(setting->key, sizeof setting->key, old[i].name);
	}
	return setting->key[0] != '\0';
}

struct near {
	char (*list)[100];
	int count;
};

static const char *next_name(const void *context, int i)
{
	const struct near *near = context;
	return i < near->count ? near->list[i] : NULL;
}

static void say_unknown(struct text *problem, const char *name)
{
	int count;
	const struct config_key *keys = config_keys(&count);
	struct near near = {mem_alloc((size_t)count * sizeof *near.list), count};
	near.count = 0;
	for (int i = 0; i < count; i++) {
		if (!has_variables(keys[i].section))
			continue;
		char *candidate = near.list[near.count++];
		snprintf(candidate, sizeof near.list[0], "%s_%s", keys[i].section, keys[i].key);
		for (char *c = candidate; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
	}
	const char *meant = nearest_word(name, next_name, &near);
	text_printf(problem, TR("%s%.100s is no setting"), PREFIX, name);
	if (meant != NULL)
		text_printf(problem, TR(": did you mean %s%s?"), PREFIX, meant);
	else
		text_put(problem,
		    TR(": \"relayconf show\" lists sections and keys; what has no variable is "
		       "written into FIRSTHOP_CONF"));
	free(near.list);
}

/* The file's text, without the ends of lines after it, and a mark before it. */
static int read_value(const char *variable, const char *path, struct buffer *value,
    struct text *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool read = fd >= 0 && fdio_slurp(fd, value, VALUE_LIMIT_BYTES);
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!read) {
		text_printf(problem, "%s=%.200s: %s", variable, path, strerror(error));
		return EX_NOINPUT;
	}
	const char *text = buffer_string(value);
	buffer_drop(value, (size_t)(text_skip_bom(text) - text));
	while (value->length > 0 && strchr("\r\n", value->data[value->length - 1]) != NULL)
		value->length--;
	if (value->length == 0) {
		text_printf(problem, TR("%s=%.200s: the file is empty"), variable, path);
		return EX_NOINPUT;
	}
	return EX_OK;
}

static int check_value(struct setting *setting, struct text *problem)
{
	struct buffer *value = &setting->value;
	const char *text = buffer_string(value);
	bool one_line = strlen(text) == value->length && strpbrk(text, "\r\n") == NULL;
	/* A password goes into no line of the configuration. */
	if (one_line && (setting->secret || (!text_has_control(text) && strstr(text, " ;") == NULL)))
		return EX_OK;
	text_printf(problem, TR("%s: a value is one line of text%s"), setting->variable,
	    setting->secret ? "" : TR(", without \" ;\""));
	return EX_DATAERR;
}

/* FIRSTHOP_X=value; name is without the prefix. */
static int add_setting(struct settings *s, const char *name, const char *value,
    struct text *problem)
{
	char base[140];
	size_t length = strlen(name);
	if (s->count == SETTINGS_MAX) {
		text_printf(problem, TR("more than %d variables begin with %s"), SETTINGS_MAX, PREFIX);
		return EX_USAGE;
	}
	struct setting *setting = &s->list[s->count++];
	*setting = (struct setting){.secret = false};
	snprintf(setting->variable, sizeof setting->variable, PREFIX "%.140s", name);
	bool is_file = false;
	/* A key may end in _FILE itself; of password_file the text is taken, as of a secret that
	   the runner's user can perhaps not read. */
	if (!find_key(setting, name) || strcmp(setting->key, "password_file") == 0) {
		is_file = length > 5 && strcmp(name + length - 5, "_FILE") == 0;
		snprintf(base, sizeof base, "%.*s", (int)(is_file ? length - 5 : length), name);
		if (!find_key(setting, base)) {
			say_unknown(problem, name);
			return EX_USAGE;
		}
	}
	if (!is_file)
		buffer_puts(&setting->value, value);
	else if (read_value(setting->variable, value, &setting->value, problem) != EX_OK)
		return EX_NOINPUT;
	return check_value(setting, problem);
}

static int by_section(const void *a, const void *b)
{
	const struct setting *x = a, *y = b;
	int order = strcmp(x->section, y->section);
	if (order == 0)
		order = (strcmp(y->named, "main") == 0) - (strcmp(x->named, "main") == 0);
	if (order == 0)
		order = strcmp(x->named, y->named);
	if (order == 0)
		order = strcmp(x->key, y->key);
	return order != 0 ? order : strcmp(x->variable, y->variable);
}

static int fail_twice(struct text *problem, const char *one, const char *other)
{
	text_printf(problem, TR("%s and %s are the same setting: keep one of them"), one, other);
	return EX_USAGE;
}

/* A password and a file of it, or a value and a file of it: which one is meant? */
static int refuse_twice(const struct settings *s, struct text *problem)
{
	for (int i = 1; i < s->count; i++) {
		const struct setting *x = &s->list[i - 1], *y = &s->list[i];
		if (strcmp(x->section, y->section) != 0 || strcmp(x->named, y->named) != 0 ||
		    strcmp(x->key, y->key) != 0)
			continue;
		return fail_twice(problem, x->variable, y->variable);
	}
	return EX_OK;
}

/* Whole lines, of a variable or of the file that it names, of which one counts.  An environment has
   no order. */
static int add_lines(struct buffer *lines, const char *what, const char *name, const char *value,
    struct text *problem)
{
	char variable[40];
	snprintf(variable, sizeof variable, "%s%.25s", PREFIX, name);
	if (lines->length > 0) {
		char file[40];
		snprintf(file, sizeof file, "%.33s_FILE", what);
		return fail_twice(problem, what, file);
	}
	if (strstr(name, "_FILE") != NULL)
		return read_value(variable, value, lines, problem);
	buffer_puts(lines, value);
	return EX_OK;
}

/* One variable; name: without the prefix. */
static int add_variable(struct settings *s, const char *name, const char *value,
    const char *aliases_path, struct text *problem)
{
	if (*value == '\0' || is_no_setting(name) || is_of_a_service(name))
		return EX_OK;
	if (strcmp(name, "CONF") == 0 || strcmp(name, "CONF_FILE") == 0)
		return add_lines(&s->conf, PREFIX "CONF", name, value, problem);
	if (strcmp(name, "ALIASES") != 0 && strcmp(name, "ALIASES_FILE") != 0)
		return add_setting(s, name, value, problem);
	int code = add_lines(&s->aliases, PREFIX "ALIASES", name, value, problem);
	if (code == EX_OK)
		code = add_setting(s, "HOST_ALIASES", aliases_path, problem);
	if (code == EX_OK)
		text_copy(s->list[s->count - 1].variable, sizeof s->list[0].variable, PREFIX "ALIASES");
	return code;
}

int variables_read(struct settings *s, char *const environment[], const char *aliases_path,
    struct text *problem)
{
	int code = EX_OK;
	*s = (struct settings){.count = 0};
	for (int i = 0; environment[i] != NULL && code == EX_OK; i++) {
		const char *equals = strchr(environment[i], '=');
		if (!text_starts(environment[i], PREFIX) || equals == NULL)
			continue;
		const char *start = environment[i] + strlen(PREFIX);
		char *name = mem_copy_n(start, (size_t)(equals - start));
		code = add_variable(s, name, equals + 1, aliases_path, problem);
		free(name);
	}
	qsort(s->list, (size_t)s->count, sizeof s->list[0], by_section);
	return code != EX_OK ? code : refuse_twice(s, problem);
}

void variables_free(struct settings *s)
{
	for (int i = 0; i < s->count; i++)
		buffer_wipe(&s->list[i].value);
	buffer_free(&s->conf);
	buffer_free(&s->aliases);
	s->count = 0;
}
