/* libs: -linih -lidn2 */
/* Configuration, aliases, passwords, editing; and who gets a message in the end. */
#include "base/fdio.h"
#include "base/text.h"
#include "config/aliases.h"
#include "config/config.h"
#include "config/edit.h"
#include "config/own_name.h"
#include "config/secret.h"
#include "config/source.h"
#include "config/recipients.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/firsthop-config-XXXXXX";
static char path[64];

static int setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/file", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unit_remove(folder);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void values_are_read(void **state)
{
	struct config c;
	struct diagnosis d = {0};
	(void)state;
	write_file("\xef\xbb\xbf# comment\r\n[host]\r\nname = mon1.example.org\r\n\r\n[smarthost "
	           "main]\r\nhost = mail.example.org ; the big one\r\nlookup = MX\r\n"
	           "port = 465\r\nlogin = joe\r\npassword_file = secret\r\n[smarthost "
	           "two]\nhost=[2001:db8::1]\n[sender]\nenvelope_from = a@b.c\n"
	           "[queue]\nwaits_min = 3, 4 5\n");
	assert_true(config_read(&c, path, &d));
	assert_string_equal(c.name, "mon1.example.org");
	assert_string_equal(c.domain, "mon1.example.org");
	assert_int_equal(c.smarthost_count, 2);
	assert_string_equal(c.smarthosts[0].host, "mail.example.org");
	assert_int_equal(c.smarthosts[0].lookup, SMARTHOST_LOOKUP_MX);
	assert_true(c.smarthosts[0].implicit); /* port 465 */
	assert_int_equal(c.smarthosts[1].port, 587);
	assert_int_equal(c.smarthosts[1].tls, SMARTHOST_TLS_VERIFY);
	assert_memory_equal(c.smarthosts[0].password_file, folder, strlen(folder));
	assert_int_equal(c.envelope_from, STAMP_FROM_REPLACE);
	assert_string_equal(c.envelope_from_address, "a@b.c");
	assert_int_equal(c.wait_count, 3);
	assert_int_equal(c.retry_min[2], 5);
	assert_int_equal(source_line(path, "smarthost", "main", "port"), 8);
	assert_int_equal(source_line(path, "smarthost", "two", "port"), 0);
	config_free(&c);
}

static void errors_name_line_and_cure(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"[host]\nnaem = x\n", ":2: key \"naem\" is not known in [host]; did you mean name?"},
	    {"[hots]\n", ":1: section [hots] is not known"},
	    {"[host]\nname = a\nname = b\n", ":3: key name is set a second time"},
	    {"name = a\n", ":1: there is a key before the first section"},
	    {"[host]\nname = a\n  continued\n", ":3: the line begins with blanks"},
	    {"[host]\nnonsense\n", ":2: the line is neither"},
	    {"[host\n", ":1: the section line has no ']'"},
	    {"[smarthost]\n", ":1: a smarthost needs a name"},
	    {"[smarthost direct]\nhost = x\n", ":1: the name direct means the domain's own MX"},
	    {"[smarthost local]\nhost = x\n", ":1: the name local means the mailboxes of this machine"},
	    {"[smarthost "
	     "a1234567890123456789012345678901234567890123456789012345678901234567890]\nhost = x\n",
	        "one word of at most 63 letters"},
	    {"[smarthost a]\n[host]\n", ":1: [smarthost a] has no host"},
	    {"[smarthost a]\nhost = x\n[smarthost a]\nhost = y\n",
	        ":3: there is a smarthost of this name"},
	    {"[smarthost a]\nhost = x\nport = 0\n", ":3: port: \"0\" is not a number from 1 to 65535"},
	    {"[smarthost a]\nhost = x\ntls = maybe\n",
	        ":3: tls: \"maybe\" is not one of: verify encrypt opportunistic off"},
	    {"[smarthost a]\nhost = x\nlogin = joe\n", ":1: [smarthost a] has a login and no password"},
	    {"[smarthost a]\nhost = x\nimplicit = yes\ntls = off\n", "contradict"},
	    {"[queue]\nexpire_after_h = soon\n", ":2: expire_after_h: \"soon\""},
	    {"[host]\nname = two names\n", ":2: name: \"two names\": this is not one name"},
	    {"[smarthost a]\nhost = x:587\n", ":2: host: \"x:587\": write the name alone in host"},
	    {"[smarthost a]\nhost = x\nbind_address = eth0\n", ":3: bind_address: \"eth0\""},
	    {"[queue]\nwaits_min =\n", "at least one number"},
	    {"[sender]\nheader_from = nobody\n", ":2: header_from"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config c;
		struct diagnosis d = {0};
		write_file(cases[i].text);
		assert_false(config_read(&c, path, &d));
		if (strstr(d.text, cases[i].words) == NULL || strncmp(d.text, path, strlen(path)) != 0)
			fail_msg("%s\n  says: %s", cases[i].text, d.text);
		config_free(&c);
	}
	struct config c;
	struct diagnosis d = {0};
	char line[400];
	snprintf(line, sizeof line, "[host]\nname = %0300d\n", 7);
	write_file(line);
	assert_false(config_read(&c, path, &d));
	assert_non_null(strstr(d.text, "longer than"));
	config_free(&c);
	assert_false(config_read(&c, folder, &d));
	assert_string_equal(diag_key(&d), "config-unreadable");
	config_free(&c);
	assert_false(config_read(&c, "/nonexistent/x", &d));
	assert_string_equal(diag_key(&d), "config-missing");
	assert_int_equal(c.expire_after_h, 120);
	config_free(&c);
}

static bool set(const char *section, const char *name, const char *key, const char *value,
    struct diagnosis *d)
{
	return edit_apply(path, &(struct edit){section, name, key, value}, 1, d);
}

static void editing_keeps_the_rest(void **state)
{
	struct diagnosis d = {0};
	struct buffer text = {0};
	(void)state;
	write_file("# mine\n[host]\nname = a.b   ; why\n\n[smarthost main]\nhost = x.y\n\n[queue]\n# "
	           "soon\nwarn_after_h = 2\n");
	chmod(path, 0604);
	assert_true(set("smarthost", "main", "port", "25", &d));
	assert_true(set("queue", NULL, "warn_after_h", "3", &d));
	assert_true(set("relay", NULL, "reply_s", "60", &d));
	assert_true(set("host", NULL, "name", NULL, &d));
	assert_false(set("queue", NULL, "warn_after_h", "x", &d));
	assert_non_null(strstr(d.text, "warn_after_h"));
	assert_false(set("host", NULL, "name", "a\n[queue]", &d));
	assert_true(fdio_slurp_at(AT_FDCWD, path, &text, 10000));
	assert_string_equal(buffer_string(&text),
	    "# mine\n[host]\n#name = a.b   ; why\n\n[smarthost main]\nhost = x.y\nport = "
	    "25\n\n[queue]\n# soon\nwarn_after_h = 3\n\n[relay]\nreply_s = 60\n");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0604);
	buffer_free(&text);
}

/* Each alone would be wrong; together they are right, or nothing changes. */
static void several_are_set_at_once(void **state)
{
	struct edit edits[] = {{"local", NULL, "deliver", "mbox"}, {"queue", NULL, "warn_after_h", "4"},
	    {"local", NULL, "domains", "a.b"}, {"host", NULL, "name", NULL}};
	struct diagnosis d = {0};
	struct buffer text = {0};
	(void)state;
	write_file("[host]\nname = a.b\n[smarthost main]\nhost = x.y\n[queue]\nwarn_after_h = 2\n");
	assert_false(edit_apply(path, edits, 1, &d));
	assert_true(edit_apply(path, edits, 4, &d));
	assert_true(fdio_slurp_at(AT_FDCWD, path, &text, 10000));
	assert_string_equal(buffer_string(&text),
	    "[host]\n#name = a.b\n[smarthost main]\nhost = x.y\n[queue]\nwarn_after_h = "
	    "4\n\n[local]\ndeliver = mbox\ndomains = a.b\n");
	edits[3] = (struct edit){"smarthost", "main", "port", "none"};
	edits[1].value = "9";
	assert_false(edit_apply(path, edits, 4, &d));
	buffer_free(&text);
	assert_true(fdio_slurp_at(AT_FDCWD, path, &text, 10000));
	assert_non_null(strstr(buffer_string(&text), "warn_after_h = 4\n"));
	buffer_free(&text);
}

static void passwords_are_guarded(void **state)
{
	struct smarthost h = {.name = "main"};
	struct diagnosis d = {0};
	struct buffer p = {0};
	(void)state;
	text_copy(h.password_file, sizeof h.password_file, path);
	write_file("geheim \r\nsecond line\n");
	chmod(path, 0640);
	assert_true(secret_read(&h, &p, &d));
	assert_string_equal(buffer_string(&p), "geheim ");
	p.length = 0;
	const mode_t bad[] = {0644, 0641, 0660, 0602};
	for (size_t i = 0; i < 4; i++) {
		chmod(path, bad[i]);
		assert_false(secret_read(&h, &p, &d));
		assert_string_equal(diag_key(&d), "secret-open-to-all");
	}
	chmod(path, 0600);
	write_file("\n");
	assert_false(secret_read(&h, &p, &d));
	assert_string_equal(diag_key(&d), "secret-empty");
	text_copy(h.password_command, sizeof h.password_command, "echo from-command; echo more");
	p.length = 0;
	assert_true(secret_read(&h, &p, &d));
	assert_string_equal(buffer_string(&p), "from-command");
	text_copy(h.password_command, sizeof h.password_command, "exit 3");
	p.length = 0;
	assert_false(secret_read(&h, &p, &d));
	assert_string_equal(diag_key(&d), "secret-command");
	buffer_free(&p);
}

static void aliases_expand_to_addresses(void **state)
{
	struct aliases *set;
	struct diagnosis d = {0};
	struct config c = {.name = "mon1.example.net", .domain = "example.org"};
	struct envelope e;
	struct recipients r;
	(void)state;
	write_file("# comment\nroot: admin,\n\tops@example.net\nadmin: joe, \\joe\njoe: joe\nloop: "
	           "pool\npool: loop\n\"odd name\": x@y.z\n"
	           "sales@shop.test: Sales <sell@y.z>, loop\n@shop.test: joe\nbin: /dev/null\n");
	assert_true(aliases_read(&set, path, false, &d));
	assert_int_equal(aliases_count(set), 9);
	assert_int_equal(aliases_problem_count(set), 1);
	assert_non_null(strstr(aliases_problem(set, 0),
	    ":6: these aliases lead back to each other and to no mailbox: loop ("));
	assert_non_null(strstr(aliases_problem(set, 0), ") -> pool ("));
	envelope_init(&e);
	envelope_add_recipient(&e, "Root");
	envelope_add_recipient(&e, "joe@EXAMPLE.org");
	envelope_add_recipient(&e, "nobody");
	envelope_add_recipient(&e, "loop");
	envelope_add_recipient(&e, "root@mon1");
	envelope_add_recipient(&e, "ADMIN@mon1.example.net");
	envelope_add_recipient(&e, "root@localhost");
	envelope_add_recipient(&e, "bin@localhost.localdomain");
	envelope_add_recipient(&e, "stranger@localhost");
	envelope_add_recipient(&e, "SALES@Shop.Test");
	envelope_add_recipient(&e, "else@shop.test");
	recipients_expand(&r, &e, set, &c);
	assert_int_equal(r.count, 5);
	assert_int_equal(r.held_count, 1);
	assert_string_equal(reason_word(r.held[0].key), "aliases-loop");
	assert_int_equal(r.discarded_count, 1);
	assert_string_equal(r.addresses[3], "stranger@example.org");
	assert_string_equal(r.addresses[4], "sell@y.z");
	assert_int_equal(r.originals[1], 0);
	assert_int_equal(r.originals[4], 9);
	assert_string_equal(r.addresses[0], "joe@example.org"); /* once, however it was written */
	assert_string_equal(r.addresses[1], "ops@example.net");
	assert_string_equal(r.addresses[2], "nobody@example.org");
	recipients_free(&r);
	text_copy(c.unknown, sizeof c.unknown, "root");
	recipients_expand(&r, &e, set, &c);
	assert_int_equal(r.count, 3); /* nobody and stranger are root now */
	recipients_free(&r);
	free(e.flags);
	e.flags = mem_copy("no-alias");
	recipients_expand(&r, &e, set, &c);
	assert_string_equal(r.addresses[0], "Root@example.org");
	recipients_free(&r);
	envelope_free(&e);
	aliases_free(set);
}

/* A domain longer than the host's name was read beyond that name's end. */
static void this_machine_is_known(void **state)
{
	char *host = mem_copy("h.ab");
	(void)state;
	assert_true(aliases_is_here("root", host));
	assert_true(aliases_is_here("root@H.AB", host));
	assert_true(aliases_is_here("root@h", host));
	assert_true(aliases_is_here("root@localhost", host));
	assert_false(aliases_is_here("root@h.abc", host));
	assert_false(aliases_is_here("root@h.ab.a-much-longer-domain.example", host));
	free(host);
}

/* A name without a dot, from two files, and nobody is asked. */
static void a_short_name_is_completed(void **state)
{
	static const struct {
		const char *hosts, *resolv, *name;
	} rows[] = {{"", "", "mon1"},
	    {"127.0.1.1 mon1.example.org mon1\n", "search b.example\n", "mon1.example.org"},
	    {"127.0.0.1 localhost.x localhost\n# 1.2.3.4 a.b mon1\n192.0.2.1 a.b mon12 # mon1\n", "",
	        "mon1"},
	    {"192.0.2.1\tMON1 alias mon1.late.example # x\r\n", "", "mon1.late.example"},
	    {"192.0.2.1 mon1\n", "domain a.example\nsearch b.example. c.example\n", "mon1.b.example"},
	    {"", "search b.example\ndomain a.example\n", "mon1.a.example"},
	    {"", "search b.example\nsearch\n", "mon1"},
	    {"", "#search b.example\nnameserver 192.0.2.53\n", "mon1"},
	    {"mon1\n1 \n\n", "search .\n", "mon1"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char name[40] = "mon1";
		FILE *hosts = *rows[i].hosts
		                  ? fmemopen((void *)(uintptr_t)rows[i].hosts, strlen(rows[i].hosts), "r")
		                  : NULL;
		FILE *resolv = *rows[i].resolv ? fmemopen((void *)(uintptr_t)rows[i].resolv,
		                                     strlen(rows[i].resolv), "r")
		                               : NULL;
		own_name_complete(name, sizeof name, hosts, resolv);
		assert_string_equal(name, rows[i].name);
		if (hosts != NULL)
			fclose(hosts);
		if (resolv != NULL)
			fclose(resolv);
	}
}

/* A line that names nobody stops the file; a destination that cannot be served holds up its own
 * mail only. */
static void aliases_refuse_loudly(void **state)
{
	static const struct {
		const char *text, *key, *words;
		bool whole;
	} cases[] = {
	    {"a: b\nroot: \"|/bin/prog -x, y\", ok@b.c\n", "aliases-program", ":2: alias root: a pipe",
	        false},
	    {"root: /var/mail/x\n", "aliases-file", ":1:", false},
	    {"root: :include:/nonexistent\n", "aliases-include", "cannot be read", false},
	    {"root: :include:x\n", "aliases-include", "does not begin with '/'", false},
	    {"root\n", "aliases-syntax", "no ':'", true},
	    {": x\n", "aliases-syntax", "before the ':'", true},
	    {"root:\n", "aliases-syntax", "no address", false},
	    {"root: a\x01@b.c\n", "aliases-syntax", "control character", false},
	    {"root: a@@c.d\n", "aliases-syntax", "cannot be read", false},
	    {"  root: x\n", "aliases-syntax", "begins with a blank", true},
	    {"root: x\nROOT: y\n", NULL, ":2: the name ROOT is at", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct aliases *set;
		struct diagnosis d = {0};
		struct config c = {.name = "mon1", .domain = "example.org"};
		struct envelope e;
		struct recipients r;
		write_file(cases[i].text);
		assert_int_equal(aliases_read(&set, path, false, &d), !cases[i].whole);
		const char *words = cases[i].whole ? d.text : aliases_problem(set, 0);
		if (strstr(words, cases[i].words) == NULL)
			fail_msg("%s", words);
		envelope_init(&e);
		envelope_add_recipient(&e, "root");
		recipients_expand(&r, &e, set, &c);
		if (!cases[i].whole && cases[i].key != NULL)
			assert_string_equal(reason_word(r.held[0].key), cases[i].key);
		recipients_free(&r);
		envelope_free(&e);
		aliases_free(set);
	}
}

static void maps_rewrite(void **state)
{
	struct config c;
	struct diagnosis d = {0};
	struct envelope e;
	(void)state;
	write_file("[host]\nname = mon1.example.net\ndomain = example.org\n[sender]\nheader_from = "
	           "all@example.org\n[rewrite senders]\nwww = web@example.org\n"
	           "@mon1.example.net = @example.org\n[rewrite recipients]\n@old.test = @new.test\n");
	assert_true(config_read(&c, path, &d));
	static const char *const senders[][3] = {{"www", "web@example.org", "web@example.org"},
	    {"www@localhost", "web@example.org", "web@example.org"},
	    {"joe@mon1.example.net", "joe@example.org", "joe@example.org"},
	    {"x@y.z", "x@y.z", "all@example.org"},
	    {"\"a b\"@mon1", "\"a b\"@example.org", "all@example.org"}};
	for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
		envelope_init(&e);
		free(e.sender);
		e.sender = mem_copy(senders[i][0]);
		char *sender = recipients_sender(&e, &c),
		     *from = recipients_header_address(&c, STAMP_FROM, senders[i][0]);
		assert_string_equal(sender, senders[i][1]);
		assert_string_equal(from, senders[i][2]);
		free(sender);
		free(from);
		envelope_free(&e);
	}
	char *to = recipients_header_address(&c, STAMP_RECIPIENT, "a@OLD.test");
	assert_string_equal(to, "a@new.test");
	free(to);
	config_free(&c);
	write_file("[rewrite senders]\nwww = web@\n");
	assert_false(config_read(&c, path, &d));
	assert_non_null(strstr(d.text, ":2: \"web@\": there is nothing after the '@'"));
	config_free(&c);
}

/* A change of a map's file is told once, or one that is wrong would be complained about without
 * end. */
static void a_map_changes_once(void **state)
{
	struct rewrite map = {0};
	TEXT(problem, 200);
	(void)state;
	write_file("www web@example.org\n");
	text_copy(map.file, sizeof map.file, path);
	assert_true(rewrite_finish(&map, &problem));
	assert_false(rewrite_changed(&map));
	write_file("www web@\n");
	assert_true(rewrite_changed(&map));
	assert_false(rewrite_changed(&map));
	assert_int_equal(unlink(path), 0);
	assert_true(rewrite_changed(&map));
	assert_false(rewrite_changed(&map));
	rewrite_free(&map);
}

static void literals_are_known(void **state)
{
	char bare[64];
	(void)state;
	assert_true(smarthost_is_literal("192.0.2.1", bare, sizeof bare));
	assert_true(smarthost_is_literal("[IPv6:2001:db8::1]", bare, sizeof bare));
	assert_string_equal(bare, "2001:db8::1");
	assert_false(smarthost_is_literal("mail.example.org", bare, sizeof bare));
	assert_false(smarthost_is_literal("1.2.3", bare, sizeof bare));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(values_are_read),
	    TEST(errors_name_line_and_cure),
	    TEST(editing_keeps_the_rest),
	    TEST(several_are_set_at_once),
	    TEST(passwords_are_guarded),
	    TEST(aliases_expand_to_addresses),
	    TEST(this_machine_is_known),
	    TEST(a_short_name_is_completed),
	    TEST(aliases_refuse_loudly),
	    TEST(maps_rewrite),
	    TEST(a_map_changes_once),
	    TEST(literals_are_known),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
