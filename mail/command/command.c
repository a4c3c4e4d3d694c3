/* The table of commands, and reading a line. */
#include "mail/command/command.h"
#include "base/fdio.h"
#include "mail/command/commands.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOURCE_LIMIT_BYTES (4u << 20)
#define IF_DEPTH_LIMIT 30

enum {
	NEEDS_FOLDER = 1,  /* not in a start file */
	TAKES_LIST = 2,    /* message list; its default is the current message */
	TAKES_DELETED = 4, /* of deleted messages */
	TAKES_ANY = 8,     /* of all messages */
	LIST_FIRST = 16,   /* list, then other words */
	ALWAYS = 32        /* also in lines that an "if" leaves out */
};

struct command {
	const char *name;
	int shortest; /* letters that are enough */
	unsigned flags;
	command_function *run;
	const char *arguments, *help;
};

static const struct command commands[] = {
    {"print", 1, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", "show messages"},
    {"type", 1, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"more", 2, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"page", 2, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"Print", 1, NEEDS_FOLDER | TAKES_LIST, show_print, "messages",
        "show messages with all their header"},
    {"Type", 1, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"More", 2, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"Page", 2, NEEDS_FOLDER | TAKES_LIST, show_print, "messages", NULL},
    {"next", 1, NEEDS_FOLDER, show_next, "messages", "show the next message"},
    {"+", 1, NEEDS_FOLDER, show_next, "", NULL},
    {"-", 1, NEEDS_FOLDER, show_next, "", "show the message before"},
    {"top", 2, NEEDS_FOLDER | TAKES_LIST, show_top, "messages", "show the first lines"},
    {"headers", 1, NEEDS_FOLDER | TAKES_LIST | TAKES_ANY, show_headers, "message",
        "list the messages around one"},
    {"from", 1, NEEDS_FOLDER | TAKES_LIST, show_from, "messages", "list messages"},
    {"z", 1, NEEDS_FOLDER, show_window, "+ or -", "list the next or the last screen of messages"},
    {"size", 2, NEEDS_FOLDER | TAKES_LIST, show_size, "messages", "lines and bytes of messages"},
    {"=", 1, NEEDS_FOLDER | TAKES_LIST | TAKES_ANY, show_number, "",
        "number of the current message"},
    {"reply", 1, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages",
        "answer sender and recipients"},
    {"respond", 4, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages", NULL},
    {"followup", 2, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages", NULL},
    {"Reply", 1, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages", "answer the sender only"},
    {"Respond", 4, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages", NULL},
    {"Followup", 1, NEEDS_FOLDER | TAKES_LIST, respond_sender, "messages", NULL},
    {"mail", 1, 0, respond_mail, "names", "write to somebody"},
    {"forward", 4, NEEDS_FOLDER | LIST_FIRST, respond_forward, "messages names",
        "send messages on, whole"},
    {"fwd", 2, NEEDS_FOLDER | LIST_FIRST, respond_forward, "messages names", NULL},
    {"delete", 1, NEEDS_FOLDER | TAKES_LIST, state_delete, "messages", "delete messages"},
    {"dp", 2, NEEDS_FOLDER | TAKES_LIST, state_delete_print, "messages",
        "delete messages, show the one after them"},
    {"dt", 2, NEEDS_FOLDER | TAKES_LIST, state_delete_print, "messages", NULL},
    {"undelete", 1, NEEDS_FOLDER | TAKES_DELETED, state_undelete, "messages",
        "restore deleted messages"},
    {"hold", 2, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages",
        "keep messages in the system mailbox"},
    {"preserve", 3, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages", NULL},
    {"mbox", 2, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages",
        "move messages to the file mbox at the end"},
    {"touch", 3, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages",
        "mbox at the end for messages that were not looked at"},
    {"unread", 3, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages", "mark messages as not read"},
    {"Unread", 1, NEEDS_FOLDER | TAKES_LIST, state_mark, "messages", NULL},
    {"save", 1, NEEDS_FOLDER, save_messages, "messages file",
        "append messages to a file or maildir, and mark them saved"},
    {"copy", 1, NEEDS_FOLDER, save_messages, "messages file", "the same without the mark"},
    {"Save", 1, NEEDS_FOLDER | TAKES_LIST, save_by_author, "messages",
        "save to a file named after the sender"},
    {"Copy", 1, NEEDS_FOLDER | TAKES_LIST, save_by_author, "messages", "the same without the mark"},
    {"write", 1, NEEDS_FOLDER, save_text, "messages file", "append the texts, without header"},
    {"detach", 3, NEEDS_FOLDER | LIST_FIRST, save_attachments, "messages folder",
        "save attachments into a folder"},
    {"file", 2, NEEDS_FOLDER, folders_open, "name",
        "open another mailbox: file, maildir, % %user # & +name"},
    {"folder", 4, NEEDS_FOLDER, folders_open, "name", NULL},
    {"folders", 7, 0, folders_list, "", "list the variable folder"},
    {"inc", 3, NEEDS_FOLDER, folders_look, "", "look for new mail"},
    {"set", 2, 0, settings_set, "name=value", "set variables, or show them"},
    {"unset", 3, 0, settings_unset, "names", "unset variables"},
    {"alias", 1, 0, settings_alias, "name names", "one name for several people"},
    {"group", 1, 0, settings_alias, "name names", NULL},
    {"unalias", 3, 0, settings_unalias, "names", "forget aliases"},
    {"alternates", 3, 0, settings_alternates, "names", "other addresses of yours"},
    {"ignore", 2, 0, settings_fields, "fields", "do not show these header fields"},
    {"discard", 2, 0, settings_fields, "fields", NULL},
    {"retain", 3, 0, settings_fields, "fields", "show these header fields only"},
    {"saveignore", 5, 0, settings_fields, "fields", "leave these out in save"},
    {"savediscard", 5, 0, settings_fields, "fields", NULL},
    {"saveretain", 5, 0, settings_fields, "fields", "save these only"},
    {"if", 1, ALWAYS, command_condition, "s, r or t",
        "lines up to endif count when sending, reading, at a terminal"},
    {"else", 2, ALWAYS, command_condition, "", NULL},
    {"endif", 2, ALWAYS, command_condition, "", NULL},
    {"source", 2, 0, command_source_file, "file", "run the commands of a file"},
    {"echo", 2, 0, settings_echo, "words", "print words"},
    {"cd", 2, 0, settings_folder, "folder", "change the working directory"},
    {"chdir", 2, 0, settings_folder, "folder", NULL},
    {"!", 1, 0, shell_run, "command", "run a command"},
    {"shell", 2, 0, shell_run, "", "a shell"},
    {"pipe", 2, NEEDS_FOLDER, shell_pipe, "messages command", "give messages to a command"},
    {"|", 1, NEEDS_FOLDER, shell_pipe, "messages command", NULL},
    {"edit", 1, NEEDS_FOLDER | TAKES_LIST, shell_edit, "messages", "change messages with EDITOR"},
    {"visual", 1, NEEDS_FOLDER | TAKES_LIST, shell_edit, "messages", "change messages with VISUAL"},
    {"quit", 1, NEEDS_FOLDER, folders_leave, "", "end, with all changes"},
    {"exit", 2, 0, folders_leave, "", "end, without changes"},
    {"xit", 1, 0, folders_leave, "", NULL},
    {"version", 2, 0, settings_version, "", "what this is"},
    {"help", 3, 0, command_help, "", "this list"},
    {"?", 1, 0, command_help, "", NULL},
    {"list", 1, 0, command_help, "", "names of all commands"},
};

/* Where letters and a shortest form meet, the order of the table decides. */
static const struct command *find(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (n >= (size_t)commands[i].shortest && strncmp(commands[i].name, name, n) == 0)
			return &commands[i];
	}
	return NULL;
}

enum command_result command_help(struct session *s, const struct call *c)
{
	(void)s;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *row = &commands[i];
		if (strcmp(c->name, "list") == 0)
			printf("%s%s", row->name, i + 1 < sizeof commands / sizeof commands[0] ? ", " : "\n");
		else if (row->help != NULL)
			printf("%.*s%-*s %-16s %s\n", row->shortest, row->name, 12 - row->shortest,
			    row->name + row->shortest, row->arguments, row->help);
	}
	if (strcmp(c->name, "list") != 0)
		puts("A message list: 3  5-8  .  ^  $  *  +  -  /subject  sender  :n :o :r :u :d.  A "
		     "number alone shows the message.");
	return COMMAND_DONE;
}

enum command_result command_source_file(struct session *s, const struct call *c)
{
	char *path = c->words.count == 1 ? session_path(s, c->words.items[0]) : NULL;
	bool good = path != NULL && command_source(s, path, true);
	if (c->words.count != 1)
		fprintf(stderr, "mail: source: write the name of one file behind it\n");
	mem_free(&path);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result command_condition(struct session *s, const struct call *c)
{
	if (strcmp(c->name, "if") == 0) {
		char letter = c->words.count == 1 ? c->words.items[0][0] | 32 : '\0';
		bool met = letter == 's'   ? !s->reading
		           : letter == 'r' ? s->reading
		                           : letter == 't' && s->interactive;
		if (s->if_depth >= IF_DEPTH_LIMIT)
			return COMMAND_FAILED;
		s->if_depth++;
		s->if_false = s->if_false << 1 | !met;
		return COMMAND_DONE;
	}
	if (s->if_depth == 0) {
		fprintf(stderr, "mail: %s: there is no if before it\n", c->name);
		return COMMAND_FAILED;
	}
	if (strcmp(c->name, "else") == 0) {
		s->if_false ^= 1;
	} else {
		s->if_depth--;
		s->if_false >>= 1;
	}
	return COMMAND_DONE;
}

/* The list of messages before the other words, or all words. */
static bool read_list(struct session *s, const struct command *row, struct call *c)
{
	struct string_list words = {0};
	TEXT(why, 200);
	enum msglist_of of = row->flags & TAKES_DELETED ? MSGLIST_DELETED
	                     : row->flags & TAKES_ANY   ? MSGLIST_ANY
	                                                : MSGLIST_LIVE;
	while (c->words.count > 0 &&
	       ((row->flags & LIST_FIRST) == 0 || msglist_is_word(c->words.items[0]))) {
		string_list_add(&words, c->words.items[0]);
		string_list_remove(&c->words, 0);
	}
	bool good = msglist_read(&c->list, s->folder, &s->vars, &words, of, &why);
	if (!good)
		fprintf(stderr, "mail: %s: %s\n", row->name, why.data);
	string_list_free(&words);
	return good;
}

static enum command_result run(struct session *s, const struct command *row, const char *text)
{
	struct call c = {.name = row->name, .text = text};
	enum command_result result = COMMAND_FAILED;
	if ((row->flags & NEEDS_FOLDER) != 0 && s->folder == NULL) {
		fprintf(stderr, "mail: %s: no mailbox is open%s\n", row->name,
		    s->in_start_file ? " while a start file is read" : "");
		return COMMAND_FAILED;
	}
	string_list_add_words(&c.words, text);
	bool lists = (row->flags & (TAKES_LIST | TAKES_DELETED | LIST_FIRST)) != 0;
	if (!lists || read_list(s, row, &c))
		result = row->run(s, &c);
	fflush(stdout);
	msglist_free(&c.list);
	string_list_free(&c.words);
	return result;
}

/* Length of the command's name: letters, or one other character. */
static size_t name_length(const char *line)
{
	size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return n > 0 ? n : *line != '\0';
}

enum command_result command_run(struct session *s, const char *line)
{
	bool skipping = s->if_false != 0;
	while (*line == ' ' || *line == '\t')
		line++;
	/* A list alone shows its messages; an empty line, the next one. */
	size_t n = name_length(line);
	if (*line == '#')
		return COMMAND_DONE;
	if (*line != '\0' && strchr("0123456789.^$*/:", *line) != NULL)
		return skipping ? COMMAND_DONE : run(s, find("print"), line);
	if (*line == '\0')
		return s->folder == NULL || skipping ? COMMAND_DONE : run(s, find("next"), "");
	char *name = mem_copy_n(line, n), *rest = mem_copy(line + n), *text = text_trim(rest);
	const struct command *row = find(name);
	enum command_result result = COMMAND_DONE;
	if (row == NULL && !skipping) {
		if (!s->in_start_file || s->reading || s->interactive)
			fprintf(stderr, "mail: %s: there is no such command; ? lists them\n", name);
		result = COMMAND_FAILED;
	} else if (row != NULL && (!skipping || (row->flags & ALWAYS) != 0)) {
		result = run(s, row, text);
	}
	mem_free(&name);
	mem_free(&rest);
	return result;
}

/* Blocks of other mail programs, "account NAME {" to "}": their lines are for later, and are not
 * run.  True for a line of one. */
static bool is_in_block(struct session *s, const char *line, int *depth)
{
	char *copy = mem_copy(line), *text = text_trim(copy);
	size_t n = strlen(text), name = name_length(text);
	bool opens = n > 0 && text[n - 1] == '{' && text[0] != '#', inside = *depth > 0;
	text[name] = '\0';
	if (*depth > 0 && text[0] == '}') {
		--*depth;
	} else if (opens && (inside || find(text) == NULL)) {
		++*depth;
		if (!inside && (s->reading || s->interactive))
			fprintf(stderr, "mail: %s: such blocks are not known; nothing of it is done\n", text);
		inside = true;
	}
	mem_free(&copy);
	return inside;
}

bool command_source(struct session *s, const char *path, bool must_exist)
{
	struct buffer bytes = {0}, joined = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && !must_exist && (errno == ENOENT || errno == ENOTDIR))
		return true;
	bool good = fd >= 0 && fdio_slurp(fd, &bytes, SOURCE_LIMIT_BYTES), before = s->in_start_file;
	if (fd >= 0)
		close(fd);
	if (!good)
		fprintf(stderr, "mail: %s cannot be read: %s\n", path, strerror(errno));
	if (good && bytes.length > 0 && bytes.data[bytes.length - 1] != '\n')
		buffer_puts(&bytes, "\n");
	s->in_start_file = true;
	static int depth;
	int braces = 0;
	size_t at = 0;
	depth++;
	for (char *line; good && depth < 20 && (line = fdio_next_line(&bytes, &at)) != NULL;) {
		size_t n = strlen(line);
		/* A backslash at the end joins the next line to this one. */
		bool more = n > 0 && line[n - 1] == '\\';
		buffer_add(&joined, line, n - more);
		if (more)
			continue;
		if (!is_in_block(s, buffer_string(&joined), &braces))
			command_run(s, buffer_string(&joined));
		joined.length = 0;
	}
	depth--;
	s->in_start_file = before;
	buffer_free(&bytes);
	buffer_free(&joined);
	return good;
}
