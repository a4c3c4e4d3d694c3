/* Showing messages and the list of them. */
#include "mail/session/subprocess.h"
#include "mail/command/commands.h"
#include "mail/format/field.h"
#include "mail/format/render.h"
#include "mail/format/screen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "Tue Nov 24 20:26": of the "From " line, or of the name of a maildir's file. */
static void put_date(struct buffer *out, const struct message *m, const struct folder_view *v)
{
	char date[40] = "";
	if (m->name != NULL) {
		time_t when = (time_t)atoll(m->name + 4);
		struct tm tm;
		if (localtime_r(&when, &tm) != NULL)
			strftime(date, sizeof date, "%a %b %e %H:%M", &tm);
	} else {
		char *line = mem_copy_n(v->from_line, v->from_length),
		     *colon = strchr(line + (v->from_length > 5 ? 5 : 0), ':');
		char *at = line + (v->from_length > 5 ? 5 : 0);
		at += strcspn(at, " ");
		if (colon != NULL && colon - at > 12)
			snprintf(date, sizeof date, "%.16s", at + strspn(at, " "));
		mem_free(&line);
	}
	screen_fit(out, date, 16, 1);
}

static char letter_of(const struct message *m)
{
	if ((m->flags & MESSAGE_DELETED) != 0)
		return 'D';
	if ((m->flags & MESSAGE_SAVED) != 0)
		return '*';
	if ((m->flags & MESSAGE_HELD) != 0)
		return 'P';
	if ((m->flags & MESSAGE_MBOX) != 0)
		return 'M';
	if ((m->flags & MESSAGE_READ) != 0)
		return (m->flags & MESSAGE_ANSWERED) != 0 ? 'A' : ' ';
	return (m->flags & MESSAGE_OLD) != 0 ? 'U' : 'N';
}

void show_header_line(struct session *s, int place, struct buffer *out)
{
	struct folder *f = s->folder;
	struct message *m = &f->items[place];
	struct folder_view v;
	int lines, columns, count = 0;
	char size[40];
	folder_view(f, place, &v);
	screen_size(&lines, &columns);
	char *subject = field_text(v.header, v.header_length, "Subject"),
	     *sender = folder_sender(f, place);
	if (vars_on(&s->vars, "showname")) {
		char *from = field_text(v.header, v.header_length, "From"), *angle = strrchr(from, '<');
		if (angle != NULL && angle > from + 1) {
			*angle = '\0';
			mem_free(&sender);
			sender = mem_copy(text_trim(from));
		}
		mem_free(&from);
	}
	for (size_t i = 0; i < v.header_length + v.body_length; i++)
		count += (i < v.header_length ? v.header[i] : v.body[i - v.header_length]) == '\n';
	buffer_printf(out, "%c%c%3d ", place == f->dot ? '>' : ' ', letter_of(m), place + 1);
	/* A narrow screen has room for who wrote, and about what. */
	bool narrow = columns < 60;
	screen_fit(out, sender, narrow ? 12 : 20, 1);
	buffer_puts(out, narrow ? " " : "  ");
	if (!narrow) {
		put_date(out, m, &v);
		snprintf(size, sizeof size, " %4d/%-5zu ", count, v.header_length + v.body_length);
		buffer_puts(out, size);
	}
	if (*subject != '\0')
		buffer_puts(out, "\"");
	screen_fit(out, subject,
	    columns > 80   ? columns - 59
	    : !narrow      ? 21
	    : columns > 30 ? columns - 21
	                   : 9,
	    0);
	buffer_puts(out, *subject != '\0' ? "\"\n" : "\n");
	mem_free(&subject);
	mem_free(&sender);
}

static int window_size(const struct session *s)
{
	int lines, columns;
	screen_size(&lines, &columns);
	long long wanted = vars_number(&s->vars, "screen", lines > 10 ? lines - 4 : 6);
	return wanted > 0 && wanted < 10000 ? (int)wanted : 20;
}

static void show_from_place(struct session *s, int first)
{
	struct buffer out = {0};
	int shown = 0;
	s->first_shown = first;
	for (int i = first; i < s->folder->count && shown < window_size(s); i++) {
		if ((s->folder->items[i].flags & MESSAGE_DELETED) != 0)
			continue;
		show_header_line(s, i, &out);
		shown++;
	}
	if (shown == 0)
		puts("No more mail.");
	subprocess_show(&s->vars, &out);
	buffer_free(&out);
}

void show_headers_around(struct session *s, int place)
{
	int window = window_size(s);
	if (place >= 0)
		show_from_place(s, place / window * window);
}

enum command_result show_headers(struct session *s, const struct call *c)
{
	struct folder *f = s->folder;
	int place = c->list.items[0],
	    top = msglist_next(f, place / window_size(s) * window_size(s) - 1, 1);
	/* POSIX: a message that is named makes the first of its screen the current one. */
	if (place != f->dot && top >= 0)
		f->dot = top;
	show_headers_around(s, place);
	return COMMAND_DONE;
}

enum command_result show_window(struct session *s, const struct call *c)
{
	int window = window_size(s), back = c->text[0] == '-';
	int first = s->first_shown + (back ? -window : window);
	if (c->text[0] != '\0' && strspn(c->text, "+-") != strlen(c->text)) {
		fprintf(stderr, "mail: z: it is followed by + or -\n");
		return COMMAND_FAILED;
	}
	if (first >= s->folder->count || (back && s->first_shown == 0)) {
		puts(back ? "On first screenful of messages" : "On last screenful of messages");
		return COMMAND_DONE;
	}
	first = first < 0 ? 0 : first;
	int dot = msglist_next(s->folder, first - 1, 1);
	if (dot >= 0)
		s->folder->dot = dot;
	show_from_place(s, first);
	return COMMAND_DONE;
}

enum command_result show_from(struct session *s, const struct call *c)
{
	struct buffer out = {0};
	for (int i = 0; i < c->list.count; i++)
		show_header_line(s, c->list.items[i], &out);
	s->folder->dot = c->list.items[c->list.count - 1];
	subprocess_page(&s->vars, &out);
	buffer_free(&out);
	return COMMAND_DONE;
}

/* Whether what shows a message begins with its number, and with its line "From ". */
static bool shows_number(const struct session *s)
{
	return !vars_on(&s->vars, "quiet");
}

static bool shows_from_line(const struct session *s)
{
	return string_list_find(&s->ignored, "from_") < 0;
}

static void render(struct session *s, int place, bool all_fields, struct buffer *out)
{
	struct folder_view v;
	struct render_fields fields = {.ignored = all_fields ? NULL : &s->ignored,
	    .retained = all_fields ? NULL : &s->retained};
	folder_view(s->folder, place, &v);
	if (shows_number(s))
		buffer_printf(out, "Message %d:\n", place + 1);
	if (all_fields || shows_from_line(s))
		screen_clean(out, v.from_line, v.from_length);
	render_header(out, v.header, v.header_length, &fields);
	buffer_puts(out, "\n");
	render_body(out, v.header, v.header_length + v.body_length);
}

static void look_at(struct session *s, int place)
{
	s->folder->dot = place;
	folder_touch(s->folder, place);
}

void show_messages(struct session *s, const struct msglist *list, bool all_fields)
{
	struct buffer out = {0};
	for (int i = 0; i < list->count; i++) {
		if (i > 0)
			buffer_puts(&out, "\n");
		render(s, list->items[i], all_fields, &out);
		look_at(s, list->items[i]);
	}
	subprocess_page(&s->vars, &out);
	buffer_free(&out);
}

enum command_result show_print(struct session *s, const struct call *c)
{
	show_messages(s, &c->list, c->name[0] >= 'A' && c->name[0] <= 'Z');
	return COMMAND_DONE;
}

/* Of a list, the first message after the current one; else the first. */
static bool next_of_list(struct session *s, const struct call *c, int *place)
{
	struct msglist list;
	TEXT(why, 200);
	if (!msglist_read(&list, s->folder, &s->vars, &c->words, MSGLIST_LIVE, &why)) {
		fprintf(stderr, "mail: next: %s\n", why.data);
		return false;
	}
	*place = list.items[0];
	for (int i = list.count - 1; i >= 0; i--)
		*place = list.items[i] > s->folder->dot ? list.items[i] : *place;
	msglist_free(&list);
	return true;
}

/* "- 2": that many messages back; -1 before the first. */
static int place_before(const struct folder *f, const struct call *c)
{
	long long steps = 1;
	int place = f->dot;
	if (c->words.count > 0)
		text_number(c->words.items[0], 1, f->count, &steps);
	for (; steps > 0 && place >= 0; steps--)
		place = msglist_next(f, place, -1);
	return place;
}

/* The current message, if it was not looked at yet; else the next one that is neither deleted nor
 * saved. */
static int place_after(const struct folder *f, bool may_stay)
{
	int place = f->dot;
	if (may_stay && place >= 0 &&
	    (f->items[place].flags & (MESSAGE_TOUCHED | MESSAGE_DELETED)) == 0)
		return place;
	do
		place = msglist_next(f, place, 1);
	while (place >= 0 && (f->items[place].flags & MESSAGE_SAVED) != 0);
	return place;
}

enum command_result show_next(struct session *s, const struct call *c)
{
	int place = -1;
	bool back = c->name[0] == '-', listed = !back && c->words.count > 0;
	if (listed && !next_of_list(s, c, &place))
		return COMMAND_FAILED;
	if (!listed)
		place = back ? place_before(s->folder, c) : place_after(s->folder, c->name[0] == 'n');
	if (place < 0) {
		puts(back ? "At beginning" : "At EOF");
		return COMMAND_DONE;
	}
	show_messages(s, &(struct msglist){&place, 1}, false);
	return COMMAND_DONE;
}

enum command_result show_top(struct session *s, const struct call *c)
{
	/* Those two are none of the lines that are counted. */
	long long lines = vars_number(&s->vars, "toplines", 5) + shows_number(s) + shows_from_line(s);
	struct buffer out = {0};
	for (int i = 0; i < c->list.count; i++) {
		struct buffer message = {0};
		size_t at = 0;
		render(s, c->list.items[i], false, &message);
		for (long long k = 0; k < lines && at < message.length; k++) {
			const char *end = memchr(message.data + at, '\n', message.length - at);
			at = end != NULL ? (size_t)(end - message.data) + 1 : message.length;
		}
		buffer_puts(&out, i > 0 ? "\n" : "");
		buffer_add(&out, message.data, at);
		look_at(s, c->list.items[i]);
		buffer_free(&message);
	}
	subprocess_page(&s->vars, &out);
	buffer_free(&out);
	return COMMAND_DONE;
}

enum command_result show_size(struct session *s, const struct call *c)
{
	for (int i = 0; i < c->list.count; i++) {
		const char *bytes;
		size_t length, lines = 0;
		folder_bytes(s->folder, c->list.items[i], &bytes, &length);
		for (size_t k = 0; k < length; k++)
			lines += bytes[k] == '\n';
		printf("%d: %zu/%zu\n", c->list.items[i] + 1, lines, length);
	}
	return COMMAND_DONE;
}

enum command_result show_number(struct session *s, const struct call *c)
{
	(void)s;
	for (int i = 0; i < c->list.count; i++)
		printf("%d\n", c->list.items[i] + 1);
	return COMMAND_DONE;
}
