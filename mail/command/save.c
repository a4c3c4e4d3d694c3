/* Saving messages, texts and attachments. */
#include "base/fdio.h"
#include "mail/mailbox/append.h"
#include "mail/command/commands.h"
#include "mail/format/filename.h"
#include "mail/format/render.h"
#include "mail/command/export.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AUTHOR_LIMIT_BYTES 64 /* of a local part (RFC 5321 4.5.3.1.1) */

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

static enum command_result report(const char *path, bool good, bool was_there, int count,
    size_t bytes)
{
	if (good)
		printf("\"%s\" %s %d message%s, %zu bytes\n", path, was_there ? "[Appended]" : "[New file]",
		    count, count == 1 ? "" : "s", bytes);
	else
		fprintf(stderr, "mail: %s cannot be written: %s; nothing was saved\n", path,
		    strerror(errno));
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

static void mark(struct session *s, const struct msglist *list, unsigned flags)
{
	for (int i = 0; i < list->count; i++) {
		folder_touch(s->folder, list->items[i]);
		s->folder->items[list->items[i]].flags |= flags;
	}
	s->folder->dot = list->items[list->count - 1];
}

static enum command_result store(struct session *s, const struct msglist *list, const char *name,
    bool marks)
{
	const struct render_fields fields = {.ignored = &s->save_ignored,
	    .retained = &s->save_retained};
	bool filtered = s->save_ignored.count + s->save_retained.count > 0;
	size_t bytes = 0;
	char *path = session_path(s, name);
	if (path == NULL)
		return COMMAND_FAILED;
	bool there = exists(path),
	     good = export_messages(s, path, list, filtered ? &fields : NULL, &bytes);
	enum command_result result = report(path, good, there, list->count, bytes);
	if (good)
		mark(s, list, marks ? MESSAGE_SAVED : 0);
	mem_free(&path);
	return result;
}

/* "[messages] [file]": the last word is the file; its default is mbox. */
static bool split(struct session *s, const struct call *c, struct msglist *list, const char **file)
{
	struct string_list words = {0};
	TEXT(why, 200);
	int count = c->words.count;
	*file = count > 0 ? c->words.items[count - 1] : NULL;
	for (int i = 0; i + 1 < count; i++)
		string_list_add(&words, c->words.items[i]);
	bool good = msglist_read(list, s->folder, &s->vars, &words, MSGLIST_LIVE, &why);
	if (!good)
		fprintf(stderr, "mail: %s: %s\n", c->name, why.data);
	string_list_free(&words);
	return good;
}

enum command_result save_messages(struct session *s, const struct call *c)
{
	struct msglist list;
	const char *file;
	if (!split(s, c, &list, &file))
		return COMMAND_FAILED;
	enum command_result result = store(s, &list, file != NULL ? file : "&", c->name[0] == 's');
	msglist_free(&list);
	return result;
}

char *save_author_file(struct session *s, int place)
{
	struct buffer name = {0};
	char *sender = folder_sender(s->folder, place);
	sender[strcspn(sender, "@")] = '\0';
	if (strlen(sender) > AUTHOR_LIMIT_BYTES)
		sender[AUTHOR_LIMIT_BYTES] = '\0';
	if (vars_on(&s->vars, "outfolder"))
		buffer_puts(&name, "+");
	filename_put_safe(&name, *sender != '\0' ? sender : "unknown");
	char *file = mem_copy(buffer_string(&name));
	mem_free(&sender);
	buffer_free(&name);
	return file;
}

enum command_result save_by_author(struct session *s, const struct call *c)
{
	char *file = save_author_file(s, c->list.items[0]);
	enum command_result result = store(s, &c->list, file, c->name[0] == 'S');
	mem_free(&file);
	return result;
}

enum command_result save_text(struct session *s, const struct call *c)
{
	struct msglist list;
	struct buffer text = {0};
	const char *file;
	if (!split(s, c, &list, &file))
		return COMMAND_FAILED;
	char *path = session_path(s, file != NULL ? file : "&");
	if (file == NULL)
		fprintf(stderr, "mail: write: write the name of a file behind it\n");
	for (int i = 0; i < list.count; i++) {
		const char *bytes;
		size_t length;
		folder_bytes(s->folder, list.items[i], &bytes, &length);
		render_text(&text, bytes, length);
	}
	enum command_result result = COMMAND_FAILED;
	if (path != NULL && file != NULL) {
		bool there = exists(path), good = append_file(path, APPEND_TEXT, text.data, text.length);
		result = report(path, good, there, list.count, text.length);
		if (good)
			mark(s, &list, MESSAGE_SAVED);
	}
	mem_free(&path);
	buffer_free(&text);
	msglist_free(&list);
	return result;
}

static bool save_part(const char *folder, const struct mime_part *p, int number)
{
	struct buffer name = {0}, bytes = {0}, path = {0};
	if (p->name != NULL)
		filename_put_safe(&name, p->name);
	if (name.length == 0)
		buffer_printf(&name, "part-%d%s", number,
		    strcmp(p->type, "message/rfc822") == 0 ? ".eml" : "");
	mimeparse_decode(&bytes, p);
	int fd = filename_create(folder, buffer_string(&name), &path);
	bool good = fd >= 0 && fdio_write(fd, bytes.data, bytes.length);
	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good) {
		printf("\"%s\" [New file] %zu bytes\n", buffer_string(&path), bytes.length);
	} else {
		fprintf(stderr, "mail: %s cannot be written: %s\n", fd >= 0 ? buffer_string(&path) : folder,
		    strerror(errno));
		if (fd >= 0)
			unlink(buffer_string(&path));
	}
	buffer_free(&name);
	buffer_free(&bytes);
	buffer_free(&path);
	return good;
}

enum command_result save_attachments(struct session *s, const struct call *c)
{
	char *folder = session_path(s, c->words.count > 0 ? c->words.items[0] : ".");
	bool good = folder != NULL;
	int found = 0;
	for (int i = 0; good && i < c->list.count; i++) {
		struct mime_parts parts;
		const char *bytes;
		size_t length;
		int number = 0;
		folder_bytes(s->folder, c->list.items[i], &bytes, &length);
		mimeparse(&parts, bytes, length);
		for (int k = 0; good && k < parts.count; k++) {
			if (!render_is_attachment(&parts, k) && !render_is_named_text(&parts, k))
				continue;
			good = save_part(folder, &parts.items[k], ++number);
		}
		found += number;
		mimeparse_free(&parts);
	}
	if (good && found == 0)
		puts("No attachments");
	if (good)
		mark(s, &c->list, 0);
	mem_free(&folder);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}
