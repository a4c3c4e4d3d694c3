/* Lines of the log as JSON: valid and short enough whatever is put in. */
#include "base/fields.h"
#include "base/log_json.h"
#include "base/charset.h"
#include "tests/unit/unit.h"
#include <stdio.h>
#include <syslog.h>

static const char *skip_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++) {
		unsigned char c = (unsigned char)*at;
		if (c < 0x20 || c == 0x7f)
			return NULL;
		if (c != '\\')
			continue;
		at++;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdef") >= 4)
			at += 4;
		else if (*at == '\0' || strchr("\"\\", *at) == NULL)
			return NULL;
	}
	return at + 1;
}

/* An object of strings and whole numbers, and nothing else. */
static bool is_object(const char *line)
{
	const char *at = line;
	if (!charset_is_utf8(line, strlen(line)) || *at++ != '{')
		return false;
	for (;;) {
		if ((at = skip_string(at)) == NULL || strncmp(at, ": ", 2) != 0)
			return false;
		at += 2;
		size_t digits = strspn(at, "0123456789");
		at = digits > 0 ? at + digits : skip_string(at);
		if (at == NULL)
			return false;
		if (strncmp(at, ", ", 2) != 0)
			return strcmp(at, "}") == 0;
		at += 2;
	}
}

/* After time and pid, which change. */
static const char *put(struct buffer *out, const char *event, const char *fields, const char *words)
{
	log_json_put(out, LOG_WARNING, "firsthop", event, fields, words);
	const char *line = buffer_string(out), *pid = strstr(line, "\"pid\": ");
	assert_true(is_object(line));
	assert_true(
	    strncmp(line, "{\"time\": \"2", 11) == 0 &&
	    strstr(line, "Z\", \"level\": \"warning\", \"ident\": \"firsthop\", \"pid\": ") != NULL);
	return pid + 7 + strspn(pid + 7, "0123456789");
}

static void a_line_keeps_its_fields(void **state)
{
	struct buffer out = {0};
	(void)state;
	assert_string_equal(put(&out, "delivery",
	                        "6743a1f2.9c01d2aa to=<ops@example.org> from=<> smarthost=main relay=- "
	                        "try=2 "
	                        "delay=30 text=\"5.1.1 \\\"no\\\" \\x1b[1m\"",
	                        ""),
	    ", \"id\": \"6743a1f2.9c01d2aa\", \"event\": \"delivery\", \"to\": \"ops@example.org\", "
	    "\"from\": \"\", \"smarthost\": \"main\", \"relay\": \"\", "
	    "\"try\": 2, \"delay\": 30, \"text\": \"5.1.1 \\\"no\\\" \\u001b[1m\"}");
	assert_string_equal(put(&out, NULL, NULL, "6743a1f2.9c01d2aa: it is \"held\"\n"),
	    ", \"id\": \"6743a1f2.9c01d2aa\", \"message\": \"6743a1f2.9c01d2aa: it is "
	    "\\\"held\\\"\\u000a\"}");
	assert_string_equal(put(&out, "refused", "submission refused: uid=5 exit=64", "id=x uid=0"),
	    ", \"event\": \"refused\", \"uid\": 5, \"exit\": 64, \"message\": \"id=x uid=0\"}");
	assert_string_equal(put(&out, NULL, NULL, "6743a1f2.9c01d2aaa is no identifier"),
	    ", \"message\": \"6743a1f2.9c01d2aaa is no identifier\"}");
	/* What somebody wrote never changes a type. */
	assert_string_equal(put(&out, "delivery", "text=123 size=12 uid=x nrcpt=-1", ""),
	    ", \"event\": \"delivery\", \"text\": \"123\", \"size\": 12, \"uid\": \"x\", \"nrcpt\": "
	    "\"-1\"}");
	buffer_free(&out);
}

static void the_longest_line_is_whole(void **state)
{
	static const char *const units[] = {"a", "\x01", "\"", "\\", "\xff", "\xe2\x82\xac",
	    "\xf0\x9f\x93\xac", "x=\" "};
	struct buffer out = {0};
	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		struct buffer value = {0}, fields = {0};
		while (value.length < 3000)
			buffer_puts(&value, units[i]);
		buffer_puts(&fields, "6743a1f2.9c01d2aa");
		fields_put(&fields, "to", buffer_string(&value));
		fields_put(&fields, "text", buffer_string(&value));
		put(&out, "delivery", buffer_string(&fields), buffer_string(&value));
		assert_true(out.length <= LOG_JSON_MAX_BYTES && out.length > 100);
		assert_non_null(strstr(buffer_string(&out), "...\""));
		buffer_free(&value);
		buffer_free(&fields);
	}
	buffer_free(&out);
}

static void rubbish_is_valid(void **state)
{
	struct buffer out = {0};
	char bytes[400];
	(void)state;
	unit_random_start(1);
	for (int i = 0; i < 20000; i++) {
		size_t length = (size_t)unit_random() % (sizeof bytes - 1);
		for (size_t k = 0; k < length; k++)
			bytes[k] = (char)(unit_random() % 4 ? "ab= \"\\<>-"[unit_random() % 9]
			                                    : 1 + unit_random() % 255);
		bytes[length] = '\0';
		put(&out, i % 2 ? bytes : NULL, bytes, i % 3 ? bytes : "");
	}
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_line_keeps_its_fields),
	    TEST(the_longest_line_is_whole),
	    TEST(rubbish_is_valid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
