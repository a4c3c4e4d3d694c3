/* Answering, forwarding, and writing from the prompt. */
#include "base/text.h"
#include "mail/session/subprocess.h"
#include "mail/compose/dialogue.h"
#include "mail/command/commands.h"
#include "mail/compose/compose.h"
#include "mail/format/field.h"
#include "mail/format/screen.h"
#include "mail/compose/send.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static char *field_of(struct session *s, int place, const char *name)
{
	struct folder_view v;
	folder_view(s->folder, place, &v);
	return field_text(v.header, v.header_length, name);
}

/* Adds the addresses of a field, but for this user's own and those that are there. */
static void add_addresses(struct session *s, struct letter *l, struct string_list *list,
    const char *value)
{
	struct string_list all = {0};
	string_list_add_list(&all, value);
	for (int i = 0; i < all.count; i++) {
		char *address = string_list_address(all.items[i]);
		bool known = session_is_me(s, address) && !vars_on(&s->vars, "metoo");
		const struct string_list *lists[] = {&l->to, &l->cc};
		for (size_t k = 0; k < 2 && !known; k++) {
			for (int n = 0; n < lists[k]->count && !known; n++) {
				char *other = string_list_address(lists[k]->items[n]);
				known = text_equal_ci(other, address);
				mem_free(&other);
			}
		}
		if (!known)
			string_list_add(list, all.items[i]);
		mem_free(&address);
	}
	string_list_free(&all);
}

static void add_field(struct letter *l, const char *name, const char *value)
{
	struct buffer line = {0};
	if (*value == '\0')
		return;
	buffer_printf(&line, "%s: %s", name, value);
	string_list_add(&l->headers, buffer_string(&line));
	buffer_free(&line);
}

static void set_subject(struct letter *l, const char *prefix, const char *subject)
{
	struct buffer b = {0};
	buffer_printf(&b, "%s%s", text_starts_ci(subject, prefix) ? "" : prefix, subject);
	letter_set(&l->subject, buffer_string(&b));
	buffer_free(&b);
}

static void add_sender(struct session *s, struct letter *l, int place)
{
	char *reply = field_of(s, place, "Reply-To"), *from = field_of(s, place, "From"),
	     *sender = folder_sender(s->folder, place);
	int before = l->to.count;
	const char *value = *reply != '\0' ? reply : *from != '\0' ? from : sender;
	add_addresses(s, l, &l->to, value);
	/* An answer to oneself goes to oneself. */
	if (l->to.count == before)
		string_list_add_list(&l->to, value);
	mem_free(&reply);
	mem_free(&from);
	mem_free(&sender);
}

static void add_references(struct session *s, struct letter *l, int place)
{
	char *id = field_of(s, place, "Message-Id"), *references = field_of(s, place, "References");
	struct buffer all = {0};
	/* The oldest are left out when they grow too many. */
	const char *from = references;
	while (strlen(from) > 800 && strchr(from, ' ') != NULL)
		from = strchr(from, ' ') + 1;
	buffer_printf(&all, "%s%s%s", from, *from != '\0' ? " " : "", id);
	add_field(l, "In-Reply-To", id);
	if (*id != '\0')
		add_field(l, "References", buffer_string(&all));
	buffer_free(&all);
	mem_free(&id);
	mem_free(&references);
}

static void show_head(const struct session *s, const struct letter *l)
{
	const struct string_list *lists[] = {&l->to, &l->cc};
	static const char *const names[] = {"To", "Cc"};
	struct buffer out = {0}, raw = {0};
	for (size_t i = 0; i < 2; i++) {
		char *joined = string_list_join(lists[i]);
		if (lists[i]->count > 0)
			buffer_printf(&raw, "%s: %s\n", names[i], joined);
		mem_free(&joined);
	}
	if (l->subject != NULL)
		buffer_printf(&raw, "Subject: %s\n", l->subject);
	buffer_puts(&raw, "\n");
	screen_clean(&out, raw.data, raw.length);
	subprocess_show(&s->vars, &out);
	buffer_free(&out);
	buffer_free(&raw);
}

/* Lets the user write, and sends. */
static enum command_result write_and_send(struct session *s, struct letter *l)
{
	if (s->interactive && l->subject != NULL)
		show_head(s, l);
	if (dialogue_run(s, l) != DIALOGUE_SEND)
		return COMMAND_FAILED;
	int code = send_letter(s, l);
	if (code != EX_OK)
		s->exit_code = code;
	return code == EX_OK ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_result respond_sender(struct session *s, const struct call *c)
{
	struct letter l = {0};
	int place = c->list.items[0];
	bool everybody = (c->name[0] >= 'a') != vars_on(&s->vars, "Replyall");
	if (everybody && c->list.count > 1) {
		fprintf(stderr,
		    "mail: %s: only one message can be answered to all its recipients at a time\n",
		    c->name);
		return COMMAND_FAILED;
	}
	for (int i = 0; i < c->list.count; i++)
		add_sender(s, &l, c->list.items[i]);
	if (everybody) {
		char *to = field_of(s, place, "To"), *cc = field_of(s, place, "Cc");
		add_addresses(s, &l, &l.to, to);
		add_addresses(s, &l, &l.cc, cc);
		mem_free(&to);
		mem_free(&cc);
	}
	char *subject = field_of(s, place, "Subject");
	set_subject(&l, "Re: ", subject);
	mem_free(&subject);
	add_references(s, &l, place);
	/* POSIX: the copy goes to a file named after the author, and not to the one of the variable
	 * record. */
	if (text_equal_ci(c->name, "followup"))
		l.record = save_author_file(s, place);
	s->folder->dot = place;
	for (int i = 0; i < c->list.count; i++)
		folder_touch(s->folder, c->list.items[i]);
	enum command_result result = write_and_send(s, &l);
	for (int i = 0; result == COMMAND_DONE && i < c->list.count; i++)
		s->folder->items[c->list.items[i]].flags |= MESSAGE_ANSWERED;
	letter_free(&l);
	return result;
}

enum command_result respond_mail(struct session *s, const struct call *c)
{
	struct letter l = {0};
	letter_add_list(&l.to, c->text);
	if (l.to.count == 0) {
		fprintf(stderr, "mail: mail: write the names of the recipients behind it\n");
		return COMMAND_FAILED;
	}
	enum command_result result = write_and_send(s, &l);
	letter_free(&l);
	return result;
}

enum command_result respond_forward(struct session *s, const struct call *c)
{
	struct letter l = {0};
	const char *bytes;
	size_t length;
	for (int i = 0; i < c->words.count; i++)
		letter_add_list(&l.to, c->words.items[i]);
	if (l.to.count == 0 || c->list.count != 1) {
		fprintf(stderr, "mail: forward: write one message and the recipients behind it: forward 3 "
		                "ops@example.org\n");
		letter_free(&l);
		return COMMAND_FAILED;
	}
	int place = c->list.items[0];
	char *subject = field_of(s, place, "Subject");
	set_subject(&l, "Fwd: ", subject);
	mem_free(&subject);
	folder_bytes(s->folder, place, &bytes, &length);
	buffer_add(&l.attached, bytes, length);
	s->folder->dot = place;
	folder_touch(s->folder, place);
	enum command_result result = write_and_send(s, &l);
	letter_free(&l);
	return result;
}
