/* Words for a watcher. */
#include "base/clock.h"
#include "base/fields.h"
#include "runner/queue/schedule.h"
#include "runner/queue/watcher.h"

#define OUT_LIMIT_BYTES 262144

void watcher_greet(struct watcher *w)
{
	control_answer_put(&w->out, CONTROL_OK, "");
}

/* The last line has its place also after lines that were too many. */
static void put_last(struct watcher *w, enum control_answer answer, const char *behind)
{
	if (!w->over)
		control_answer_put(&w->out, answer, behind);
	w->over = true;
	if (w->entry != NULL)
		w->entry->watcher = NULL;
	w->entry = NULL;
}

void watcher_refuse(struct watcher *w, const char *reason)
{
	put_last(w, CONTROL_NO, reason);
}

void watcher_end(struct watcher *w, enum control_end end)
{
	put_last(w, CONTROL_OVER, control_end_word(end));
}

bool watcher_talks(const struct entry *e)
{
	return e->watcher != NULL && e->watcher->talk;
}

void watcher_lines(const struct entry *e, const struct buffer *lines)
{
	struct watcher *w = e->watcher;
	if (w != NULL && w->talk && w->out.length < OUT_LIMIT_BYTES)
		buffer_add(&w->out, lines->data, lines->length);
}

void watcher_text(const struct entry *e, enum story_verb verb, const char *text)
{
	struct buffer line = {0}, fields = {0};
	if (!watcher_talks(e))
		return;
	fields_put(&fields, "text", text);
	buffer_printf(&line, "%lld %s %s\n", (long long)clock_wall_s(), story_word(verb),
	    buffer_string(&fields));
	watcher_lines(e, &line);
	buffer_free(&fields);
	buffer_free(&line);
}

void watcher_done(struct entry *e)
{
	if (e->watcher != NULL)
		watcher_end(e->watcher, CONTROL_END_DONE);
}
