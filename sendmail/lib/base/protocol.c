/* Verbs, found and put. */
#include "base/protocol.h"
#include <stdbool.h>
#include <string.h>

int protocol_find(const struct protocol *p, const char *line, const char **behind)
{
	size_t length = strcspn(line, " ");
	bool alone = line[length] == '\0';
	for (int i = 0; i < p->count; i++) {
		const struct protocol_row *row = &p->rows[i];
		if (strncmp(row->word, line, length) == 0 && row->word[length] == '\0' &&
		    (*row->behind == '\0') == alone) {
			*behind = line + length + !alone;
			return i;
		}
	}
	return -1;
}

void protocol_put(struct buffer *out, const struct protocol *p, int row, const char *behind)
{
	buffer_puts(out, p->rows[row].word);
	if (*p->rows[row].behind != '\0')
		buffer_puts(out, " ");
	buffer_puts(out, behind);
	buffer_puts(out, "\n");
}
