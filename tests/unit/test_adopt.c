/* objects: relayconf/adopt/postfix_queue relayconf/adopt/adopt */
/* libs: -Wl,--wrap=execl */
/* Postfix's queues as postcat says of them, good and damaged; in its place a script prints what
 * lies in the file: the envelope above a line "--". */
#include "relayconf/adopt/adopt.h"
#include "tests/unit/unit.h"
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char spool[] = "/tmp/firsthop.XXXXXX";
static bool installed;

static char *in_spool(const char *name)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", spool, name);
	return path;
}

/* "postcat -e|-hb PATH".  A file that says exit, or crash, above the line has that done.  It is
 * copied first: FreeBSD's standard input, opened by its name, goes on where it was read to. */
int __real_execl(const char *path, const char *name, ...);
int __wrap_execl(const char *path, const char *name, const char *what, const char *file,
    const char *end);
int __wrap_execl(const char *path, const char *name, const char *what, const char *file,
    const char *end)
{
	static const char script[] =
	    "cat \"$2\" >\"$3\" && set -- \"$1\" \"$3\"\n"
	    "case $(head -n 1 \"$2\" | tr -d '\\0') in exit) exit 1 ;; crash) kill -SEGV $$ ;; "
	    "endless) exec yes 'recipient: a@b' ;; esac\n"
	    "case $1 in -e) sed '/^--$/,$d' \"$2\" ;; -hb) sed '1,/^--$/d' \"$2\" ;; esac";
	(void)path, (void)end;
	return installed ? __real_execl("/bin/sh", "sh", "-c", script, name, what, file,
	                       in_spool("copy"), (char *)NULL)
	                 : -1;
}

static void put(const char *name, const char *text, size_t length, mode_t mode)
{
	FILE *file = fopen(in_spool(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(in_spool(name), mode), 0);
}

static void put_mail(const char *name, const char *text)
{
	put(name, text, strlen(text), 0700);
}

static int make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(spool));
	assert_int_equal(mkdir(in_spool("deferred"), 0700), 0);
	assert_int_equal(mkdir(in_spool("deferred/A"), 0700), 0);
	assert_int_equal(mkdir(in_spool("deferred/trace"), 0700), 0);
	/* What is printed on standard error is checked there. */
	assert_non_null(freopen(in_spool("err"), "w+", stderr));
	return 0;
}

static int clean(void **state)
{
	(void)state;
	return unit_remove(spool);
}

static void empty(void)
{
	DIR *dir = opendir(in_spool("deferred"));
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	unlink(in_spool("deferred/A/B2"));
}

static void scan(struct adopt *a)
{
	*a = (struct adopt){0};
	assert_int_equal(ftruncate(fileno(stderr), 0), 0);
	rewind(stderr);
	adopt_postfix.scan(a, &adopt_postfix, in_spool("deferred"));
}

/* Nothing is taken over, and one file is named with the reason. */
static void assert_left(const char *why)
{
	struct adopt a;
	char printed[1000] = "";
	scan(&a);
	assert_int_equal(a.count, 0);
	assert_int_equal(a.unreadable, 1);
	fflush(stderr);
	rewind(stderr);
	assert_true(fread(printed, 1, sizeof printed - 1, stderr) > 0);
	assert_non_null(strstr(printed, "deferred/B1 is left alone: "));
	assert_non_null(strstr(printed, why));
	adopt_free(&a);
	empty();
}

static const char good[] = "message_size: 300\nsender: me@example.org\ndone_recipient: "
                           "had@example.org\noriginal_recipient: root\nrecipient: a@example.org\n"
                           "recipient: <b@example.org>\n--\nSubject: x\n\nsender: "
                           "evil@example.org\nrecipient: evil@example.org\n";

static void whole_mail_is_found(void **state)
{
	struct adopt a;
	struct buffer message = {0};
	(void)state;
	installed = true;
	put_mail("deferred/B1", good);
	put_mail("deferred/A/B2", "sender: \nrecipient: c@example.org\n--\nx\n");
	put_mail("deferred/trace/B3", good);
	put_mail("deferred/.hidden", good);
	assert_int_equal(symlink("B1", in_spool("deferred/link")), 0);
	assert_int_equal(mkfifo(in_spool("deferred/fifo"), 0700), 0);
	scan(&a);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.unreadable, 0);
	/* A folder is read in no order. */
	bool turned = a.list[0].sender[0] == '\0';
	const struct found *f = &a.list[turned], *second = &a.list[!turned];
	assert_string_equal(f->sender, "me@example.org");
	assert_int_equal(f->rcpt_count, 2);
	assert_string_equal(f->rcpts[0], "a@example.org");
	assert_string_equal(f->rcpts[1], "b@example.org");
	assert_string_equal(f->place->aside, in_spool("adopted"));
	assert_true(adopt_postfix.load(f, &message));
	assert_string_equal(buffer_string(&message),
	    "Subject: x\n\nsender: evil@example.org\nrecipient: evil@example.org\n");
	assert_string_equal(second->sender, "");
	assert_string_equal(second->place->folder, in_spool("deferred/A"));
	buffer_free(&message);
	adopt_free(&a);
	empty();
}

static void damaged_mail_stays(void **state)
{
	(void)state;
	installed = true;
	put("deferred/B1", good, sizeof good - 1, 0600);
	assert_left("not written to its end");
	put_mail("deferred/B1", "exit\nsender: a@b\nrecipient: c@d\n--\nx\n");
	assert_left("postcat cannot read it");
	put_mail("deferred/B1", "crash\n");
	assert_left("postcat cannot read it");
	put_mail("deferred/B1", "");
	assert_left("names no sender");
	put_mail("deferred/B1", "recipient: a@example.org\n--\nx\n");
	assert_left("names no sender");
	put_mail("deferred/B1", "sender: me@example.org\ndone_recipient: a@example.org\n--\nx\n");
	assert_left("names no recipient");
	put_mail("deferred/B1", "sender: me@example.org\nrecipient: cut@examp");
	assert_left("names no recipient");
	installed = false;
	put_mail("deferred/B1", good);
	assert_left("Postfix's postcat is needed");
}

/* What a stranger wrote is data: at worst an odd address, which sendmail judges. */
static void hostile_mail_is_bounded(void **state)
{
	static char text[400000];
	struct adopt a;
	struct buffer message = {0};
	(void)state;
	installed = true;
	memset(text, 'x', sizeof text);
	memcpy(text, "sender: ", 8);
	memcpy(text + 200000, "\nrecipient: <\nrecipient: >a<\nrecipient: a\0b\nrecipient: ", 55);
	memcpy(text + sizeof text - 6, "\n--\nx\n", 6);
	put("deferred/B1", text, sizeof text, 0700);
	scan(&a);
	assert_int_equal(a.count, 1);
	assert_int_equal(strlen(a.list[0].sender), 200000 - 8);
	assert_int_equal(a.list[0].rcpt_count, 4);
	assert_string_equal(a.list[0].rcpts[0], "<");
	assert_string_equal(a.list[0].rcpts[1], ">a<");
	assert_string_equal(a.list[0].rcpts[2], "a");
	/* An empty message is none, and the reason is not what the last call left. */
	put_mail("deferred/B1", "sender: a@b\nrecipient: c@d\n--\n");
	errno = 0;
	assert_false(adopt_postfix.load(&a.list[0], &message));
	assert_int_equal(errno, EBADMSG);
	put_mail("deferred/B1", "exit\n");
	assert_false(adopt_postfix.load(&a.list[0], &message));
	assert_int_equal(errno, EIO);
	buffer_free(&message);
	adopt_free(&a);
	put_mail("deferred/B1", "endless\n");
	assert_left("postcat cannot read it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(whole_mail_is_found), TEST(damaged_mail_stays),
	    TEST(hostile_mail_is_bounded)};
	return cmocka_run_group_tests(tests, make, clean);
}
