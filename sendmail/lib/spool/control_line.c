/* The verbs on mqueue/control. */
#include "spool/control_line.h"
#include "base/text.h"
#include <string.h>

#define FLUSH "flush."

static const struct protocol_row asked[] = {
    [CONTROL_HOLD] = {"hold", "ID"},
    [CONTROL_RELEASE] = {"release", "ID"},
    [CONTROL_RETRY] = {"retry", "ID"},
    [CONTROL_REMOVE] = {"remove", "ID"},
    [CONTROL_SHOW] = {"show", "NAME"},
    [CONTROL_FORGET] = {"forget", ""},
    [CONTROL_WORK] = {"work", ""},
    [CONTROL_NOTED] = {"noted", "FLUSH"},
    [CONTROL_WATCH] = {"watch", "ID talk|wait"},
    [CONTROL_LOOK] = {"look", ""},
};
const struct protocol control_asked = PROTOCOL("mailq to runner", asked);

static const struct protocol_row answered[] = {
    [CONTROL_OK] = {"ok", ""},
    [CONTROL_OK_FIELDS] = {"ok", "FIELDS"},
    [CONTROL_NO] = {"no", "REASON"},
    [CONTROL_OVER] = {"over", "done|waits|held|closed|gone"},
    [CONTROL_STORY] = {"TIME", "VERB FIELDS"},
};
const struct protocol control_answered = PROTOCOL("runner to mailq", answered);

static const char *const ends[CONTROL_ENDS] = {"done", "waits", "held", "closed", "gone"};

/* "ID talk" */
static bool parse_watch(struct control_line *l, const char *behind)
{
	size_t length = strcspn(behind, " ");
	if (length != ID_LENGTH)
		return false;
	text_copy(l->name, ID_SIZE, behind);
	l->talk = strcmp(behind + length, " talk") == 0;
	return id_valid(l->name) && (l->talk || strcmp(behind + length, " wait") == 0);
}

/* Names a file in drop/, and nothing elsewhere. */
static bool is_flush(const char *name)
{
	return text_starts(name, FLUSH) &&
	       strspn(name + strlen(FLUSH), "0123456789") == strlen(name + strlen(FLUSH));
}

bool control_line_parse(struct control_line *l, const char *line)
{
	const char *behind;
	char id[ID_SIZE];
	int verb = protocol_find(&control_asked, line, &behind);
	*l = (struct control_line){.verb = (enum control_verb)verb};
	if (verb < 0)
		return false;
	if (verb == CONTROL_WATCH)
		return parse_watch(l, behind);
	if (strlen(behind) >= sizeof l->name)
		return false;
	text_copy(l->name, sizeof l->name, behind);
	switch (verb) {
	case CONTROL_FORGET:
	case CONTROL_WORK:
	case CONTROL_LOOK: return true;
	case CONTROL_NOTED: return is_flush(l->name);
	case CONTROL_SHOW: return id_valid(l->name) || id_with_suffix(l->name, ".dead", id);
	default: return id_valid(l->name);
	}
}

void control_line_put(struct buffer *out, enum control_verb verb, const char *name)
{
	protocol_put(out, &control_asked, (int)verb, name);
}

void control_line_put_watch(struct buffer *out, const char *id, bool talk)
{
	TEXT(behind, 64);
	text_printf(&behind, "%s %s", id, talk ? "talk" : "wait");
	protocol_put(out, &control_asked, CONTROL_WATCH, behind.data);
}

enum control_answer control_answer_parse(const char *line, const char **behind)
{
	static const struct protocol spoken = {.rows = answered, .count = CONTROL_STORY};
	int found = protocol_find(&spoken, line, behind);
	if (found >= 0)
		return (enum control_answer)found;
	*behind = line;
	return CONTROL_STORY;
}

void control_answer_put(struct buffer *out, enum control_answer answer, const char *behind)
{
	protocol_put(out, &control_answered, (int)answer, behind);
}

const char *control_end_word(enum control_end end)
{
	return ends[end];
}

enum control_end control_end_find(const char *word)
{
	int end = 0;
	while (end < CONTROL_ENDS && strcmp(ends[end], word) != 0)
		end++;
	return (enum control_end)end;
}
