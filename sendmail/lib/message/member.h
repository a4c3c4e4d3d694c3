/* The members of a list of addresses, as message/address_list.c cuts them out. */
#ifndef MESSAGE_MEMBER_H
#define MESSAGE_MEMBER_H
#include "message/address.h"
#include "message/token.h"

/* The list as far as it is read. */
struct member_list {
	const struct token *at, *end;
	enum address_use use;
	address_seen *seen;
	void *context;
	struct address_counts counts;
	bool in_group;
	struct buffer prefix; /* words of a name before a comma that belongs to it */
	const struct token *prefix_at;
	const char *repair; /* of all members that are read now; NULL: none */
};

/* One member with name (from its own words, or of a part of a phrase), address tokens, and comments
 * of all of it. */
struct member {
	const struct token *from, *to; /* all of it */
	const struct token *name_from, *name_to;
	const struct token *spec_from, *spec_to; /* of the address; none: spec_from == spec_to */
	const char *repair, *wrong;              /* NULL: nothing known yet */
};

/* Reads a list; use, seen and context are set. */
void member_list_read(struct member_list *l, const char *list, size_t length);

/* Decides on a member and shows it: its words are its name, its address is read, what is wrong or
 * changed is said. */
void member_show(struct member_list *l, const struct member *m);

/* What words say, with a blank where one or more were; true when they are no phrase as they are
 * (RFC 5322 3.2.5). */
bool member_put_name(const struct token *from, const struct token *to, struct buffer *out);
#endif
