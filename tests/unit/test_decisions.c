/* objects: sendmail/runner/queue/schedule */
/* What follows from an answer, and when a message is tried again. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "diagnosis/deed.h"
#include "runner/queue/schedule.h"
#include "tests/unit/unit.h"
#include <ctype.h>

static struct diagnosis answer(enum stage stage, int code, const char *status, const char *text)
{
	struct diagnosis d = {.stage = stage, .reply_code = (uint16_t)code};
	text_copy(d.status, sizeof d.status, status);
	text_copy(d.text, sizeof d.text, text);
	d.verdict = code >= 500 ? VERDICT_FAILED : VERDICT_DEFERRED;
	catalogue_recognise(&d);
	return d;
}

/* The words of real servers. */
static void servers_are_understood(void **state)
{
	static const struct {
		enum stage stage;
		int code;
		const char *status, *text, *key;
		enum deed deed;
	} cases[] = {
	    {STAGE_RCPT, 513, "", "513 Relaying denied.", "relay-denied", DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 456, "", "456 Address temporarily unavailable.", "address-blocked",
	        DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 554, "5.7.1", "554 5.7.1 <a@b.c>: Relay access denied", "relay-denied",
	        DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 454, "4.7.1", "454 4.7.1 <a@b.c>: Relay access denied", "relay-denied",
	        DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 550, "", "550 relay not permitted", "relay-denied", DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 550, "5.1.1",
	        "550 5.1.1 <a@b.c>: Recipient address rejected: User unknown in virtual mailbox table",
	        "recipient-unknown", DEED_RETURN},
	    {STAGE_MAIL, 535, "", "535 Authentication required.", "auth-required", DEED_NEXT_HOP},
	    {STAGE_MAIL, 535, "", "535 Authentication failed.", "auth-refused", DEED_NEXT_HOP},
	    {STAGE_RCPT, 550, "", "550 User <nosuch> unknown", "recipient-unknown", DEED_RETURN},
	    {STAGE_RCPT, 550, "", "550 Unknown user", "recipient-unknown", DEED_RETURN},
	    {STAGE_RCPT, 450, "4.2.0", "450 4.2.0 <a@b.c>: Recipient address rejected: Greylisted",
	        "greylisted", DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 452, "4.5.3", "452 4.5.3 Error: too many recipients", "too-many-recipients",
	        DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 450, "4.1.8", "450 4.1.8 <a@b.c>: Sender address rejected: Domain not found",
	        "sender-domain", DEED_NEXT_ADDRESS},
	    {STAGE_MAIL, 530, "5.7.0", "530 5.7.0 Must issue a STARTTLS command first", "tls-required",
	        DEED_NEXT_ADDRESS},
	    {STAGE_MAIL, 530, "5.7.0", "530 5.7.0 Authentication required", "auth-required",
	        DEED_NEXT_HOP},
	    {STAGE_AUTH, 535, "5.7.8", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
	        "auth-refused", DEED_NEXT_HOP},
	    {STAGE_AUTH, 534, "5.7.9", "534 5.7.9 Application-specific password required",
	        "auth-app-password", DEED_NEXT_HOP},
	    {STAGE_AUTH, 454, "4.7.0", "454 4.7.0 Temporary authentication failure", "auth-unavailable",
	        DEED_NEXT_HOP},
	    {STAGE_BANNER, 421, "4.7.0", "421 4.7.0 mx Error: too many connections from 192.0.2.1",
	        "too-many-connections", DEED_NEXT_ADDRESS},
	    {STAGE_BANNER, 554, "",
	        "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org", "listed",
	        DEED_NEXT_ADDRESS},
	    {STAGE_MAIL, 552, "5.3.4", "552 5.3.4 Message size exceeds fixed limit", "size-exceeded",
	        DEED_RETURN},
	    {STAGE_MAIL, 452, "4.3.1", "452 4.3.1 Insufficient system storage", "storage-full",
	        DEED_NEXT_ADDRESS},
	    {STAGE_RCPT, 553, "5.7.1",
	        "553 5.7.1 <x@y.z>: Sender address rejected: not owned by user joe", "sender-not-owned",
	        DEED_WAIT},
	    {STAGE_END_OF_DATA, 550, "5.7.1", "550 5.7.1 message looks like spam", "content-refused",
	        DEED_RETURN},
	    {STAGE_END_OF_DATA, 554, "5.4.6", "554 5.4.6 Too many hops", "loop", DEED_RETURN},
	    {STAGE_END_OF_DATA, 451, "4.3.0", "451 4.3.0 try later", "server-trouble", DEED_WAIT},
	    {STAGE_DATA, 451, "", "451 no", "reply-4xx", DEED_WAIT},
	    {STAGE_EHLO, 550, "", "550 go away", "helo-refused", DEED_NEXT_ADDRESS},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct diagnosis d = answer(cases[i].stage, cases[i].code, cases[i].status, cases[i].text);
		if (strcmp(diag_key(&d), cases[i].key) != 0)
			fail_msg("%s: %s", cases[i].text, diag_key(&d));
		if (deed_decide(&d) != cases[i].deed)
			fail_msg("%s: another decision", cases[i].text);
		assert_int_equal(d.verdict,
		    cases[i].deed == DEED_RETURN ? VERDICT_FAILED : VERDICT_DEFERRED);
	}
}

/* Every stage and class has its row; a bounce is possible only where the server speaks of the
   mail. */
static void the_table_is_whole(void **state)
{
	(void)state;
	for (enum stage s = STAGE_LOOKUP; s <= STAGE_END_OF_DATA; s++) {
		for (int class = 0; class <= 5; class += class ? 1 : 4) {
			int rows = 0;
			if (class != 0 && s <= STAGE_TLS)
				continue;
			for (int i = 0; deed_row(i) != NULL; i++)
				rows +=
				    s >= deed_row(i)->from && s <= deed_row(i)->to && class == deed_row(i)->class;
			assert_int_equal(rows, 1);
		}
	}
	for (int i = 0; deed_row(i) != NULL; i++) {
		if (deed_row(i)->deed == DEED_RETURN)
			assert_true((deed_row(i)->from >= STAGE_MAIL || deed_row(i)->to == STAGE_LOOKUP) &&
			            deed_row(i)->class == 5);
	}
	struct diagnosis d = {.stage = STAGE_END_OF_DATA,
	    .verdict = VERDICT_DEFERRED,
	    .key = REASON_OUTCOME_UNKNOWN};
	assert_int_equal(deed_decide(&d), DEED_WAIT); /* never at once to another server */
	d = (struct diagnosis){.stage = STAGE_END_OF_DATA, .verdict = VERDICT_SENT, .reply_code = 250};
	assert_int_equal(deed_decide(&d), DEED_DONE);
}

static void reasons_are_told(void **state)
{
	const struct reason *row;
	int count = 0;
	(void)state;
	for (; (row = catalogue_nth(count)) != NULL; count++) {
		assert_true(strlen(row->meaning) > 15 && strlen(row->remedy) > 10);
		assert_true(strlen(row->key) < sizeof((struct diagnosis *)0)->other_key);
		assert_ptr_equal(catalogue_row(reason_find(row->key)), row); /* no key twice */
	}
	assert_true(count >= 60);
	assert_null(catalogue_row(reason_find("no such key")));
}

/* The names in the program and the words in files and protocols are two forms of one key. */
static void keys_have_their_words(void **state)
{
#define REASON(name, word, fault, wait_s, stays, meaning, remedy) \
	{#name, word, REASON_##name, true},
#define PLAIN(name, word) {#name, word, REASON_##name, false},
	static const struct {
		const char *name, *word;
		enum reason_key key;
		bool row;
	} all[] = {
#include "diagnosis/catalogue_rows.h"
	};
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		char name[40] = "";
		for (size_t n = 0; all[i].word[n] != '\0'; n++)
			name[n] = (char)(all[i].word[n] == '-' ? '_' : toupper((unsigned char)all[i].word[n]));
		assert_string_equal(name, all[i].name);
		assert_string_equal(reason_word(all[i].key), all[i].word);
		assert_int_equal(reason_find(all[i].word), all[i].key); /* no word twice */
		assert_int_equal(catalogue_row(all[i].key) != NULL, all[i].row);
	}
	assert_int_equal(reason_find(""), REASON_NONE);
}

/* A journal that a later version wrote: its word is kept, and means nothing here. */
static void a_word_of_a_later_version_is_kept(void **state)
{
	struct buffer line = {0};
	struct diagnosis d, other;
	(void)state;
	diag_read(&d, "verdict=deferred stage=RCPT key=moon-phase text=no");
	assert_int_equal(d.key, REASON_OTHER);
	assert_string_equal(diag_key(&d), "moon-phase");
	assert_null(catalogue_row(d.key));
	diag_write(&d, &line);
	assert_non_null(strstr(buffer_string(&line), " key=moon-phase "));
	diag_read(&other, "verdict=deferred stage=RCPT key=sun-phase text=no");
	assert_false(diag_same_key(&d, &other));
	diag_read(&other, "verdict=deferred stage=RCPT key=moon-phase");
	assert_true(diag_same_key(&d, &other));
	buffer_free(&line);
}

static void waits_grow(void **state)
{
	static const int minutes[] = {1, 2, 5, 10, 20, 30, 60, 60, 60};
	struct config c = {.retry_min = {1, 2, 5, 10, 20, 30, 60}, .wait_count = 7};
	(void)state;
	for (int attempt = 1; attempt <= 9; attempt++) {
		for (uint32_t random = 0; random < 5000; random += 7) {
			int wait_s = schedule_wait_s(&c, attempt, 0, random * 2654435761u);
			assert_in_range(wait_s, minutes[attempt - 1] * 54, minutes[attempt - 1] * 66);
		}
	}
	assert_in_range(schedule_wait_s(&c, 1, 7200, 12345), 6480, 7920);
	assert_in_range(schedule_wait_s(&c, 9, 60, 12345), 3240, 3960);
	assert_int_equal(schedule_left_ms(60, 50, false, 7), 10000);
	assert_int_equal(schedule_left_ms(60, 2000, false, 7), 0);
	assert_int_equal(schedule_left_ms(60, -5, false, 7),
	    60000); /* a clock set back does not stop mail */
	for (uint32_t i = 0; i < 1000; i++)
		assert_in_range(schedule_left_ms(60, 2000, true, i), 0,
		    59000); /* nor does one set forward send all of it at once */
	assert_int_equal(schedule_left_ms(60, 2000, true, 125), 5000);
}

static void the_heap_is_in_order(void **state)
{
	struct schedule s = {0};
	uint32_t x = 1;
	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct entry *e = calloc(1, sizeof *e);
		x = x * 1664525u + 1013904223u;
		if (i % 3 == 0)
			schedule_add_new(&s, e);
		else
			schedule_add(&s, e, x % 100000);
		e->id = (uint64_t)i;
	}
	for (uint32_t i = 0; i < s.count; i += 5)
		schedule_move(&s, s.heap[i], 50);
	struct entry *middle = s.heap[700];
	schedule_take(&s, middle);
	free(middle);
	int64_t last = INT64_MIN;
	struct entry *e;
	while ((e = schedule_first(&s)) != NULL) {
		assert_true(e->due_ms >= last);
		last = e->due_ms;
		schedule_take(&s, e);
		assert_true(e->in_work);
		free(e);
	}
	schedule_free(&s);
	assert_true(sizeof(struct entry) <= 200);
}

static struct entry *put(struct schedule *s, uint32_t uid, int attempts, int64_t due_ms)
{
	struct entry *e = calloc(1, sizeof *e);
	e->uid = uid;
	e->attempts = (uint16_t)attempts;
	if (due_ms < 0)
		schedule_add_new(s, e);
	else
		schedule_add(s, e, due_ms);
	return e;
}

/* What an operator asks for goes first, in the order of their wishes; a probe of failing servers is
 * nothing that has a time of its own, which was named to people. */
static void wishes_and_probes(void **state)
{
	struct schedule s = {0};
	(void)state;
	assert_null(schedule_prober(&s, 1000));
	struct entry *greylisted = put(&s, 1, 1, 5000), *unreachable = put(&s, 1, 1, 9000);
	assert_null(schedule_prober(&s, 1000));
	unreachable->waits_for_nexthop = true;
	assert_ptr_equal(schedule_prober(&s, 1000), unreachable);
	assert_ptr_equal(schedule_prober(&s, 5000), greylisted);
	struct entry *fresh = put(&s, 1, 0, -1);
	assert_ptr_equal(schedule_prober(&s, 1000), fresh);
	schedule_ask(&s, unreachable);
	schedule_ask(&s, greylisted);
	assert_ptr_equal(schedule_first(&s), unreachable);
	assert_true(schedule_is_asked(unreachable) && !schedule_is_asked(fresh));
	schedule_take(&s, unreachable);
	assert_ptr_equal(schedule_first(&s), greylisted);
	schedule_take(&s, greylisted);
	assert_ptr_equal(schedule_first(&s), fresh);
	/* Its relay was just ending: once more, and then it waits as others do. */
	assert_int_equal(unreachable->asked, 1);
	schedule_add(&s, unreachable, unreachable->due_ms);
	schedule_take(&s, unreachable);
	assert_int_equal(unreachable->asked, 0);
	schedule_free(&s);
	free(greylisted);
	free(unreachable);
	free(fresh);
}

/* Who is served as number n from here. */
static uint32_t serve(struct schedule *s, struct entry *wanted)
{
	for (uint32_t n = 1; s->count > 0; n++) {
		struct entry *e = schedule_first(s);
		bool found = e == wanted;
		schedule_take(s, e);
		free(e);
		if (found)
			return n;
	}
	return 0;
}

static void nobody_starves_another(void **state)
{
	struct schedule s = {0};
	(void)state;
	for (int i = 0; i < 5000; i++)
		put(&s, 33, 0, -1);
	assert_in_range(serve(&s, put(&s, 1000, 0, -1)), 1, 2);
	for (int i = 0; i < 100; i++)
		assert_in_range(serve(&s, put(&s, 2000 + (uint32_t)i, 0, -1)), 1, 3);
	/* What is tried again has its turn beside new mail, another's and its own user's. */
	for (int i = 0; i < 5000; i++)
		put(&s, 33, 1, i);
	struct entry *again = put(&s, 1000, 1, 6000), *later = put(&s, 1000, 1, 90000);
	schedule_ready(&s, 7000);
	assert_in_range(serve(&s, again), 1, 3);
	struct entry *last = put(&s, 33, 1, 7001);
	uint32_t waiting =
	    s.count; /* before serve() takes any: the arguments of a call are read in any order */
	assert_in_range(serve(&s, last), 1, waiting);
	assert_true(later->due_ms == 90000);
	serve(&s, NULL);
	schedule_free(&s);
}

/* Their own mail keeps its order; mail that is taken from behind, because it is too old, moves
 * nobody's turn. */
static void order_within_a_user(void **state)
{
	struct schedule s = {0};
	struct entry *old = NULL, *e;
	uint64_t last = 0;
	(void)state;
	for (uint64_t i = 1; i <= 1000; i++) {
		e = put(&s, 33, 0, -1);
		e->id = i;
		old = i == 900 ? e : old;
	}
	schedule_take(&s, old);
	free(old);
	assert_in_range(serve(&s, put(&s, 1000, 0, -1)), 1, 2);
	while ((e = schedule_first(&s)) != NULL) {
		assert_true(e->id > last);
		last = e->id;
		schedule_take(&s, e);
		free(e);
	}
	schedule_free(&s);
}

/* Five days of a dead smarthost in no time: how often one message asks. */
static void five_days_are_bounded(void **state)
{
	struct config c = {.retry_min = {1, 2, 5, 10, 20, 30, 60}, .wait_count = 7};
	int64_t now_s = 0;
	int attempts = 0;
	uint32_t random = 7;
	(void)state;
	while (now_s < 5 * 86400) {
		attempts++;
		random = random * 1664525u + 1013904223u;
		now_s += schedule_wait_s(&c, attempts, 0, random);
	}
	assert_in_range(attempts, 115, 140);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(servers_are_understood),
	    TEST(the_table_is_whole),
	    TEST(reasons_are_told),
	    TEST(keys_have_their_words),
	    TEST(a_word_of_a_later_version_is_kept),
	    TEST(waits_grow),
	    TEST(the_heap_is_in_order),
	    TEST(wishes_and_probes),
	    TEST(nobody_starves_another),
	    TEST(order_within_a_user),
	    TEST(five_days_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
