/* Remedies with the values of the case. */
#include "diagnosis/remedy.h"
#include "base/language.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/remedy_rows.h"
#include <string.h>

/* What may be in a command: a recipient and a login may be anybody's words, and an
   administrator copies them into a shell. */
static bool is_plain(const char *value)
{
	return *value != '\0' && *value != '-' &&
	       value[strspn(value,
	           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+:-")] == '\0';
}

struct value {
	const char *name, *known, *unknown;
};

#define VALUES 4

static void find_values(const struct diagnosis *d, const char *recipient, struct value v[VALUES])
{
	const char *at = recipient != NULL ? strrchr(recipient, '@') : NULL;
	v[0] = (struct value){"{address}", d->local_address, TR("ADDRESS (of this machine)")};
	v[1] = (struct value){"{domain}", at != NULL ? at + 1 : "", TR("DOMAIN (of the recipient)")};
	v[2] = (struct value){"{recipient}", recipient != NULL ? recipient : "", TR("RECIPIENT")};
	v[3] = (struct value){"{login}", d->login, TR("LOGIN")};
	for (int i = 0; i < VALUES; i++) {
		if (!is_plain(v[i].known))
			v[i].known = v[i].unknown;
	}
}

static void fill(struct text *t, const char *text, const struct value v[VALUES])
{
	while (*text != '\0') {
		size_t length = strcspn(text, "{");
		text_put_n(t, text, length);
		text += length;
		int i = 0;
		while (i < VALUES && !text_starts(text, v[i].name))
			i++;
		if (i < VALUES) {
			text_put(t, v[i].known);
			text += strlen(v[i].name);
		} else if (*text != '\0') {
			text_char(t, *text++);
		}
	}
}

/* The catalogue speaks of values that may be known here. */
static void add_values(struct text *t, const char *text, const struct value v[VALUES])
{
	static const struct {
		const char *words;
		int value;
	} spoken[] = {{TR_LATER("this machine's address"), 0}, {TR_LATER("the recipient's domain"), 1}};
	while (*text != '\0') {
		size_t length = 0;
		const struct value *said = NULL;
		for (int i = 0; i < 2 && length == 0; i++) {
			const char *words = TR(spoken[i].words);
			if (!text_starts(text, words))
				continue;
			length = strlen(words);
			said = &v[spoken[i].value];
		}
		text_put_n(t, text, length > 0 ? length : 1);
		text += length > 0 ? length : 1;
		if (said != NULL && said->known != said->unknown)
			text_printf(t, TR(" (%s)"), said->known);
	}
}

/* Failures of a machine that mail has no business with any more: its server is somewhere else now.
 */
static bool may_be_left(enum reason_key key)
{
	return key == REASON_RELAY_DENIED || key == REASON_RELAY_OR_UNKNOWN ||
	       key == REASON_CONNECT_TIMEOUT || key == REASON_CONNECT_REFUSED;
}

static void put_move(struct text *t, const struct diagnosis *d)
{
	if (d->moved[0] == '\0' && may_be_left(d->key) && *d->hop != '@')
		text_put(t, TR(" If the server has moved, check that host and /etc/hosts lead to its new "
		               "address: relayconf check"));
}

void remedy_put(struct text *t, const struct diagnosis *d, const char *recipient)
{
	struct value v[VALUES];
	const struct reason *row = catalogue_row(d->key);
	find_values(d, recipient, v);
	if (d->moved[0] != '\0')
		text_printf(t, TR("Check the address: %s. "), d->moved);
	for (const struct remedy_row *r = remedy_rows; r->key != REASON_NONE && *d->server != '\0';
	     r++) {
		if (r->key != d->key || strcmp(r->kind, d->server) != 0)
			continue;
		fill(t, TR(r->text), v);
		put_move(t, d);
		return;
	}
	if (row == NULL)
		return;
	add_values(t, TR(row->remedy), v);
	put_move(t, d);
}

bool remedy_nth(int i, enum reason_key *key, const char **kind, const char **text)
{
	int count = 0;
	while (remedy_rows[count].key != REASON_NONE)
		count++;
	if (i < 0 || i >= count)
		return false;
	*key = remedy_rows[i].key;
	*kind = remedy_rows[i].kind;
	*text = remedy_rows[i].text;
	return true;
}
