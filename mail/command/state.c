/* Commands that change what becomes of messages. */
#include "mail/command/commands.h"
#include <stdio.h>
#include <string.h>

/* After deleting: the next message, or the last one that there is. */
static bool move_on(struct folder *f, int place)
{
	int next = msglist_next(f, place, 1);
	if (next < 0)
		next = msglist_next(f, place, -1);
	if (next >= 0)
		f->dot = next;
	return next >= 0;
}

static bool delete_list(struct session *s, const struct msglist *list)
{
	for (int i = 0; i < list->count; i++) {
		struct message *m = &s->folder->items[list->items[i]];
		folder_touch(s->folder, list->items[i]);
		m->flags |= MESSAGE_DELETED;
		m->flags &= ~(unsigned)(MESSAGE_HELD | MESSAGE_MBOX | MESSAGE_SAVED);
	}
	return move_on(s->folder, list->items[list->count - 1]);
}

static bool may_change(struct session *s)
{
	if (s->folder->read_only)
		fprintf(stderr, "mail: %s may only be read; nothing in it is changed\n", s->folder->path);
	return !s->folder->read_only;
}

enum command_result state_delete(struct session *s, const struct call *c)
{
	if (!may_change(s))
		return COMMAND_FAILED;
	bool left = delete_list(s, &c->list);
	int dot = s->folder->dot;
	if (left && vars_on(&s->vars, "autoprint"))
		show_messages(s, &(struct msglist){&dot, 1}, false);
	return COMMAND_DONE;
}

/* As all mailx do: what becomes the current message is shown if it lies after the one before. */
enum command_result state_delete_print(struct session *s, const struct call *c)
{
	int before = s->folder->dot;
	if (!may_change(s))
		return COMMAND_FAILED;
	if (!delete_list(s, &c->list))
		puts("No more messages");
	else if (s->folder->dot <= before)
		puts("At EOF");
	else
		show_messages(s, &(struct msglist){&s->folder->dot, 1}, false);
	return COMMAND_DONE;
}

enum command_result state_undelete(struct session *s, const struct call *c)
{
	for (int i = 0; i < c->list.count; i++) {
		folder_touch(s->folder, c->list.items[i]);
		s->folder->items[c->list.items[i]].flags &= ~(unsigned)MESSAGE_DELETED;
	}
	s->folder->dot = c->list.items[c->list.count - 1];
	if (vars_on(&s->vars, "autoprint"))
		show_messages(s, &(struct msglist){&s->folder->dot, 1}, false);
	return COMMAND_DONE;
}

/* hold, preserve, mbox, touch, unread: flags that go, and flags that come. */
enum command_result state_mark(struct session *s, const struct call *c)
{
	static const struct {
		const char *name;
		unsigned off, on;
	} rows[] = {
	    {"hold", MESSAGE_MBOX, MESSAGE_HELD},
	    {"preserve", MESSAGE_MBOX, MESSAGE_HELD},
	    {"mbox", MESSAGE_HELD, MESSAGE_MBOX | MESSAGE_TOUCHED},
	    {"touch", MESSAGE_HELD, MESSAGE_TOUCHED},
	    {"unread", MESSAGE_READ | MESSAGE_TOUCHED, MESSAGE_OLD},
	    {"Unread", MESSAGE_READ | MESSAGE_TOUCHED, MESSAGE_OLD},
	};
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		if (strcmp(rows[r].name, c->name) != 0)
			continue;
		for (int i = 0; i < c->list.count; i++) {
			unsigned *flags = &s->folder->items[c->list.items[i]].flags;
			*flags = (*flags & ~rows[r].off) | rows[r].on;
		}
	}
	s->folder->dot = c->list.items[c->list.count - 1];
	return COMMAND_DONE;
}
