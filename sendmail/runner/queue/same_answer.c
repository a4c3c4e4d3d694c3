/* The row of equal answers of one server. */
#include "runner/queue/same_answer.h"
#include "base/hash.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include <ctype.h>
#include <string.h>

/* Whom the words of the answer blame, if they do: the fault of a diagnosis is guessed by its stage
 * then. */
static enum fault blamed(const struct diagnosis *d)
{
	const struct reason *row = catalogue_row(d->key);
	return row != NULL ? row->fault : FAULT_NONE;
}

/* A filter that fails with one message after the other does not work. */
static bool is_of_filter(const struct diagnosis *d)
{
	return d->verdict == VERDICT_DEFERRED && d->key == REASON_FILTER_FAILED;
}

/* It may be about the server: to MAIL, or to RCPT where no recipient is to blame. */
static bool may_count(const struct diagnosis *d)
{
	if (is_of_filter(d))
		return true;
	bool temporary = d->verdict == VERDICT_DEFERRED && d->reply_code >= 400 && d->reply_code < 500;
	enum fault fault = blamed(d);
	return temporary && fault != FAULT_RECIPIENT &&
	       (d->stage == STAGE_MAIL || (d->stage == STAGE_RCPT && fault != FAULT_MESSAGE));
}

static bool is_same(const struct same_answer *s, const struct diagnosis *d)
{
	return s->count > 0 && s->stage == d->stage && s->code == d->reply_code &&
	       strcmp(s->status, d->status) == 0 && s->key == d->key;
}

/* Two that fall together only make the row longer. */
static uint64_t number_of(const char *word)
{
	uint64_t sum = HASH_START;
	for (; *word != '\0'; word++)
		sum = hash_add(sum, &(char){(char)tolower((unsigned char)*word)}, 1);
	return sum;
}

static uint64_t asked_about(const struct diagnosis *d, uint64_t id, const char *sender,
    const char *rcpt)
{
	const char *at = strrchr(rcpt, '@');
	if (d->stage == STAGE_RCPT)
		return number_of(at != NULL ? at : "");
	enum fault fault = blamed(d);
	return fault == FAULT_MESSAGE || fault == FAULT_CONFIG ? number_of(sender) : id;
}

static void begin(struct same_answer *s, const struct diagnosis *d, uint32_t uid)
{
	*s = (struct same_answer){.stage = d->stage, .code = d->reply_code, .uid = uid};
	text_copy(s->status, sizeof s->status, d->status);
	s->key = d->key;
}

bool same_answer_note(struct same_answer *s, const struct diagnosis *d, uint64_t id, uint32_t uid,
    const char *sender, const char *rcpt)
{
	/* No answer at all is counted elsewhere. */
	if (d->verdict == VERDICT_DEFERRED && d->reply_code == 0 && !is_of_filter(d))
		return false;
	if (!may_count(d)) {
		*s = (struct same_answer){0};
		return false;
	}
	if (!is_same(s, d))
		begin(s, d, uid);
	s->of_several = s->of_several || s->uid != uid;
	uint64_t asked = asked_about(d, id, sender, rcpt);
	bool news = s->count == 0 || s->id != id;
	for (int i = 0; i < s->count; i++)
		news = news && s->asked[i] != asked;
	if (news && s->count < SAME_ANSWER_MAX)
		s->asked[s->count++] = asked;
	s->id = id;
	return s->count == SAME_ANSWER_MAX;
}
