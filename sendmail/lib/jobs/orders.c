/* Orders, written and read. */
#include "jobs/orders.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/protocol.h"
#include "base/text.h"
#include "message/parameter.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum orders_verb { ORDERS_PATH, ORDERS_SKIP, ORDERS_AVOID, ORDERS_WITHOUT, ORDERS_SHOW };
static const struct protocol_row rows[] = {
    [ORDERS_PATH] = {"path", "KEY"},
    [ORDERS_SKIP] = {"skip", "SMARTHOST"},
    [ORDERS_AVOID] = {"avoid", "ADDRESS/PORT"},
    [ORDERS_WITHOUT] = {"without", "SMARTHOST/N"},
    [ORDERS_SHOW] = {"show", ""},
};
const struct protocol orders_given = PROTOCOL("orders to relay", rows);

/* A pipe takes so much without a reader on every system. */
#define PIPE_BYTES 16384

static void put_words(struct buffer *out, enum orders_verb verb, const char *list)
{
	char *words = mem_copy(list);
	int count = 0;
	for (char *word = strtok(words, " "); word != NULL && count < ORDERS_WORDS_MAX;
	     word = strtok(NULL, " ")) {
		if (out->length + strlen(word) + 16 > PIPE_BYTES)
			break;
		protocol_put(out, &orders_given, (int)verb, word);
		count++;
	}
	free(words);
}

void orders_write(struct buffer *out, const char *path, const char *skips, const char *avoid,
    const char *without, bool show)
{
	protocol_put(out, &orders_given, ORDERS_PATH, path);
	if (show)
		protocol_put(out, &orders_given, ORDERS_SHOW, "");
	put_words(out, ORDERS_SKIP, skips);
	put_words(out, ORDERS_AVOID, avoid);
	put_words(out, ORDERS_WITHOUT, without);
}

int orders_pipe(const struct buffer *orders)
{
	int ends[2];
	if (compat_pipe(ends) != 0)
		return -1;
	if (!fdio_nonblocking(ends[1]) || !fdio_write(ends[1], orders->data, orders->length)) {
		int saved = errno;
		close(ends[0]);
		close(ends[1]);
		errno = saved;
		return -1;
	}
	close(ends[1]);
	return ends[0];
}

static bool add_word(char **words, int *count, char *word)
{
	if (*word == '\0' || *count == ORDERS_WORDS_MAX)
		return false;
	words[(*count)++] = word;
	return true;
}

static bool take_line(struct orders *o, char *line)
{
	const char *behind;
	int verb = protocol_find(&orders_given, line, &behind);
	char *word = verb >= 0 ? line + (behind - line) : NULL;
	switch (verb) {
	case ORDERS_PATH:
		if (o->path != NULL)
			return false;
		o->path = word;
		return true;
	case ORDERS_SKIP: return add_word(o->skip, &o->skip_count, word);
	case ORDERS_AVOID: return add_word(o->avoid, &o->avoid_count, word);
	case ORDERS_WITHOUT: return add_word(o->without, &o->without_count, word);
	case ORDERS_SHOW: return o->show = true;
	default: return false;
	}
}

bool orders_read(struct orders *o, int fd)
{
	*o = (struct orders){0};
	bool good = fdio_slurp(fd, &o->text, ORDERS_LIMIT_BYTES);
	size_t at = 0;
	char *line;
	close(fd);
	while (good && (line = fdio_next_line(&o->text, &at)) != NULL)
		good = take_line(o, line);
	return good && o->path != NULL;
}

unsigned orders_without(char *const *words, int count, const char *name)
{
	long long set;
	for (int i = 0; i < count; i++) {
		const char *slash = strrchr(words[i], '/');
		if (slash != NULL && (size_t)(slash - words[i]) == strlen(name) &&
		    text_starts(words[i], name) && text_number(slash + 1, 0, PARAMETER_ALL, &set))
			return (unsigned)set;
	}
	return 0;
}

void orders_free(struct orders *o)
{
	buffer_free(&o->text);
}
