/* objects: sendmail/message/mailboxes sendmail/message/legal sendmail/message/header sendmail/message/address sendmail/base/words sendmail/base/base64 sendmail/base/text sendmail/base/mem */
/* Properties of rewritten fields: the same addresses come out, no line is too long, names are ASCII; whatever stood there. */
#include "message/mailboxes.h"
#include "message/address.h"
#include "message/legal.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void collect(void *context, const char *address)
{
	struct buffer *all = context;
	buffer_printf(all, "[%s]", address);
}

static int addresses(const char *field, size_t length, struct buffer *all)
{
	struct header_field f;
	size_t at = 0;
	char problem[100];
	assert_true(header_next(field, length, &at, &f));
	assert_int_equal(at, length);
	char *value = header_value(&f);
	int count = address_list(value, collect, all, problem, sizeof problem);
	free(value);
	return count;
}

static const char *const pieces[] = {"a", "b.c", "@", "x.org", ",", " ", " ", "\n ", "<", ">", "\"", "(", ")", ":", ";", "\\", "J\xc3\xb6rg", "\xff",
                                     "j\xc3\xb6@x.y", "J <j@\xc3\xb6.y>", "joe@x.y", "Joe <j@x.y>", "\"Q, \xc3\xbc\" <q@x.y>", "[IPv6:::1]", "team: z@x.y, k;", "word", "(c \xc3\xa9)", ", ", ", "};

static void random_lists(void **state)
{
	int read = 0, odd = 0;
	(void)state;
	unit_random_start(3);
	for (int i = 0; i < 60000; i++) {
		struct buffer field = {0}, out = {0}, before = {0}, behind = {0};
		struct header_field f;
		size_t at = 0;
		buffer_puts(&field, "To: ");
		for (int n = unit_random() % (i % 100 == 0 ? 900 : 9); n >= 0; n--)
			buffer_puts(&field, pieces[(size_t)unit_random() % (sizeof pieces / sizeof pieces[0])]);
		buffer_puts(&field, "\n");
		assert_true(header_next(field.data, field.length, &at, &f));
		if (at == field.length) {
			int count = addresses(field.data, field.length, &before);
			mailboxes_put(&f, NULL, NULL, false, &out);
			if (count > 0) {
				read++;
				if (addresses(out.data, out.length, &behind) != count || strcmp(buffer_string(&behind), buffer_string(&before)) != 0)
					fail_msg("%s became %s", buffer_string(&field), buffer_string(&out));
				out.length = behind.length = 0;
				mailboxes_put(&f, NULL, NULL, true, &out);
				/* Only what stood behind a '>' without a comma can make a list that is no more one. */
				if (addresses(out.data, out.length, &behind) < 0)
					odd++;
			}
		}
		buffer_free(&field);
		buffer_free(&out);
		buffer_free(&before);
		buffer_free(&behind);
	}
	assert_true(read > 1000);
	assert_true(odd < read / 20);
}

static void text_is(const char *field, const char *wanted)
{
	struct buffer out = {0};
	struct header_field f;
	size_t at = 0;
	assert_true(header_next(field, strlen(field), &at, &f));
	legal_put_field(&f, &out);
	assert_string_equal(buffer_string(&out), wanted);
	buffer_free(&out);
}

/* Rare ones that once came out with other addresses: a route outside of brackets, a comma in quotation marks where the line was folded. */
static void odd_lists(void **state)
{
	static const char *const fields[] = {
		"To: @, @\"Q, \xc3\xbc\" <q@x.y>\n", "To: @x.org,@[IPv6:::1] x.org\"Q, \xc3\xbc\" <q@x.y>\n", "To: @j\xc3\xb6@x.y::j\xc3\xb6@x.y,@\"Q, \xc3\xbc\" <q@x.y>\n",
		"To: J\xc3\xb6rg Smith at the very end of a rather long street in the north <joe@x.y>,\"smith,john,j.\"@x.y\n",
		"To: J\xc3\xb6rg Smith at the very end of a rather long street in the north <joe@x.y>,\"smith\n ,john\"@x.y,\"smith,john\"@x.y\n",
		"To: \"Q, \xc3\xbc\" <q@x.y>,a,(c \xc3\xa9)\"\"(c \xc3\xa9)),(c \xc3\xa9)\n"};
	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct buffer out = {0}, before = {0}, behind = {0};
		struct header_field f;
		size_t at = 0;
		assert_true(header_next(fields[i], strlen(fields[i]), &at, &f));
		assert_true(addresses(fields[i], strlen(fields[i]), &before) > 0);
		mailboxes_put(&f, NULL, NULL, false, &out);
		addresses(out.data, out.length, &behind);
		assert_string_equal(buffer_string(&behind), buffer_string(&before));
		buffer_free(&out);
		buffer_free(&before);
		buffer_free(&behind);
	}
}

static void text_is_made_legal(void **state)
{
	(void)state;
	text_is("Subject: plain  text\n", "Subject: plain  text\n");
	text_is("Subject: a\rb\n", "Subject: a b\n");
	text_is("Subject: x Gr\xc3\xbc\xc3\x9f" "e y\n", "Subject: x =?UTF-8?B?R3LDvMOfZQ==?= y\n");
	text_is("X-A: \xfc\n", "X-A: =?ISO-8859-1?B?/A==?=\n");
	text_is("Content-Disposition: attachment; filename=\"\xc3\xbc b.txt\"; size=3\n", "Content-Disposition: attachment; filename*=UTF-8''%C3%BC%20b.txt; size=3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(random_lists), TEST(odd_lists), TEST(text_is_made_legal)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
