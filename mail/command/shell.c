/* Other programs at the prompt: shell, pipes, editors. */
#include "mail/session/subprocess.h"
#include "mail/command/commands.h"
#include <stdio.h>
#include <string.h>

enum command_result shell_run(struct session *s, const struct call *c)
{
	bool one = c->name[0] == '!';
	if (one && c->text[0] == '\0') {
		fprintf(stderr, "mail: !: write a command behind it\n");
		return COMMAND_FAILED;
	}
	int code = subprocess_run(&s->vars, one ? c->text : NULL, NULL, NULL);
	if (one && s->interactive)
		puts("!");
	return code == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* "[messages] command": words that can only be a list come first.  A command that is one quoted
   word is meant without its quotes (POSIX mailx, pipe). */
static const char *split(const struct call *c, struct string_list *list)
{
	const char *at = c->text;
	for (int i = 0; i < c->words.count && msglist_is_word(c->words.items[i]); i++) {
		string_list_add(list, c->words.items[i]);
		at += strspn(at, " \t");
		at += strcspn(at, " \t");
	}
	at += strspn(at, " \t");
	bool quoted = (*at == '"' || *at == '\'') && list->count + 1 == c->words.count;
	return quoted ? c->words.items[list->count] : at;
}

enum command_result shell_pipe(struct session *s, const struct call *c)
{
	struct string_list words = {0};
	struct msglist list;
	struct buffer input = {0};
	TEXT(why, 200);
	const char *command = split(c, &words), *usual = vars_get(&s->vars, "cmd");
	if (*command == '\0' && usual != NULL)
		command = usual;
	bool good = msglist_read(&list, s->folder, &s->vars, &words, MSGLIST_LIVE, &why);
	if (good && *command == '\0')
		text_put(&why, "write a command behind the messages");
	if (why.length > 0)
		fprintf(stderr, "mail: pipe: %s\n", why.data);
	for (int i = 0; i < list.count; i++) {
		const char *bytes;
		size_t length;
		folder_bytes(s->folder, list.items[i], &bytes, &length);
		buffer_add(&input, bytes, length);
		if (vars_on(&s->vars, "page"))
			buffer_puts(&input, "\f");
		folder_touch(s->folder, list.items[i]);
		s->folder->dot = list.items[i];
	}
	good = good && *command != '\0' && subprocess_run(&s->vars, command, &input, NULL) == 0;
	buffer_free(&input);
	msglist_free(&list);
	string_list_free(&words);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result shell_edit(struct session *s, const struct call *c)
{
	for (int i = 0; i < c->list.count; i++) {
		struct buffer text = {0};
		const char *bytes;
		size_t length;
		folder_bytes(s->folder, c->list.items[i], &bytes, &length);
		buffer_add(&text, bytes, length);
		bool good = subprocess_edit(&s->vars, c->name[0] == 'e' ? "EDITOR" : "VISUAL", &text);
		bool changed = good && (text.length != length || memcmp(text.data, bytes, length) != 0);
		if (changed && !s->folder->read_only)
			folder_edit(s->folder, c->list.items[i], text.data, text.length);
		folder_touch(s->folder, c->list.items[i]);
		s->folder->dot = c->list.items[i];
		buffer_free(&text);
		if (!good)
			return COMMAND_FAILED;
	}
	return COMMAND_DONE;
}
