/* objects: sendmail/lib/base/sandbox_none runner mailbox sendmail/relay/route/dns_answer sendmail/relay/route/hosts sendmail/filter/header_edits sendmail/smtpd/chunks */
/* libs: -linih -lidn2 */
/* Twice the work takes twice the time: each parser with 2,000 things ten times over, and with
   20,000 of them once.  One that walks over all for each of them would need ten times as long for
   the second.  LINEAR_FEW=10000 in the environment (make bench) takes so many, and ten times;
   LINEAR_ONLY=read_* only those rows. */
#include "base/clock.h"
#include "base/fdio.h"
#include "config/recipients.h"
#include "dialogue/smtp_dialogue.h"
#include "filter/header_edits.h"
#include "jobs/jobs.h"
#include "jobs/ledger.h"
#include "mailbox/forward.h"
#include "message/address.h"
#include "message/digest.h"
#include "message/header_conform.h"
#include "message/mailboxes.h"
#include "runner/attempt/message.h"
#include "runner/notify/bounce.h"
#include "relay/route/dns.h"
#include "runner/queue/runner.h"
#include "runner/queue/storm.h"
#include "runner/session/worker.h"
#include "smtpd/chunks.h"
#include "spool/counters.h"
#include "spool/heads.h"
#include "spool/policy.h"
#include "spool/second_names.h"
#include "spool/story.h"
#include "tests/unit/quiet_log.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define FEW 2000
#define DNS_RECORDS_EACH 32 /* things for a record: 100,000 of them fill a message */
#define TIMES 10            /* as many: 20,000 */
#define RATIO_MAX 3.0
#define TOO_SHORT_S 0.03
#define TRIES 3

static char folder[] = "/tmp/firsthop.XXXXXX";

static const char *name_file(const char *name)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const struct buffer *text)
{
	int fd = open(name_file(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && fdio_write(fd, text->data, text->length));
	close(fd);
}

static void put_many(struct buffer *out, const char *format, int n)
    __attribute__((format(printf, 2, 0)));

/* The format once for each number. */
static void put_many(struct buffer *out, const char *format, int n)
{
	char piece[600];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	for (int i = 0; i < n; i++) {
		snprintf(piece, sizeof piece, format, i, i);
		buffer_puts(out, piece);
	}
#pragma GCC diagnostic pop
}

static void submit_recipients(int n)
{
	struct envelope e;
	char address[60];
	envelope_init(&e);
	for (int i = 0; i < 2 * n; i++) {
		snprintf(address, sizeof address, "user%d@example.org", i % n);
		assert_int_equal(envelope_add_recipient(&e, address), i < n);
		envelope_ask(&e, "NEVER", "");
	}
	envelope_free(&e);
}

static void read_envelope(int n)
{
	struct envelope e;
	struct diagnosis d = {0};
	struct buffer text = {0};
	buffer_puts(&text, "firsthop-spool: 1\ncontent: bytes=000000000000002 lines=000000000001 "
	                   "longest=000000000000001 8bit=0 nul=0 cr=0\nsender: root\n");
	put_many(&text, "recipient: user%d@example.org\nrecipient-notify: NEVER\n", n);
	put_many(&text, "note: 0123abcd.0123abcd 1800000000 rcpt address=user%d@example.org\n", n);
	buffer_puts(&text, "\nx\n");
	write_file("message", &text);
	int fd = open(name_file("message"), O_RDONLY);
	envelope_init(&e);
	assert_true(envelope_read(&e, fd, &d));
	assert_int_equal(e.recipient_count, n);
	text.length = 0;
	size_t content_at;
	envelope_write(&e, &text, &content_at);
	close(fd);
	envelope_free(&e);
	buffer_free(&text);
}

static void put_journal(struct buffer *text, int n)
{
	buffer_puts(text, "1800000000 attempt n=1\n");
	put_many(text,
	    "1800000000 rcpt address=user%d@example.org verdict=deferred stage=RCPT fault=recipient "
	    "hop=main key=mailbox-busy text=\"busy\"\n",
	    n);
	/* The other way round, and none of them where it was. */
	buffer_puts(text, "1800000100 attempt n=2\n");
	for (int i = n; i-- > 0;)
		buffer_printf(text, "1800000100 rcpt address=user%d@example.org verdict=sent stage=dot\n",
		    i);
}

static void fold_journal(int n)
{
	struct journal j;
	struct buffer text = {0};
	put_journal(&text, n);
	write_file("0123abcd.0123abcd.log", &text);
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_true(journal_read(&j, fd, "0123abcd.0123abcd"));
	close(fd);
	assert_int_equal(j.rcpt_count, n);
	assert_true(
	    journal_settled(&j, "user0@example.org") && !journal_settled(&j, "nobody@example.org"));
	for (int i = 0; i < n; i++)
		assert_null(journal_find(&j, "nobody@example.org"));
	journal_free(&j);
	buffer_free(&text);
}

static void tell_story(int n)
{
	struct buffer text = {0};
	struct story_line line;
	struct story_rcpt rcpt;
	put_journal(&text, n);
	for (char *at = text.data; story_next(&at, text.data + text.length, &line);) {
		if (line.verb == STORY_RCPT)
			story_rcpt(&line, &rcpt);
	}
	buffer_free(&text);
}

static void count_address(void *context, const char *address)
{
	(void)address;
	++*(int *)context;
}

static void ignore_member(void *context, const struct address *a)
{
	(void)context, (void)a;
}

static void read_addresses(int n)
{
	struct buffer list = {0};
	char problem[200];
	int count = 0;
	put_many(&list, "\"User %d\" <user%d@example.org>, ", n);
	assert_int_equal(address_list(buffer_string(&list), count_address, &count, problem,
	                     sizeof problem),
	    n);
	/* What is no address may be as long. */
	static const char *const odd[] = {":::", "x@[", "((((", "(,", ")", "\"", "\"\\\"", "@a,",
	    "<a:", "<@a,", "a@b;", "a,", "a ", "a:", "a:;", "x<a> ", "x<a@b> ", "<b> ", ">", "<<",
	    "\xc3\xbc ", "\xc3\xbc, ", "\"x\" ", "\"x@y\" ", "a@b c ", "\xc3\xbc a@b ", "=?", "=?a?b?",
	    "mailto:", "'", ".", "\\"};
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		list.length = 0;
		buffer_puts(&list, i == 0 ? "x@[" : "");
		for (int k = 0; k < 2 * n; k++)
			buffer_puts(&list, odd[i]);
		address_list(buffer_string(&list), count_address, &count, problem, sizeof problem);
		address_problem(buffer_string(&list));
		address_read(list.data, list.length, ADDRESS_AUTHORS, ignore_member, NULL);
	}
	buffer_free(&list);
}

static char *same_address(void *context, const char *address)
{
	(void)context;
	return mem_copy(address);
}

static void rewrite_header(int n)
{
	static const char *const lines[] = {"user%d@example.org,\n ",
	    "\xc3\xa4%d <user@example.org>,\n ", "x@[1:%d:2:3:4:5:6],\n ", "g%d: a, b;,\n ",
	    "(%d) ((a)) \"b\" c@d,\n "};
	struct header_field f;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct buffer block = {0}, out = {0};
		struct mailboxes_policy policy = {.use = ADDRESS_RECIPIENTS,
		    .edit = same_address,
		    .ascii = true};
		size_t at = 0, skip, body_at;
		buffer_puts(&block, "To: ");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		put_many(&block, lines[i], n);
#pragma GCC diagnostic pop
		buffer_puts(&block, "last@example.org\nX: x@[");
		for (int k = 0; k < n; k++)
			buffer_puts(&block, "::::");
		buffer_puts(&block, "\nSubject: ");
		put_many(&block, "word%d \xc3\xa4 ", n);
		buffer_puts(&block, "\n\nx\n");
		size_t length = header_block(block.data, block.length, &skip, &body_at);
		while (header_next(block.data, length, &at, &f)) {
			policy.use = ADDRESS_RECIPIENTS;
			mailboxes_put(&f, &policy, &out);
			policy.use = ADDRESS_AUTHORS;
			mailboxes_put(&f, &policy, &out);
			header_conform_put(&f, "", &out);
		}
		assert_true(out.length > 0);
		buffer_free(&block);
		buffer_free(&out);
	}
}

static void find_fields(int n)
{
	static const char *const names[] = {"Bcc", "Resent-Bcc", NULL};
	struct buffer block = {0}, out = {0};
	struct header_field f;
	size_t skip, body_at;
	put_many(&block, "X-Field-%d: a\n b\nBcc: user%d\n", n);
	assert_int_equal(header_block(block.data, block.length, &skip, &body_at), block.length);
	assert_false(header_find(block.data, block.length, "To", &f));
	header_without(block.data, block.length, names, &out);
	buffer_free(&block);
	buffer_free(&out);
}

/* Each alias is a recipient; each leads to the next but one, and to a list that all share. */
static void expand_aliases(int n)
{
	struct aliases *set;
	struct diagnosis d = {0};
	struct buffer text = {0};
	struct envelope e;
	struct recipients all;
	struct config c = {.name = "mon1.example.org",
	    .domain = "example.org",
	    .max_recipients = 1000000};
	buffer_puts(&text, "everyone: ");
	put_many(&text, "user%d@example.org, ", n);
	buffer_puts(&text, "\n");
	put_many(&text, "alias%d: everyone, own%d@example.org\n", n);
	put_many(&text, "loop%d: loop%d.b\n", n);
	for (int i = 0; i < n; i++)
		buffer_printf(&text, "loop%d.b: loop%d\nbroken%d: |prog, /file\nbroken%d: twice\n", i, i, i,
		    i);
	write_file("aliases", &text);
	buffer_free(&text);
	assert_true(aliases_read(&set, name_file("aliases"), false, &d));
	envelope_init(&e);
	for (int i = 0; i < n; i++) {
		char name[32];
		for (int k = 0; k < 3; k++) {
			snprintf(name, sizeof name, k == 0 ? "alias%d" : k == 1 ? "broken%d" : "loop%d", i);
			envelope_add_recipient(&e, name);
		}
	}
	recipients_expand(&all, &e, set, &c);
	assert_int_equal(all.count, 2 * n);
	assert_true(all.held_count >= n);
	recipients_free(&all);
	c.max_recipients = n / 2;
	recipients_expand(&all, &e, set, &c);
	assert_true(all.count <= n / 2 && all.held_count >= n);
	recipients_free(&all);
	envelope_free(&e);
	aliases_free(set);
}

/* One list, and as many spellings of its name. */
static void expand_spellings(int n)
{
	struct aliases *set;
	struct diagnosis d = {0};
	struct buffer text = {0};
	struct envelope e;
	struct recipients all;
	struct config c = {.name = "mon1.example.org",
	    .domain = "example.org",
	    .max_recipients = 100000};
	buffer_puts(&text, "everyone-everyone-everyone: ");
	put_many(&text, "user%d@example.org, ", n);
	write_file("aliases", &text);
	buffer_free(&text);
	assert_true(aliases_read(&set, name_file("aliases"), false, &d));
	envelope_init(&e);
	for (int i = 0; i < n; i++) {
		char name[] = "everyone-everyone-everyone";
		for (int bit = 0; bit < 20; bit++)
			name[bit] = (char)(name[bit] != '-' && i >> bit & 1 ? name[bit] - 32 : name[bit]);
		envelope_add_recipient(&e, name);
	}
	recipients_expand(&all, &e, set, &c);
	assert_int_equal(all.count, n);
	recipients_free(&all);
	envelope_free(&e);
	aliases_free(set);
}

static void read_config(int n)
{
	struct config c;
	struct diagnosis d = {0};
	struct buffer text = {0};
	buffer_puts(&text, "[smarthost main]\nhost = mail.example.org\n[rewrite senders]\n");
	put_many(&text, "user%d = other%d@example.org\n", n);
	buffer_printf(&text, "[rewrite recipients]\nfile = %s/map\n", folder);
	write_file("firsthop.conf", &text);
	text.length = 0;
	put_many(&text, "user%d@example.org other%d@example.org\n", n);
	write_file("map", &text);
	assert_true(config_read(&c, name_file("firsthop.conf"), &d));
	for (int i = 0; i < n; i++)
		assert_null(rewrite_find(&c.rewrite_senders, "nobody@example.net", "mon1", "example.org"));
	config_free(&c);
	buffer_free(&text);
}

static void check_policy(int n)
{
	struct policy p;
	struct policy_user u = {.uid = 1, .login = "user"};
	struct diagnosis d = {0};
	struct buffer text = {0};
	buffer_puts(&text,
	    "policy version=1 file=/etc/firsthop.conf domain=example.org max_recipients=10\n");
	put_many(&text, "rule line=%d who=user%d uid=4000000 from=\"\"\n", n);
	put_many(&text, "over uid=400%d until=1800000000 text=\"user %d is above it\"\n", n);
	p.text = mem_copy(buffer_string(&text));
	assert_int_equal(policy_check(&p, &u, NULL, -1, &d), 0);
	assert_int_equal(policy_max_recipients(&p), 10);
	policy_free(&p);
	buffer_free(&text);
}

/* A relay hears of n recipients. */
static void hear_jobs(int n)
{
	int pair[2];
	struct jobs j = {0};
	struct worker w = {.avoid = NULL};
	struct message m = {.fd = -1, .rcpt_count = n};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(fdio_nonblocking(pair[0]));
	j.socket = pair[1];
	w.fd = pair[0];
	m.fd = open("/dev/null", O_RDONLY);
	snprintf(m.id, sizeof m.id, "0123abcd.0123abcd");
	m.sender = mem_copy("root@example.org");
	m.rcpts = mem_alloc((size_t)n * sizeof *m.rcpts);
	m.asked = mem_alloc((size_t)n * sizeof *m.asked);
	for (int i = 0; i < n; i++) {
		char address[60];
		snprintf(address, sizeof address, "user%d@example.org", i);
		m.rcpts[i] = mem_copy(address);
		m.asked[i].notify = "";
		m.asked[i].orcpt = address;
		m.asked[i].orcpt = mem_copy("");
	}
	worker_give(&w, &m);
	while (w.out.length > 0 || j.first == NULL) {
		worker_flush(&w);
		assert_true(jobs_receive(&j));
	}
	assert_int_equal(j.first->rcpt_count, n);
	for (int i = n; i-- > 0;)
		assert_int_equal(message_find_rcpt(&m, m.rcpts[i]), i);
	jobs_remove(&j, j.first);
	for (int i = 0; i < n; i++) {
		free(m.rcpts[i]);
		free(m.asked[i].orcpt);
	}
	lookup_free(&m.known);
	free(m.rcpts);
	free(m.asked);
	free(m.sender);
	close(m.fd);
	close(pair[0]);
	close(pair[1]);
	buffer_free(&w.out);
	buffer_free(&j.in);
}

static void write_bounce(int n)
{
	struct runner r = {.queue = {.mqueue_fd = open(folder, O_RDONLY | O_DIRECTORY)}};
	struct message *m = mem_alloc(sizeof *m);
	struct buffer notes = {0}, text = {0}, lines = {0};
	struct diagnosis d = {0};
	struct config c;
	config_defaults(&c);
	r.config = c;
	diag_set(&d, VERDICT_FAILED, STAGE_RCPT, REASON_RECIPIENT_UNKNOWN, "there is no such user");
	envelope_init(&m->envelope);
	m->fd = open("/dev/null", O_RDONLY);
	snprintf(m->id, sizeof m->id, "0123abcd.0123abce");
	m->sender = mem_copy("root@example.org");
	m->rcpts = mem_alloc((size_t)n * sizeof *m->rcpts);
	m->asked = mem_alloc((size_t)n * sizeof *m->asked);
	m->states = mem_alloc((size_t)n);
	m->success = mem_alloc((size_t)n * sizeof *m->success);
	journal_put_attempt(&m->lines, 1800000000, 1);
	for (int i = 0; i < n; i++) {
		char address[60];
		snprintf(address, sizeof address, "user%d@example.org", i);
		m->rcpts[i] = mem_copy(address);
		m->asked[i].notify = "";
		m->asked[i].orcpt = mem_copy("");
		m->states[i] = RCPT_FAILED;
		m->rcpt_count++;
		message_add_failure(m, &d);
		journal_put_rcpt(&lines, 1800000000, address, false, &d);
	}
	buffer_add(&m->lines, lines.data, lines.length);
	bounce_write(&r, &m, 1, false, &notes, &text);
	assert_true(text.length > (size_t)n * 20);
	message_free(m);
	buffer_free(&lines);
	buffer_free(&text);
	config_free(&r.config);
	close(r.queue.mqueue_fd);
}

static void put16(struct buffer *out, unsigned value)
{
	const char bytes[] = {(char)(value >> 8), (char)value};
	buffer_add(out, bytes, 2);
}

/* An answer of a hostile server: each name is as long as it may be, after as many pointers. */
static void read_dns_answer(int n)
{
	static const char name[] = "\1a\1b\1c\1d\1e\1f\1g\1h\1i\1j\1k\1l\1m\1n\1o\1p";
	struct buffer b = {0};
	struct dns_answer a;
	unsigned char question[512];
	bool cut;
	int count = n / DNS_RECORDS_EACH;
	size_t length = dns_question("a.example", DNS_A, 7, question, sizeof question);
	buffer_add(&b, (const char *)question, length);
	b.data[2] = (char)0x81, b.data[3] = (char)0x80;
	b.data[6] = (char)(count >> 8), b.data[7] = (char)count;
	size_t last = 12;
	for (int i = 0; i < count; i++) {
		size_t here = b.length;
		if (i == 0)
			buffer_add(&b, name, sizeof name - 1);
		put16(&b, 0xc000 | (unsigned)last);
		last = i < 50 ? here : last;
		put16(&b, DNS_A), put16(&b, 1), put16(&b, 0), put16(&b, 60), put16(&b, 4);
		buffer_add(&b, "\300\0\2\1", 4);
	}
	assert_true(b.length < 65536);
	for (int i = 0; i < 20; i++)
		assert_true(
		    dns_parse((const unsigned char *)b.data, b.length, "a.example", DNS_A, 7, &a, &cut));
	buffer_free(&b);
}

static void read_hosts(int n)
{
	struct buffer text = {0};
	struct dns_answer a;
	put_many(&text, "192.0.2.1 host%d.example.org host%d alias # a comment\n", n);
	FILE *file = fmemopen(text.data, text.length, "r");
	assert_false(dns_hosts_read(file, "nobody.example.org", &a));
	fclose(file);
	buffer_free(&text);
}

/* n attempts with as many servers, and the file again and again. */
static void count_outcomes(int n)
{
	struct counters c = {0};
	struct diagnosis d = {.verdict = VERDICT_DEFERRED};
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < n; i++) {
		snprintf(d.hop, sizeof d.hop, "server%d", i);
		counters_outcome(&c, &d, i);
		if (i % 500 == 0) {
			counters_save(&c, fd);
			counters_load(&c, fd);
		}
	}
	close(fd);
}

/* n messages in drop/: each gets its second name. */
static void name_twice(int n)
{
	struct second_names names = {0};
	for (int i = 0; i < n; i++) {
		assert_false(second_names_have(&names, (uint64_t)i * 7));
		second_names_add(&names, (uint64_t)i * 7);
	}
	assert_int_equal(names.count, n);
	second_names_free(&names);
}

/* A milter changes each tenth field of a header, as often as it may, and adds and takes away. */
static void edit_header(int n)
{
	struct buffer block = {0}, out = {0};
	struct header_edits e = {0};
	char name[40];
	put_many(&block, "X-Field-%d: a\n b\n", n);
	edits_begin(&e, block.data, block.length);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "x-field-%d", i * (n / 300));
		assert_null(edits_change(&e, 1, name, i % 3 == 0 ? "" : "other"));
		assert_null(edits_insert(&e, 0, name, "first"));
		assert_null(edits_add(&e, name, "last"));
	}
	edits_write(&e, &out);
	assert_true(out.length > 0);
	edits_free(&e);
	buffer_free(&block);
	buffer_free(&out);
}

/* A client that sends n chunks of a byte, and n commands, without a look at the answers. */
struct caller {
	struct buffer said;
	size_t at;
	long long bytes;
};

static ssize_t read_caller(void *context, char *bytes, size_t size)
{
	struct caller *c = context;
	size_t left = c->said.length - c->at, n = left < size ? left : size;
	memcpy(bytes, c->said.data + c->at, n);
	c->at += n;
	return (ssize_t)n;
}

static bool ignore_answer(void *context, const char *bytes, size_t length)
{
	(void)context, (void)bytes, (void)length;
	return true;
}

static int any_sender(void *context, const char *sender, struct diagnosis *why)
{
	(void)context, (void)sender, (void)why;
	return EX_OK;
}

static bool any_count(void *context, size_t count, struct diagnosis *why)
{
	(void)context, (void)count, (void)why;
	return true;
}

static void no_refusal(void *context, const struct diagnosis *why, int code)
{
	(void)context, (void)code;
	fail_msg("%s", why->text);
}

static int count_message(void *context, struct dialogue *d, const char **id, struct diagnosis *why)
{
	struct caller *c = context;
	struct buffer part = {0};
	int code = EX_OK;
	for (bool at_end = false; code == EX_OK && !at_end; part.length = 0) {
		code = dialogue_read(d, &part, &at_end, why);
		c->bytes += (long long)part.length;
	}
	buffer_free(&part);
	*id = "";
	return code;
}

static void serve_pipeline(int n)
{
	static const struct dialogue_command more[] = {{"BDAT", chunks_obey}, {NULL, NULL}};
	struct caller c = {.at = 0};
	const struct dialogue_use use = {.host = "x",
	    .who = "x",
	    .size_limit_bytes = 1 << 20,
	    .more = more,
	    .read = read_caller,
	    .write = ignore_answer,
	    .check_sender = any_sender,
	    .check_count = any_count,
	    .take = count_message,
	    .refused = no_refusal};
	struct dialogue d = {.use = &use, .context = &c};
	buffer_puts(&c.said, "EHLO x\r\nMAIL FROM:<a@example.org>\r\n");
	put_many(&c.said, "NOOP %d\r\nRCPT TO:<user%d@example.org>\r\n", n);
	put_many(&c.said, "BDAT 1\r\nx", n);
	buffer_puts(&c.said, "BDAT 0 LAST\r\nQUIT\r\n");
	assert_int_equal(dialogue_serve(&d), EX_OK);
	assert_int_equal(c.bytes, n);
	dialogue_free(&d);
	buffer_free(&c.said);
}

/* Far more than forward_read takes. */
static void read_forward(int n)
{
	static const char *const lines[] = {"user%d@example.org, ", "# user%d\n", "|prog %d\n",
	    "\"a, %d\" <x@y>\n", ",,, %d \t ", "\\user%d\n", "\"%d\\\", "};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct forward f = {0};
		struct buffer text = {0};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		put_many(&text, lines[i], n);
#pragma GCC diagnostic pop
		forward_parse(&f, buffer_string(&text), "user");
		forward_free(&f);
		buffer_free(&text);
	}
}

static void gather_digest(int n)
{
	struct digest d = {.boundary = "firsthop"};
	struct buffer out = {0};
	struct storm *s = NULL;
	char subject[40];
	for (int i = 0; i < n; i++) {
		snprintf(subject, sizeof subject, "alert %d", i);
		digest_add(&d, 1800000000 + i, subject, "Subject: x\n\nx\n", 15);
		storm_arrives(&s, (uint64_t)i, 20, 600000, i);
	}
	digest_put(&d, 1800000000, "", &out);
	assert_true(out.length > (size_t)n * 15);
	storm_free(&s);
	digest_free(&d);
	buffer_free(&out);
}

static void read_ledger(int n)
{
	struct diagnosis d = {0};
	struct buffer lines = {0};
	struct ledger_line l;
	size_t at = 0;
	char address[60], *line;
	int count = 0;
	diag_set(&d, VERDICT_SENT, STAGE_DATA, REASON_NONE, "taken");
	for (int i = 0; i < n; i++) {
		snprintf(address, sizeof address, "user%d@example.org", i);
		ledger_put(&lines, 1800000000, "0123abcd.0123abcd", address, false, &d);
	}
	while ((line = fdio_next_line(&lines, &at)) != NULL)
		count += ledger_parse(line, &l);
	assert_int_equal(count, n);
	buffer_free(&lines);
}

/* One message, tried n times. */
static void fold_attempts(int n)
{
	struct journal j;
	struct buffer text = {0};
	for (int i = 0; i < n; i++)
		buffer_printf(&text,
		    "%d attempt n=%d\n%d rcpt address=user@example.org verdict=deferred stage=RCPT "
		    "fault=recipient hop=main key=mailbox-busy text=\"busy\"\n",
		    1800000000 + i, i + 1, 1800000000 + i);
	write_file("0123abcd.0123abcd.log", &text);
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_true(journal_read(&j, fd, "0123abcd.0123abcd"));
	close(fd);
	assert_int_equal(j.attempts, n);
	journal_free(&j);
	buffer_free(&text);
}

/* Copies of n heads, looked up in the order of the file, and the other way round. */
static void find_heads(int n)
{
	struct stat st = {.st_ino = 1, .st_size = 1};
	struct envelope e;
	struct buffer records = {0}, head = {0};
	struct heads h;
	char id[ID_SIZE];
	envelope_init(&e);
	envelope_add_recipient(&e, "ops@example.org");
	for (int i = 0; i < n; i++) {
		id_unpack((uint64_t)i + 1, id);
		assert_true(heads_put(&records, id, &st, &e));
	}
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	unlinkat(fd, HEADS_FILE, 0);
	assert_true(heads_append(fd, 0, &records) && heads_open(&h, fd));
	for (int i = 1; i <= n; i++)
		assert_true(heads_find(&h, (uint64_t)i, &st, &head));
	for (int i = n; i > 0; i--)
		assert_true(heads_find(&h, (uint64_t)i, &st, &head));
	heads_close(&h);
	close(fd);
	envelope_free(&e);
	buffer_free(&records);
	buffer_free(&head);
}

static double seconds(void (*work)(int), int n, int times)
{
	struct timespec before, after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (int i = 0; i < times; i++)
		work(n);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

/* The best of a few tries: a machine that does something else at the same time makes none of them
 * shorter. */
static void grow(const char *name, void (*work)(int))
{
	double few = 0, many = 0;
	bool linear = false;
	const char *wish = getenv("LINEAR_FEW");
	int n = wish != NULL && atoi(wish) > 0 && atoi(wish) <= 10000 ? atoi(wish) : FEW;
	for (int i = 0; i < TRIES && !linear; i++) {
		double few_now = seconds(work, n, TIMES), many_now = seconds(work, n * TIMES, 1);
		few = i == 0 || few_now < few ? few_now : few;
		many = i == 0 || many_now < many ? many_now : many;
		linear = wish == NULL && (many < TOO_SHORT_S || many < few * RATIO_MAX);
	}
	print_message("# %-18s %6.1f ms for %d, %7.1f ms for %d: %.1f times\n", name, few * 1e3 / TIMES,
	    n, many * 1e3, n * TIMES, many / few * TIMES);
	linear = linear || many < TOO_SHORT_S || many < few * RATIO_MAX;
	if (!linear)
		fail_msg("%s takes %.1f times as long for %d times as much", name, many / few * TIMES,
		    TIMES);
}

#define GROWS(name)                        \
	static void name##_grows(void **state) \
	{                                      \
		(void)state;                       \
		grow(#name, name);                 \
	}
GROWS(submit_recipients)
GROWS(read_envelope)
GROWS(fold_journal)
GROWS(tell_story)
GROWS(read_addresses)
GROWS(rewrite_header)
GROWS(find_fields)
GROWS(expand_aliases)
GROWS(expand_spellings)
GROWS(read_config)
GROWS(check_policy)
GROWS(hear_jobs)
GROWS(write_bounce)
GROWS(read_dns_answer)
GROWS(read_hosts)
GROWS(count_outcomes)
GROWS(name_twice)
GROWS(edit_header)
GROWS(serve_pipeline)
GROWS(read_forward)
GROWS(gather_digest)
GROWS(read_ledger)
GROWS(fold_attempts)
GROWS(find_heads)

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
	(void)state;
	return unit_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(submit_recipients_grows),
	    TEST(read_envelope_grows),
	    TEST(fold_journal_grows),
	    TEST(tell_story_grows),
	    TEST(read_addresses_grows),
	    TEST(rewrite_header_grows),
	    TEST(find_fields_grows),
	    TEST(expand_aliases_grows),
	    TEST(expand_spellings_grows),
	    TEST(read_config_grows),
	    TEST(check_policy_grows),
	    TEST(hear_jobs_grows),
	    TEST(write_bounce_grows),
	    TEST(read_dns_answer_grows),
	    TEST(read_hosts_grows),
	    TEST(count_outcomes_grows),
	    TEST(name_twice_grows),
	    TEST(edit_header_grows),
	    TEST(serve_pipeline_grows),
	    TEST(read_forward_grows),
	    TEST(gather_digest_grows),
	    TEST(read_ledger_grows),
	    TEST(fold_attempts_grows),
	    TEST(find_heads_grows),
	};
	if (getenv("LINEAR_ONLY") != NULL)
		cmocka_set_test_filter(getenv("LINEAR_ONLY"));
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
