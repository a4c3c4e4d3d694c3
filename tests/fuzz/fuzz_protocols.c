/* objects: sendmail/relay/route/exchange */
/* The tables of our own protocols: what is put is parsed to the same, whatever the words are; and a
   line of a stranger is one of the table, or none.  The first byte chooses the protocol. */
#include "base/fields.h"
#include "base/mailbox_answer.h"
#include "jobs/jobs_line.h"
#include "jobs/ledger.h"
#include "jobs/orders.h"
#include "jobs/process_line.h"
#include "relay/route/exchange.h"
#include "spool/control_line.h"
#include "spool/follow_line.h"
#include "spool/submit_line.h"
#include "tests/fuzz/lines.h"
#include <sysexits.h>

static const char *const words[] = {"65000000.00000001", "65000000.00000001.dead", "flush.12",
    "65000000.00000001 talk", "65000000.00000001 wait", "done", "gone", "known", "started", "1",
    "75 user-limit not now", "-1", "9999999999999999999", "\"a b\"", "\"\\n\\x00\"",
    "verdict=sent stage=end-of-data", "verdict=failed stage=RCPT fault=recipient code=550 text=no",
    "relay", "mailbox", "17 9", "17 256", "17", "own x", "away", "mailbox-locked by somebody", "0",
    "2", "192.0.2.1", ""};

/* Up to 31 bytes as a string; NULL now and then. */
static char *take_text(const uint8_t **bytes, size_t *length)
{
	uint8_t size = fuzz_byte(bytes, length);
	size_t n = size % 32 < *length ? size % 32 : *length;
	char *text = size < 224 ? fuzz_string(*bytes, n) : NULL;
	*bytes += n;
	*length -= n;
	return text;
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Each text of the row comes out as it went in, and the line is one line. */
static void put_and_parse(const struct protocol *p, const uint8_t *bytes, size_t length)
{
	struct buffer first = {0}, second = {0};
	struct jobs_heard heard;
	struct diagnosis d = {.verdict = VERDICT_DEFERRED, .reply_code = 450};
	char *text[7];
	int verb = fuzz_byte(&bytes, &length) % p->count;
	for (int i = 0; i < 7; i++)
		text[i] = take_text(&bytes, &length);
	text_copy(d.text, sizeof d.text, text[5] != NULL ? text[5] : "");
	struct jobs_line l = {.verb = verb,
	    .id = text[0],
	    .sender = text[1],
	    .address = text[2],
	    .notify = text[3],
	    .orcpt = text[4],
	    .text = text[5],
	    .stage = NULL,
	    .rcpts = fuzz_byte(&bytes, &length),
	    .n = (long long)fuzz_byte(&bytes, &length) - 1,
	    .next = 1,
	    .d = &d};
	jobs_line_put(&first, p, &l);
	MUST(memchr(first.data, '\n', first.length) == first.data + first.length - 1);
	first.data[first.length - 1] = '\0';
	/* A verb of which nothing is said is no line. */
	if (jobs_line_parse(&heard, p, first.data)) {
		const char *behind = p->rows[verb].behind;
		MUST(heard.line.verb == verb);
		MUST(strstr(behind, "sender=") == NULL || same(heard.line.sender, l.sender));
		MUST(strstr(behind, "address=") == NULL || same(heard.line.address, l.address));
		MUST(strstr(behind, "text=") == NULL || same(heard.line.text, l.text));
		MUST(strstr(behind, "n=") == NULL || strstr(behind, "n=") != behind || heard.line.n == l.n);
		MUST(strstr(behind, "DIAGNOSIS") == NULL || heard.d.reply_code == 450);
		jobs_line_put(&second, p, &heard.line);
		second.data[second.length - 1] = '\0';
		MUST(strstr(behind, "DIAGNOSIS") != NULL || strcmp(first.data, second.data) == 0);
	}
	for (int i = 0; i < 7; i++)
		free(text[i]);
	buffer_free(&first);
	buffer_free(&second);
}

/* What is understood is put as the same line. */
static void look_at_control(const char *line)
{
	struct control_line l;
	struct buffer again = {0};
	if (!control_line_parse(&l, line))
		return;
	MUST(strchr(l.name, '/') == NULL && strchr(l.name, ' ') == NULL);
	if (l.verb == CONTROL_WATCH)
		control_line_put_watch(&again, l.name, l.talk);
	else
		control_line_put(&again, l.verb, l.name);
	again.data[again.length - 1] = '\0';
	MUST(strcmp(again.data, line) == 0);
	buffer_free(&again);
}

static void look_at_answers(const char *line)
{
	const char *behind;
	struct submit_answer a;
	enum follow_runner runner;
	enum control_answer answer = control_answer_parse(line, &behind);
	MUST(behind >= line && behind <= line + strlen(line));
	MUST(answer != CONTROL_OVER || control_end_find(behind) <= CONTROL_ENDS);
	if (submit_answer_parse(&a, line))
		MUST(a.code == EX_OK ? id_valid(a.id) : a.code >= EX__BASE && *a.key != '\0');
	MUST(!follow_parse_id(line, &behind) || id_valid(behind));
	MUST(!follow_parse_go(line, &runner) || runner <= FOLLOW_RUNNERS);
}

/* What is understood is put as the same line. */
static void look_at_starter(const struct protocol *p, const char *line)
{
	struct process_line l;
	struct buffer again = {0};
	if (!process_line_parse(&l, p, line))
		return;
	process_line_put(&again, p, &l);
	MUST(again.length <= PROCESS_LINE_BYTES);
	again.data[again.length - 1] = '\0';
	/* But for a number with zeros before it, or a sign. */
	MUST(strlen(again.data) <= strlen(line) && strchr(again.data, '-') == NULL);
	buffer_free(&again);
}

static void look_at_mailbox(const char *line)
{
	struct mailbox_answer a, b;
	struct buffer again = {0};
	if (!mailbox_answer_parse(&a, line))
		return;
	mailbox_answer_put(&again, &a);
	MUST(memchr(again.data, '\n', again.length) == again.data + again.length - 1);
	again.data[again.length - 1] = '\0';
	MUST(mailbox_answer_parse(&b, again.data));
	MUST(a.verb == b.verb && a.own == b.own && strlen(a.words) == strlen(b.words));
	buffer_free(&again);
}

static void look_at_ledger(const char *line)
{
	struct ledger_line l, same;
	struct buffer again = {0};
	if (!ledger_parse(line, &l))
		return;
	ledger_put(&again, l.at_s, l.id, l.address, l.relayed, &l.d);
	again.data[again.length - 1] = '\0';
	MUST(ledger_parse(again.data, &same));
	MUST(strcmp(l.id, same.id) == 0 && strcmp(l.address, same.address) == 0 &&
	     l.relayed == same.relayed && l.at_s == same.at_s && l.d.verdict == same.d.verdict);
	buffer_free(&again);
}

/* All lines at once: an answer has several. */
static void look_at_exchange(const struct buffer *lines)
{
	static const enum dns_type types[] = {DNS_MX, DNS_A, DNS_TLSA};
	static struct dns_answer a, b;
	struct buffer copy = {0}, again = {0};
	bool cut, cut_again;
	if (exchange_read_failure(lines) != 0)
		return;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		copy.length = again.length = 0;
		buffer_add(&copy, lines->data, lines->length);
		if (!exchange_read(&copy, types[i], &a, &cut))
			continue;
		exchange_write(&again, &a, cut);
		MUST(exchange_read(&again, types[i], &b, &cut_again));
		MUST(cut == cut_again && a.kind == b.kind && a.count == b.count &&
		     strcmp(a.alias, b.alias) == 0 && strcmp(a.zone, b.zone) == 0);
		for (int k = 0; k < a.count; k++)
			MUST(strcmp(a.records[k].name, b.records[k].name) == 0);
	}
	buffer_free(&copy);
	buffer_free(&again);
}

static void look_at_size(const uint8_t *bytes, size_t length)
{
	char size[SUBMIT_SIZE_BYTES + 1] = "", again[SUBMIT_SIZE_BYTES + 1];
	size_t n;
	memcpy(size, bytes, length < SUBMIT_SIZE_BYTES ? length : SUBMIT_SIZE_BYTES);
	if (!submit_size_parse(size, 1 << 20, &n))
		return;
	submit_size_put(again, n);
	MUST(n <= 1 << 20 && memcmp(again, size, SUBMIT_SIZE_BYTES) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct protocol *const all[] = {&jobs_to_relay, &jobs_to_runner, &control_asked,
	    &control_answered, &submit_answered, &submit_introduced, &follow_said, &orders_given,
	    &ledger_noted, &process_asked, &process_answered, &mailbox_answered, &exchange_said};
	struct buffer lines = {0};
	struct jobs_heard heard;
	uint8_t choice = fuzz_byte(&bytes, &length);
	const struct protocol *p = all[choice % (sizeof all / sizeof all[0])];
	if (choice >= 192)
		look_at_size(bytes, length);
	else if (choice >= 128)
		put_and_parse(choice & 1 ? &jobs_to_relay : &jobs_to_runner, bytes, length);
	while (choice < 128 && length > 0)
		fuzz_put_line(p, words, sizeof words / sizeof words[0], &bytes, &length, &lines);
	if (p == &exchange_said && lines.length > 0)
		look_at_exchange(&lines);
	for (char *at = lines.data, *end; lines.length > 0 && at < lines.data + lines.length;
	     at = end) {
		end = memchr(at, '\n', lines.length - (size_t)(at - lines.data));
		*end++ = '\0';
		look_at_control(at);
		look_at_answers(at);
		look_at_starter(&process_asked, at);
		look_at_starter(&process_answered, at);
		look_at_mailbox(at);
		look_at_ledger(at);
		(void)jobs_line_parse(&heard, &jobs_to_relay, at);
		(void)jobs_line_parse(&heard, &jobs_to_runner, at);
	}
	buffer_free(&lines);
	return 0;
}
