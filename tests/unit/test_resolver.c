/* objects: sendmail/relay/route/resolver sendmail/relay/route/resolv_conf sendmail/relay/route/exchange sendmail/lib/base/sandbox_none sendmail/relay/route/dns_answer sendmail/relay/route/hosts sendmail/relay/route/here */
/* libs: -Wl,--wrap=fopen,--wrap=getaddrinfo */
/* The stub resolver against name servers of every kind, the hosts file, and what the kernel knows.
   The files are strings, and the servers' port is one of ours: fopen and getaddrinfo pass through
   here. */
#include "base/clock.h"
#include "relay/route/dns.h"
#include "relay/route/exchange.h"
#include "relay/route/here.h"
#include "relay/route/resolv_conf.h"
#include "tests/unit/unit.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST "192.0.2.1"
#define SECOND "192.0.2.2"
static const char *resolv_conf, *hosts_file = ""; /* NULL: there is none */
static uint16_t ports[2];

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	const char *text = strcmp(path, "/etc/resolv.conf") == 0 ? resolv_conf : hosts_file;
	if (strncmp(path, "/etc/", 5) != 0)
		return __real_fopen(path, mode);
	return text == NULL ? NULL : fmemopen((void *)(uintptr_t)text, strlen(text), "r");
}

int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **list);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **list);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **list)
{
	char port[8];
	/* Of a child: that it finds the environment comes back as an address. */
	if (strcmp(node, "environment") == 0) {
		bool found = getenv("LOCALDOMAIN") || getenv("RES_OPTIONS") || getenv("HOSTALIASES");
		return found ? __real_getaddrinfo("127.0.0.1", NULL, hints, list) : EAI_NONAME;
	}
	int which = strcmp(node, FIRST) == 0 ? 0 : strcmp(node, SECOND) == 0 ? 1 : -1;
	if (service == NULL || strcmp(service, "53") != 0 || which < 0)
		return __real_getaddrinfo(node, service, hints, list);
	snprintf(port, sizeof port, "%u", ports[which]);
	return __real_getaddrinfo("127.0.0.1", port, hints, list);
}

/* --- two name servers: the first label of a name says what they do with it -------------------- */

static bool asks(const unsigned char *question, const char *label)
{
	return question[12] == strlen(label) && memcmp(question + 13, label, question[12]) == 0;
}

/* The question becomes an answer with one address; its new length. */
static size_t make_answer(unsigned char *bytes, size_t length, int code, bool cut)
{
	static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7};
	bytes[2] = cut ? 0x83 : 0x81;
	bytes[3] = (unsigned char)(0x80 | code);
	if (code != 0 || cut)
		return length;
	bytes[7] = 1;
	memcpy(bytes + length, record, sizeof record);
	return length + sizeof record;
}

static void serve_udp(int fd, bool second)
{
	unsigned char bytes[600];
	struct sockaddr_storage from;
	socklen_t from_length = sizeof from;
	ssize_t n = recvfrom(fd, bytes, 512, 0, (struct sockaddr *)&from, &from_length);
	if (n < 17 || asks(bytes, "silent") || (asks(bytes, "late") && !second))
		return;
	size_t length = (size_t)n;
	int code = asks(bytes, "nx")                                          ? 3
	           : asks(bytes, "refused")                                   ? 5
	           : asks(bytes, "fails") || (asks(bytes, "half") && !second) ? 2
	                                                                      : 0;
	if (asks(bytes, "forged")) {
		unsigned char wrong[600];
		memcpy(wrong, bytes, length);
		wrong[0] ^= 1; /* another id */
		size_t wrong_length = make_answer(wrong, length, 3, false);
		sendto(fd, wrong, wrong_length, 0, (struct sockaddr *)&from, from_length);
		memcpy(wrong, bytes, length);
		wrong[13] ^= 1; /* another name */
		wrong_length = make_answer(wrong, length, 3, false);
		sendto(fd, wrong, wrong_length, 0, (struct sockaddr *)&from, from_length);
		sendto(fd, wrong, 3, 0, (struct sockaddr *)&from, from_length);
	}
	length = make_answer(bytes, length, code, strncmp((char *)bytes + 13, "tcp", 3) == 0);
	sendto(fd, bytes, length, 0, (struct sockaddr *)&from, from_length);
}

static void serve_tcp(int listener)
{
	unsigned char bytes[600];
	int fd = accept(listener, NULL, NULL);
	ssize_t n = fd >= 0 ? recv(fd, bytes, 2, MSG_WAITALL) : -1;
	if (n == 2 && (n = recv(fd, bytes + 2, bytes[1], MSG_WAITALL)) > 17) {
		size_t length = make_answer(bytes + 2, (size_t)n, 0, false);
		bytes[0] = 0;
		bytes[1] = (unsigned char)length;
		length = asks(bytes + 2, "tcp-silent") ? 0 : asks(bytes + 2, "tcp-cut") ? 7 : length + 2;
		if (asks(bytes + 2, "tcp-wrong"))
			bytes[3] ^= 1;
		for (size_t i = 0; i < length; i++) /* as slowly as a network can be */
			send(fd, bytes + i, 1, MSG_NOSIGNAL);
		if (length == 0)
			recv(fd, bytes, 1, 0); /* until the other has closed */
	}
	close(fd);
}

static int bind_to(int kind, uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(*port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof a;
	int fd = socket(AF_INET, kind, 0);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    (kind == SOCK_STREAM && listen(fd, 5) != 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&a, &length);
	*port = ntohs(a.sin_port);
	return fd;
}

static pid_t start_servers(void)
{
	struct pollfd p[4];
	for (int i = 0; i < 2; i++) {
		int tries = 0;
		do {
			ports[i] = 0;
			p[2 * i].fd = bind_to(SOCK_DGRAM, &ports[i]);
			p[2 * i + 1].fd = bind_to(SOCK_STREAM, &ports[i]);
		} while (p[2 * i + 1].fd < 0 && ++tries < 50);
		p[2 * i].events = p[2 * i + 1].events = POLLIN;
	}
	pid_t pid = fork();
	while (pid == 0 && poll(p, 4, 60000) > 0) {
		for (int i = 0; i < 4; i++) {
			if (p[i].revents != 0 && i % 2 == 0)
				serve_udp(p[i].fd, i == 2);
			else if (p[i].revents != 0)
				serve_tcp(p[i].fd);
		}
	}
	if (pid == 0)
		exit(0);
	for (int i = 0; i < 4; i++)
		close(p[i].fd);
	return pid;
}

/* --- the tests -------------------------------------------------------------------------------- */

/* resolv.conf is read once in a process: a process for each. */
static void expect_servers(const char *text, const char *servers)
{
	pid_t pid = fork();
	if (pid == 0) {
		char list[300] = "";
		const char *server;
		resolv_conf = text;
		for (int i = 0; (server = dns_server(i)) != NULL; i++)
			snprintf(list + strlen(list), sizeof list - strlen(list), "%s,", server);
		exit(strcmp(list, servers) == 0 && dns_server(-1) == NULL ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void resolv_conf_is_read(void **state)
{
	(void)state;
	expect_servers(NULL, "127.0.0.1,");
	expect_servers("search example.org\n", "127.0.0.1,");
	expect_servers("nameserver\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 # x\n",
	    "192.0.2.1,2001:db8::1,");
	expect_servers("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver "
	               "192.0.2.4\noptions timeout:99 attempts:x rotate\n",
	    "192.0.2.1,192.0.2.2,192.0.2.3,");
}

/* "A B C": the names in the order in which they are asked. */
static void expect_names(const char *text, const char *host, const char *names)
{
	struct resolv_conf c;
	struct dns_names n;
	char list[2000] = "";
	const char *kept = resolv_conf;
	resolv_conf = text;
	resolv_conf_read(&c);
	resolv_conf = kept;
	resolv_conf_complete(&c, host, &n);
	for (int i = 0; i < n.count; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? " " : "", n.names[i]);
	assert_string_equal(list, names);
}

/* As resolv.conf(5) says: ndots decides whether a name is asked for as it is first. */
static void names_are_completed(void **state)
{
	(void)state;
	expect_names("search corp.test lab.test.\n", "mail", "mail.corp.test mail.lab.test mail");
	expect_names("search corp.test\n", "mail.other", "mail.other mail.other.corp.test");
	expect_names("search corp.test\noptions ndots:5\n", "mail.other.test",
	    "mail.other.test.corp.test mail.other.test");
	expect_names("search corp.test\noptions ndots:5\n", "mail.other.test.", "mail.other.test");
	expect_names("search corp.test\ndomain own.test more\n", "mail", "mail.own.test mail");
	expect_names("search corp.test\noptions ndots:0\n", "mail", "mail mail.corp.test");
	expect_names("search corp.test\noptions no-tld-query\n", "mail", "mail.corp.test");
	expect_names("search .\n", "mail", "mail mail");
	expect_names("search a b c d e f g h\n", "x", "x.a x.b x.c x.d x.e x.f x");
}

static void options_are_read(void **state)
{
	struct resolv_conf c;
	const char *kept = resolv_conf;
	(void)state;
	resolv_conf = "; x\nsortlist 192.0.2.0\noptions timeout:99 rotate use-vc edns0 marvel:1\n"
	              "options attempts:0 no-aaaa\nlookup file bind\n";
	resolv_conf_read(&c);
	resolv_conf = kept;
	assert_true(c.rotate && c.tcp && c.no_ipv6);
	assert_int_equal(c.timeout_s, 30);
	assert_int_equal(c.attempts, 1);
	assert_string_equal(c.unheeded, "sortlist marvel:1 lookup");
}

static void expect(const char *name, enum dns_kind kind, const char *wanted)
{
	struct dns_answer a;
	dns_ask(name, DNS_A, &a);
	assert_int_equal(a.kind, kind);
	assert_int_equal(a.count, kind == DNS_RECORDS);
	if (kind == DNS_RECORDS)
		assert_string_equal(a.records[0].name, "192.0.2.7");
	if (strstr(kind <= DNS_NXDOMAIN ? a.source : a.detail, wanted) == NULL)
		fail_msg("%s: \"%s\" is not in \"%s\", \"%s\"", name, wanted, a.source, a.detail);
}

static void answers_are_told_with_their_server(void **state)
{
	(void)state;
	expect("good.test", DNS_RECORDS, "asked " FIRST ", ");
	expect("nx.test", DNS_NXDOMAIN, "asked " FIRST ", ");
	expect("forged.test", DNS_RECORDS, "asked " FIRST ", ");
	expect("half.test", DNS_RECORDS, "asked " SECOND ", ");
	expect("fails.test", DNS_SERVFAIL, FIRST ": server failure (");
	expect("fails.test", DNS_SERVFAIL, "; " SECOND ": server failure (");
	expect("refused.test", DNS_LAME,
	    SECOND ": the DNS server does not look up names for this machine (");
	expect("tcp.test", DNS_RECORDS,
	    "asked " FIRST " by UDP and, because that answer was cut, by TCP, ");
	expect("tcp-cut.test", DNS_TIMEOUT, FIRST ": the answer was cut, and there is none over TCP (");
	expect("tcp-wrong.test", DNS_TIMEOUT,
	    SECOND ": the answer was cut, and there is none over TCP (");
	expect("a..test", DNS_BAD, "a part of it is empty or too long");
}

static void silence_ends(void **state)
{
	(void)state;
	int64_t start_ms = clock_mono_ms();
	expect("late.test", DNS_RECORDS, "asked " SECOND ", ");
	expect("silent.test", DNS_TIMEOUT, FIRST ": no answer (1");
	expect("tcp-silent.test", DNS_TIMEOUT,
	    FIRST ": the answer was cut, and there is none over TCP (");
	assert_in_range(clock_mono_ms() - start_ms, 4900, 60000);
}

static void one_server_is_tried(void **state)
{
	int error;
	int64_t took_ms;
	uint16_t kept = ports[1];
	(void)state;
	assert_int_equal(dns_try(FIRST, "good.test", DNS_A, false, &error, &took_ms), DNS_RECORDS);
	assert_int_equal(error, 0);
	assert_int_equal(dns_try(FIRST, "good.test", DNS_A, true, &error, &took_ms), DNS_RECORDS);
	assert_int_equal(dns_try(FIRST, "a..test", DNS_A, true, &error, &took_ms), DNS_BAD);
	assert_int_equal(dns_try("no address", "good.test", DNS_A, false, &error, &took_ms),
	    DNS_TIMEOUT);
	assert_int_equal(error, EINVAL);
	int spare = bind_to(SOCK_DGRAM, &(uint16_t){0});
	ports[1] = 0;
	close(bind_to(SOCK_DGRAM, &ports[1])); /* a port that nobody has now */
	assert_int_equal(dns_try(SECOND, "good.test", DNS_A, false, &error, &took_ms), DNS_TIMEOUT);
	assert_int_equal(error, ECONNREFUSED);
	expect("half.test", DNS_SERVFAIL, SECOND ": no DNS server runs there (");
	close(spare);
	ports[1] = kept;
}

static void hosts(const char *text, const char *host, const char *source, const char *addresses)
{
	struct dns_answer a;
	char list[2000] = "";
	hosts_file = text;
	assert_int_equal(dns_hosts(host, &a), *addresses != '\0');
	assert_int_equal(a.kind, *addresses != '\0' ? DNS_RECORDS : DNS_NONE);
	for (int i = 0; i < a.count; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s,", a.records[i].name);
	assert_string_equal(list, addresses);
	assert_string_equal(a.source, source);
}

static void the_hosts_file(void **state)
{
	static char many[5000], line[4000];
	(void)state;
	hosts(NULL, "a.test", "", "");
	hosts("# a.test\n192.0.2.1 b.test # a.test\n192.0.2.2\n\na.test 192.0.2.3\nx a.test\n",
	    "a.test", "", "");
	hosts("192.0.2.1 b.test\r\n192.0.2.2\tc.test A.Test\r\n2001:db8::1 a.test", "a.test",
	    "hosts file /etc/hosts:2", "192.0.2.2,2001:db8::1,");
	hosts("192.0.2.1 a.test.\n192.0.2.2 a.test.x\n", "a.test", "", "");
	/* A line of any length is one line. */
	memset(line, 'x', 3000);
	memcpy(line, "192.0.2.1 ", 10);
	memcpy(line + 1015, " 192.0.2.66 a.test ", 19);
	strcpy(line + 3000, " last.test\n192.0.2.2 b.test\n");
	hosts(line, "a.test", "hosts file /etc/hosts:1", "192.0.2.1,");
	hosts(line, "last.test", "hosts file /etc/hosts:1", "192.0.2.1,");
	hosts(line, "b.test", "hosts file /etc/hosts:2", "192.0.2.2,");
	struct dns_answer a;
	for (int i = 0; i < 100; i++)
		snprintf(many + strlen(many), 40, "192.0.2.%d many.test\n", i);
	hosts_file = many;
	assert_true(dns_hosts("many.test", &a));
	assert_int_equal(a.count, DNS_RECORDS_MAX);
}

/* RFC 6761 6.3, where the hosts file says nothing else. */
static void localhost_is_known(void **state)
{
	struct dns_answer a;
	(void)state;
	hosts_file = NULL;
	assert_true(dns_hosts("LocalHost", &a));
	assert_int_equal(a.count, 1);
	assert_string_equal(a.records[0].name, "127.0.0.1");
	assert_false(dns_hosts("localhost.example.org", &a));
	hosts_file = "127.0.0.2 localhost\n";
	assert_true(dns_hosts("localhost", &a));
	assert_string_equal(a.records[0].name, "127.0.0.2");
}

static void what_the_kernel_knows(void **state)
{
	static const char *const own[] = {"127.0.0.1", "::1"}, *const other[] = {"192.0.2.1",
	                                                           "2001:db8::1", "mon1.example.org",
	                                                           ""};
	(void)state;
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		assert_true(here_owns(own[i]));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(here_owns(other[i]));
	assert_int_equal(here_route_error("127.0.0.1"), 0);
	assert_int_equal(here_route_error("mon1.example.org"), EINVAL);
}

/* Words of the process that talked with a name server, which may have been taken over. */
static bool reads(const char *words, enum dns_type type, struct dns_answer *a)
{
	struct buffer lines = {0};
	bool cut = false;
	buffer_puts(&lines, words);
	bool good = exchange_read(&lines, type, a, &cut);
	buffer_free(&lines);
	return good;
}

static void words_of_a_process(void **state)
{
	static const char *const nonsense[] = {"", "\n", "answer\n",
	    "answer kind=0 cut=0 validated=0 count=0 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=7 cut=0 validated=0 count=0 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=-1 cut=0 validated=0 count=0 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=1 cut=2 validated=0 count=0 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=1 cut=0 validated=5 count=0 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=0 cut=0 validated=0 count=33 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=0 cut=0 validated=0 count=1 left=0 zone=\"\" alias=\"\"\n",
	    "answer kind=1 cut=0 validated=0 count=0 left=0 zone=\"\" alias=\"\"\nmore\n",
	    "answer kind=1 cut=0 validated=0 count=0 left=0 zone=\"\" alias=\"\"",
	    "answer kind=1 cut=0 validated=0 count=1 left=0 zone=\"\" alias=\"\"\nrecord "
	    "name=192.0.2.1 preference=0 "
	    "weight=0 port=0\n",
	    "answer kind=0 cut=0 validated=0 count=1 left=0 zone=\"\" alias=\"\"\nrecord "
	    "name=evil.example preference=0 "
	    "weight=0 port=0\n",
	    "answer kind=0 cut=0 validated=0 count=1 left=0 zone=\"\" alias=\"\"\nrecord "
	    "name=192.0.2.1 "
	    "preference=65536 weight=0 port=0\n",
	    "answer kind=0 cut=0 validated=0 count=1 left=0 zone=\"\" alias=\"\"\nrecord "
	    "name=\"192.0.2.1\\n\" "
	    "preference=0 weight=0 port=0\n",
	    ("answer kind=0 cut=0 validated=0 count=1 alias=\"a\\x1b[2J\"\nrecord name=192.0.2.1 "
	     "preference=0 weight=0 port=0\n")};
	struct dns_answer a, b = {.kind = DNS_RECORDS,
	                         .count = 2,
	                         .validated = true,
	                         .records = {{"mx1.example.org", 10, 1, 25}, {"", 20, 65535, 65535}},
	                         .alias = "other.example.org"};
	struct buffer lines = {0};
	bool cut = false;
	(void)state;
	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
		assert_false(reads(nonsense[i], DNS_A, &a));
	exchange_write(&lines, &b, true);
	assert_true(exchange_read(&lines, DNS_MX, &a, &cut));
	assert_true(cut && a.validated && a.count == 2);
	assert_string_equal(a.alias, b.alias);
	assert_memory_equal(a.records, b.records, sizeof a.records);
	buffer_free(&lines);
}

/* One that keeps silent, dies, or says too much, is no answer, and is not waited for. */
static bool stays(const void *what, int socket, struct dns_answer *a, bool *cut)
{
	(void)socket, (void)a, (void)cut;
	const int *way = what;
	if (*way == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	if (*way == 1)
		raise(SIGKILL);
	static char rubbish[100000];
	memset(rubbish, 'x', sizeof rubbish);
	for (;;) {
		if (write(3, rubbish, sizeof rubbish) <= 0)
			_exit(0);
	}
}

static void processes_that_do_not_answer(void **state)
{
	struct dns_answer a;
	bool cut;
	int pair[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (int way = 0; way < 3; way++) {
		int64_t start_ms = clock_mono_ms();
		assert_false(exchange_run(stays, &way, pair[0], DNS_A, start_ms + 100, &a, &cut));
		assert_true(clock_mono_ms() - start_ms < 5000);
	}
	close(pair[0]);
	close(pair[1]);
}

/* As the C library would let it. */
static void the_environment_decides_nothing(void **state)
{
	struct dns_names before, after;
	struct dns_answer a;
	(void)state;
	dns_complete("environment", &before);
	setenv("LOCALDOMAIN", "evil.example", 1);
	setenv("RES_OPTIONS", "ndots:9", 1);
	setenv("HOSTALIASES", "/tmp/aliases", 1);
	dns_complete("environment", &after);
	assert_int_equal(before.count, after.count);
	for (int i = 0; i < after.count; i++)
		assert_string_equal(before.names[i], after.names[i]);
	assert_false(dns_hosts("environment", &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(resolv_conf_is_read), TEST(names_are_completed),
	    TEST(options_are_read), TEST(answers_are_told_with_their_server), TEST(silence_ends),
	    TEST(one_server_is_tried), TEST(the_hosts_file), TEST(localhost_is_known),
	    TEST(the_environment_decides_nothing), TEST(what_the_kernel_knows),
	    TEST(words_of_a_process), TEST(processes_that_do_not_answer)};
	pid_t servers = start_servers();
	resolv_conf = "nameserver " FIRST "\nnameserver " SECOND "\noptions timeout:1 attempts:1\n";
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	kill(servers, SIGTERM);
	waitpid(servers, NULL, 0);
	return failed;
}
