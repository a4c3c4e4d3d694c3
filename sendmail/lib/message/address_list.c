/* Lists of addresses.  The tokens are cut into members; what a member means is decided
   afterwards. */
#include "base/text.h"
#include "message/addrspec.h"
#include "message/member.h"
#include <stdlib.h>
#include <string.h>

/* What is read again and again while a list is looked at has an end, so that a list of any length
   costs what it is long.  No address, and no name, has so many parts. */
#define ROUTE_TOKENS_MAX 400
#define NAMED_TOKENS_MAX 1000
#define NAME_PARTS_MAX 3
#define GROUPS_ON_END_MAX 100 /* "a:b:c:", with nothing in them */
#define BLANKS "there were blanks in place of a comma"

static void show_group(struct member_list *l, const struct token *from, const struct token *to)
{
	struct buffer name = {0};
	bool quotable = member_put_name(from, to, &name);
	struct address a = {.state = ADDRESS_GROUP,
	    .text = "",
	    .name = buffer_string(&name),
	    .comment = "",
	    .what = "",
	    .name_quotable = quotable,
	    .start = from->start,
	    .length = (size_t)(to->start - from->start)};
	l->in_group = true;
	l->seen(l->context, &a);
	buffer_free(&name);
}

static void end_group(struct member_list *l)
{
	struct address a = {.state = ADDRESS_GROUP_END,
	    .text = "",
	    .name = "",
	    .comment = "",
	    .what = "",
	    .start = l->at->start};
	if (l->in_group)
		l->seen(l->context, &a);
	l->in_group = false;
}

static void show_words(struct member_list *l, const struct token *from, const struct token *to,
    const char *wrong)
{
	member_show(l, &(struct member){.from = from,
	                   .to = to,
	                   .name_from = from,
	                   .name_to = to,
	                   .spec_from = to,
	                   .spec_to = to,
	                   .wrong = wrong});
}

/* "mon@x Disk watcher" as From: words after an address are its name, unless they hold another. */
static bool is_name_behind(const struct member_list *l, const struct token *behind,
    const struct token *to)
{
	return l->use == ADDRESS_AUTHORS && tokens_skip_asides(behind, to) < to &&
	       !tokens_have(behind, to, '@');
}

/* Words, of which the first ones may be the name of an address that lacks its brackets; the rest is
 * read on its own. */
static const struct token *show_named(struct member_list *l, const struct token *from,
    const struct token *to)
{
	const struct token *spec = from;
	while (spec < to && !tokens_have(spec, tokens_piece_end(spec, to), '@'))
		spec = tokens_piece_end(spec, to);
	if (spec == to) {
		show_words(l, from, to, "it is words without an address");
		return to;
	}
	const struct token *behind = tokens_piece_end(spec, to);
	if (spec == from && is_name_behind(l, behind, to)) {
		member_show(l, &(struct member){.from = from,
		                   .to = to,
		                   .name_from = behind,
		                   .name_to = to,
		                   .spec_from = from,
		                   .spec_to = behind,
		                   .repair = "the words behind the address were made its name"});
		return to;
	}
	member_show(l,
	    &(struct member){.from = from,
	        .to = behind,
	        .name_from = from,
	        .name_to = spec,
	        .spec_from = spec,
	        .spec_to = behind,
	        .repair =
	            spec > from ? "the address was put into angle brackets behind its name" : NULL});
	return behind;
}

static bool is_quoted_alone(const struct token *from, const struct token *to)
{
	return to == from + 1 && from->kind == TOKEN_QUOTED && !from->broken;
}

static bool is_quoted_address(const struct token *from, const struct token *to)
{
	while (to > from && token_is_aside(to - 1))
		to--;
	return addrspec_is_quoted_whole(from, (size_t)(to - from));
}

/* An address without a name. */
static void show_plain(struct member_list *l, const struct token *from, const struct token *to,
    const char *repair)
{
	member_show(l, &(struct member){.from = from,
	                   .to = to,
	                   .name_from = to,
	                   .name_to = to,
	                   .spec_from = from,
	                   .spec_to = to,
	                   .repair = repair});
}

/* A member without angle brackets. */
static void read_bare(struct member_list *l, const struct token *from, const struct token *to)
{
	const struct token *first = tokens_skip_asides(from, to), *next = tokens_piece_end(first, to);
	bool one = tokens_count_pieces(first, to) == 1, author = l->use == ADDRESS_AUTHORS;
	bool lone_word = one && !tokens_have(first, to, '@');
	if (first == to && author) {
		show_words(l, from, to, "there is no address");
		return;
	}
	if (first == to) {
		l->counts.untidy = true;
		for (const struct token *t = from; t < to; t++) {
			if (t->broken && t->length > 1)
				show_words(l, from, to, "a parenthesis has no other half");
		}
		return;
	}
	/* "Disk watcher", or Überwachung, as From: a name; "root" is an address. */
	if (author && lone_word && !addrspec_is_user(first, to) && !is_quoted_address(first, to)) {
		show_words(l, from, to, "it is words without an address");
		return;
	}
	if (one) {
		show_plain(l, from, to, NULL);
		return;
	}
	bool quoted = is_quoted_alone(first, next);
	if (quoted && (next->kind == TOKEN_QUOTED || !tokens_have(next, to, '@'))) {
		show_words(l, from, to, "words and quotations without a comma between them");
		return;
	}
	bool named = author || quoted ||
	             ((tokens_have_8bit(first, to) || (next < to && *next->start == '[')) &&
	                 !tokens_have(first, next, '@'));
	if (named && to - first > NAMED_TOKENS_MAX) {
		show_words(l, from, to, "it is far too long to be an address");
		return;
	}
	if (named) {
		const struct token *rest = show_named(l, first, to);
		if (tokens_skip_asides(rest, to) == to)
			return;
		l->repair = BLANKS;
		read_bare(l, rest, to);
		l->repair = NULL;
		return;
	}
	for (; first < to; first = next) {
		next = tokens_piece_end(first, to);
		show_plain(l, first, next, BLANKS);
	}
}

/* Where the brackets that open at from close: at '>', or else where the address ends. */
static const struct token *angle_end(const struct token *from, const struct token *to)
{
	bool route = from + 1 < to && token_is(from + 1, '@');
	for (from++; from < to && !token_is(from, '>'); from++) {
		if (token_is(from, '<') || token_is(from, ';') || (token_is(from, ',') && !route))
			return from;
		route = route && !token_is(from, ':');
	}
	return from;
}

/* joe@x> */
static void read_without(struct member_list *l, const struct token *from, const struct token *stray)
{
	l->repair = "a '>' without '<' was removed";
	read_bare(l, from, stray);
	l->repair = NULL;
}

/* What follows '>': another address whose comma is missing, or words that belong to
   nothing. */
static bool is_another(const struct token *from, const struct token *to)
{
	while (from < to && !token_is(from, '@') && !token_is(from, '<'))
		from++;
	return from < to;
}

/* The first address of a member, or all of it; what follows. */
static const struct token *read_one(struct member_list *l, const struct token *from,
    const struct token *to)
{
	const struct token *open = tokens_find(from, to, '<');
	if (open == to) {
		/* A '>' of its own: nothing is after it that counts. */
		const struct token *stray = tokens_find(from, to, '>');
		if (stray == to || tokens_skip_asides(stray + 1, to) != to)
			read_bare(l, from, to);
		else
			read_without(l, from, stray);
		return to;
	}
	const struct token *name_end = open;
	bool doubled = open + 1 < to && token_is(open + 1, '<');
	open += doubled;
	const struct token *close = angle_end(open, to);
	/* "Joe <3 <joe@x>", "<Joe <joe@x>>": the first one is of the name. */
	if (close < to && token_is(close, '<') && !tokens_have(open, close, '@')) {
		from += from == open;
		doubled = true;
		name_end = open = close;
		close = angle_end(open, to);
	}
	const struct token *behind = close < to && token_is(close, '>') ? close + 1 : close;
	const char *repair = behind == close ? "the missing '>' was put there"
	                     : doubled       ? "one of two '<' was removed"
	                                     : NULL;
	if (doubled && behind < to && token_is(behind, '>'))
		behind++;
	struct member m = {.from = from,
	    .to = to,
	    .name_from = from,
	    .name_to = name_end,
	    .spec_from = open + 1,
	    .spec_to = close,
	    .repair = repair};
	if (is_another(behind, to)) {
		m.to = behind;
		m.repair = "the missing comma behind it was put there";
		member_show(l, &m);
		return behind;
	}
	if (tokens_skip_asides(behind, to) != to && repair == NULL)
		m.repair = "words after its '>' were removed";
	member_show(l, &m);
	return to;
}

static void read_member(struct member_list *l, const struct token *from, const struct token *to)
{
	do
		from = read_one(l, from, to);
	while (from < to);
}

/* After the route "@a,@b:" of an address without brackets; from when there is none. */
static const struct token *route_end(const struct token *from, const struct token *end)
{
	const struct token *t = from;
	end = end - from > ROUTE_TOKENS_MAX ? from + ROUTE_TOKENS_MAX : end;
	while (t < end && token_is(t, '@')) {
		for (t++;
		     t < end && (t->kind == TOKEN_ATOM || t->kind == TOKEN_LITERAL || token_is(t, '.'));)
			t++;
		if (t < end && token_is(t, ':'))
			return t + 1;
		if (t < end && token_is(t, ','))
			t++;
	}
	return from;
}

/* The end of a member: a comma or semicolon that is not within angle brackets. */
static const struct token *member_end(const struct token *from, const struct token *end)
{
	for (from = route_end(from, end); from < end && !token_is(from, ',') && !token_is(from, ';');) {
		const struct token *close = token_is(from, '<') ? angle_end(from, end) : from + 1;
		from = close > from ? close : from + 1;
	}
	return from;
}

static bool is_mailto(const struct token *from, const struct token *colon)
{
	return colon == from + 1 && from->kind == TOKEN_ATOM && from->length == 6 &&
	       text_starts_ci(from->start, "mailto");
}

/* The colon after the name of a group; NULL when the member is none. */
static const struct token *group_colon(const struct member_list *l, const struct token *from,
    const struct token *to)
{
	const struct token *colon = tokens_find(from, to, ':');
	/* "Disk: full <mon@x>" as From: no group, whose ';' would be there, but a name. */
	if (l->use == ADDRESS_AUTHORS && colon < to && !is_mailto(from, colon) &&
	    !tokens_have(colon, l->end, ';'))
		return NULL;
	/* ": joe@x" has no name. */
	if (colon == from && tokens_find(from + 1, to, ':') == to)
		return colon;
	if (colon == to || colon == from || tokens_have(from, colon, '<') ||
	    tokens_have(from, colon, '@'))
		return NULL;
	return colon;
}

/* "Müller, Jörg <jm@x>": words before a comma that can be no recipient, and a name after it. */
static bool is_name_with_comma(const struct member_list *l, const struct token *from,
    const struct token *to, int parts)
{
	const struct token *next = to + 1;
	if (l->in_group || to == l->end || !token_is(to, ',') || tokens_have(from, to, '@') ||
	    tokens_have(from, to, '<') || tokens_skip_asides(from, to) == to)
		return false;
	const struct token *end = member_end(next, l->end), *open = tokens_find(next, end, '<');
	bool name_follows =
	    open < end && tokens_skip_asides(next, open) < open && !tokens_have(next, open, '@');
	/* A name in three parts ("Müller, Dr., Jörg"), too. */
	if (!name_follows)
		return open == end && end < l->end && parts < NAME_PARTS_MAX &&
		       is_name_with_comma(l, next, end, parts + 1) &&
		       (l->use == ADDRESS_AUTHORS || tokens_have_8bit(from, to));
	bool words = tokens_count_pieces(from, to) > 1 || is_quoted_alone(from, to);
	return l->use == ADDRESS_AUTHORS || tokens_have_8bit(from, to) ||
	       (words && tokens_have_8bit(next, open));
}

static void take_prefix(struct member_list *l, const struct token *from, const struct token *to)
{
	struct buffer words = {0};
	member_put_name(from, to, &words);
	if (l->prefix.length == 0)
		l->prefix_at = from;
	buffer_printf(&l->prefix, "%s%s", l->prefix.length > 0 ? ", " : "", buffer_string(&words));
	buffer_free(&words);
}

static void read_list(struct member_list *l)
{
	bool empty = false;
	int groups = 0;
	while (l->at < l->end) {
		const struct token *to = member_end(l->at, l->end), *colon = group_colon(l, l->at, to);
		if (colon != NULL && groups++ < GROUPS_ON_END_MAX) {
			bool plain = colon == l->at || is_mailto(l->at, colon);
			l->counts.untidy = l->counts.untidy || l->in_group || plain;
			if (!plain) {
				end_group(l);
				show_group(l, l->at, colon);
			}
			l->at = colon + 1;
			empty = true;
			continue;
		}
		if (to == l->at)
			l->counts.untidy = l->counts.untidy || !empty || !token_is(to, ';');
		else if (is_name_with_comma(l, l->at, to, 1))
			take_prefix(l, l->at, to);
		else
			read_member(l, l->at, to);
		empty = false;
		groups = 0;
		l->at = to;
		if (to == l->end)
			break;
		if (token_is(to, ';')) {
			bool comma = l->at + 1 < l->end && token_is(l->at + 1, ',');
			l->counts.untidy = l->counts.untidy || !l->in_group || (!comma && l->at + 1 < l->end);
			end_group(l);
			l->at += comma ? 2 : 1;
			continue;
		}
		l->at++;
		l->counts.untidy = l->counts.untidy || l->at == l->end;
	}
	l->counts.untidy = l->counts.untidy || l->in_group;
	end_group(l);
}

void member_list_read(struct member_list *l, const char *list, size_t length)
{
	size_t count;
	struct token *tokens = token_read(list, length, &count);
	l->at = tokens;
	l->end = tokens + count;
	read_list(l);
	buffer_free(&l->prefix);
	free(tokens);
}
