/* Put and parsed by the table of verbs. */
#include "base/mailbox_answer.h"
#include "base/text.h"
#include <string.h>

static const struct protocol_row answered[] = {
    [MAILBOX_DELIVERED] = {"delivered", "WORDS"},
    [MAILBOX_FORWARD] = {"forward", "own|away WORDS"},
    [MAILBOX_FAILED] = {"failed", "KEY WORDS"},
};
const struct protocol mailbox_answered = PROTOCOL("mailbox to mbox", answered);

void mailbox_answer_put(struct buffer *out, const struct mailbox_answer *a)
{
	struct buffer behind = {0};
	if (a->verb == MAILBOX_FORWARD)
		buffer_puts(&behind, a->own ? "own " : "away ");
	else if (a->verb == MAILBOX_FAILED)
		buffer_printf(&behind, "%s ", a->key);
	size_t from = behind.length;
	buffer_puts(&behind, a->words);
	for (size_t i = from; i < behind.length; i++) {
		if ((unsigned char)behind.data[i] < 0x20)
			behind.data[i] = '?';
	}
	protocol_put(out, &mailbox_answered, (int)a->verb, buffer_string(&behind));
	buffer_free(&behind);
}

/* The first word, with the blank after it, goes to word. */
static bool take_word(const char **at, char *word, size_t size)
{
	size_t length = strcspn(*at, " ");
	if (length == 0 || length >= size || (*at)[length] != ' ')
		return false;
	memcpy(word, *at, length);
	word[length] = '\0';
	*at += length + 1;
	return true;
}

bool mailbox_answer_parse(struct mailbox_answer *a, const char *line)
{
	char word[sizeof a->key];
	int verb = protocol_find(&mailbox_answered, line, &line);
	*a = (struct mailbox_answer){.words = ""};
	if (verb < 0 || (verb != MAILBOX_DELIVERED && !take_word(&line, word, sizeof word)))
		return false;
	a->verb = (enum mailbox_verb)verb;
	a->own = verb == MAILBOX_FORWARD && strcmp(word, "own") == 0;
	if (verb == MAILBOX_FORWARD && !a->own && strcmp(word, "away") != 0)
		return false;
	if (verb == MAILBOX_FAILED)
		memcpy(a->key, word, sizeof word);
	a->words = line;
	return true;
}
