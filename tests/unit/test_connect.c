/* objects: sendmail/relay/connect sendmail/relay/route/here */
/* libs: -Wl,--wrap=connect,--wrap=socket */
/* What a server that is not reached looks like: each error of the kernel with its name, its verdict
 * and its words; silence; the address of our own side. */
#include "base/clock.h"
#include "diagnosis/diag.h"
#include "relay/connect.h"
#include "relay/route/here.h"
#include "tests/unit/unit.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_error, socket_error; /* what the next call fails with; 0: the real one */
static bool silent;                     /* the network answers nothing */

int __real_connect(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length);
int __real_socket(int family, int kind, int protocol);
int __wrap_socket(int family, int kind, int protocol);

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	if (connect_error == 0)
		return __real_connect(fd, address, length);
	errno = connect_error;
	return -1;
}

/* A socket that is full never becomes writable: silence for as long as one likes.  (A pipe's
 * reading end does where pipes have two ways.) */
int __wrap_socket(int family, int kind, int protocol)
{
	int ends[2];
	if (socket_error != 0) {
		errno = socket_error;
		return -1;
	}
	if (!silent)
		return __real_socket(family, kind, protocol);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	while (send(ends[0], "silence", 7, MSG_DONTWAIT) > 0)
		;
	if (dup2(ends[1], 100) != 100) /* stays open, or the other end would be at its end */
		fail();
	close(ends[1]);
	return ends[0];
}

static int listener(int family, uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof a;
	int fd = __real_socket(family, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &length), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static int try(const char *name, const char *address, uint16_t port, const char *bind_address,
    struct diagnosis *d)
{
	struct candidate c = {.port = port};
	snprintf(c.name, sizeof c.name, "%s", name);
	snprintf(c.address, sizeof c.address, "%s", address);
	*d = (struct diagnosis){0};
	struct smarthost smarthost = {.name = "main"};
	text_copy(smarthost.bind_address, sizeof smarthost.bind_address, bind_address);
	return connect_to(&c, &smarthost, 1, d);
}

/* A recipient's server is somebody else's: other words, and another remedy. */
static void servers_of_domains_are_not_ours(void **state)
{
	static const int errors[] = {ECONNREFUSED, ETIMEDOUT, ECONNRESET, EHOSTUNREACH};
	struct candidate c = {.name = "mx.test", .address = "192.0.2.1", .port = 25};
	struct smarthost smarthost;
	struct diagnosis d;
	(void)state;
	smarthost_direct(&smarthost, "example.test", 25);
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		connect_error = errors[i];
		assert_int_equal(connect_to(&c, &smarthost, 1, &d), -1);
		assert_string_equal(diag_key(&d), "domain-unreachable");
	}
	connect_error = ENETUNREACH;
	assert_int_equal(connect_to(&c, &smarthost, 1, &d), -1);
	assert_string_equal(diag_key(&d), "connect-unreachable");
	connect_error = 0;
}

static void errors_have_names(void **state)
{
	static const struct {
		int error;
		const char *key;
	} rows[] = {{ECONNREFUSED, "connect-refused"}, {ETIMEDOUT, "connect-timeout"},
	    {ECONNRESET, "connect-reset"}, {ENETUNREACH, "connect-unreachable"},
	    {EHOSTUNREACH, "connect-host-down"}, {ENETDOWN, "connect-unreachable"},
	    {EHOSTDOWN, "connect-host-down"}, {EACCES, "connect-failed"},
	    {EADDRNOTAVAIL, "connect-failed"}};
	struct diagnosis d;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		connect_error = rows[i].error;
		assert_int_equal(try("mail.test", "192.0.2.1", 25, "", &d), -1);
		assert_string_equal(diag_key(&d), rows[i].key);
		assert_int_equal(d.verdict, VERDICT_DEFERRED);
		assert_int_equal(d.stage, STAGE_CONNECT);
		assert_int_equal(d.error_no, rows[i].error);
		assert_non_null(strstr(d.text, strerror(rows[i].error)));
	}
	/* The name of an old mail server that leads to this machine: no network is to blame.  An
	 * address that was configured is just that. */
	connect_error = ECONNREFUSED;
	assert_int_equal(try("mail.test", "127.0.0.1", 25, "", &d), -1);
	assert_string_equal(diag_key(&d), "connect-self");
	assert_non_null(strstr(d.text, "this very machine: mail.test leads to it"));
	assert_int_equal(try("127.0.0.1", "127.0.0.1", 25, "", &d), -1);
	assert_string_equal(diag_key(&d), "connect-refused");
	connect_error = 0;
	socket_error = EMFILE;
	assert_int_equal(try("mail.test", "192.0.2.1", 25, "", &d), -1);
	assert_string_equal(diag_key(&d), "connect-failed");
	assert_non_null(strstr(d.text, "open a socket"));
	assert_non_null(strstr(d.text, strerror(EMFILE)));
	socket_error = 0;
	assert_int_equal(try("mail.test", "no address", 25, "", &d), -1);
	assert_string_equal(diag_key(&d), "connect-failed");
}

/* Of 127.0.0.0/8, what can be bound to: all of it on Linux, on FreeBSD what lo0 has. */
static void own_addresses_are_known(void **state)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	(void)state;
	int fd = __real_socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(inet_pton(AF_INET, "127.9.9.9", &a.sin_addr), 1);
	bool all = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
	close(fd);
	assert_true(here_owns("127.0.0.1"));
	assert_true(here_owns("::1"));
	assert_int_equal(here_owns("127.9.9.9"), all);
	assert_false(here_owns("192.0.2.1"));
	assert_false(here_owns("127.no address"));
}

static void silence_ends_in_time(void **state)
{
	struct diagnosis d;
	int64_t start_ms = clock_mono_ms();
	(void)state;
	silent = true;
	connect_error = EINPROGRESS;
	assert_int_equal(try("mail.test", "192.0.2.1", 25, "", &d), -1);
	silent = false;
	connect_error = 0;
	close(100);
	assert_string_equal(diag_key(&d), "connect-timeout");
	assert_in_range(clock_mono_ms() - start_ms, 1000, 20000);
}

static void connections_come_from_bind_address(void **state)
{
	struct diagnosis d;
	struct sockaddr_in peer;
	socklen_t length = sizeof peer;
	uint16_t port;
	int server = listener(AF_INET, &port);
	(void)state;
	int fd = try("mail.test", "127.0.0.1", port, "127.0.0.1", &d);
	assert_true(fd >= 0);
	int taken = accept(server, (struct sockaddr *)&peer, &length);
	assert_int_equal(peer.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	close(taken);
	close(fd);
	/* Of the other family: the system's choice. */
	fd = try("mail.test", "127.0.0.1", port, "::1", &d);
	assert_true(fd >= 0);
	close(fd);
	/* One that this machine does not have. */
	assert_int_equal(try("mail.test", "127.0.0.1", port, "192.0.2.77", &d), -1);
	assert_string_equal(diag_key(&d), "connect-failed");
	assert_non_null(strstr(d.text, "use bind_address"));
	assert_non_null(strstr(d.text, strerror(EADDRNOTAVAIL)));
	close(server);
	assert_int_equal(try("127.0.0.1", "127.0.0.1", port, "", &d), -1);
	assert_string_equal(diag_key(&d), "connect-refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(errors_have_names),
	    TEST(servers_of_domains_are_not_ours), TEST(own_addresses_are_known),
	    TEST(silence_ends_in_time), TEST(connections_come_from_bind_address)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
