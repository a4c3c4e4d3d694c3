/* One reading of the list decides how it is written: as it is, or anew. */
#include "message/mailboxes.h"
#include "base/arena.h"
#include "base/lookup.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "message/header_conform.h"
#include "message/phrase.h"
#include <stdlib.h>
#include <string.h>

struct item {
	struct address a; /* its strings are the field's */
	char *final;      /* the address after editing; NULL: there is none */
	bool left_out;
};

struct field {
	const struct header_field *f;
	const struct mailboxes_policy *policy;
	struct item *items;
	size_t count;
	struct address_counts counts;
	struct arena strings; /* of the items */
	bool anew, in_group;
	struct buffer behind; /* groups that belong after the one that is open */
};

static const char *charset_of(const struct field *x)
{
	return x->policy->charset != NULL ? x->policy->charset : "";
}

static char *edited(const struct mailboxes_policy *p, const char *address)
{
	char *fresh = p->edit != NULL ? p->edit(p->context, address) : NULL;
	return fresh != NULL ? fresh : mem_copy(address);
}

/* Most of them have no name and no comment. */
static const char *keep(struct field *x, const char *string)
{
	return *string != '\0' ? arena_copy(&x->strings, string) : "";
}

static void keep_item(void *context, const struct address *a)
{
	struct field *x = context;
	bool usable = a->state == ADDRESS_GOOD || a->state == ADDRESS_REPAIRED;
	x->items = mem_grow(x->items, x->count, sizeof *x->items);
	struct item *item = &x->items[x->count++];
	*item = (struct item){.a = *a};
	item->a.text = keep(x, a->text);
	item->a.name = keep(x, a->name);
	item->a.comment = keep(x, a->comment);
	item->a.what = keep(x, a->what);
	item->final = usable ? edited(x->policy, a->text) : NULL;
	x->anew = x->anew || a->state == ADDRESS_REPAIRED || a->state == ADDRESS_BAD ||
	          a->name_quotable || text_has_8bit(a->start, a->length) ||
	          memchr(a->start, 0x1b, a->length) != NULL;
}

static void free_items(struct field *x)
{
	for (size_t i = 0; i < x->count; i++)
		free(x->items[i].final);
	free(x->items);
	arena_free(&x->strings);
	buffer_free(&x->behind);
}

static void say(const struct field *x, const struct address *a, const char *what)
{
	struct buffer *said = x->policy->said;
	TEXT(shown, 120);
	if (said == NULL)
		return;
	text_escape(&shown, a->start, a->length < 80 ? a->length : 80);
	buffer_printf(said, "%s%.*s \"%s\": %s", said->length > 0 ? "; " : "", (int)x->f->name_length,
	    x->f->start, shown.data, what);
}

/* What is shown of an address that cannot be written as one. */
static void put_words(struct buffer *out, const char *name, const char *address)
{
	buffer_printf(out, *name != '\0' ? "%s <%s>" : "%s%s", name, address);
}

/* Where one author is due, words without an address get the sender's, unless another mailbox of the
 * field has one. */
static void settle_authors(struct field *x)
{
	size_t seen = 0;
	struct lookup known = {0};
	for (size_t i = 0; i < x->count; i++) {
		struct item *item = &x->items[i];
		if (item->a.state == ADDRESS_BAD && x->counts.usable == 0 && seen == 0 &&
		    x->policy->fallback != NULL) {
			item->final = edited(x->policy, x->policy->fallback);
			say(x, &item->a,
			    *item->a.what != '\0' ? "it has no address; the sender's was put there"
			                          : item->a.what);
		} else if (item->a.state == ADDRESS_BAD) {
			item->left_out = true;
			say(x, &item->a, item->a.what);
		}
		if (item->final == NULL)
			continue;
		/* All mail in the name of one address: it is there once. */
		item->left_out =
		    item->left_out || (x->policy->single && seen > 0) ||
		    (x->policy->edit != NULL && lookup_find(&known, item->final) != LOOKUP_NONE);
		if (!item->left_out && x->policy->edit != NULL)
			lookup_add(&known, item->final);
		seen += !item->left_out;
		x->anew = x->anew || item->left_out;
	}
	lookup_free(&known);
}

/* An author whose address the server cannot carry is shown in a name (RFC 6857 has an empty group,
   which many servers refuse in From). */
static void show_authors(struct field *x)
{
	const char *fallback = x->policy->fallback;
	if (fallback == NULL || !text_is_ascii(fallback))
		return;
	for (size_t i = 0; i < x->count; i++) {
		struct item *item = &x->items[i];
		struct buffer name = {0};
		if (item->final == NULL || text_is_ascii(item->final))
			continue;
		put_words(&name, item->a.name, item->final);
		free(item->final);
		item->a.name = keep(x, buffer_string(&name));
		item->final = edited(x->policy, fallback);
		buffer_free(&name);
		say(x, &item->a,
		    "the address is not ASCII, and the server does not offer SMTPUTF8; the sender's was "
		    "put there, and this one is in the name");
	}
}

static void say_repairs(const struct field *x)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct item *item = &x->items[i];
		if (item->a.state == ADDRESS_REPAIRED ||
		    (item->a.state == ADDRESS_BAD && x->policy->use == ADDRESS_RECIPIENTS))
			say(x, &item->a, item->a.what);
	}
}

/* The name of a group with its colon; an encoded word wants a blank after it (RFC 2047 5 (3)). */
static void put_group(struct buffer *out, const char *name, const char *charset)
{
	phrase_put(out, name, 30, charset);
	buffer_puts(out, out->data[out->length - 1] == '=' ? " :" : ":");
}

/* An empty group that shows what cannot be written as an address. */
static void put_shown(struct buffer *out, const char *name, const char *address,
    const char *charset)
{
	struct buffer words = {0};
	put_words(&words, name, address);
	put_group(out, buffer_string(&words), charset);
	buffer_puts(out, ";");
	buffer_free(&words);
}

/* Nothing but an empty group can have it. */
static bool is_shown(const struct field *x, const struct item *item)
{
	if (item->final == NULL)
		return item->a.state == ADDRESS_BAD;
	return x->policy->ascii && x->policy->use == ADDRESS_RECIPIENTS && !text_is_ascii(item->final);
}

static void put_mailbox(const struct field *x, const struct item *item, struct buffer *out)
{
	const struct address *a = &item->a;
	bool bad = a->state == ADDRESS_BAD;
	const char *name = a->name;
	char *raw = NULL;
	if (bad && *name == '\0' && a->address_length > 0)
		name = raw = mem_copy_n(a->start, a->length);
	/* "From: root@": what was there is the name. */
	if (is_shown(x, item)) {
		put_shown(out, name, item->final, charset_of(x));
	} else if (*name != '\0') {
		phrase_put(out, name, 6, charset_of(x));
		buffer_printf(out, " <%s>", item->final);
	} else {
		/* Without brackets, a local part that needs quotes would be taken for a name. */
		bool odd = *address_domain(item->final) == '\0' && *item->final == '"';
		buffer_printf(out, odd ? "<%s>" : "%s", item->final);
	}
	if (*a->comment != '\0') {
		buffer_puts(out, " ");
		phrase_put_comment(out, a->comment, charset_of(x));
	}
	free(raw);
}

static void put_bad(const struct field *x, const struct item *item, struct buffer *out)
{
	char *raw = mem_copy_n(item->a.start, item->a.length);
	put_group(out, raw, charset_of(x));
	buffer_puts(out, ";");
	free(raw);
}

/* The next member; false when none is begun, or none was before the one that comes after it. */
static bool put_item(struct field *x, const struct item *item, bool comma, struct buffer *out)
{
	/* A group holds no group: it comes after. */
	bool behind = x->in_group && is_shown(x, item);
	struct buffer *to = behind ? &x->behind : out;
	buffer_puts(to, behind || comma ? ", " : " ");
	if (item->a.state == ADDRESS_GROUP) {
		put_group(to, *item->a.name != '\0' ? item->a.name : "group", charset_of(x));
		x->in_group = true;
		return false;
	}
	if (item->final == NULL)
		put_bad(x, item, to);
	else
		put_mailbox(x, item, to);
	return !behind || comma;
}

static int write_anew(struct field *x, struct buffer *out)
{
	int written = 0;
	bool comma = false;
	size_t from = out->length;
	buffer_add(out, x->f->start, x->f->name_length);
	buffer_puts(out, ":");
	for (size_t i = 0; i < x->count; i++) {
		const struct item *item = &x->items[i];
		if (item->left_out)
			continue;
		if (item->a.state == ADDRESS_GROUP_END) {
			buffer_puts(out, ";");
			buffer_add(out, x->behind.data, x->behind.length);
			x->behind.length = 0;
			x->in_group = false;
			comma = true;
			continue;
		}
		written++;
		comma = put_item(x, item, comma, out);
	}
	if (written == 0) {
		out->length = from;
		return 0;
	}
	buffer_puts(out, "\n");
	header_conform_fold(out, from, true);
	return written;
}

/* The field's own bytes, with other addresses in their places. */
static int write_edited(const struct field *x, struct buffer *out)
{
	const char *at = x->f->start;
	size_t from = out->length;
	int written = 0;
	bool changed = false;
	for (size_t i = 0; i < x->count; i++) {
		const struct item *item = &x->items[i];
		written += item->a.state != ADDRESS_GROUP_END;
		if (item->final == NULL || strcmp(item->final, item->a.text) == 0)
			continue;
		buffer_add(out, at, (size_t)(item->a.address_start - at));
		buffer_puts(out, item->final);
		at = item->a.address_start + item->a.address_length;
		changed = true;
	}
	buffer_add(out, at, (size_t)(x->f->start + x->f->length - at));
	header_conform_fold(out, from, changed);
	return written;
}

static bool is_clean(const struct header_field *f)
{
	return memchr(f->start, '\0', f->length) == NULL && memchr(f->start, '\r', f->length) == NULL &&
	       !text_has_8bit(f->start, f->length) && f->value == f->start + f->name_length + 1;
}

int mailboxes_put(const struct header_field *f, const struct mailboxes_policy *policy,
    struct buffer *out)
{
	struct field x = {.f = f, .policy = policy, .anew = !is_clean(f)};
	x.counts = address_read(f->value, f->length - (size_t)(f->value - f->start), policy->use,
	    keep_item, &x);
	x.anew = x.anew || x.counts.untidy;
	for (size_t i = 0; i < x.count && policy->ascii; i++)
		x.anew = x.anew || (x.items[i].final != NULL && !text_is_ascii(x.items[i].final));
	if (policy->use == ADDRESS_AUTHORS && policy->ascii)
		show_authors(&x);
	if (policy->use == ADDRESS_AUTHORS)
		settle_authors(&x);
	say_repairs(&x);
	int written = x.count == 0 ? 0 : x.anew ? write_anew(&x, out) : write_edited(&x, out);
	free_items(&x);
	return written;
}

static void see_utf8(void *context, const struct address *a)
{
	bool *utf8 = context;
	*utf8 = *utf8 || !text_is_ascii(a->text);
}

bool mailboxes_need_utf8(const struct header_field *f)
{
	bool utf8 = false;
	size_t length = f->length - (size_t)(f->value - f->start);
	if (text_has_8bit(f->value, length))
		address_read(f->value, length, ADDRESS_RECIPIENTS, see_utf8, &utf8);
	return utf8;
}
