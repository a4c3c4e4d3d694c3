/* The prompt. */
#include "mail/reader.h"
#include "mail/session/subprocess.h"
#include "mail/command/commands.h"
#include "mail/session/input.h"
#include "mail/command/quit.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* The mailbox to open, as session_path understands it. */
static char *name_of(const struct arguments *o)
{
	struct buffer b = {0};
	if (o->user != NULL)
		buffer_printf(&b, "%%%s", o->user);
	else
		buffer_puts(&b, o->read_file ? (o->file != NULL ? o->file : "&") : "%");
	char *name = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return name;
}

/* Opens it; an incoming mailbox that is not there is an empty one. */
static bool open_mailbox(struct session *s, const struct arguments *o)
{
	TEXT(why, 400);
	char *name = name_of(o), *path = session_path(s, name);
	struct folder *f = path != NULL ? folder_open(path, &why) : NULL;
	int reason = errno;
	bool incoming = !o->read_file;
	if (f != NULL) {
		f->system = strcmp(name, "%") == 0;
		s->folder = f;
		f->dot = f->count > 0 ? 0 : -1;
	} else if (path != NULL && !(reason == ENOENT && incoming)) {
		fprintf(stderr, "mail: %s: %s\n", path, why.data);
	} else if (path != NULL && !o->test_only) {
		fprintf(stderr, "No mail for %s\n", o->user != NULL ? o->user : s->user);
	}
	if (f != NULL && f->count == 0 && incoming && !o->test_only)
		fprintf(stderr, "No mail for %s\n", o->user != NULL ? o->user : s->user);
	mem_free(&name);
	mem_free(&path);
	return f != NULL && (f->count > 0 || !incoming);
}

static int list_only(struct session *s)
{
	struct buffer out = {0};
	s->folder->dot = -1;
	for (int i = 0; i < s->folder->count; i++)
		show_header_line(s, i, &out);
	bool good = subprocess_show(&s->vars, &out);
	buffer_free(&out);
	return good ? EX_OK : EX_IOERR;
}

static void prompt(struct session *s)
{
	const char *text = vars_get(&s->vars, "prompt");
	if (!s->interactive)
		return;
	if (vars_on(&s->vars, "autoinc")) {
		TEXT(why, 400);
		int before = s->folder->count;
		if (folder_look_again(s->folder, &why) > 0) {
			printf("New mail has arrived: %d message%s.\n", s->folder->count - before,
			    s->folder->count == before + 1 ? "" : "s");
			if (s->folder->dot < 0)
				s->folder->dot = before;
		}
	}
	fputs(text != NULL ? text : "& ", stdout);
	fflush(stdout);
}

/* End of input is "quit". */
static bool end_of_input(struct session *s)
{
	if (vars_on(&s->vars, "ignoreeof") && input_is_terminal()) {
		puts("Use \"quit\" to quit.");
		return false;
	}
	if (s->interactive)
		puts("");
	if (!quit_folder(s))
		s->exit_code = EX_IOERR;
	return true;
}

static bool take_signal(struct session *s, int number)
{
	if (number == SIGINT) {
		puts("\nInterrupt");
		return false;
	}
	/* The mailbox is as it was: nothing was changed yet. */
	session_free(s);
	input_die(number);
}

static void loop(struct session *s)
{
	struct buffer line = {0};
	bool left = false;
	while (!left) {
		int number = 0;
		enum command_result result = COMMAND_DONE;
		prompt(s);
		switch (input_line(&line, &number)) {
		case INPUT_LINE: result = command_run(s, buffer_string(&line)); break;
		case INPUT_SIGNAL: left = take_signal(s, number); break;
		case INPUT_END: left = end_of_input(s); break;
		case INPUT_ERROR:
			fprintf(stderr, "mail: standard input cannot be read: %s\n", strerror(errno));
			s->exit_code = EX_IOERR;
			left = true;
		}
		if (result == COMMAND_FAILED && !s->interactive && s->exit_code == 0)
			s->exit_code = 1;
		left = left || result == COMMAND_QUIT || result == COMMAND_EXIT;
		/* A mailbox that could not be opened again leaves nothing to do. */
		left = left || s->folder == NULL;
	}
	buffer_free(&line);
}

int reader_run(struct session *s, const struct arguments *o)
{
	bool opened = open_mailbox(s, o);
	if (o->test_only)
		return opened && s->folder->count > 0 ? EX_OK : 1;
	if (!opened)
		return 1;
	if (o->headers_only)
		return list_only(s);
	signal(SIGPIPE, SIG_IGN);
	input_watch_signals();
	for (int i = s->folder->count - 1; i >= 0; i--) {
		if ((s->folder->items[i].flags & MESSAGE_READ) == 0)
			s->folder->dot = i;
	}
	if (s->interactive || vars_on(&s->vars, "header"))
		folders_announce(s);
	if (vars_on(&s->vars, "header"))
		show_headers_around(s, s->folder->dot);
	loop(s);
	return s->exit_code;
}
