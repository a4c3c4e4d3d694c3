/* Sentences of a catalogue, and formats that agree; lines of full-width characters. */
#include "base/language.h"
#include "base/terminal.h"
#include "diagnosis/catalogue.h"
#include "tests/unit/unit.h"

static void formats_that_agree(void **state)
{
	(void)state;
	assert_true(language_fits("no value", "値なし"));
	assert_true(language_fits("%s and %d", "%s と %d"));
	assert_true(language_fits("%s and %d", "%2$d と %1$s"));
	assert_true(language_fits("%d message%s", "%d 通%.0s"));
	assert_true(language_fits("%-*s %lld %%", "%-*s %lld %%"));
	assert_true(language_fits("%5.1f %%", "%f"));
}

static void formats_that_do_not(void **state)
{
	static const char *const pairs[][2] = {{"%s", "%d"}, {"%s", ""}, {"", "%s"}, {"%d", "%lld"},
	    {"%s %d", "%1$s"}, {"%s", "%2$s"}, {"%s", "%s%s"}, {"%.*s", "%s"}, {"%s", "%n"},
	    {"%s", "%99$s"}, {"%s", "%0$s"}, {"%s", "%"}, {"%s", "%1$"}, {"%s", "%llllllllld"}};
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_false(language_fits(pairs[i][0], pairs[i][1]));
}

static void names_are_letters(void **state)
{
	(void)state;
	assert_true(language_is_name("ja"));
	assert_true(language_is_name("pt_BR"));
	assert_false(language_is_name(""));
	assert_false(language_is_name("../ja"));
	assert_false(language_is_name("ja.UTF-8"));
	assert_false(language_is_name("j"));
	assert_false(language_is_name("abcdefghijkl"));
}

/* Without a catalogue, and with a word that was never in one. */
static void english_stays(void **state)
{
	const char *words = "The server refuses this login and password.";
	(void)state;
	setenv("FIRSTHOP_LANGUAGES", "/nonexistent", 1);
	assert_false(language_use("ja"));
	assert_ptr_equal(TR(words), words);
	assert_true(language_use("en"));
	assert_true(language_use(""));
	assert_null(language_of(NULL));
}

/* Every row of the catalogue, by the numbers that the build gave them. */
static void rows_are_translated(void **state)
{
	const struct reason *row;
	char folder[600];
	const char *build = getenv("BUILD");
	(void)state;
	snprintf(folder, sizeof folder, "%s/%s/languages", getenv("PWD"),
	    build != NULL ? build : "build");
	setenv("FIRSTHOP_LANGUAGES", folder, 1);
	if (!language_use("ja"))
		skip();
	for (int i = 0; (row = catalogue_nth(i)) != NULL; i++) {
		assert_string_not_equal(TR(row->meaning), row->meaning);
		assert_string_not_equal(TR(row->remedy), row->remedy);
	}
	assert_string_equal(TR("never in a catalogue"), "never in a catalogue");
	language_use("");
	assert_string_equal(TR("the runner is running"), "the runner is running");
}

static size_t count_steps(const char *remedy)
{
	size_t count = 0, length;
	for (const char *at = remedy; catalogue_step(&at, &length) != NULL;)
		count++;
	return count;
}

static void steps_of_a_japanese_remedy(void **state)
{
	const char *at = "確認してください。次のコマンド: relayconf probe";
	size_t length;
	const char *step = catalogue_step(&at, &length);
	(void)state;
	assert_memory_equal(step, "確認してください", length);
	assert_int_equal(length, strlen("確認してください"));
	step = catalogue_step(&at, &length);
	assert_memory_equal(step, "次のコマンド: relayconf probe", length);
	assert_null(catalogue_step(&at, &length));
	assert_int_equal(count_steps("一。二。三。"), 3);
	assert_int_equal(count_steps("Check a. Or b."), 2);
}

/* Pieces of a text, with | between them. */
static void is_cut(const char *text, const char *wanted)
{
	char got[400] = "";
	while (*text != '\0') {
		size_t n = terminal_piece(text);
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", *got != '\0' ? "|" : "",
		    (int)n, text);
		text += n;
		text += strspn(text, " \n");
	}
	assert_string_equal(got, wanted);
}

static void lines_end_where_they_may(void **state)
{
	(void)state;
	is_cut("two words.", "two|words.");
	is_cut("配送。", "配|送。");
	is_cut("「配送」です", "「配|送」|で|す");
	is_cut("サーバー", "サー|バー");
	is_cut("port を 587 に", "port|を|587|に");
	is_cut("relay(8)です。", "relay(8)|で|す。");
	is_cut("一、(例: x)。", "一、|(例:|x)。");
	assert_int_equal(terminal_columns("配送 x", strlen("配送 x")), 6);
	/* What is put on a character stays with it: a dakuten, joined pictures, a flag of tags. */
	is_cut("か\u3099ん", "か\u3099|ん");
	is_cut("👩\u200d👧👍🏽", "👩\u200d👧|👍|🏽");
	assert_int_equal(terminal_columns("か\u3099", strlen("か\u3099")), 2);
	assert_int_equal(terminal_columns("ﾃﾞｨｽｸ", strlen("ﾃﾞｨｽｸ")), 5);
	assert_int_equal(terminal_columns("שָׁלוֹם", strlen("שָׁלוֹם")), 4);
	assert_int_equal(terminal_columns("e\u0301⚡✅", strlen("e\u0301⚡✅")), 5);
	assert_int_equal(terminal_piece(""), 0);
	assert_int_equal(terminal_piece(" x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(formats_that_agree),
	    TEST(formats_that_do_not),
	    TEST(names_are_letters),
	    TEST(english_stays),
	    TEST(rows_are_translated),
	    TEST(steps_of_a_japanese_remedy),
	    TEST(lines_end_where_they_may),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
