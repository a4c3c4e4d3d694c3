/* Variables, aliases, fields that are shown: commands of start files, and of the prompt too. */
#include "mail/session/subprocess.h"
#include "mail/command/commands.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum command_result show(struct session *s, struct buffer *out)
{
	subprocess_page(&s->vars, out);
	buffer_free(out);
	return COMMAND_DONE;
}

enum command_result settings_set(struct session *s, const struct call *c)
{
	enum command_result result = COMMAND_DONE;
	struct buffer out = {0};
	if (c->words.count == 0) {
		vars_print(&s->vars, &out);
		return show(s, &out);
	}
	for (int i = 0; i < c->words.count; i++) {
		if (vars_assign(&s->vars, c->words.items[i]))
			continue;
		fprintf(stderr, "mail: set: %s has no name in front of the equals sign\n",
		    c->words.items[i]);
		result = COMMAND_FAILED;
	}
	return result;
}

enum command_result settings_unset(struct session *s, const struct call *c)
{
	for (int i = 0; i < c->words.count; i++)
		vars_unset(&s->vars, c->words.items[i]);
	return COMMAND_DONE;
}

enum command_result settings_alias(struct session *s, const struct call *c)
{
	struct string_list members = {0};
	struct buffer out = {0};
	if (c->words.count < 2) {
		alias_print(&s->aliases, c->words.count == 1 ? c->words.items[0] : NULL, &out);
		return show(s, &out);
	}
	/* "Name <address>" is one member, and so is each word of a plain list. */
	for (int i = 1; i < c->words.count; i++) {
		if (strpbrk(c->words.items[i], " \t") != NULL)
			string_list_add(&members, c->words.items[i]);
		else
			string_list_add_list(&members, c->words.items[i]);
	}
	alias_add(&s->aliases, c->words.items[0], &members);
	string_list_free(&members);
	return COMMAND_DONE;
}

enum command_result settings_unalias(struct session *s, const struct call *c)
{
	for (int i = 0; i < c->words.count; i++)
		alias_remove(&s->aliases, c->words.items[i]);
	return COMMAND_DONE;
}

static void print_names(const struct string_list *n)
{
	for (int i = 0; i < n->count; i++)
		printf("%s%s", n->items[i], i + 1 < n->count ? " " : "\n");
}

enum command_result settings_alternates(struct session *s, const struct call *c)
{
	if (c->words.count == 0) {
		print_names(&s->alternates);
		return COMMAND_DONE;
	}
	string_list_free(&s->alternates);
	for (int i = 0; i < c->words.count; i++)
		string_list_add_list(&s->alternates, c->words.items[i]);
	return COMMAND_DONE;
}

enum command_result settings_fields(struct session *s, const struct call *c)
{
	struct string_list *list = strcmp(c->name, "retain") == 0       ? &s->retained
	                           : strcmp(c->name, "saveretain") == 0 ? &s->save_retained
	                           : c->name[0] == 's'                  ? &s->save_ignored
	                                                                : &s->ignored;
	if (c->words.count == 0)
		print_names(list);
	string_list_merge(list, &c->words);
	return COMMAND_DONE;
}

enum command_result settings_echo(struct session *s, const struct call *c)
{
	(void)s;
	for (int i = 0; i < c->words.count; i++)
		printf("%s%s", i > 0 ? " " : "", c->words.items[i]);
	puts("");
	return COMMAND_DONE;
}

enum command_result settings_folder(struct session *s, const struct call *c)
{
	char *path = session_path(s, c->words.count > 0 ? c->words.items[0] : "~");
	bool good = path != NULL && chdir(path) == 0;
	if (path != NULL && !good)
		fprintf(stderr, "mail: %s: %s\n", path, strerror(errno));
	mem_free(&path);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result settings_version(struct session *s, const struct call *c)
{
	(void)s, (void)c;
	puts("firsthop mail " FH_VERSION);
	return COMMAND_DONE;
}
