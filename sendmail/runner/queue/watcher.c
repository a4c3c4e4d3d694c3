/* Words for a watcher. */
#include "base/clock.h"
#include "base/fields.h"
#include "runner/queue/schedule.h"
#include "runner/queue/watcher.h"

#define OUT_LIMIT_BYTES 262144

void watcher_say(struct watcher *w, const char *line)
{
	if (w->out.length < OUT_LIMIT_BYTES && !w->over)
		buffer_printf(&w->out, "%s\n", line);
}

void watcher_end(struct watcher *w, const char *line)
{
	w->out.length = w->out.length < OUT_LIMIT_BYTES ? w->out.length : OUT_LIMIT_BYTES;
	watcher_say(w, line);
	w->over = true;
	if (w->entry != NULL)
		w->entry->watcher = NULL;
	w->entry = NULL;
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

void watcher_text(const struct entry *e, const char *verb, const char *text)
{
	struct buffer line = {0}, fields = {0};
	if (!watcher_talks(e))
		return;
	fields_put(&fields, "text", text);
	buffer_printf(&line, "%lld %s %s\n", (long long)clock_wall_s(), verb, buffer_string(&fields));
	watcher_lines(e, &line);
	buffer_free(&fields);
	buffer_free(&line);
}

void watcher_done(struct entry *e)
{
	if (e->watcher != NULL)
		watcher_end(e->watcher, "over done");
}
