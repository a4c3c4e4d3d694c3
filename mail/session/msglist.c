/* Message lists.  Numbers choose; names, subjects and ":" letters then leave only what fits, among
   all when there was no number. A message fits one of several names or subjects, and one of several
   letters. */
#include "mail/session/msglist.h"
#include "mail/format/field.h"
#include <stdlib.h>
#include <string.h>

struct reading {
	struct folder *f;
	const struct vars *vars;
	enum msglist_of of;
	bool *chosen;
	bool numbers; /* a number, a range or a sign was there */
	struct string_list names, subjects;
	char letters[32];
	struct text *why;
};

void msglist_free(struct msglist *list)
{
	mem_free(&list->items);
	list->count = 0;
}

int msglist_next(const struct folder *f, int place, int direction)
{
	for (place += direction; place >= 0 && place < f->count; place += direction) {
		if ((f->items[place].flags & MESSAGE_DELETED) == 0)
			return place;
	}
	return -1;
}

static bool is_of(const struct reading *r, int place)
{
	bool deleted = (r->f->items[place].flags & MESSAGE_DELETED) != 0;
	return r->of == MSGLIST_ANY || deleted == (r->of == MSGLIST_DELETED);
}

/* First or last message of the kind wanted. */
static int edge(const struct reading *r, int from, int direction)
{
	for (int at = from; at >= 0 && at < r->f->count; at += direction) {
		if (is_of(r, at))
			return at;
	}
	return -1;
}

/* A number or a sign for one message at *at; its place, or -1 with why. */
static int one_message(struct reading *r, const char **at)
{
	const char *word = *at;
	int place = -1;
	if (*word >= '0' && *word <= '9') {
		char *end;
		long number = strtol(word, &end, 10);
		*at = end;
		if (number >= 1 && number <= r->f->count)
			return (int)number - 1;
		text_printf(r->why, "%ld: there is no such message", number);
		return -1;
	}
	*at = word + 1;
	if (*word == '.')
		place = r->f->dot;
	else if (*word == '^')
		place = edge(r, 0, 1);
	else if (*word == '$')
		place = edge(r, r->f->count - 1, -1);
	else
		place = msglist_next(r->f, r->f->dot, *word == '+' ? 1 : -1);
	if (place < 0)
		text_printf(r->why, "%c: there is no such message", *word);
	return place;
}

static bool choose(struct reading *r, int from, int to, bool alone)
{
	for (int i = from; i <= to; i++) {
		if (is_of(r, i)) {
			r->chosen[i] = true;
		} else if (alone) {
			text_printf(r->why, "%d: this message is %sdeleted", i + 1,
			    r->of == MSGLIST_DELETED ? "not " : "");
			return false;
		}
	}
	r->numbers = true;
	return true;
}

static bool read_range(struct reading *r, const char *word)
{
	int from = one_message(r, &word), to = from;
	if (from < 0)
		return false;
	bool alone = *word != '-';
	if (!alone) {
		word++;
		if (*word == '\0' || *word == '*')
			word = "$";
		to = one_message(r, &word);
		if (to < 0)
			return false;
	}
	if (*word != '\0' || to < from) {
		text_put(r->why, to < from ? "the range runs backwards" : "this is no number of a message");
		return false;
	}
	return choose(r, from, to, alone);
}

/* "/" alone: as the last time. */
static bool read_search(struct reading *r, const char *wanted)
{
	struct folder *f = r->f;
	if (*wanted != '\0') {
		mem_free(&f->last_search);
		f->last_search = mem_copy(wanted);
	}
	string_list_add(&r->subjects, f->last_search != NULL ? f->last_search : "");
	return true;
}

/* ":n"; ":nu" is ":n :u". */
static bool read_letters(struct reading *r, const char *word)
{
	size_t n = strlen(r->letters), more = strlen(word) - 1;
	if (more == 0 || strspn(word + 1, "dnoru") != more || n + more >= sizeof r->letters) {
		text_printf(r->why,
		    "%s: after the colon comes one of d (deleted), n (new), o (old), r (read), u (unread)",
		    word);
		return false;
	}
	memcpy(r->letters + n, word + 1, more + 1);
	return true;
}

static bool read_list_word(struct reading *r, const char *word)
{
	if (strcmp(word, "*") == 0)
		return choose(r, 0, r->f->count - 1, false);
	if (*word == ':')
		return read_letters(r, word);
	if (*word == '/')
		return read_search(r, word + 1);
	if (strchr(".^$+-", *word) != NULL || (*word >= '0' && *word <= '9'))
		return read_range(r, word);
	string_list_add(&r->names, word);
	return true;
}

static bool has_letter(const struct reading *r, unsigned flags)
{
	bool read = (flags & MESSAGE_READ) != 0, fresh = (flags & (MESSAGE_READ | MESSAGE_OLD)) == 0;
	for (const char *at = r->letters; *at != '\0'; at++) {
		if ((*at == 'd' && (flags & MESSAGE_DELETED) != 0) || (*at == 'n' && fresh) ||
		    (*at == 'o' && !fresh) || (*at == 'r' && read) || (*at == 'u' && !read))
			return true;
	}
	return false;
}

static bool sender_fits(const struct reading *r, int place)
{
	char *sender = folder_sender(r->f, place);
	bool fits = false;
	if (vars_on(r->vars, "allnet"))
		sender[strcspn(sender, "@")] = '\0';
	for (int i = 0; i < r->names.count && !fits; i++) {
		char *wanted = mem_copy(r->names.items[i]);
		if (vars_on(r->vars, "allnet"))
			wanted[strcspn(wanted, "@")] = '\0';
		fits = text_find_ci(sender, wanted) != NULL;
		mem_free(&wanted);
	}
	mem_free(&sender);
	return fits;
}

static bool field_has(const struct folder_view *v, const char *name, const char *wanted)
{
	char *value = field_text(v->header, v->header_length, name);
	bool has = text_find_ci(value, wanted) != NULL;
	mem_free(&value);
	return has;
}

/* One "/text": in the subject; with searchheaders "/field:text" in another field, where "to" means
 * all recipients. */
static bool search_fits(const struct reading *r, const struct folder_view *v, const char *wanted)
{
	const char *colon = strchr(wanted, ':');
	if (colon == NULL || !vars_on(r->vars, "searchheaders"))
		return field_has(v, "Subject", wanted);
	if (text_starts(wanted, "to:"))
		return field_has(v, "To", colon + 1) || field_has(v, "Cc", colon + 1) ||
		       field_has(v, "Bcc", colon + 1);
	char *name =
	    colon > wanted ? mem_copy_n(wanted, (size_t)(colon - wanted)) : mem_copy("Subject");
	bool has = field_has(v, name, colon + 1);
	mem_free(&name);
	return has;
}

static bool subject_fits(const struct reading *r, int place)
{
	struct folder_view v;
	bool fits = false;
	folder_view(r->f, place, &v);
	for (int i = 0; i < r->subjects.count && !fits; i++)
		fits = search_fits(r, &v, r->subjects.items[i]);
	return fits;
}

static bool fits(const struct reading *r, int place)
{
	if (!is_of(r, place) && strchr(r->letters, 'd') == NULL)
		return false;
	if (r->numbers && !r->chosen[place])
		return false;
	if (r->letters[0] != '\0' && !has_letter(r, r->f->items[place].flags))
		return false;
	return r->names.count + r->subjects.count == 0 || sender_fits(r, place) ||
	       subject_fits(r, place);
}

static void collect(struct reading *r, struct msglist *list)
{
	list->items = mem_alloc(((size_t)r->f->count + 1) * sizeof *list->items);
	list->count = 0;
	for (int i = 0; i < r->f->count; i++) {
		if (fits(r, i))
			list->items[list->count++] = i;
	}
}

/* POSIX: without a list, the current message; if it is not of the kind wanted the next one that is,
 * or else the one before. */
static bool choose_usual(struct reading *r)
{
	int place = r->f->dot >= 0 ? edge(r, r->f->dot, 1) : -1;
	if (place < 0 && r->f->dot > 0)
		place = edge(r, r->f->dot - 1, -1);
	if (place >= 0)
		return choose(r, place, place, true);
	text_put(r->why, r->f->count == 0           ? "there are no messages"
	                 : r->of == MSGLIST_DELETED ? "no message is deleted"
	                                            : "there is no current message");
	return false;
}

/* A number or sign that a range can begin or end with. */
static bool is_bound(const char *word)
{
	size_t digits = strspn(word, "0123456789");
	return *word != '\0' &&
	       (word[digits] == '\0' || (strchr(".^$", *word) != NULL && word[1] == '\0'));
}

static bool read_all(struct reading *r, const struct string_list *words)
{
	if (words->count == 0)
		return choose_usual(r);
	for (int i = 0; i < words->count; i++) {
		struct buffer range = {0};
		const char *word = words->items[i];
		/* "2 - 5" is "2-5". */
		if (i + 2 < words->count && strcmp(words->items[i + 1], "-") == 0 && is_bound(word) &&
		    is_bound(words->items[i + 2])) {
			buffer_printf(&range, "%s-%s", word, words->items[i + 2]);
			word = buffer_string(&range);
			i += 2;
		}
		bool good = read_list_word(r, word);
		buffer_free(&range);
		if (!good)
			return false;
	}
	return true;
}

bool msglist_read(struct msglist *list, struct folder *f, const struct vars *vars,
    const struct string_list *words, enum msglist_of of, struct text *why)
{
	struct reading r = {.f = f, .vars = vars, .of = of, .why = why};
	r.chosen = mem_alloc((size_t)f->count + 1);
	*list = (struct msglist){0};
	bool good = read_all(&r, words);
	if (good)
		collect(&r, list);
	if (good && list->count == 0) {
		text_put(why, f->count == 0 ? "there are no messages" : "no message fits");
		good = false;
	}
	mem_free(&r.chosen);
	string_list_free(&r.names);
	string_list_free(&r.subjects);
	return good;
}

bool msglist_is_word(const char *word)
{
	if (*word == ':' || *word == '/')
		return *word == ':' && strlen(word) == 2;
	return *word != '\0' && strspn(word, "0123456789.^$*+-") == strlen(word);
}
