/* Keys, their words and their rows. */
#include "base/compat.h"
#include "diagnosis/catalogue.h"
#include <string.h>

#define RETRY_HELPS false
#define NEEDS_ADMIN true

#define REASON(name, word, fault, wait_s, needs_admin, meaning, remedy) \
	[REASON_##name] = {(word), (fault), (wait_s), (needs_admin), (meaning), (remedy)},
#define PLAIN(name, word) [REASON_##name] = {.key = (word)},
static const struct reason rows[REASON_COUNT] = {
    [REASON_NONE] = {.key = ""},
    [REASON_OTHER] = {.key = "other"},
#include "diagnosis/catalogue_rows.h"
};
#undef REASON
#undef PLAIN

const char *reason_word(enum reason_key key)
{
	return rows[key].key;
}

enum reason_key reason_find(const char *word)
{
	if (*word == '\0')
		return REASON_NONE;
	for (int key = REASON_OTHER + 1; key < REASON_COUNT; key++) {
		if (rows[key].key[0] == *word && strcmp(rows[key].key, word) == 0)
			return (enum reason_key)key;
	}
	return REASON_OTHER;
}

const struct reason *catalogue_row(enum reason_key key)
{
	return rows[key].meaning != NULL ? &rows[key] : NULL;
}

const struct reason *catalogue_nth(int i)
{
	for (int key = 0; key < REASON_COUNT; key++) {
		if (rows[key].meaning != NULL && i-- == 0)
			return &rows[key];
	}
	return NULL;
}

enum reason_key catalogue_key(const struct reason *row)
{
	return (enum reason_key)(row - rows);
}
