/* mail: sends what is on standard input, or reads a mailbox.  Sending, its exit status is
 * sendmail's. */
#include "base/version.h"
#include "mail/compose/dialogue.h"
#include "mail/command/command.h"
#include "mail/compose/compose.h"
#include "mail/compose/mime.h"
#include "mail/arguments.h"
#include "mail/reader.h"
#include "mail/compose/send.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define SYSTEM_START_FILES "/usr/share/misc/mail.rc:/usr/local/etc/mail.rc:/etc/mail.rc"

static const char help_text[] =
    "usage: mail [-s subject] [-r from] [-c cc] [-b bcc] [-a header-or-file]\n"
    "            [-A file] [-S var=value] [-dEFIintv] recipient ... < text\n"
    "       mail [-HIinNv] [-f [mailbox] | -u user]     mail -e [-f mailbox]\n"
    "  -a 'Name: value'   a header line; -a FILE (or -A FILE) attaches a file\n"
    "  -E                 sends nothing when the text is empty\n"
    "  -t                 recipients and subject are in the header of the text\n"
    "  --dry-run, -d      shows what would be sent\n"
    "  -v                 says where the message went\n"
    "  -f, -u             reads a mailbox, or that of a user; -H lists it\n"
    "  -e                 says by exit status 0 or 1 whether there is mail\n"
    "Every option: mail(1).\n";

/* A closed descriptor 0 to 2 would be given to the next file or pipe, and messages would be written
   into the mail. Standard input is put back so that reading it fails: an empty mail is not what was
   meant. */
static void make_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDWR) != fd)
			_exit(EX_OSERR);
	}
}

/* The system's start files, then the user's. */
static void read_start_files(struct session *s, const struct arguments *o)
{
	const char *other = getenv("FIRSTHOP_MAILRC"), *own = getenv("MAILRC");
	char *list = mem_copy(other != NULL ? other : SYSTEM_START_FILES), *at = list, *path;
	while (!o->no_system_rc && (path = strsep(&at, ":")) != NULL) {
		if (*path != '\0')
			command_source(s, path, false);
	}
	mem_free(&list);
	s->if_depth = s->if_false = 0;
	path = session_home() != NULL || own != NULL
	           ? session_path(s, own != NULL && *own != '\0' ? own : "~/.mailrc")
	           : NULL;
	if (path != NULL)
		command_source(s, path, false);
	mem_free(&path);
	s->if_depth = s->if_false = 0;
	for (int i = 0; i < o->commands.count; i++)
		command_run(s, o->commands.items[i]);
	for (int i = 0; i < o->sets.count; i++)
		vars_assign(&s->vars, o->sets.items[i]);
}

/* -F: the record is named after the first recipient. */
static void record_by_name(struct session *s, const struct letter *l)
{
	char *address = l->to.count > 0 ? string_list_address(l->to.items[0]) : mem_copy("");
	struct buffer name = {0};
	address[strcspn(address, "@")] = '\0';
	if (*address != '\0' && strchr(address, '/') == NULL && *address != '|') {
		buffer_puts(&name, address);
		vars_set(&s->vars, "record", buffer_string(&name));
	}
	buffer_free(&name);
	mem_free(&address);
}

static int write_and_send(struct session *s, struct arguments *o)
{
	struct letter *l = &o->letter;
	if (!compose_can_attach(l))
		return EX_NOINPUT;
	enum dialogue_result collected = dialogue_run(s, l);
	if (collected == DIALOGUE_DROPPED)
		return 1;
	if (collected == DIALOGUE_FAILED)
		return EX_IOERR;
	l->body.length = mime_line_ends(l->body.data, l->body.length);
	if (o->header_in_text)
		letter_take_header_of_body(l);
	if (l->body.length == 0 && (o->skip_empty || vars_on(&s->vars, "dontsendempty")))
		return EX_OK;
	if (l->body.length == 0 && l->files.count == 0)
		puts(l->subject != NULL ? "Null message body; hope that's ok"
		                        : "No message, no subject; hope that's ok");
	fflush(stdout);
	if (o->record_by_name)
		record_by_name(s, l);
	return send_letter(s, l);
}

static int send_mode(struct session *s, struct arguments *o)
{
	if (letter_recipients(&o->letter) == 0 && !o->header_in_text) {
		fprintf(stderr, "mail: You must specify direct recipients with -s, -c, or -b.\n%s",
		    help_text);
		return EX_USAGE;
	}
	s->pass = o->pass;
	o->pass = (struct string_list){0};
	return write_and_send(s, o);
}

static void run_command(struct session *s, const char *line)
{
	command_run(s, line);
}

static int run(struct arguments *o)
{
	struct session s;
	if (o->help)
		return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	if (o->version)
		return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
	session_start(&s);
	s.run_command = run_command;
	s.reading = arguments_reading(o);
	s.interactive = o->interactive || isatty(STDIN_FILENO) == 1;
	s.dry_run = o->dry_run;
	read_start_files(&s, o);
	if (o->verbose)
		vars_set(&s.vars, "verbose", "");
	if (o->ignore_interrupts)
		vars_set(&s.vars, "ignore", "");
	if (o->no_headers)
		vars_unset(&s.vars, "header");
	if (!s.interactive && vars_on(&s.vars, "ignore"))
		signal(SIGINT, SIG_IGN);
	int code = s.reading ? reader_run(&s, o) : send_mode(&s, o);
	session_free(&s);
	return code;
}

int main(int argc, char **argv)
{
	struct arguments o = {0};
	if (version_asked(argc, argv))
		return EX_OK;
	make_descriptors();
	/* Whoever ignores SIGCHLD hands that on, and then no exit status could be had. */
	signal(SIGCHLD, SIG_DFL);
	int code = arguments_read(&o, argc, argv) ? run(&o) : EX_USAGE;
	arguments_free(&o);
	return code;
}
