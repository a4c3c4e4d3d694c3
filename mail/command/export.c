/* Messages into files. */
#include "mail/command/export.h"
#include "base/clock.h"
#include "base/header.h"
#include "mail/mailbox/append.h"
#include "mail/format/field.h"
#include "mail/mailbox/maildir.h"
#include <stdlib.h>

static void put_header(struct buffer *out, const struct folder_view *v,
    const struct render_fields *fields)
{
	struct header_field f;
	size_t at = 0, n;
	while ((n = header_at(v->header, v->header_length, at, &f)) > 0) {
		if (f.name_length == 0 || fields == NULL || render_shows(fields, f.start, f.name_length))
			buffer_add(out, f.start, n);
		at += n;
	}
}

/* In mbox form, and then read as such, to find the place of its Status. */
static void put_with_status(struct buffer *out, const char *sender, const struct buffer *message,
    const struct message *m, bool status)
{
	struct buffer text = {0};
	struct mbox_item *items;
	size_t lead;
	mbox_put(&text, sender, clock_wall_s(), message->data, message->length);
	int count = mbox_parse(text.data, text.length, &items, &lead);
	if (status && count == 1)
		mbox_put_status(out, text.data, items, (m->flags & MESSAGE_READ) != 0, true);
	else
		buffer_add(out, text.data, text.length);
	free(items);
	buffer_free(&text);
}

void export_put(struct folder *f, int place, const struct render_fields *fields, bool status,
    struct buffer *out)
{
	struct message *m = &f->items[place];
	struct folder_view v;
	struct buffer message = {0};
	folder_view(f, place, &v);
	/* What lies in an mbox has its ">From" already. */
	if (f->kind == FOLDER_MBOX && !m->edited && fields == NULL && status) {
		mbox_put_status(out, f->bytes.data, &m->item, (m->flags & MESSAGE_READ) != 0, true);
	} else if (f->kind == FOLDER_MBOX && !m->edited) {
		buffer_add(out, v.from_line, v.from_length);
		put_header(out, &v, fields);
		buffer_add(out, v.body, v.body_length);
	} else {
		char *sender = folder_sender(f, place);
		if (f->kind == FOLDER_MBOX)
			buffer_add(&message, v.from_line, v.from_length);
		put_header(&message, &v, fields);
		buffer_add(&message, v.body, v.body_length);
		put_with_status(out, sender, &message, m, status);
		buffer_free(&message);
		mem_free(&sender);
	}
	size_t n = out->length;
	if (n > 0 && out->data[n - 1] != '\n')
		buffer_puts(out, "\n\n");
	else if (n > 1 && out->data[n - 2] != '\n')
		buffer_puts(out, "\n");
}

static bool add_to_maildir(struct session *s, const char *path, const struct msglist *list,
    const struct render_fields *fields, size_t *bytes)
{
	bool good = true;
	for (int i = 0; good && i < list->count; i++) {
		struct folder_view v;
		struct buffer message = {0};
		folder_view(s->folder, list->items[i], &v);
		put_header(&message, &v, fields);
		buffer_add(&message, v.body, v.body_length);
		good = maildir_add(path, message.data, message.length,
		    (s->folder->items[list->items[i]].flags & MESSAGE_READ) != 0);
		*bytes += message.length;
		buffer_free(&message);
	}
	return good;
}

bool export_messages(struct session *s, const char *path, const struct msglist *list,
    const struct render_fields *fields, size_t *bytes)
{
	struct buffer out = {0};
	*bytes = 0;
	if (maildir_is_one(path))
		return add_to_maildir(s, path, list, fields, bytes);
	for (int i = 0; i < list->count; i++)
		export_put(s->folder, list->items[i], fields, false, &out);
	*bytes = out.length;
	bool good = append_file(path, APPEND_MBOX, out.data, out.length);
	buffer_free(&out);
	return good;
}
