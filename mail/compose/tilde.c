/* Tilde escapes, from one table. */
#include "mail/compose/tilde.h"
#include "base/fdio.h"
#include "mail/mailbox/append.h"
#include "mail/session/subprocess.h"
#include "mail/session/input.h"
#include "mail/session/msglist.h"
#include "mail/format/render.h"
#include "mail/format/screen.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (64u << 20)

struct escape {
	char letter;
	enum tilde_result (*run)(struct session *s, struct letter *l, const char *text, char letter);
	const char *arguments, *help;
};

static void count(const char *name, const char *bytes, size_t length)
{
	size_t lines = 0;
	for (size_t i = 0; i < length; i++)
		lines += bytes[i] == '\n';
	printf("\"%s\" %zu/%zu\n", name, lines, length);
}

static enum tilde_result more(void)
{
	puts("(continue)");
	fflush(stdout);
	return TILDE_DONE;
}

static void add_line(struct letter *l, const char *text)
{
	buffer_puts(&l->body, text);
	buffer_puts(&l->body, "\n");
}

static enum tilde_result run_end(struct session *s, struct letter *l, const char *text, char letter)
{
	(void)s, (void)l, (void)text;
	return letter == '.' ? TILDE_END : letter == 'q' ? TILDE_QUIT : TILDE_EXIT;
}

static enum tilde_result run_literal(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)s, (void)letter;
	buffer_puts(&l->body, "~");
	add_line(l, text);
	return TILDE_DONE;
}

static enum tilde_result run_shell(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)l, (void)letter;
	subprocess_run(&s->vars, *text != '\0' ? text : NULL, NULL, NULL);
	puts("!");
	return TILDE_DONE;
}

static enum tilde_result run_command(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)l, (void)letter;
	if (*text != '\0')
		s->run_command(s, text);
	return more();
}

static enum tilde_result run_variable(struct session *s, struct letter *l, const char *text,
    char letter)
{
	const char *value = vars_get(&s->vars, letter == 'a' ? "sign" : letter == 'A' ? "Sign" : text);
	if (value == NULL) {
		printf("mail: \"%s\" is not set\n", letter == 'a' ? "sign" : letter == 'A' ? "Sign" : text);
		return TILDE_DONE;
	}
	for (const char *at = value; *at != '\0'; at++) {
		char c = *at;
		if (c == '\\' && (at[1] == 'n' || at[1] == 't'))
			c = *++at == 'n' ? '\n' : '\t';
		buffer_add(&l->body, &c, 1);
		putchar(c);
	}
	buffer_puts(&l->body, "\n");
	puts("");
	return TILDE_DONE;
}

static enum tilde_result run_names(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)s;
	letter_add_list(letter == 'b' ? &l->bcc : letter == 'c' ? &l->cc : &l->to, text);
	return TILDE_DONE;
}

static enum tilde_result run_field(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)s;
	if (letter == 's') {
		letter_set(&l->subject, text);
	} else if (letter == '@') {
		if (access(text, R_OK) == 0)
			letter_add_file(l, text, NULL);
		else
			printf("mail: %s cannot be attached: %s\n", text, strerror(errno));
	} else {
		struct buffer line = {0};
		buffer_printf(&line, "Reply-To: %s", text);
		string_list_add(&l->headers, buffer_string(&line));
		buffer_free(&line);
	}
	return TILDE_DONE;
}

static void ask_list(const char *name, struct string_list *list)
{
	struct buffer prompt = {0}, answer = {0};
	char *now = string_list_join(list);
	if (list->count > 0)
		buffer_printf(&prompt, "%s (%s): ", name, now);
	else
		buffer_printf(&prompt, "%s: ", name);
	if (input_ask(buffer_string(&prompt), &answer) && answer.length > 0) {
		string_list_free(list);
		letter_add_list(list, buffer_string(&answer));
	}
	mem_free(&now);
	buffer_free(&prompt);
	buffer_free(&answer);
}

static enum tilde_result run_ask(struct session *s, struct letter *l, const char *text, char letter)
{
	(void)s, (void)text, (void)letter;
	struct buffer prompt = {0}, answer = {0};
	ask_list("To", &l->to);
	if (l->subject != NULL)
		buffer_printf(&prompt, "Subject (%s): ", l->subject);
	else
		buffer_puts(&prompt, "Subject: ");
	if (input_ask(buffer_string(&prompt), &answer) && answer.length > 0)
		letter_set(&l->subject, buffer_string(&answer));
	ask_list("Cc", &l->cc);
	ask_list("Bcc", &l->bcc);
	buffer_free(&prompt);
	buffer_free(&answer);
	return more();
}

static enum tilde_result run_edit(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)text;
	subprocess_edit(&s->vars, letter == 'e' ? "EDITOR" : "VISUAL", &l->body);
	return more();
}

static void put_indented(const struct session *s, struct buffer *to, const struct buffer *from)
{
	const char *prefix = vars_get(&s->vars, "indentprefix");
	for (size_t at = 0; at < from->length;) {
		const char *end = memchr(from->data + at, '\n', from->length - at);
		size_t n = end != NULL ? (size_t)(end - from->data) + 1 - at : from->length - at;
		if (prefix != NULL && n > 1)
			buffer_puts(to, prefix);
		buffer_add(to, from->data + at, n);
		at += n;
	}
}

/* ~f ~F ~m ~M: the messages of a list. */
static enum tilde_result run_messages(struct session *s, struct letter *l, const char *text,
    char letter)
{
	struct string_list words = {0};
	struct msglist list;
	TEXT(why, 200);
	bool all = letter == 'F' || letter == 'M';
	struct render_fields fields = {.ignored = all ? NULL : &s->ignored,
	    .retained = all ? NULL : &s->retained};
	string_list_add_words(&words, text);
	if (s->folder == NULL ||
	    !msglist_read(&list, s->folder, &s->vars, &words, MSGLIST_LIVE, &why)) {
		printf("mail: %s\n", s->folder == NULL ? "no mailbox is open" : why.data);
		string_list_free(&words);
		return TILDE_DONE;
	}
	printf("Interpolating:");
	for (int i = 0; i < list.count; i++) {
		struct buffer message = {0};
		struct folder_view v;
		folder_view(s->folder, list.items[i], &v);
		render_header(&message, v.header, v.header_length, &fields);
		buffer_puts(&message, "\n");
		render_text(&message, v.header, v.header_length + v.body_length);
		if (letter == 'm' || letter == 'M')
			put_indented(s, &l->body, &message);
		else
			buffer_add(&l->body, message.data, message.length);
		folder_touch(s->folder, list.items[i]);
		buffer_free(&message);
		printf(" %d", list.items[i] + 1);
	}
	puts("");
	msglist_free(&list);
	string_list_free(&words);
	return more();
}

static enum tilde_result run_print(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)text, (void)letter;
	struct buffer out = {0}, shown = {0};
	const struct string_list *lists[] = {&l->to, &l->cc, &l->bcc, &l->files};
	static const char *const names[] = {"To", "Cc", "Bcc", "Attached"};
	buffer_puts(&out, "-------\nMessage contains:\n");
	for (size_t i = 0; i < 4; i++) {
		char *joined = string_list_join(lists[i]);
		if (lists[i]->count > 0)
			buffer_printf(&out, "%s: %s\n", names[i], joined);
		mem_free(&joined);
		if (i == 0 && l->subject != NULL)
			buffer_printf(&out, "Subject: %s\n", l->subject);
	}
	buffer_puts(&out, "\n");
	buffer_add(&out, l->body.data, l->body.length);
	/* A letter that is answered gave it names, its subject, perhaps its text. */
	screen_clean(&shown, out.data, out.length);
	subprocess_page(&s->vars, &shown);
	buffer_free(&shown);
	buffer_free(&out);
	return more();
}

/* ~r FILE, ~< FILE, ~< !COMMAND, ~d. */
static enum tilde_result run_read(struct session *s, struct letter *l, const char *text,
    char letter)
{
	struct buffer bytes = {0};
	const char *dead = vars_get(&s->vars, "DEAD");
	char *path = letter == 'd'
	                 ? session_path(s, dead != NULL && *dead != '\0' ? dead : "~/dead.letter")
	             : *text == '!' ? NULL
	                            : session_path(s, text);
	bool good;
	if (*text == '!') {
		good = subprocess_run(&s->vars, text + 1, NULL, &bytes) == 0;
	} else {
		int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
		good = fd >= 0 && fdio_slurp(fd, &bytes, FILE_LIMIT_BYTES);
		if (fd >= 0)
			close(fd);
	}
	if (good) {
		buffer_add(&l->body, bytes.data, bytes.length);
		if (bytes.length > 0 && bytes.data[bytes.length - 1] != '\n')
			buffer_puts(&l->body, "\n");
		count(path != NULL ? path : text, bytes.length > 0 ? bytes.data : "", bytes.length);
	} else {
		printf("mail: %s: %s\n", path != NULL ? path : text,
		    *text == '!' ? "the command failed" : strerror(errno));
	}
	buffer_free(&bytes);
	mem_free(&path);
	return TILDE_DONE;
}

static enum tilde_result run_write(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)letter;
	char *path = *text != '\0' ? session_path(s, text) : NULL;
	if (path != NULL && append_file(path, APPEND_TEXT, l->body.data, l->body.length))
		count(path, l->body.length > 0 ? l->body.data : "", l->body.length);
	else
		printf("mail: %s: %s\n", path != NULL ? path : "~w",
		    path != NULL ? strerror(errno) : "write the name of a file behind it");
	mem_free(&path);
	return TILDE_DONE;
}

static enum tilde_result run_filter(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)letter;
	struct buffer out = {0};
	if (subprocess_run(&s->vars, text, &l->body, &out) == 0 && out.length > 0) {
		buffer_free(&l->body);
		l->body = out;
		count(text, l->body.data, l->body.length);
	} else {
		printf("mail: \"%s\" failed or wrote nothing; the text is as it was\n", text);
		buffer_free(&out);
	}
	return more();
}

static enum tilde_result run_help(struct session *s, struct letter *l, const char *text,
    char letter);

static const struct escape escapes[] = {
    {'!', run_shell, "command", "run a command"},
    {'.', run_end, "", "end of the text"},
    {':', run_command, "command", "run a command of mail"},
    {'_', run_command, "command", "the same"},
    {'?', run_help, "", "this list"},
    {'~', run_literal, "text", "a line that begins with a tilde"},
    {'<', run_read, "file", "insert a file, or with ! the output of a command"},
    {'@', run_field, "file", "attach a file"},
    {'|', run_filter, "command", "put the text through a command"},
    {'A', run_variable, "", "insert the variable Sign"},
    {'F', run_messages, "messages", "insert messages with all their header"},
    {'M', run_messages, "messages", "the same, indented"},
    {'R', run_field, "address", "where answers go"},
    {'a', run_variable, "", "insert the variable sign"},
    {'b', run_names, "names", "add blind copies"},
    {'c', run_names, "names", "add copies"},
    {'d', run_read, "", "insert dead.letter"},
    {'e', run_edit, "", "edit the text with EDITOR"},
    {'f', run_messages, "messages", "insert messages"},
    {'h', run_ask, "", "ask for recipients and subject"},
    {'i', run_variable, "name", "insert a variable"},
    {'m', run_messages, "messages", "insert messages, indented"},
    {'p', run_print, "", "show the letter"},
    {'q', run_end, "", "give up; the text goes to dead.letter"},
    {'r', run_read, "file", "insert a file"},
    {'s', run_field, "text", "set the subject"},
    {'t', run_names, "names", "add recipients"},
    {'v', run_edit, "", "edit the text with VISUAL"},
    {'w', run_write, "file", "append the text to a file"},
    {'x', run_end, "", "give up; the text is lost"},
};

static enum tilde_result run_help(struct session *s, struct letter *l, const char *text,
    char letter)
{
	(void)s, (void)l, (void)text, (void)letter;
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
		printf("~%c %-10s %s\n", escapes[i].letter, escapes[i].arguments, escapes[i].help);
	return TILDE_DONE;
}

enum tilde_result tilde_run(struct session *s, struct letter *l, const char *line)
{
	enum tilde_result result = TILDE_DONE;
	char *copy = mem_copy(*line != '\0' ? line + 1 : ""), *text = text_trim(copy);
	bool known = false;
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0] && !known; i++) {
		known = *line == escapes[i].letter;
		if (known)
			result = escapes[i].run(s, l, *line == '~' ? line + 1 : text, *line);
	}
	if (!known)
		printf("mail: ~%s: there is no such escape; ~? lists them, and ~~ begins a line with a "
		       "tilde\n",
		    line);
	fflush(stdout);
	mem_free(&copy);
	return result;
}
