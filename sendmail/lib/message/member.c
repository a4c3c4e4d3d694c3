/* One member of a list. */
#include "message/member.h"
#include "base/text.h"
#include "message/addrspec.h"
#include <string.h>

/* The blanks before a word of a name: one, or those beyond ASCII that were written. */
static void put_gap(const struct token *t, const struct token *first, struct buffer *out)
{
	const char *from = t > first ? t[-1].start + t[-1].length : t->start;
	if (text_has_8bit(from, (size_t)(t->start - from)))
		buffer_add(out, from, (size_t)(t->start - from));
	else
		buffer_puts(out, " ");
}

bool member_put_name(const struct token *from, const struct token *to, struct buffer *out)
{
	bool odd = false;
	for (const struct token *t = from; t < to; t++) {
		odd = odd || t->broken;
		if (token_is_aside(t))
			continue;
		bool blank =
		    t->gap ||
		    (t > from && (token_is_aside(t - 1) || (token_is_word(t) && token_is_word(t - 1))));
		if (out->length > 0 && blank)
			put_gap(t, from, out);
		token_put_meaning(t, out);
		for (size_t i = 0; t->kind != TOKEN_QUOTED && i < t->length; i++)
			odd = odd || !addrspec_is_atext(t->start[i]);
	}
	return odd;
}

static bool put_comments(const struct token *from, const struct token *to, struct buffer *out)
{
	bool broken = false;
	for (; from < to; from++) {
		if (from->kind != TOKEN_COMMENT)
			continue;
		broken = broken || from->broken;
		if (from->broken && from->length == 1)
			continue;
		buffer_puts(out, out->length > 0 ? "; " : "");
		token_put_meaning(from, out);
		while (out->length > 0 &&
		       (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t'))
			out->length--;
	}
	return broken;
}

static const char *forbidden(const char *address)
{
	if (address_domain(address)[0] != '\0')
		return strlen(address) > ADDRESS_LIMIT_BYTES ? "the address is longer than 320 bytes"
		                                             : NULL;
	if (*address == '|' || text_starts(address, "\"|"))
		return "mail goes to no program from here";
	if (*address == '/' || text_starts(address, "\"/"))
		return "mail goes to no file from here";
	return strlen(address) > ADDRESS_LIMIT_BYTES ? "the address is longer than 320 bytes" : NULL;
}

void member_show(struct member_list *l, const struct member *m)
{
	struct buffer text = {0}, name = {0}, comment = {0};
	const char *repair = NULL, *wrong = m->wrong;
	bool prefixed = l->prefix.length > 0;
	bool quotable = member_put_name(m->name_from, m->name_to, &name) || prefixed;
	if (prefixed) {
		buffer_printf(&l->prefix, ", %s", buffer_string(&name));
		name.length = 0;
		buffer_add(&name, l->prefix.data, l->prefix.length);
	}
	bool closed = put_comments(m->from, m->to, &comment);
	if (wrong == NULL)
		wrong = addrspec_read(m->spec_from, (size_t)(m->spec_to - m->spec_from), &text, &repair);
	if (wrong == NULL)
		wrong = forbidden(buffer_string(&text));
	repair = m->repair != NULL   ? m->repair
	         : l->repair != NULL ? l->repair
	         : repair != NULL    ? repair
	         : closed            ? "a quote or parenthesis had no other half"
	         : prefixed          ? "its name with a comma was quoted"
	                             : NULL;
	const struct token *first = prefixed ? l->prefix_at : m->from,
	                   *last = m->to > m->from ? m->to - 1 : m->from;
	struct address a = {.state = wrong != NULL    ? ADDRESS_BAD
	                             : repair != NULL ? ADDRESS_REPAIRED
	                                              : ADDRESS_GOOD,
	    .text = wrong != NULL ? "" : buffer_string(&text),
	    .name = buffer_string(&name),
	    .comment = buffer_string(&comment),
	    .what = wrong != NULL    ? wrong
	            : repair != NULL ? repair
	                             : "",
	    .name_quotable = quotable,
	    .start = first->start,
	    .length = (size_t)(last->start + last->length - first->start)};
	const struct token *spec = m->spec_from, *spec_end = m->spec_to;
	while (spec < spec_end && token_is_aside(spec))
		spec++;
	while (spec < spec_end && token_is_aside(spec_end - 1))
		spec_end--;
	if (spec_end > spec) {
		a.address_start = spec->start;
		a.address_length = (size_t)(spec_end[-1].start + spec_end[-1].length - spec->start);
	}
	l->counts.usable += wrong == NULL;
	l->counts.bad += wrong != NULL;
	l->counts.repaired += a.state == ADDRESS_REPAIRED;
	l->prefix.length = 0;
	l->seen(l->context, &a);
	buffer_free(&text);
	buffer_free(&name);
	buffer_free(&comment);
}
