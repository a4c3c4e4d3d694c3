/* Choosing messages, as sendmail's -q does. */
#include "mailq/select.h"
#include <string.h>

bool select_is_choice(const char *word)
{
	if (strncmp(word, "-q", 2) != 0)
		return false;
	word += word[2] == '!' ? 3 : 2;
	return *word != '\0' && strchr("IRSQ", *word) != NULL;
}

static bool has_rcpt(const struct row *r, const char *part)
{
	for (int i = 0; i < r->rcpt_count; i++) {
		if (text_find_ci(r->rcpts[i].address, part) != NULL)
			return true;
	}
	return false;
}

static bool fits(const struct row *r, const char *choice)
{
	choice += 2;
	bool turned = *choice == '!';
	const char *part = choice + turned + 1;
	bool is = false;
	switch (choice[turned]) {
	case 'I': is = text_find_ci(r->id, part) != NULL; break;
	case 'R': is = has_rcpt(r, part); break;
	case 'S': is = text_find_ci(r->sender, part) != NULL; break;
	default: is = r->held; break;
	}
	return is != turned;
}

bool select_fits(const struct row *r, char *const *choices, int count)
{
	bool all = true;
	for (int k = 0; k < count; k++)
		all = all && fits(r, choices[k]);
	return all;
}
