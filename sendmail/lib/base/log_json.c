/* JSON out of what log.c is given.  The same keys as in the line of text; numbers are numbers,
 * addresses are without angle brackets, and "-" is "". */
#include "base/log_json.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/charset.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define ID_LENGTH 17
#define VALUE_MAX_BYTES 1024
#define VALUE_MIN_BYTES 16

/* The type of a value may not depend on what somebody wrote into it. */
static bool is_number(const char *key, const char *value)
{
	static const char *const keys[] = {"uid", "nrcpt", "size", "exit", "try", "delay", "next_s",
	    "waiting", "in_work", "sessions", "adopted", "sent", "deferred", "failed"};
	long long number;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (strcmp(keys[i], key) == 0)
			return text_number(value, 0, 1LL << 53, &number);
	}
	return false;
}

/* value is cut in place to limit bytes, never within a character. */
static void put_pair(FILE *out, const char *key, char *value, size_t limit)
{
	size_t length = strlen(value);
	if (length > limit) {
		bool utf8 = charset_is_utf8(value, length);
		length = limit - 3;
		while (utf8 && length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
			length--;
		memcpy(value + length, "...", 4);
	}
	json_pair(out, key, value);
}

static bool is_id(const char *word)
{
	return strspn(word, "0123456789abcdef") == 8 && word[8] == '.' &&
	       strspn(word + 9, "0123456789abcdef") == 8 && strchr(" :", word[ID_LENGTH]) != NULL;
}

static void put_field(FILE *out, const char *key, char *value, size_t limit)
{
	size_t length = strlen(value);
	bool address =
	    strcmp(key, "to") == 0 || strcmp(key, "orig_to") == 0 || strcmp(key, "from") == 0;
	if (is_number(key, value)) {
		fprintf(out, ", \"%s\": %s", key, value);
		return;
	}
	if (address && length >= 2 && value[0] == '<' && value[length - 1] == '>') {
		value[length - 1] = '\0';
		value++;
	} else if (strcmp(value, "-") == 0 && strcmp(key, "text") != 0) {
		*value = '\0';
	}
	put_pair(out, key, value, limit);
}

static void put_head(FILE *out, int priority, const char *ident, const char *event,
    const char *line)
{
	static const char *const levels[] = {"emerg", "alert", "crit", "err", "warning", "notice",
	    "info", "debug"};
	int64_t now_us = clock_wall_us();
	TEXT(time, 40);
	clock_put_iso(&time, now_us / 1000000);
	/* After the seconds, before the Z. */
	fprintf(out, "{\"time\": \"%.*s.%03dZ\", \"level\": \"%s\"", (int)strcspn(time.data, "Z"),
	    time.data, (int)(now_us / 1000 % 1000), levels[priority & 7]);
	json_pair(out, "ident", ident);
	fprintf(out, ", \"pid\": %ld", (long)getpid());
	if (is_id(line))
		fprintf(out, ", \"id\": \"%.*s\"", ID_LENGTH, line);
	if (*event != '\0')
		json_pair(out, "event", event);
}

static void put_fields(FILE *out, const char *fields, size_t limit)
{
	char key[40], value[VALUE_MAX_BYTES + 1];
	while (fields_next(&fields, key, sizeof key, value, sizeof value)) {
		if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz_")] == '\0')
			put_field(out, key, value, limit);
	}
}

static void put_object(struct buffer *to, int priority, const char *ident, const char *event,
    const char *fields, const char *words, size_t limit)
{
	char *bytes = NULL, *copy = mem_copy(words);
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	if (out != NULL) {
		put_head(out, priority, ident, event, *fields != '\0' ? fields : words);
		put_fields(out, fields, limit);
		if (*words != '\0')
			put_pair(out, "message", copy, limit);
		fputs("}", out);
		fclose(out);
		buffer_add(to, bytes, size);
	}
	free(bytes);
	free(copy);
}

void log_json_put(struct buffer *out, int priority, const char *ident, const char *event,
    const char *fields, const char *words)
{
	for (size_t limit = VALUE_MAX_BYTES; limit >= VALUE_MIN_BYTES; limit /= 2) {
		out->length = 0;
		put_object(out, priority, ident, event != NULL ? event : "", fields != NULL ? fields : "",
		    words != NULL ? words : "", limit);
		if (out->length <= LOG_JSON_MAX_BYTES)
			break;
	}
}
