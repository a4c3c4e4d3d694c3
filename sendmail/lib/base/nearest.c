/* Comparing words. */
#include "base/language.h"
#include "base/nearest.h"
#include <string.h>

/* Changes of one letter (left out, added, another, two that changed places) that lead from a to
   b. */
static int distance(const char *a, const char *b)
{
	enum { LONGEST = 40 };
	int rows[3][LONGEST + 1];
	size_t m = strlen(a), n = strlen(b);
	if (m > LONGEST || n > LONGEST)
		return LONGEST;
	for (size_t k = 0; k <= n; k++)
		rows[0][k] = (int)k;
	for (size_t i = 1; i <= m; i++) {
		int *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
		now[0] = (int)i;
		for (size_t k = 1; k <= n; k++) {
			int best = before[k - 1] + (a[i - 1] != b[k - 1]);
			best = before[k] + 1 < best ? before[k] + 1 : best;
			best = now[k - 1] + 1 < best ? now[k - 1] + 1 : best;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    earlier[k - 2] + 1 < best)
				best = earlier[k - 2] + 1;
			now[k] = best;
		}
	}
	return rows[m % 3][n];
}

const char *nearest_word(const char *word, const char *(*next)(const void *context, int i),
    const void *context)
{
	const char *best = NULL, *candidate;
	/* A third of the letters may be wrong. */
	int least = (int)(strlen(word) + 1) / 3 + 1;
	/* Of two options of one letter each is as near as the other. */
	if (strlen(word) < 2 || (word[0] == '-' && word[1] != '-'))
		return NULL;
	for (int i = 0; (candidate = next(context, i)) != NULL; i++) {
		int changes = distance(word, candidate);
		/* The beginning of a long word is as good as a slip. */
		if (strlen(word) >= 3 && text_starts(candidate, word))
			changes = 1;
		if (changes < least) {
			least = changes;
			best = candidate;
		}
	}
	return best;
}

static const char *next_of(const void *context, int i)
{
	return ((const char *const *)context)[i];
}

const char *nearest_of(const char *word, const char *const *words)
{
	return nearest_word(word, next_of, words);
}

void nearest_ask(struct text *message, const char *near)
{
	if (near != NULL && *near != '\0')
		text_printf(message, TR("; did you mean %s?"), near);
}
