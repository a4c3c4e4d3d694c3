/* Bounded strings, fields lines, encoded words, base64. */
#include "base/base64.h"
#include "base/fields.h"
#include "base/output.h"
#include "base/text.h"
#include "base/charset.h"
#include "base/encoded_word.h"
#include "tests/unit/unit.h"

static void text_never_overruns(void **state)
{
	(void)state;
	TEXT(t, 8);
	text_put(&t, "1234");
	assert_false(t.overflow);
	text_printf(&t, "%s", "56789");
	assert_true(t.overflow);
	assert_string_equal(t.data, "1234567");
	text_put(&t, "x");
	assert_string_equal(t.data, "1234567");
}

static void escape_leaves_no_control_byte(void **state)
{
	(void)state;
	TEXT(t, 64);
	text_escape(&t, "a\n\r\t\x1b[31m\\\x7f", 11);
	assert_string_equal(t.data, "a\\n\\r\\t\\x1b[31m\\\\\\x7f");
	/* U+009B is for some terminals what ESC [ is; U+00A0 and U+00FC are characters like any other;
	 * half of one could swallow what follows. */
	text_init(&t, t_buffer, sizeof t_buffer);
	text_escape(&t,
	    "\xc2\x9b"
	    "31m \xc2\xa0\xc3\xbc\xc2",
	    11);
	assert_string_equal(t.data, "\\xc2\\x9b31m \xc2\xa0\xc3\xbc\\xc2");
}

static void numbers_are_whole(void **state)
{
	long long n;
	(void)state;
	assert_true(text_number("42", 0, 100, &n));
	assert_int_equal(n, 42);
	const char *bad[] = {"", " 1", "1 ", "+1", "1x", "101", "-1", "99999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(text_number(bad[i], 0, 100, &n));
}

static void fields_come_back(void **state)
{
	const char *values[] = {"plain", "", "with blanks", "quote\" and \\ backslash",
	    "line\nbreak\r\ttab", "\x01\x7f", "\xc3\xbc", "\xc2\x9b[m", "a=b c=d"};
	(void)state;
	struct buffer line = {0};
	char key[8], value[100];
	for (size_t i = 0; i < 9; i++) {
		key[0] = (char)('a' + i);
		key[1] = '\0';
		fields_put(&line, key, values[i]);
	}
	assert_null(memchr(line.data, '\n', line.length));
	assert_null(memchr(line.data, '\x9b', line.length));
	for (size_t i = 0; i < 9; i++) {
		key[0] = (char)('a' + i);
		assert_true(fields_get(buffer_string(&line), key, value, sizeof value));
		assert_string_equal(value, values[i]);
	}
	assert_false(fields_get(buffer_string(&line), "z", value, sizeof value));
	buffer_free(&line);
}

static void fields_bear_nonsense(void **state)
{
	char value[4];
	(void)state;
	const char *lines[] = {"", "=", "a", "a=\"", "a=\"\\", "a=\"\\x", "a=\"\\xZ\" =", "\"\"=\"",
	    " = = ", "a=b=c"};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		fields_get(lines[i], "b", value, sizeof value);
	assert_true(fields_get("a=long-value", "a", value, sizeof value));
	assert_string_equal(value, "lon");
	assert_int_equal(fields_get_number("n=12x", "n", -5), -5);
}

static void words_are_short_and_whole(void **state)
{
	(void)state;
	struct buffer out = {0};
	encoded_word_put(&out, "plain", 9);
	assert_string_equal(buffer_string(&out), "plain");
	out.length = 0;
	const char *long_text = "Über die Überwachung der Überlandleitungen in Österreich und über "
	                        "äußerst überflüssige Überschriften";
	encoded_word_put(&out, long_text, 9);
	struct buffer back = {0};
	char *text = mem_copy(buffer_string(&out));
	for (char *word = strtok(text, " \n"); word != NULL; word = strtok(NULL, " \n")) {
		assert_true(strlen(word) <= 75);
		assert_memory_equal(word, "=?UTF-8?B?", 10);
		struct buffer piece = {0};
		assert_true(base64_decode(&piece, word + 10, strlen(word) - 12));
		assert_true(charset_is_utf8(piece.data, piece.length));
		buffer_add(&back, piece.data, piece.length);
		buffer_free(&piece);
	}
	assert_string_equal(buffer_string(&back), long_text);
	out.length = 0;
	encoded_word_put(&out, "caf\xe9\nBcc: x", 9);
	assert_non_null(strstr(buffer_string(&out), "=?ISO-8859-1?B?"));
	assert_null(strchr(buffer_string(&out), '\n'));
	free(text);
	buffer_free(&out);
	buffer_free(&back);
}

static void utf8_is_checked(void **state)
{
	(void)state;
	assert_true(charset_is_utf8("\xf0\x9f\x93\xa7", 4));
	const char *bad[] = {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80",
	    "\xe0\x80\x80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(charset_is_utf8(bad[i], strlen(bad[i])));
}

static void base64_is_strict(void **state)
{
	(void)state;
	struct buffer b = {0};
	base64_encode(&b, "any carnal pleas", 16);
	assert_string_equal(buffer_string(&b), "YW55IGNhcm5hbCBwbGVhcw==");
	const char *bad[] = {"YQ", "YQ=", "Y===", "YQ==YQ==", "Y Q=", "Y\xc3="};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buffer out = {0};
		assert_false(base64_decode(&out, bad[i], strlen(bad[i])));
		buffer_free(&out);
	}
	buffer_free(&b);
}

/* What commands a terminal is known in every spelling; what is only a letter stays. */
static void control_characters(void **state)
{
	static const struct {
		const char *bytes, *shown;
	} rows[] = {
	    {"a\033[1m", "a\\x1b[1m"},
	    {"\x7f", "\\x7f"},
	    {"\n\r\t", "\\n\\r\\t"},
	    {"back\\slash", "back\\\\slash"},
	    {"\xc2\x9b"
	     "1m",
	        "\\xc2\\x9b1m"},
	    {"\x9b"
	     "1m",
	        "\\x9b1m"},
	    {"\xc3\x9c\xc3\x9f", "\xc3\x9c\xc3\x9f"},
	    {"\xe2\x82\xac", "\xe2\x82\xac"},
	    {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
	    {"\xd8\x9c", "\\xd8\\x9c"},
	    {"\xe2\x81\xa9", "\\xe2\\x81\\xa9"},
	    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
	    {"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},
	    {"\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"},
	    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	    {"\xc2", "\\xc2"},
	    {"\xf0", "\\xf0"},
	    {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},
	    {"\xe2\x80", "\\xe2\\x80"},
	    {"\xe3\x81\x82", "\xe3\x81\x82"},
	    {"f\xfcr", "f\\xfcr"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TEXT(safe, 100);
		text_escape(&safe, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(safe.data, rows[i].shown);
	}
	char twice[60] = "a\\x1b \033";
	text_tame(twice, sizeof twice);
	text_tame(twice, sizeof twice);
	assert_string_equal(twice, "a\\x1b \\x1b");
}

/* Each control character at each place of a line, with plain text around it. */
static void output_has_no_control_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 0xa0; byte++) {
		for (size_t at = 0; at < 20; at++) {
			char line[20], shown[120] = "", *end = shown;
			memset(line, 'a' + byte % 2, sizeof line);
			line[at] = (char)byte;
			FILE *to = fmemopen(shown, sizeof shown - 1, "w");
			output_bytes(to, line, sizeof line);
			fclose(to);
			for (; *end != '\0'; end++)
				assert_true((*end >= ' ' && *end < 0x7f) || *end == '\n' || *end == '\t');
			bool as_it_is = (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\t';
			assert_int_equal(end - shown == 20, as_it_is);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(text_never_overruns),
	    TEST(escape_leaves_no_control_byte),
	    TEST(output_has_no_control_byte),
	    TEST(control_characters),
	    TEST(numbers_are_whole),
	    TEST(fields_come_back),
	    TEST(fields_bear_nonsense),
	    TEST(words_are_short_and_whole),
	    TEST(utf8_is_checked),
	    TEST(base64_is_strict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
