/* Properties of rewritten fields: the same addresses come out, no line is too long, names are
 * ASCII; whatever was there. */
#include "message/mailboxes.h"
#include "message/address.h"
#include "message/header_conform.h"
#include "unit.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void collect(void *context, const struct address *a)
{
	char *full = address_qualify(a->text, "example.org");
	if (a->state == ADDRESS_GOOD || a->state == ADDRESS_REPAIRED)
		buffer_printf(context, "[%s]", full);
	free(full);
}

static struct address_counts addresses(const char *field, size_t length, struct buffer *all)
{
	struct header_field f;
	size_t at = 0;
	assert_true(header_next(field, length, &at, &f));
	assert_int_equal(at, length);
	return address_read(f.value, f.length - (size_t)(f.value - f.start), ADDRESS_RECIPIENTS,
	    collect, all);
}

static const char *const pieces[] = {"a", "b.c", "@", "x.org", ",", " ", " ", "\n ", "<", ">", "\"",
    "(", ")", ":", ";", "\\", "J\xc3\xb6rg", "\xff", "=?utf-8?q?a,b?=", "'", "j\xc3\xb6@x.y",
    "J <j@\xc3\xb6.y>", "joe@x.y", "Joe <j@x.y>", "\"Q, \xc3\xbc\" <q@x.y>", "[IPv6:::1]",
    "team: z@x.y, k;", "word", "(c \xc3\xa9)", ", ", ", "};

static char *complete(void *context, const char *address)
{
	(void)context;
	return address_qualify(address, "example.org");
}

/* Lines may be folded elsewhere. */
static const char *unfolded(struct buffer *field)
{
	size_t n = 0;
	for (size_t i = 0; i < field->length; i++) {
		if (field->data[i] != '\n')
			field->data[n++] = field->data[i];
	}
	field->length = n;
	return buffer_string(field);
}

/* What is written is read again: the same addresses, nothing to repair; and written again it is the
 * same. */
static void check_field(const struct buffer *field, const struct mailboxes_policy *policy,
    int *read)
{
	struct buffer out = {0}, again = {0}, before = {0}, behind = {0};
	struct header_field f, g;
	size_t at = 0;
	assert_true(header_next(field->data, field->length, &at, &f));
	if (at == field->length) {
		struct address_counts first = addresses(field->data, field->length, &before);
		int written = mailboxes_put(&f, policy, &out);
		assert_true((written == 0) == (out.length == 0));
		if (written > 0) {
			struct address_counts second = addresses(out.data, out.length, &behind);
			*read += first.usable;
			at = 0;
			assert_true(header_next(out.data, out.length, &at, &g));
			mailboxes_put(&g, policy, &again);
			bool same = policy->use == ADDRESS_AUTHORS ||
			            strcmp(buffer_string(&behind), buffer_string(&before)) == 0;
			if (second.bad > 0 || second.repaired > 0 || second.untidy || !same ||
			    strcmp(unfolded(&again), unfolded(&out)) != 0)
				fail_msg("%s became %s and then %s (bad %d, repaired %d, untidy %d)",
				    buffer_string((struct buffer *)(uintptr_t)field), buffer_string(&out),
				    buffer_string(&again), second.bad, second.repaired, second.untidy);
		}
	}
	buffer_free(&out);
	buffer_free(&again);
	buffer_free(&before);
	buffer_free(&behind);
}

static void random_lists(void **state)
{
	int read = 0;
	(void)state;
	const struct mailboxes_policy list = {.use = ADDRESS_RECIPIENTS, .edit = complete},
	                              author = {.use = ADDRESS_AUTHORS,
	                                  .edit = complete,
	                                  .fallback = "sender@example.org"};
	unit_random_start(3);
	for (int i = 0; i < 60000; i++) {
		struct buffer field = {0};
		buffer_puts(&field, "To: ");
		for (int n = unit_random() % (i > 59900 ? 600 : 9); n >= 0; n--)
			buffer_puts(&field, pieces[(size_t)unit_random() % (sizeof pieces / sizeof pieces[0])]);
		buffer_puts(&field, "\n");
		check_field(&field, i % 2 ? &list : &author, &read);
		buffer_free(&field);
	}
	assert_true(read > 1000);
}

/* Rare ones that once came out with other addresses: a route outside of brackets, a comma in
 * quotation marks where the line was folded. */
static void odd_lists(void **state)
{
	static const char *const fields[] = {"To: @, @\"Q, \xc3\xbc\" <q@x.y>\n",
	    "To: @x.org,@[IPv6:::1] x.org\"Q, \xc3\xbc\" <q@x.y>\n",
	    "To: @j\xc3\xb6@x.y::j\xc3\xb6@x.y,@\"Q, \xc3\xbc\" <q@x.y>\n",
	    "To: J\xc3\xb6rg Smith at the very end of a rather long street in the north "
	    "<joe@x.y>,\"smith,john,j.\"@x.y\n",
	    "To: J\xc3\xb6rg Smith at the very end of a rather long street in the north "
	    "<joe@x.y>,\"smith\n ,john\"@x.y,\"smith,john\"@x.y\n",
	    "To: \"Q, \xc3\xbc\" <q@x.y>,a,(c \xc3\xa9)\"\"(c \xc3\xa9)),(c \xc3\xa9)\n"};
	const struct mailboxes_policy list = {.use = ADDRESS_RECIPIENTS, .edit = complete};
	int read = 0;
	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct buffer field = {0};
		buffer_puts(&field, fields[i]);
		check_field(&field, &list, &read);
		buffer_free(&field);
	}
	assert_true(read >= 8);
}

static void text_is(const char *field, const char *wanted)
{
	struct buffer out = {0};
	struct header_field f;
	size_t at = 0;
	assert_true(header_next(field, strlen(field), &at, &f));
	header_conform_put(&f, "", &out);
	assert_string_equal(buffer_string(&out), wanted);
	buffer_free(&out);
}

static void text_is_made_legal(void **state)
{
	(void)state;
	text_is("Subject: plain  text\n", "Subject: plain  text\n");
	text_is("Subject: a\rb\n", "Subject: a b\n");
	text_is("Subject: x Gr\xc3\xbc\xc3\x9f"
	        "e y\n",
	    "Subject: x =?UTF-8?B?R3LDvMOfZQ==?= y\n");
	text_is("X-A: \xfc\n", "X-A: =?ISO-8859-1?B?/A==?=\n");
	/* Cut within a character, as programs do that count bytes. */
	text_is("X-A: \xc3\xbcr\xc3\xbc\xc3\n", "X-A: =?UTF-8?B?w7xyw7zvv70=?=\n");
	text_is("Content-Disposition: attachment; filename=\"\xc3\xbc b.txt\"; size=3\n",
	    "Content-Disposition: attachment; filename*=UTF-8''%C3%BC%20b.txt; size=3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(random_lists), TEST(odd_lists),
	    TEST(text_is_made_legal)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
