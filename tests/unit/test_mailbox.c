/* objects: mail/format/string_list mail/mailbox/mbox mail/mailbox/maildir mail/format/field mail/format/mimeparse mail/format/html mail/format/screen mail/format/render mail/mailbox/mailbox_lock mail/mailbox/rewrite_journal mail/mailbox/rewrite_mailbox mail/mailbox/folder mail/session/msglist mail/session/vars mail/session/alias */
/* mail(1), reading: mbox, message lists, MIME, what a terminal sees, and the plan after a killed
 * change. */
#include "mail/session/alias.h"
#include "base/charset.h"
#include "base/base64.h"
#include "base/quoted_printable.h"
#include "base/encoded_word.h"
#include "mail/format/field.h"
#include "mail/format/html.h"
#include "mail/session/msglist.h"
#include "mail/mailbox/maildir.h"
#include "mail/mailbox/mbox.h"
#include "mail/format/mimeparse.h"
#include "mail/format/render.h"
#include "mail/mailbox/rewrite_mailbox.h"
#include "mail/format/screen.h"
#include "base/compat.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define FROM "From a@x Tue Nov 24 20:26:00 2026\n"

static void mailboxes_are_split_at_from_lines(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		int count;
		size_t lead;
	} rows[] = {
	    {"", 0, 0},
	    {"no mailbox\n", 0, 11},
	    {"\n\n", 0, 2},
	    {FROM "S: 1\n\nx\n\n" FROM "\n", 2, 0},
	    {FROM "S: 1\n\nx\n" FROM "\n", 1, 0},            /* no empty line before it */
	    {FROM "S: 1\n\n\nFrom here to there\n\n", 1, 0}, /* no date */
	    {FROM "S: 1\r\n\r\n\r\n" FROM, 2, 0},
	    {"junk\n\n" FROM "\n", 1, 6},
	    {FROM, 1, 0},
	    {"From ", 0, 5},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mbox_item *items;
		size_t lead, length = strlen(rows[i].bytes), end = 0;
		int count = mbox_parse(rows[i].bytes, length, &items, &lead);
		assert_int_equal(count, rows[i].count);
		assert_int_equal(lead, rows[i].lead);
		for (int k = 0; k < count; k++) {
			assert_int_equal(items[k].start, k == 0 ? lead : end);
			end = items[k].start + items[k].length;
			assert_true(items[k].start <= items[k].header && items[k].header <= items[k].body &&
			            items[k].body <= end);
		}
		if (count > 0)
			assert_int_equal(end, length);
		free(items);
	}
}

static void status_is_read_and_written(void **state)
{
	(void)state;
	static const char mailbox[] = FROM "Subject: s\nStatus: O\nX-Status: A\n\nStatus: R\nbody\n\n";
	struct mbox_item *items;
	struct buffer out = {0};
	size_t lead;
	assert_int_equal(mbox_parse(mailbox, sizeof mailbox - 1, &items, &lead), 1);
	assert_true(items[0].old && !items[0].read);
	mbox_put_status(&out, mailbox, items, true, true);
	assert_string_equal(buffer_string(&out),
	    FROM "Subject: s\nX-Status: A\nStatus: RO\n\nStatus: R\nbody\n\n");
	free(items);
	buffer_free(&out);
}

static void from_lines_in_text_are_quoted(void **state)
{
	(void)state;
	static const char message[] = "S: 1\n\nFrom me\n>From you\n> From them";
	struct buffer out = {0};
	mbox_put(&out, "a b", 0, message, sizeof message - 1);
	assert_non_null(strstr(buffer_string(&out), "S: 1\n\n>From me\n>>From you\n> From them\n\n"));
	assert_true(text_starts(buffer_string(&out), "From MAILER-DAEMON "));
	buffer_free(&out);
}

static void words_and_fields_are_decoded(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"plain", "plain"},
	    {"=?utf-8?q?a_b=3D?=", "a b="},
	    {"=?UTF-8?B?w5w=?= =?UTF-8?B?YmVy?=", "\303\234ber"},
	    {"x =?iso-8859-1*de?q?=FC?= y", "x \303\274 y"},
	    {"=?utf-8?b?ww==?= =?utf-8?b?nA==?=", "\303\234"},
	    {"=?utf-8?x?no?=", "=?utf-8?x?no?="},
	    {"=?utf-8?q?open", "=?utf-8?q?open"},
	    {"a=?b", "a=?b"},
	    {"=", "="},
	    {"=?", "=?"},
	    {"\374", "\303\274"},
	    {"=?nosuch?q?a?=", "a"},
	    {"=?utf-8?q?a?==?utf-8?q?b?=", "ab"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		encoded_word_decode(&out, rows[i][0], NULL);
		assert_string_equal(buffer_string(&out), rows[i][1]);
		buffer_free(&out);
	}
	static const char header[] =
	    "From: a\nSubject: one\n\t two\r\nX : y\nno field\nSubject: not this\n\n";
	char *value = field_text(header, sizeof header - 1, "subject");
	assert_string_equal(value, "one  two");
	free(value);
	value = field_text(header, sizeof header - 1, "X");
	assert_string_equal(value, "y");
	free(value);
}

static void parameters_are_found(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
	    {"text/plain; charset=utf-8", "charset", "utf-8"},
	    {"a/b; CHARSET=\"x\\\"y\"; name=z", "charset", "x\"y"},
	    {"a/b; name*=utf-8'de'%C3%BC.txt", "name", "\303\274.txt"},
	    {"a/b; name*0*=iso-8859-1''%FC; name*1=b; name*2*=%FC", "name", "\303\274b\303\274"},
	    {"a/b; x=\"; name=wrong\"; name=right", "name", "right"},
	    {"a/b; rename=1", "name", NULL},
	    {"a/b; name", "name", NULL},
	    {"a/b; name=\"=?utf-8?q?=C3=BC?=\"", "name", "\303\274"},
	    {"a/b;", "name", NULL},
	    {"a/b; name=", "name", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		assert_int_equal(field_parameter(&out, rows[i][0], rows[i][1]), rows[i][2] != NULL);
		assert_string_equal(buffer_string(&out), rows[i][2] != NULL ? rows[i][2] : "");
		buffer_free(&out);
	}
}

static void transfer_encodings_come_off(void **state)
{
	(void)state;
	struct buffer out = {0};
	quoted_printable_decode(&out, "a=3Db=\nc= \nd=XY=\r\ne=", 20);
	assert_string_equal(buffer_string(&out), "a=bcd=XYe");
	out.length = 0;
	base64_decode_mail(&out, "YW\nJj\tZA==YQ==!", 15);
	assert_string_equal(buffer_string(&out), "abcda");
	buffer_free(&out);
}

static void hostile_nesting_is_bounded(void **state)
{
	(void)state;
	struct buffer deep = {0}, wide = {0}, out = {0};
	struct mime_parts parts;
	for (int i = 0; i < 1000; i++)
		buffer_printf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buffer_puts(&wide, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 5000; i++)
		buffer_puts(&wide, "--b\n\nx\n");
	mimeparse(&parts, deep.data, deep.length);
	assert_true(parts.cut && parts.count < 50);
	mimeparse_free(&parts);
	mimeparse(&parts, wide.data, wide.length);
	assert_true(parts.cut && parts.count <= 300);
	mimeparse_free(&parts);
	render_body(&out, wide.data, wide.length);
	render_body(&out, deep.data, deep.length);
	buffer_free(&deep);
	buffer_free(&wide);
	buffer_free(&out);
}

static void terminals_see_nothing_harmful(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"a\r\nb\tc", "a\nb\tc"},
	    {"\033[31m\a", "^[[31m^G"},
	    {"\302\233x\342\200\256y", "\357\277\275x\357\277\275y"},
	    {"\377\303", "\357\277\275\357\277\275"},
	    {"\177", "^?"},
	    {"\346\227\245\303\274", "\346\227\245\303\274"},
	    {"a\rb", "a^Mb"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		screen_clean(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(buffer_string(&out), rows[i][1]);
		buffer_free(&out);
	}
	struct buffer out = {0};
	screen_fit(&out, "\346\227\245\346\234\254\350\252\236\n", 5, 1);
	assert_string_equal(buffer_string(&out), "\346\227\245\346\234\254 ");
	buffer_free(&out);
}

static void html_becomes_text(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"<p>a<p>b", "a\n\nb\n"},
	    {"a <b>b</b>&lt;&#252;&#xfc;&nosuch;&", "a b<\303\274\303\274&nosuch;&\n"},
	    {"<style>x</style>y<!-- z -->", "y\n"},
	    {"<ul><li>1<li>2</ul>", "* 1\n* 2\n"},
	    {"<a href='http://x/'>t</a>", "t <http://x/>\n"},
	    {"<pre>a\n  b</pre>", "a\n  b\n"},
	    {"1 < 2", "1 < 2\n"},
	    {"<a", "<a\n"},
	    {"<!-- open", ""},
	    {"<script>open", ""},
	    {"", ""},
	    {"&#0;&#1114112;&#55296;x", "x\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		html_to_text(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(buffer_string(&out), rows[i][1]);
		buffer_free(&out);
	}
}

/* Every beginning of a hostile message, and every byte of it changed: nothing may be read beyond
 * the end (the sanitizers look on). */
static void any_bytes_are_rendered(void **state)
{
	(void)state;
	static const char seed[] =
	    FROM "Content-Type: multipart/alternative; boundary=\"b\"; name*0*=utf-8''%C3%; "
	         "name*1=x\nSubject: =?utf-8?b?w5w=?= =?x?q?=\n\n--b\n"
	         "Content-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: "
	         "quoted-printable\n\n<a href=\"http://x\">&amp;=1B$B=\n"
	         "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nFrom \n--b--\n\n" FROM "\n";
	for (size_t n = 0; n < 2 * sizeof seed; n++) {
		size_t length = n < sizeof seed ? n : sizeof seed - 1, lead;
		char *copy = malloc(length + 1);
		memcpy(copy, seed, length);
		if (n >= sizeof seed)
			copy[n - sizeof seed < length ? n - sizeof seed : 0] ^= 0x15;
		char *exact = malloc(length > 0 ? length : 1);
		memcpy(exact, copy, length);
		struct mbox_item *items;
		struct buffer out = {0};
		int count = mbox_parse(exact, length, &items, &lead);
		for (int i = 0; i < count; i++) {
			const struct render_fields all = {0};
			render_header(&out, exact + items[i].header, items[i].body - items[i].header, &all);
			render_body(&out, exact + items[i].header,
			    items[i].start + items[i].length - items[i].header);
		}
		for (size_t i = 0; i < out.length; i++)
			assert_true(
			    (unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n' || out.data[i] == '\t');
		free(items);
		free(copy);
		free(exact);
		buffer_free(&out);
	}
}

static void lists_choose_messages(void **state)
{
	(void)state;
	static char mailbox[] = FROM "From: joe@x\nSubject: disk full\nStatus: RO\n\n\n" FROM
	                             "From: Ann <ann@y>\nSubject: well\nStatus: O\n\n\n" FROM
	                             "From: joe@z\nSubject: disk\n\n\n";
	char path[] = "/tmp/firsthop.XXXXXX";
	int fd = mkstemp(path);
	assert_int_equal(write(fd, mailbox, sizeof mailbox - 1), sizeof mailbox - 1);
	close(fd);
	TEXT(why, 200);
	struct vars vars = {0};
	struct folder *f = folder_open(path, &why);
	assert_non_null(f);
	f->dot = 1;
	f->items[0].flags |= MESSAGE_DELETED;
	static const struct {
		const char *words, *places;
		enum msglist_of of;
	} rows[] = {
	    {"", "2", MSGLIST_LIVE},
	    {"*", "23", MSGLIST_LIVE},
	    {"*", "1", MSGLIST_DELETED},
	    {"*", "123", MSGLIST_ANY},
	    {"1", NULL, MSGLIST_LIVE},
	    {"2", NULL, MSGLIST_DELETED},
	    {"joe", "3", MSGLIST_LIVE},
	    {"joe ann", "23", MSGLIST_LIVE},
	    {"/disk", "3", MSGLIST_LIVE},
	    {":n", "3", MSGLIST_LIVE},
	    {":o", "2", MSGLIST_LIVE},
	    {":u", "23", MSGLIST_LIVE},
	    {":d", "1", MSGLIST_LIVE},
	    {"1-3", "23", MSGLIST_LIVE},
	    {"2-3 joe", "3", MSGLIST_LIVE},
	    {"2 :n", NULL, MSGLIST_LIVE},
	    {"+", "3", MSGLIST_LIVE},
	    {"-", NULL, MSGLIST_LIVE},
	    {"^", "2", MSGLIST_LIVE},
	    {"$", "3", MSGLIST_LIVE},
	    {"2-$", "23", MSGLIST_LIVE},
	    {"0", NULL, MSGLIST_LIVE},
	    {"3-2", NULL, MSGLIST_LIVE},
	    {"99999999999999999999", NULL, MSGLIST_LIVE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct string_list words = {0};
		struct msglist list;
		char got[8] = "";
		string_list_add_words(&words, rows[i].words);
		why.length = 0;
		bool good = msglist_read(&list, f, &vars, &words, rows[i].of, &why);
		for (int k = 0; k < list.count; k++)
			got[k] = (char)('1' + list.items[k]);
		if (good != (rows[i].places != NULL) || (good && strcmp(got, rows[i].places) != 0))
			fail_msg("\"%s\": %s (%s)", rows[i].words, got, why.data);
		msglist_free(&list);
		string_list_free(&words);
	}
	folder_close(f);
	unlink(path);
}

static void names_of_maildirs_carry_state(void **state)
{
	(void)state;
	struct maildir_state s = maildir_state("cur/1.x:2,FRS");
	assert_true(s.read && s.answered && s.old);
	s.answered = false;
	char *name = maildir_name("cur/1.x:2,FRS", &s);
	assert_string_equal(name, "cur/1.x:2,FS");
	free(name);
	s = maildir_state("new/1.x");
	assert_true(!s.read && !s.old);
	name = maildir_name("new/1.x", &s);
	assert_string_equal(name, "cur/1.x:2,");
	free(name);
}

/* At each step at which a change can be cut off, with and without mail that came later, the plan
 * leads to the new mailbox. */
static void a_killed_change_is_finished(void **state)
{
	(void)state;
	static const char *const pairs[][3] = {{"start", "old part, longer", "new"},
	    {"", "old", "new and longer"}, {"x", "same size", "Size same"}};
	static const char *const late[] = {"", "LATE"};
	for (size_t p = 0; p < 3; p++) {
		const char *start = pairs[p][0], *old = pairs[p][1], *new = pairs[p][2];
		size_t o = strlen(old), n = strlen(new), most = o > n ? o : n;
		struct rewrite_journal j = {strlen(start), old, new, o, n};
		for (size_t step = 0; step <= most + 1; step++) {
			for (size_t l = 0; l < 2; l++) {
				struct buffer now = {0}, out = {0}, wanted = {0};
				buffer_puts(&now, start);
				/* step bytes of the new part lie over the old one and its room; the last step has
				 * also cut the end off */
				for (size_t i = 0; i < most; i++)
					buffer_add(&now, i < step && i < n ? new + i : i < o ? old + i : "\n", 1);
				if (step > most)
					now.length = strlen(start) + n;
				buffer_puts(&now, late[l]);
				buffer_printf(&wanted, "%s%s%s", start, new, late[l]);
				enum rewrite_mailbox_plan plan =
				    rewrite_mailbox_plan(&j, now.data, now.length, &out);
				assert_int_not_equal(plan, PLAN_FOREIGN);
				if (step > 0 && plan == PLAN_NOTHING)
					assert_string_equal(buffer_string(&now), buffer_string(&wanted));
				if (plan == PLAN_WRITE)
					assert_string_equal(buffer_string(&out), buffer_string(&wanted));
				buffer_free(&now);
				buffer_free(&out);
				buffer_free(&wanted);
			}
		}
		struct buffer out = {0};
		assert_int_equal(rewrite_mailbox_plan(&j, "other bytes altogether, of somebody", 35, &out),
		    PLAN_FOREIGN);
	}
}

static void aliases_end(void **state)
{
	(void)state;
	struct aliases a = {0};
	struct string_list members = {0}, list = {0}, out = {0};
	string_list_add_list(&members, "b@x self c");
	alias_add(&a, "all", &members);
	string_list_free(&members);
	string_list_add_list(&members, "all d@x c");
	alias_add(&a, "c", &members);
	string_list_add_list(&list, "All e@x");
	alias_expand(&a, &list, "self", &out);
	char *joined = string_list_join(&out);
	assert_string_equal(joined, "b@x, d@x, c, e@x");
	free(joined);
	string_list_free(&members);
	string_list_free(&list);
	string_list_free(&out);
	alias_free(&a);
}

static void iso2022jp_is_known(void **state)
{
	(void)state;
	assert_true(charset_is_iso2022jp("\033$B4F;k\033(B", 10));
	assert_false(charset_is_iso2022jp("\033[31m", 5));
	assert_false(charset_is_iso2022jp("\033$B4F;k\033(B\374", 11));
	assert_false(charset_is_iso2022jp("plain", 5));
	assert_false(charset_is_iso2022jp("\033", 1));
	char *text = charset_header_text("\033$B4F;k\033(B!", NULL);
	assert_string_equal(text, "\347\233\243\350\246\226!");
	free(text);
}

/* Two kinds of lock: who gets one of them and not the other lets it go, or two programs that take
 * them in different order wait for each other. */
static void half_a_lock_is_none(void **state)
{
	char path[] = "/tmp/firsthop.XXXXXX";
	int other = mkstemp(path), fd = open(path, O_RDWR), status = 1;
	(void)state;
	assert_true(other >= 0 && fd >= 0 && flock(other, LOCK_EX) == 0);
	assert_false(compat_lock_file(fd));
	assert_int_equal(errno, EAGAIN);
	/* Where the two kinds see each other, the other's flock(2) is what is seen: a lock that is no
	 * process's. */
	pid_t pid = fork();
	if (pid == 0) {
		struct flock seen = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		_exit(fcntl(other, F_GETLK, &seen) != 0 || (seen.l_type != F_UNLCK && seen.l_pid != -1));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(other);
	assert_true(compat_lock_file(fd));
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(mailboxes_are_split_at_from_lines),
	    TEST(status_is_read_and_written),
	    TEST(from_lines_in_text_are_quoted),
	    TEST(words_and_fields_are_decoded),
	    TEST(parameters_are_found),
	    TEST(transfer_encodings_come_off),
	    TEST(hostile_nesting_is_bounded),
	    TEST(terminals_see_nothing_harmful),
	    TEST(html_becomes_text),
	    TEST(any_bytes_are_rendered),
	    TEST(lists_choose_messages),
	    TEST(names_of_maildirs_carry_state),
	    TEST(a_killed_change_is_finished),
	    TEST(aliases_end),
	    TEST(iso2022jp_is_known),
	    TEST(half_a_lock_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
