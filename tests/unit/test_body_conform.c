/* Properties of the converter over random bodies: legal in every line, the same however the bytes
 * are cut, decoding to what was given. */
#include "message/body_conform.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char type_text[] = "Content-Type: text/plain\n";
static const char type_multi[] =
    "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n";

/* Bytes in which everything that matters is frequent. */
static void fill(char *bytes, size_t length)
{
	static const char frequent[] = "\n\r= \t.-b:\0\xc3\xbc";
	for (size_t i = 0; i < length; i++)
		bytes[i] = unit_random() % 3 == 0 ? (char)(unit_random() & 0xff)
		           : unit_random() % 2    ? frequent[(size_t)unit_random() % (sizeof frequent - 1)]
		                                  : 'x';
	for (int i = 0; i < 3 && length > 100; i++)
		memcpy(bytes + (size_t)unit_random() % (length - 30),
		    unit_random() % 2 ? "\n--b\nContent-Type: x/y\n\n" : "\n--b--\n", 7);
}

static void walk(const struct entity *top, struct body_plan *plan, bool writing, const char *bytes,
    size_t length, size_t step, struct buffer *out)
{
	struct body_conform *r = body_conform_start(top, plan, true, writing);
	for (size_t at = 0; at < length; at += step)
		body_conform_put(r, bytes + at, step < length - at ? step : length - at, out);
	body_conform_end(r, out);
}

static void decode(const struct buffer *coded, struct buffer *out)
{
	for (size_t i = 0; i < coded->length; i++) {
		unsigned value;
		if (coded->data[i] != '=') {
			buffer_add(out, coded->data + i, 1);
		} else if (i + 1 < coded->length && coded->data[i + 1] == '\n') {
			i++;
		} else {
			assert_true(i + 2 < coded->length);
			const char digits[3] = {coded->data[i + 1], coded->data[i + 2], '\0'};
			assert_int_equal(sscanf(digits, "%2x", &value), 1);
			buffer_add(out, &(char){(char)value}, 1);
			i += 2;
		}
	}
}

static void one(const char *header, bool leaf)
{
	char bytes[4000];
	size_t length = (size_t)unit_random() % sizeof bytes;
	struct entity top;
	struct body_plan plan = {0}, other = {0};
	struct buffer whole = {0}, pieces = {0}, back = {0};
	fill(bytes, length);
	entity_read(&top, header, strlen(header));
	walk(&top, &plan, false, bytes, length, length + 1, &whole);
	walk(&top, &other, false, bytes, length, 1 + (size_t)unit_random() % 20, &pieces);
	assert_int_equal(plan.count, other.count);
	assert_memory_equal(plan.parts, other.parts, (size_t)plan.count);
	walk(&top, &plan, true, bytes, length, length + 1, &whole);
	walk(&top, &plan, true, bytes, length, 1 + (size_t)unit_random() % 20, &pieces);
	assert_int_equal(whole.length, pieces.length);
	if (whole.length > 0)
		assert_memory_equal(whole.data, pieces.data, whole.length);
	if (leaf && *body_conform_encoding(&top, &plan, true) != '\0') {
		size_t column = 0;
		for (size_t i = 0; i < whole.length; i++) {
			unsigned char c = (unsigned char)whole.data[i];
			column = c == '\n' ? 0 : column + 1;
			assert_true(column <= 76 && c < 0x7f && (c >= 0x20 || c == '\n' || c == '\t'));
		}
		decode(&whole, &back);
		assert_int_equal(back.length, length);
		assert_memory_equal(back.data, bytes, length);
	}
	free(plan.parts);
	free(other.parts);
	buffer_free(&whole);
	buffer_free(&pieces);
	buffer_free(&back);
}

static void random_bodies(void **state)
{
	(void)state;
	unit_random_start(7);
	for (int i = 0; i < 3000; i++) {
		one(type_text, true);
		one(type_multi, false);
	}
}

static void headers_are_read(void **state)
{
	struct entity e;
	(void)state;
	entity_read(&e, "Content-Type: MULTIPART/Mixed;\n charset=\"a;b\"; Boundary = \"x\\\"y z\"\n",
	    66);
	assert_int_equal(e.kind, ENTITY_MULTIPART);
	assert_string_equal(e.boundary, "x\"y z");
	static const struct {
		const char *header;
		enum entity_kind kind;
	} rows[] = {{"", ENTITY_TEXT}, {"Content-Transfer-Encoding: BASE64 (x)\n", ENTITY_BASE64},
	    {"Content-Transfer-Encoding: x-uue\n", ENTITY_SEALED},
	    {"Content-Type: multipart/mixed\n", ENTITY_SEALED},
	    {"Content-Type: multipart/signed; boundary=b\n", ENTITY_SEALED},
	    {"Content-Type: message/rfc822\n", ENTITY_MESSAGE},
	    {"Content-Type: message/delivery-status\n", ENTITY_SEALED},
	    {"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n",
	        ENTITY_SEALED}};
	entity_read(&e, "Content-Transfer-Encoding: 7-bit\n", 33);
	assert_true(e.kind == ENTITY_TEXT && e.odd_encoding);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		entity_read(&e, rows[i].header, strlen(rows[i].header));
		assert_int_equal(e.kind, rows[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(random_bodies), TEST(headers_are_read)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
