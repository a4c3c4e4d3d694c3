/* Understanding log lines. */
#include "mailq/maillog_line.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* "Nov 30 14:12:20": of the last twelve months. */
static int64_t read_old_date(const char *line)
{
	struct tm tm = {.tm_isdst = -1}, now;
	char name[4];
	time_t wall = (time_t)clock_wall_s();
	if (sscanf(line, "%3s %2d %2d:%2d:%2d", name, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
	        &tm.tm_sec) != 5)
		return 0;
	const char *month = strstr(months, name);
	if (month == NULL || strlen(name) != 3 || (month - months) % 3 != 0 ||
	    localtime_r(&wall, &now) == NULL)
		return 0;
	tm.tm_mon = (int)(month - months) / 3;
	tm.tm_year = now.tm_year;
	struct tm same = tm;
	time_t when = mktime(&same);
	if (when > wall + 86400) {
		tm.tm_year--;
		when = mktime(&tm);
	}
	return when;
}

/* "2026-11-30T14:12:20.123+01:00": days since 1970 by the calendar, then the offset. */
static int64_t read_iso_date(const char *line)
{
	int y, mon, d, h, min, s, n = 0;
	if (sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mon, &d, &h, &min, &s, &n) != 6 || n == 0)
		return 0;
	const char *rest = line + n;
	if (*rest == '.' || *rest == ',')
		rest += 1 + strspn(rest + 1, "0123456789");
	y -= mon <= 2;
	int64_t era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (mon + (mon > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
	int64_t when = days * 86400 + h * 3600 + min * 60 + s;
	int oh = 0, om = 0;
	if ((*rest == '+' || *rest == '-') &&
	    (sscanf(rest + 1, "%2d:%2d", &oh, &om) == 2 || sscanf(rest + 1, "%2d%2d", &oh, &om) == 2))
		when += (*rest == '-' ? 1 : -1) * (int64_t)(oh * 3600 + om * 60);
	return when;
}

/* What follows the name of the program that wrote it; NULL when that is another. */
static char *message_of(char *line, bool numbered)
{
	char *at = text_starts(line, "firsthop") ? line : strstr(line, " firsthop");
	if (at == NULL)
		return NULL;
	at += *at == ' ';
	at += strcspn(at, " :[");
	if (*at == '[' || *at == ':') {
		char *end = strstr(at, ": ");
		return end != NULL ? end + 2 : NULL;
	}
	/* RFC 5424: process, kind, and structured data that we never have. */
	for (int i = 0; i < 3 && at != NULL; i++)
		at = numbered && *at != '\0' ? strchr(at + 1, ' ') : NULL;
	return at != NULL ? at + 1 : NULL;
}

/* The next string or number of a JSON object, as fields.  *at moves past it. */
static bool take_member(const char **at, struct text *key, struct text *value)
{
	struct text *parts[2] = {key, value};
	for (int i = 0; i < 2; i++) {
		*at += strspn(*at, " ,:{");
		bool quoted = **at == '"';
		*at += quoted;
		if (**at == '\0' || **at == '}')
			return false;
		while (**at != '\0' && (quoted ? **at != '"' : strchr(",}", **at) == NULL)) {
			if (**at == '\\' && (*at)[1] != '\0')
				(*at)++;
			text_char(parts[i], *(*at)++);
		}
		*at += **at == '"';
	}
	return true;
}

/* "ID key=value ..." of an object with the same members. */
static bool read_json(const char *object, struct buffer *fields, char *id)
{
	for (;;) {
		TEXT(key, 40);
		TEXT(value, 1200);
		if (!take_member(&object, &key, &value))
			break;
		if (strcmp(key.data, "id") == 0)
			text_copy(id, ID_SIZE, value.data);
		else if (strcmp(key.data, "event") != 0)
			fields_put(fields, key.data, value.data);
	}
	buffer_string(fields);
	return id_valid(id);
}

/* What a line says of a delivery, in whatever words it was written. */
struct delivery {
	struct text to, from, hop, filter, peer, status, stage, key, words;
	long long attempt, delay_s, next_s;
};

static void put_delivery(struct buffer *fields, const struct delivery *d)
{
	fields->length = 0;
	fields_put(fields, "to", d->to.data);
	fields_put(fields, "from", d->from.data);
	fields_put(fields, d->filter.length > 0 ? "filter" : "hop",
	    d->filter.length > 0 ? d->filter.data : d->hop.data);
	fields_put(fields, "peer", d->peer.data);
	fields_put_number(fields, "try", d->attempt);
	fields_put(fields, "status", d->status.data);
	fields_put(fields, "verdict",
	    strcmp(d->status.data, "bounced") == 0 ? "failed" : d->status.data);
	fields_put(fields, "stage", d->stage.data);
	fields_put(fields, "key", d->key.data);
	fields_put_number(fields, "delay_s", d->delay_s);
	fields_put_number(fields, "next_s", d->next_s);
	fields_put(fields, "text", d->words.data);
	buffer_string(fields);
}

static void get(const char *fields, const char *key, struct text *to)
{
	char value[700];
	if (fields_get(fields, key, value, sizeof value))
		text_put(to, value);
}

static void get_own(const char *fields, struct delivery *d)
{
	get(fields, "from", &d->from);
	get(fields, "smarthost", &d->hop);
	get(fields, "filter", &d->filter);
	get(fields, "stage", &d->stage);
	get(fields, "key", &d->key);
	d->attempt = fields_get_number(fields, "try", 1);
	d->next_s = fields_get_number(fields, "next_s", 0);
}

/* What is between two marks. */
static const char *cut(const char *at, const char *before, const char *behind, struct text *to)
{
	const char *start = at != NULL ? strstr(at, before) : NULL;
	const char *end = start != NULL ? strstr(start + strlen(before), behind) : NULL;
	if (end == NULL)
		return NULL;
	start += strlen(before);
	text_put_n(to, start, (size_t)(end - start));
	return end;
}

/* The server's own words: what Postfix's form says around them is in other fields. */
static void put_words(const char *words, size_t length, struct text *to)
{
	TEXT(all, 1300);
	text_put_n(&all, words, length);
	const char *start = all.data, *said = strstr(start, " said: ");
	char *reply = strstr(all.data, " (in reply to ");
	for (char *next = reply; next != NULL; next = strstr(next + 1, " (in reply to "))
		reply = next;
	if (text_starts(start, "host ") && said != NULL) {
		if (reply > said)
			*reply = '\0';
		start = said + 7;
	} else if (text_starts(start, "connect to ") && (said = strstr(start, ": ")) != NULL) {
		start = said + 2;
	}
	text_put(to, start);
}

/* "to=<A>, orig_to=<B>, relay=R, delay=N, dsn=D, status=S (words) from=<F> ...".  The words are a
   stranger's, so the fields of ours are those after the last ") from=". */
static bool read_postfix(const char *text, struct delivery *d)
{
	TEXT(delay, 20);
	const char *at = cut(text, "to=<", ">, ", &d->to), *end = NULL;
	at = cut(at, "relay=", ", delay=", &d->peer);
	at = cut(at, ", delay=", ",", &delay);
	at = cut(at, "status=", " (", &d->status);
	for (const char *next = at; next != NULL && (next = strstr(next, ") from=<")) != NULL; next++)
		end = next;
	if (!text_starts(text, "to=<") || end == NULL)
		return false;
	put_words(at + 2, (size_t)(end - at - 2), &d->words);
	text_number(delay.data, 0, INT64_MAX, &d->delay_s);
	get_own(end + 2, d);
	return true;
}

static bool read_members(const char *fields, struct delivery *d)
{
	get(fields, "status", &d->status);
	get(fields, "to", &d->to);
	get(fields, "relay", &d->peer);
	get(fields, "text", &d->words);
	d->delay_s = fields_get_number(fields, "delay", 0);
	get_own(fields, d);
	return d->to.length > 0 && d->status.length > 0;
}

/* Deliveries get one form; other lines stay as they are. */
static const char *normalise(const char *text, bool json, struct buffer *fields)
{
	struct delivery d = {.attempt = 1};
	struct text *const parts[] = {&d.to, &d.from, &d.hop, &d.filter, &d.peer, &d.status, &d.stage,
	    &d.key, &d.words};
	char bytes[sizeof parts / sizeof parts[0]][1300];
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		text_init(parts[i], bytes[i], sizeof bytes[i]);
	if (!(json ? read_members(text, &d) : read_postfix(text, &d)))
		return text;
	put_delivery(fields, &d);
	return fields->data;
}

bool maillog_line_read(char *line, struct buffer *fields, struct maillog_line *one)
{
	bool numbered = *line == '<';
	if (numbered) {
		line += strcspn(line, ">");
		line += *line == '>';
		line += strncmp(line, "1 ", 2) == 0 ? 2 : 0;
	}
	char *message = *line == '{' ? line : message_of(line, numbered);
	if (message == NULL)
		return false;
	*one = (struct maillog_line){
	    .when_s = *line >= '0' && *line <= '9' ? read_iso_date(line) : read_old_date(line)};
	fields->length = 0;
	if (*message == '{') {
		if (!read_json(message, fields, one->id))
			return false;
		char time[40];
		one->text = buffer_string(fields);
		char *copy = mem_copy(one->text);
		if (one->when_s == 0 && fields_get(one->text, "time", time, sizeof time))
			one->when_s = read_iso_date(time);
		const char *normal = normalise(copy, true, fields);
		one->text = normal != copy ? normal : buffer_string(fields);
		free(copy);
		return true;
	}
	size_t n = strcspn(message, " :");
	if (n >= ID_SIZE)
		return false;
	memcpy(one->id, message, n);
	one->id[n] = '\0';
	one->text = normalise(message + n + strspn(message + n, " :"), false, fields);
	return id_valid(one->id);
}
