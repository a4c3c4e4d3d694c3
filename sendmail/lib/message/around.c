/* What is around an address. */
#include "message/around.h"
#include "message/wide.h"
#include <string.h>

/* What closes such a bracket around an address; 0: it is none. */
static char closing_of(char c)
{
	return c == '[' ? ']' : c == '{' ? '}' : c != '\0' && strchr("'`*", c) != NULL ? c : 0;
}

/* One of the marks that no domain ends with: its length, or 0. */
static size_t mark_before(const char *from, size_t length, bool opened)
{
	/* "'joe@x]": which one is too many? */
	bool plain = length > 0 && !opened && strchr("'!?]}", from[length - 1]) != NULL;
	return plain ? 1 : wide_mark_before(from, length);
}

/* Comments, and the dot at its end, may follow what is looked at; false: there is nothing else. */
static bool find_last(struct around *a, bool domain)
{
	a->last = a->end;
	while (a->last > a->first &&
	       (token_is_aside(a->last - 1) || (domain && token_is(a->last - 1, '.'))))
		a->last--;
	return a->last-- > a->first;
}

/* Those marks, and quotes beyond ASCII on both sides. */
static void skip_marks(struct around *a)
{
	const struct token *first = a->first;
	for (size_t n; first->kind == TOKEN_ATOM &&
	               (n = wide_mark(first->start + a->lead, first->length - a->lead)) > 0;)
		a->lead += n;
	bool opened = first->length > a->lead && closing_of(first->start[a->lead]) != 0;
	for (size_t n; a->last->kind == TOKEN_ATOM &&
	               (n = mark_before(a->last->start, a->last->length - a->trail, opened)) > 0;) {
		a->trail += n;
		/* "joe@x!.?": of its last word nothing is left, and the one before is the last. */
		while (a->trail == a->last->length && a->last > first + 1) {
			a->end = a->last;
			a->trail = 0;
			find_last(a, true);
		}
	}
}

static bool has_at(const struct token *from, const struct token *to)
{
	for (; from < to; from++) {
		for (size_t i = 0; from->kind == TOKEN_ATOM && i + 2 < from->length; i++) {
			if (memcmp(from->start + i, WIDE_AT, 3) == 0)
				return true;
		}
		if (token_is(from, '@'))
			return true;
	}
	return false;
}

/* Whether an opening and a closing one are around all of it; without a domain, those two that are
   hardly of a name. */
static bool is_paired(const struct around *a, bool domain)
{
	const struct token *first = a->first, *last = a->last;
	if (a->end - first < 3 || first->kind != TOKEN_ATOM || last->kind != TOKEN_ATOM ||
	    first->length < 2 || last->length < 2)
		return false;
	char opening = first->start[0], closing = closing_of(opening);
	return closing != 0 && last->start[last->length - 1] == closing &&
	       (domain || strchr("`*", opening) == NULL);
}

/* "joe@x?subject=y", after "mailto:", and "joe@x:". */
static void skip_query(struct around *a)
{
	for (const struct token *t = tokens_find(a->first, a->end, '@'); t < a->end; t++) {
		const char *query = t->kind == TOKEN_ATOM ? memchr(t->start, '?', t->length) : NULL;
		if (query == NULL || query == t->start || tokens_have(t, a->end, '@'))
			continue;
		a->end = t + 1;
		a->last = t;
		a->trail = t->length - (size_t)(query - t->start);
		a->repair = "what was after the address was removed";
		return;
	}
	if (a->last - a->first > 2 && token_is(a->last, ':')) {
		a->end = a->last;
		find_last(a, true);
		a->repair = "the colon at its end was removed";
	}
}

void around_find(struct around *a, const struct token *from, const struct token *to)
{
	bool domain = has_at(from, to);
	*a = (struct around){.first = from, .end = to};
	if (!find_last(a, domain))
		return;
	if (is_paired(a, domain)) {
		/* Of several pairs, none: what is left would be taken for another address when it is read
		   again. */
		if (closing_of(from->start[1]) != 0 ||
		    strchr("\']}`*", a->last->start[a->last->length - 2]) != NULL)
			return;
		a->lead = a->trail = 1;
		a->repair = strchr("[{", from->start[0]) != NULL ? "the brackets around it were removed"
		                                                 : AROUND_APOSTROPHES;
	} else if (domain) {
		skip_query(a);
	}
	if (domain)
		skip_marks(a);
	if (a->repair == NULL && (a->lead + a->trail > 0 || a->end < to))
		a->repair = "the quotes or marks around it were removed";
}

bool around_strip(struct buffer *plain)
{
	size_t n = plain->length;
	const char *p = plain->data, *dot = n > 0 ? memchr(p, '.', n) : NULL;
	if (dot == NULL || dot == p + 1 || strchr("'[{", p[0]) == NULL ||
	    p[n - 1] != closing_of(p[0]) || p[n - 2] == '.' || closing_of(p[1]) != 0 ||
	    strchr("\']}`*", p[n - 2]) != NULL)
		return false;
	plain->length = n - 2;
	memmove(plain->data, p + 1, n - 2);
	return true;
}
