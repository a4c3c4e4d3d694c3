/* Going from one mailbox to the next, and leaving. */
#include "mail/session/subprocess.h"
#include "mail/command/commands.h"
#include "mail/command/quit.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void folders_announce(struct session *s)
{
	const struct folder *f = s->folder;
	int fresh = 0, unread = 0, deleted = 0;
	for (int i = 0; i < f->count; i++) {
		unsigned flags = f->items[i].flags;
		fresh += (flags & (MESSAGE_READ | MESSAGE_OLD)) == 0;
		unread += (flags & MESSAGE_READ) == 0;
		deleted += (flags & MESSAGE_DELETED) != 0;
	}
	printf("\"%s\": %d message%s", f->path, f->count, f->count == 1 ? "" : "s");
	if (fresh > 0)
		printf(" %d new", fresh);
	if (unread > fresh)
		printf(" %d unread", unread);
	if (deleted > 0)
		printf(" %d deleted", deleted);
	puts(f->read_only ? " [Read only]" : "");
	fflush(stdout);
}

/* The first new message, else the first that was not read, else the first. */
static int first_of_interest(const struct folder *f)
{
	int unread = -1;
	for (int i = 0; i < f->count; i++) {
		if ((f->items[i].flags & (MESSAGE_READ | MESSAGE_OLD)) == 0)
			return i;
		if (unread < 0 && (f->items[i].flags & MESSAGE_READ) == 0)
			unread = i;
	}
	return unread >= 0 ? unread : f->count > 0 ? 0 : -1;
}

/* Opens a mailbox in place of the one that is open; false with a message. */
static bool switch_to(struct session *s, const char *name)
{
	TEXT(why, 400);
	char *path = session_path(s, name);
	struct folder *f = path != NULL ? folder_open(path, &why) : NULL;
	if (f == NULL) {
		if (path != NULL)
			fprintf(stderr, "mail: %s: %s\n", path, why.data);
		mem_free(&path);
		return false;
	}
	f->system = strcmp(name, "%") == 0;
	f->dot = first_of_interest(f);
	if (s->folder != NULL) {
		mem_free(&s->last_folder);
		s->last_folder = mem_copy(s->folder->path);
		folder_close(s->folder);
	}
	s->folder = f;
	s->first_shown = 0;
	mem_free(&path);
	return true;
}

/* What cannot be opened leaves the mailbox at hand as it is, with all that was not written yet. */
static bool can_open(const struct session *s, const char *path)
{
	TEXT(why, 400);
	if (strcmp(path, s->folder->path) == 0)
		return true;
	struct folder *f = folder_open(path, &why);
	if (f == NULL)
		fprintf(stderr, "mail: %s: %s\n", path, why.data);
	else
		folder_close(f);
	return f != NULL;
}

enum command_result folders_open(struct session *s, const struct call *c)
{
	if (c->words.count == 0) {
		folders_announce(s);
		return COMMAND_DONE;
	}
	/* The old one is written back first: it may be the same. */
	char *name = mem_copy(c->words.items[0]), *path = session_path(s, name);
	bool good = path != NULL && can_open(s, path) && quit_folder(s);
	if (good) {
		struct folder *old = s->folder;
		TEXT(why, 400);
		bool was_system = old->system;
		char *old_path = mem_copy(old->path);
		good = switch_to(s, name);
		/* Nothing of what was written back may be written again. */
		if (!good) {
			struct folder *again = folder_open(old_path, &why);
			folder_close(s->folder);
			s->folder = again;
			if (again != NULL) {
				again->system = was_system;
				again->dot = first_of_interest(again);
			}
		}
		mem_free(&old_path);
	}
	if (good) {
		folders_announce(s);
		show_headers_around(s, s->folder->dot);
	}
	mem_free(&path);
	mem_free(&name);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result folders_list(struct session *s, const struct call *c)
{
	struct buffer command = {0};
	const char *lister = vars_get(&s->vars, "LISTER");
	char *path = session_path(s, c->words.count > 0 ? c->words.items[0] : "+");
	int code = -1;
	if (path != NULL) {
		buffer_printf(&command, "%s ", lister != NULL && *lister != '\0' ? lister : "ls");
		subprocess_quote(&command, path);
		code = subprocess_run(&s->vars, buffer_string(&command), NULL, NULL);
	}
	mem_free(&path);
	buffer_free(&command);
	return code == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result folders_look(struct session *s, const struct call *c)
{
	(void)c;
	TEXT(why, 400);
	int before = s->folder->count, found = folder_look_again(s->folder, &why);
	if (found < 0) {
		fprintf(stderr, "mail: %s: %s\n", s->folder->path, why.data);
		return COMMAND_FAILED;
	}
	if (found == 0) {
		puts("No new mail.");
		return COMMAND_DONE;
	}
	printf("%d new message%s.\n", found, found == 1 ? "" : "s");
	s->folder->dot = before;
	struct buffer out = {0};
	for (int i = before; i < s->folder->count; i++)
		show_header_line(s, i, &out);
	subprocess_page(&s->vars, &out);
	buffer_free(&out);
	return COMMAND_DONE;
}

enum command_result folders_leave(struct session *s, const struct call *c)
{
	if (c->name[0] != 'q')
		return COMMAND_EXIT;
	if (quit_folder(s))
		return COMMAND_QUIT;
	s->exit_code = EX_IOERR;
	if (s->interactive)
		puts("(nothing is lost; \"exit\" leaves without changes)");
	return COMMAND_FAILED;
}
