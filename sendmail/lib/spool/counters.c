/* Counting.  The file: a line "total" of fields, and a line for each server. */
#include "spool/counters.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT_BYTES 65536

const int counters_delay_s[COUNTERS_DELAYS - 1] = {1, 5, 30, 60, 300, 1800, 3600, 14400, 86400};

struct counters_server *counters_server(struct counters *c, const char *name)
{
	name = *name == '@' ? "direct" : *name == '=' ? name + 1 : *name == '\0' ? "none" : name;
	for (int i = 0; i < c->server_count; i++) {
		if (strcmp(c->servers[i].name, name) == 0)
			return &c->servers[i];
	}
	/* The last place is kept for those that find none. */
	if (c->server_count >= COUNTERS_SERVERS_MAX - 1 && strcmp(name, "other") != 0)
		return counters_server(c, "other");
	struct counters_server *h = &c->servers[c->server_count++];
	*h = (struct counters_server){0};
	text_copy(h->name, sizeof h->name, name);
	return h;
}

void counters_note(struct counters *c, const char *name, enum counters_event event)
{
	counters_server(c, name)->events[event]++;
	c->changed = true;
}

const char *counters_event_word(enum counters_event event)
{
	static const char *const words[COUNTERS_EVENTS] = {"too_fast", "paced", "proxy", "dane",
	    "left_out"};
	return words[event];
}

const char *counters_filtered_word(int i)
{
	static const char *const words[COUNTERS_FILTERED] = {"passed", "changed", "held", "skipped"};
	return words[i];
}

static void count_delay(struct counters *c, int64_t delay_s)
{
	int i = 0;
	while (i < COUNTERS_DELAYS - 1 && delay_s > counters_delay_s[i])
		i++;
	c->delays[i]++;
	c->delay_sum_s += delay_s > 0 ? (unsigned long long)delay_s : 0;
}

void counters_outcome(struct counters *c, const struct diagnosis *d, int64_t delay_s)
{
	struct counters_server *h = counters_server(c, d->hop);
	c->changed = true;
	if (d->verdict == VERDICT_SENT) {
		h->sent++;
		count_delay(c, delay_s);
	} else if (d->verdict == VERDICT_FAILED) {
		h->failed++;
	} else {
		h->deferred++;
		c->deferred[d->fault < FAULT_COUNT ? d->fault : FAULT_NONE]++;
	}
}

static unsigned long long get(const char *line, const char *key)
{
	long long value = fields_get_number(line, key, 0);
	return value > 0 ? (unsigned long long)value : 0;
}

static void read_total(struct counters *c, const char *line)
{
	char key[16];
	c->since_s = (int64_t)get(line, "since");
	c->adopted = get(line, "adopted");
	c->reports = get(line, "reports");
	c->set_aside = get(line, "set_aside");
	c->gathered = get(line, "gathered");
	c->digests = get(line, "digests");
	c->delay_sum_s = get(line, "delay_sum");
	c->log_lost = get(line, "log_lost");
	c->log_since_s = (int64_t)get(line, "log_since");
	for (int i = 0; i < FAULT_COUNT; i++) {
		c->deferred[i] = get(line, fault_name((enum fault)i));
	}
	for (int i = 0; i < COUNTERS_FILTERED; i++)
		c->filtered[i] = get(line, counters_filtered_word(i));
	for (int i = 0; i < COUNTERS_DELAYS; i++) {
		snprintf(key, sizeof key, "delay%d", i);
		c->delays[i] = get(line, key);
	}
}

static void read_server(struct counters *c, const char *line)
{
	char name[64];
	if (!fields_get(line, "name", name, sizeof name) || *name == '\0')
		return;
	struct counters_server *h = counters_server(c, name);
	h->sent += get(line, "sent");
	h->deferred += get(line, "deferred");
	h->failed += get(line, "failed");
	h->ready += get(line, "ready");
	h->refused += get(line, "refused");
	h->per_hour = get(line, "per_hour");
	for (int i = 0; i < COUNTERS_EVENTS; i++)
		h->events[i] += get(line, counters_event_word((enum counters_event)i));
}

void counters_load(struct counters *c, int mqueue_fd)
{
	struct buffer bytes = {0};
	char *line;
	*c = (struct counters){0};
	if (!fdio_slurp_at(mqueue_fd, "counters", &bytes, FILE_LIMIT_BYTES))
		bytes.length = 0;
	while ((line = fdio_take_line(&bytes)) != NULL) {
		if (text_starts(line, "total "))
			read_total(c, line);
		else if (text_starts(line, "hop "))
			read_server(c, line);
		free(line);
	}
	buffer_free(&bytes);
}

static void put(struct buffer *line, const char *key, int number, unsigned long long value)
{
	char name[24];
	snprintf(name, sizeof name, number < 0 ? "%s" : "%s%d", key, number);
	fields_put_number(line, name, value < LLONG_MAX ? (long long)value : LLONG_MAX);
}

static void write_total(const struct counters *c, struct buffer *out)
{
	struct buffer line = {0};
	buffer_puts(&line, "total");
	put(&line, "since", -1, (unsigned long long)c->since_s);
	put(&line, "adopted", -1, c->adopted);
	put(&line, "reports", -1, c->reports);
	put(&line, "set_aside", -1, c->set_aside);
	put(&line, "gathered", -1, c->gathered);
	put(&line, "digests", -1, c->digests);
	put(&line, "delay_sum", -1, c->delay_sum_s);
	put(&line, "log_lost", -1, c->log_lost);
	put(&line, "log_since", -1, (unsigned long long)c->log_since_s);
	for (int i = 0; i < FAULT_COUNT; i++)
		put(&line, fault_name((enum fault)i), -1, c->deferred[i]);
	for (int i = 0; i < COUNTERS_FILTERED; i++)
		put(&line, counters_filtered_word(i), -1, c->filtered[i]);
	for (int i = 0; i < COUNTERS_DELAYS; i++)
		put(&line, "delay", i, c->delays[i]);
	buffer_printf(out, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

static void write_server(const struct counters_server *h, struct buffer *out)
{
	struct buffer line = {0};
	buffer_puts(&line, "hop");
	fields_put(&line, "name", h->name);
	put(&line, "sent", -1, h->sent);
	put(&line, "deferred", -1, h->deferred);
	put(&line, "failed", -1, h->failed);
	put(&line, "ready", -1, h->ready);
	put(&line, "refused", -1, h->refused);
	put(&line, "per_hour", -1, h->per_hour);
	for (int i = 0; i < COUNTERS_EVENTS; i++)
		put(&line, counters_event_word((enum counters_event)i), -1, h->events[i]);
	buffer_printf(out, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

void counters_save(struct counters *c, int mqueue_fd)
{
	struct buffer text = {0};
	if (!c->changed)
		return;
	if (c->since_s == 0)
		c->since_s = clock_wall_s();
	write_total(c, &text);
	for (int i = 0; i < c->server_count; i++)
		write_server(&c->servers[i], &text);
	c->changed = !fdio_replace_at(mqueue_fd, "counters", &text, true);
	buffer_free(&text);
}
