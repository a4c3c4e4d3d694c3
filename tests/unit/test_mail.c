/* objects: mail/arguments mail/format/string_list mail/compose/letter mail/compose/attach mail/compose/compose mail/compose/mime */
/* mail(1): its options, the header it writes, the encodings of its text. */
#include "base/base64.h"
#include "mail/compose/attach.h"
#include "mail/compose/compose.h"
#include "mail/compose/mime.h"
#include "mail/arguments.h"
#include "tests/unit/unit.h"
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define READ(o, ...) read_options(o, (const char *[]){"mail", __VA_ARGS__, NULL})

static bool read_options(struct arguments *o, const char *const *argv)
{
	int argc = 0;
	char *copy[20];
	while (argv[argc] != NULL) {
		copy[argc] = (char *)(uintptr_t)argv[argc];
		argc++;
	}
	copy[argc] = NULL;
	*o = (struct arguments){0};
	return arguments_read(o, argc, copy);
}

/* Refusals explain themselves on standard error; here only the answer counts. */
static int quiet(void **state)
{
	(void)state;
	return freopen("/dev/null", "w", stderr) == NULL;
}

static char *message_of(const struct arguments *o, const char *body)
{
	struct buffer out = {0};
	struct letter l = o->letter;
	l.body = (struct buffer){.data = mem_copy(body), .length = strlen(body)};
	assert_true(compose_message(&l, &out));
	buffer_free(&l.body);
	char *copy = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return copy;
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static int count_of(const char *text, const char *part)
{
	int count = 0;
	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

static void lists_keep_names_together(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		int count;
		const char *first, *last;
	} rows[] = {
	    {"a@x", 1, "a@x", "a@x"},
	    {"a@x,b@x c@x\td@x", 4, "a@x", "d@x"},
	    {" , a@x ,, b@x, ", 2, "a@x", "b@x"},
	    {"Joe A <a@x>, Bo <b@x>", 2, "Joe A <a@x>", "Bo <b@x>"},
	    {"\"A, B\" <a@x>, c@x", 2, "\"A, B\" <a@x>", "c@x"},
	    {"\"q\\\",\" <a@x>,c@x", 2, "\"q\\\",\" <a@x>", "c@x"},
	    {"a@x (one, two), b@x (three)", 2, "a@x (one, two)", "b@x (three)"},
	    {"a@x ((nested, \\), still)), b", 2, "a@x ((nested, \\), still))", "b"},
	    {"<a@x", 1, "<a@x", "<a@x"},
	    {"\"Joe <a@x>, b@x", 2, "\"Joe <a@x>", "b@x"},
	    {"Joe <a@x> b@x", 2, "Joe <a@x>", "b@x"},
	    {"a@x; b@x", 2, "a@x", "b@x"},
	    {"M\xc3\xbcller, J\xc3\xb6rg <a@x>, b@x", 2, "M\xc3\xbcller, J\xc3\xb6rg <a@x>", "b@x"},
	    {"The team: a@x, Bo <b@x>;, c@x", 3, "a@x", "c@x"},
	    {"a@@x, b@x", 2, "a@@x", "b@x"},
	    {"/var/log/x, b@x", 2, "/var/log/x", "b@x"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct string_list w = {0};
		string_list_add_list(&w, rows[i].list);
		assert_int_equal(w.count, rows[i].count);
		assert_string_equal(w.items[0], rows[i].first);
		assert_string_equal(w.items[w.count - 1], rows[i].last);
		assert_null(w.items[w.count]);
		string_list_free(&w);
	}
	struct string_list none = {0};
	string_list_add_list(&none, " ,, \n");
	assert_int_equal(none.count, 0);
}

static void options_stand_on_either_side(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-Evs", "subject", "-c", "c@x,d@x", "-b", "e@x", "a@x", "b@x"));
	assert_true(o.skip_empty && o.verbose && !o.ignore_interrupts);
	assert_string_equal(o.letter.subject, "subject");
	assert_int_equal(o.letter.to.count, 2);
	assert_int_equal(o.letter.cc.count, 2);
	assert_int_equal(o.letter.bcc.count, 1);
	arguments_free(&o);
	assert_true(READ(&o, "a@x", "-s", "late", "-f", "from@x", "-FName", "--", "-odd@x"));
	assert_string_equal(o.letter.subject, "late");
	assert_int_equal(o.pass.count, 4);
	assert_string_equal(o.pass.items[1], "from@x");
	assert_string_equal(o.pass.items[2], "-FName");
	assert_string_equal(o.pass.items[3], "-odd@x");
	arguments_free(&o);
	assert_true(READ(&o, "-s", "x", "--", "-odd@x", "b@x"));
	assert_int_equal(o.letter.to.count, 2);
	assert_string_equal(o.letter.to.items[0], "-odd@x");
	arguments_free(&o);
	assert_true(READ(&o, "--subject", "long", "--from=r@x", "--header=X-A: 1", "a@x"));
	assert_string_equal(o.letter.subject, "long");
	assert_string_equal(o.letter.from, "r@x");
	assert_string_equal(letter_header(&o.letter, "x-a"), "1");
	assert_null(letter_header(&o.letter, "X"));
	arguments_free(&o);
	assert_true(READ(&o, "-S", "from=s@x", "-S", "smtp=host", "a@x"));
	assert_int_equal(o.sets.count, 2);
	arguments_free(&o);
	assert_true(READ(&o, "-f", "/tmp/box", "-nNH"));
	assert_true(
	    arguments_reading(&o) && o.read_file && o.no_system_rc && o.no_headers && o.headers_only);
	assert_string_equal(o.file, "/tmp/box");
	arguments_free(&o);
}

static void wrong_options_are_refused(void **state)
{
	(void)state;
	struct arguments o;
	static const char *const rows[][4] = {
	    {"mail", "-Z", "a@x", NULL},
	    {"mail", "-s", NULL, NULL},
	    {"mail", "a@x", "-f", NULL},
	    {"mail", "-p", NULL, NULL},
	    {"mail", "-T", "x", NULL},
	    {"mail", "--attach", NULL, NULL},
	    {"mail", "--attached=x", "a@x", NULL},
	    {"mail", "-a", "neither", "a@x"},
	    {"mail", "-C", "no header", "a@x"},
	    {"mail", "-a", ": empty name", "a@x"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *argv[] = {rows[i][0], rows[i][1], rows[i][2], rows[i][3], NULL};
		assert_false(read_options(&o, argv));
		arguments_free(&o);
	}
}

static void a_decides_by_its_value(void **state)
{
	(void)state;
	struct arguments o;
	char folder[] = "/tmp/firsthop.XXXXXX", path[64];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/X-A:b", folder);
	fclose(fopen(path, "w"));
	assert_true(READ(&o, "-a", path, "-a", "X-A: http://x/y", "a@x"));
	assert_int_equal(o.letter.files.count, 1);
	assert_int_equal(o.letter.headers.count, 1);
	arguments_free(&o);
	assert_int_equal(chdir(folder), 0);
	assert_false(READ(&o, "-a", "X-A:b", "a@x"));
	arguments_free(&o);
	assert_true(READ(&o, "--attach=X-A:b", "--header=X-A:b", "a@x"));
	assert_int_equal(o.letter.files.count, 1);
	assert_int_equal(o.letter.headers.count, 1);
	arguments_free(&o);
	unlink(path);
	assert_int_equal(chdir("/"), 0);
	rmdir(folder);
}

static void header_lines_with_addresses_add_recipients(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-a", "Cc: c@x", "-a", "BCC: hidden@x", "-a", "X-Cc: no", "a@x"));
	assert_string_equal(o.letter.cc.items[0], "c@x");
	assert_string_equal(o.letter.bcc.items[0], "hidden@x");
	char *m = message_of(&o, "text\n");
	assert_has(m, "\nCc: c@x\n");
	assert_null(strstr(m, "hidden"));
	assert_has(m, "\nX-Cc: no\n");
	free(m);
	arguments_free(&o);
}

static void no_value_makes_a_second_field(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-s", "a\nBcc: e@x\r\n\r\nbody", "-a", "X-A: 1\nX-Evil: 1", "-a",
	    "Content-Type: text/html\nX-Evil: 2", "-a", "Content-Transfer-Encoding: 8bit\nX-Evil: 3",
	    "-r", "r@x\nX-Evil: 4", "a@x\nX-Evil: 5"));
	char *m = message_of(&o, "text\n");
	assert_null(strstr(m, "\nX-Evil"));
	assert_null(strstr(m, "\nBcc"));
	assert_null(strchr(m, '\r'));
	assert_has(m, "\nSubject: a Bcc: e@x    body\n");
	free(m);
	arguments_free(&o);
}

static void names_are_encoded_and_addresses_not(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-c", "J\303\266rg <j@x>, \"B\303\274, B\" <b@x>, u@x (\303\234mit)", "-a",
	    "Reply-To: \303\234ber <r@x>", "J. Doe <a@x>"));
	char *m = message_of(&o, "");
	assert_has(m, "To: \"J. Doe\" <a@x>\n");
	assert_has(m, "Cc: =?UTF-8?B?SsO2cmc=?= <j@x>,\n\t=?UTF-8?B?QsO8LCBC?= "
	              "<b@x>,\n\t=?UTF-8?B?w5xtaXQ=?= <u@x>\n");
	assert_has(m, "Reply-To: =?UTF-8?B?w5xiZXI=?= <r@x>\n");
	for (const char *at = m; *at != '\0'; at++)
		assert_true((unsigned char)*at < 0x80);
	free(m);
	arguments_free(&o);
}

static void there_is_one_from_and_one_subject(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-r", "envelope@x", "-a", "From: seen@x", "-a", "Subject: other", "-s",
	    "mine", "a@x"));
	char *m = message_of(&o, "text");
	assert_int_equal(count_of(m, "From: "), 1);
	assert_has(m, "From: seen@x\n");
	assert_int_equal(count_of(m, "Subject: "), 1);
	assert_has(m, "Subject: mine\n");
	free(m);
	arguments_free(&o);
	assert_true(READ(&o, "-r", "", "a@x"));
	m = message_of(&o, "text");
	assert_null(strstr(m, "From"));
	free(m);
	arguments_free(&o);
}

static void encodings_fit_their_text(void **state)
{
	(void)state;
	char wide[1000];
	memset(wide, 'x', sizeof wide);
	assert_int_equal(mime_choose(NULL, "", 0), MIME_7BIT);
	assert_int_equal(mime_choose(NULL, "a\tb\n", 4), MIME_7BIT);
	assert_int_equal(mime_choose(NULL, wide, sizeof wide), MIME_QUOTED);
	assert_int_equal(mime_choose(NULL, "gr\303\274n und blau", 14), MIME_QUOTED);
	assert_int_equal(mime_choose(NULL, "\303\274\303\266", 4), MIME_BASE64);
	assert_int_equal(mime_choose(NULL, "a\0b", 3), MIME_BASE64);
	assert_int_equal(mime_choose("Multipart/mixed; boundary=x", "gr\303\274n", 5), MIME_8BIT);
	assert_int_equal(mime_choose("message/rfc822", "plain", 5), MIME_7BIT);
	assert_string_equal(mime_charset("abc", 3), "us-ascii");
	assert_string_equal(mime_charset("\303\274", 2), "utf-8");
	assert_string_equal(mime_charset("\374", 1), "iso-8859-1");
}

static void types_get_their_charset(void **state)
{
	(void)state;
	static const struct {
		const char *type, *body, *line;
	} rows[] = {
	    {"text/html", "<b>", "Content-Type: text/html\n"},
	    {"text/html", "\303\274 ist ein Zeichen", "Content-Type: text/html; charset=utf-8\n"},
	    {"text/html; charset=koi8-r", "\301 is a letter",
	        "Content-Type: text/html; charset=koi8-r\n"},
	    {NULL, "\303\274 ist ein Zeichen", "Content-Type: text/plain; charset=utf-8\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		mime_put_fields(&out, rows[i].type, NULL, rows[i].body, strlen(rows[i].body), MIME_QUOTED);
		assert_has(buffer_string(&out), rows[i].line);
		buffer_free(&out);
	}
	struct buffer out = {0};
	mime_put_fields(&out, NULL, NULL, "a\0b", 3, MIME_BASE64);
	assert_has(buffer_string(&out), "application/octet-stream");
	buffer_free(&out);
}

static void encoded_text_is_left_alone(void **state)
{
	(void)state;
	struct arguments o;
	assert_true(READ(&o, "-a", "Content-Type: text/html", "-a", "Content-Transfer-Encoding: base64",
	    "a@x"));
	char *m = message_of(&o, "PGI+=");
	assert_has(m, "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGI+=\n");
	assert_int_equal(count_of(m, "Content-Transfer-Encoding"), 1);
	free(m);
	arguments_free(&o);
}

static int hex(char c)
{
	return c >= 'A' ? c - 'A' + 10 : c - '0';
}

/* RFC 2045 6.7, read by another hand; fails on a line that is too long or ends in a blank. */
static size_t unquote(const char *text, size_t length, char *to)
{
	size_t n = 0, width = 0;
	for (size_t i = 0; i < length; i++) {
		assert_true(++width <= 77);
		if (text[i] == '\n') {
			assert_true(i == 0 || (text[i - 1] != ' ' && text[i - 1] != '\t'));
			width = 0;
			to[n++] = '\n';
		} else if (text[i] == '=' && text[i + 1] == '\n') {
			i++;
			width = 0;
		} else if (text[i] == '=') {
			to[n++] = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
			width += 2;
		} else {
			assert_true(text[i] == '\t' || (text[i] >= ' ' && text[i] <= '~'));
			to[n++] = text[i];
		}
	}
	return n;
}

/* Every text comes back as it was, also one without a line end. */
static void quoted_text_comes_back(void **state)
{
	(void)state;
	static const char alphabet[] = {'a', '=', '.', ' ', '\t', '\n', '\r', '\x7f', '\x1b',
	    (char)0xc3, (char)0xbc, 'F'};
	uint32_t seed = 12345;
	for (int round = 0; round < 2000; round++) {
		char text[400], back[1200];
		size_t length = (seed >> 8) % 300;
		for (size_t i = 0; i < length; i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = alphabet[(seed >> 16) % sizeof alphabet];
		}
		seed += 77;
		struct buffer out = {0};
		mime_put_body(&out, text, length, MIME_QUOTED);
		size_t n = unquote(out.length ? out.data : "", out.length, back);
		assert_int_equal(n, length);
		assert_memory_equal(back, text, length);
		buffer_free(&out);
	}
}

static void files_come_back(void **state)
{
	(void)state;
	char bytes[1000];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	struct buffer out = {0}, joined = {0}, back = {0};
	attach_put(&out, "/some/folder/\303\274 \"x\n.bin", bytes, sizeof bytes);
	const char *text = buffer_string(&out);
	assert_has(text, "filename*=utf-8''%C3%BC%20%22x%0A.bin\n");
	assert_null(strstr(text, "folder"));
	for (const char *at = strstr(text, "\n\n") + 2; *at != '\0'; at++) {
		if (*at != '\n')
			buffer_add(&joined, at, 1);
	}
	assert_true(base64_decode(&back, joined.data, joined.length));
	assert_int_equal(back.length, sizeof bytes);
	assert_memory_equal(back.data, bytes, sizeof bytes);
	buffer_free(&out);
	buffer_free(&joined);
	buffer_free(&back);
}

static void line_ends_become_lf(void **state)
{
	(void)state;
	char text[] = "a\r\nb\rc\r\r\n\r", binary[] = "a\r\n\0";
	assert_int_equal(mime_line_ends(text, sizeof text - 1), 8);
	assert_memory_equal(text, "a\nb\rc\r\n\r", 8);
	assert_int_equal(mime_line_ends(binary, 4), 4);
	assert_int_equal(mime_line_ends(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lists_keep_names_together),
	    TEST(options_stand_on_either_side),
	    TEST(wrong_options_are_refused),
	    TEST(a_decides_by_its_value),
	    TEST(header_lines_with_addresses_add_recipients),
	    TEST(no_value_makes_a_second_field),
	    TEST(names_are_encoded_and_addresses_not),
	    TEST(there_is_one_from_and_one_subject),
	    TEST(encodings_fit_their_text),
	    TEST(types_get_their_charset),
	    TEST(encoded_text_is_left_alone),
	    TEST(quoted_text_comes_back),
	    TEST(files_come_back),
	    TEST(line_ends_become_lf),
	};
	return cmocka_run_group_tests(tests, quiet, NULL);
}
