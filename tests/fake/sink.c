/* sink: the loop and the options.
   sink -p PORT|0 [-l ADDRESS] [-P PORTFILE] [-d MAILDIR] [-q] [-n COUNT] [-t CERT -k KEY [-i]] [-a LOGIN:PASSWORD] [-m MECHANISMS]
        [-s BYTES] [--no-pipelining] [--8bit on|off] [--reject-rcpt PATTERN=REPLY]... [--log FILE]
   PORTFILE gets the port once connections are taken.  With CERT, AUTH is offered inside TLS only; without, in the clear.
   PATTERN is one of the shell, matched with the address; REPLY is the whole reply line.  Ends after COUNT messages, or at TERM. */
#include "sink.h"
#include "base/fdio.h"
#include "base/text.h"
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define OUT_MAX_BYTES (1024 * 1024) /* a client that does not read its replies is not read from either */
#define READS_AT_ONCE 16
#define LINGER_MS 2000

static struct sink sink = {.mechanisms = SINK_ALL, .pipelining = true, .eight_bit = true};
static struct sink_conn *connections[CONNECTIONS_MAX];
static int connection_count;
static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static void end_with(int code, const char *what)
{
	fprintf(stderr, "sink: %s%s%s\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	exit(code);
}

static void conn_open(int fd)
{
	int one = 1;
	if (fd < 0)
		return;
	if (connection_count == CONNECTIONS_MAX || !fdio_nonblocking(fd)) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	struct sink_conn *c = mem_alloc(sizeof *c);
	*c = (struct sink_conn){.fd = fd, .file_fd = -1, .events = POLLIN, .number = ++sink.connections};
	connections[connection_count++] = c;
	if (sink.implicit) {
		c->tls_next = true;
	} else {
		sink_smtp_greet(&sink, c);
	}
}

static void conn_close(struct sink_conn *c)
{
	sink_data_forget(&sink, c);
	sink_auth_free(&c->auth);
	SSL_free(c->ssl);
	close(c->fd);
	buffer_free(&c->in);
	buffer_free(&c->out);
	buffer_free(&c->recipients);
	buffer_free(&c->message);
	free(c);
}

/* Of an SSL call: true when it is a matter of waiting; notes for what. */
static bool conn_waits(struct sink_conn *c, int result)
{
	int error = SSL_get_error(c->ssl, result);
	ERR_clear_error();
	c->events = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static void conn_handshake(struct sink_conn *c)
{
	if (c->ssl == NULL) {
		c->ssl = SSL_new(sink.tls);
		if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1) {
			c->broken = true;
			return;
		}
		c->tls_next = false;
		c->mode = SINK_HANDSHAKE;
	}
	int result = SSL_accept(c->ssl);
	if (result != 1) {
		c->broken = !conn_waits(c, result);
		return;
	}
	c->mode = SINK_COMMAND;
	if (sink.implicit)
		sink_smtp_greet(&sink, c);
}

/* -1: nothing more at present. */
static ssize_t conn_read(struct sink_conn *c, char *bytes, size_t size)
{
	if (c->ssl != NULL) {
		int n = SSL_read(c->ssl, bytes, (int)size);
		if (n > 0)
			return n;
		return conn_waits(c, n) ? -1 : 0;
	}
	ssize_t n = fdio_read(c->fd, bytes, size);
	return n < 0 && errno != EAGAIN && errno != EWOULDBLOCK ? 0 : n;
}

static void conn_write(struct sink_conn *c)
{
	while (c->out.length > 0 && !c->broken) {
		ssize_t n;
		if (c->ssl != NULL && c->mode != SINK_HANDSHAKE)
			n = SSL_write(c->ssl, c->out.data, c->out.length > 16384 ? 16384 : (int)c->out.length);
		else
			n = send(c->fd, c->out.data, c->out.length, MSG_NOSIGNAL);
		if (n <= 0) {
			bool waits = c->ssl != NULL ? conn_waits(c, (int)n) : errno == EAGAIN || errno == EINTR;
			c->broken = !waits;
			if (c->ssl == NULL)
				c->events = POLLOUT;
			return;
		}
		if ((size_t)n == c->out.length)
			c->out.length = 0;
		else
			buffer_drop(&c->out, (size_t)n);
	}
}

static void conn_take_input(struct sink_conn *c)
{
	static char bytes[65536];
	for (int i = 0; i < READS_AT_ONCE && c->mode != SINK_CLOSING && !c->tls_next && c->out.length < OUT_MAX_BYTES; i++) {
		ssize_t n = conn_read(c, bytes, sizeof bytes);
		if (n < 0)
			return;
		if (n == 0) {
			c->broken = true;
			return;
		}
		buffer_add(&c->in, bytes, (size_t)n);
		sink_smtp_input(&sink, c);
		/* A short read has emptied a plain socket: no second call to hear it say so. */
		if (c->ssl == NULL && (size_t)n < sizeof bytes)
			return;
	}
}

/* One turn; false when the connection is over. */
static bool conn_turn(struct sink_conn *c)
{
	c->events = POLLIN;
	if (c->mode != SINK_HANDSHAKE && c->out.length > 0)
		conn_write(c);
	if (c->mode == SINK_HANDSHAKE)
		conn_handshake(c);
	else if (c->out.length == 0 && !c->broken && !c->tls_next)
		conn_take_input(c);
	if (c->mode != SINK_HANDSHAKE)
		conn_write(c);
	if (c->tls_next && c->out.length == 0 && !c->broken)
		conn_handshake(c);
	if (c->mode == SINK_CLOSING && c->out.length == 0) {
		if (c->ssl != NULL)
			SSL_shutdown(c->ssl);
		return false;
	}
	return !c->broken;
}

/* TLS may hold bytes that poll(2) cannot see. */
static bool any_hidden(void)
{
	for (int i = 0; i < connection_count; i++) {
		struct sink_conn *c = connections[i];
		if (c->ssl != NULL && c->out.length == 0 && SSL_pending(c->ssl) > 0)
			return true;
	}
	return false;
}

static void serve(struct pollfd *p, bool hidden)
{
	int kept = 0;
	for (int i = 0; i < connection_count; i++) {
		struct sink_conn *c = connections[i];
		if ((hidden || p[i].revents != 0) && !conn_turn(c))
			conn_close(c);
		else
			connections[kept++] = c;
	}
	connection_count = kept;
}

static void loop(int listener)
{
	static struct pollfd p[CONNECTIONS_MAX + 1];
	bool enough = false;
	while (!stopped && !(enough && connection_count == 0)) {
		for (int i = 0; i < connection_count; i++)
			p[i] = (struct pollfd){.fd = connections[i]->fd, .events = connections[i]->events};
		p[connection_count] = (struct pollfd){.fd = enough ? -1 : listener, .events = POLLIN};
		bool hidden = any_hidden();
		int ready = poll(p, (nfds_t)connection_count + 1, hidden ? 0 : enough ? LINGER_MS : -1);
		if (ready < 0 && errno != EINTR)
			end_with(EX_OSERR, "poll");
		if (ready == 0 && enough && !hidden)
			return;
		bool knock = ready > 0 && p[connection_count].revents != 0;
		if (ready > 0 || hidden)
			serve(p, hidden);
		if (knock) {
			conn_open(accept(listener, NULL, NULL));
			if (connection_count > 0 && !conn_turn(connections[connection_count - 1]))
				conn_close(connections[--connection_count]);
		}
		enough = sink.stop_after != 0 && sink.messages >= sink.stop_after;
	}
}

static int listen_on(const char *address, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV}, *list;
	int one = 1, error = getaddrinfo(address, port, &hints, &list);
	errno = 0;
	if (error != 0)
		end_with(EX_USAGE, gai_strerror(error));
	int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, 256) != 0 || !fdio_nonblocking(fd))
		end_with(EX_OSERR, "cannot listen");
	freeaddrinfo(list);
	return fd;
}

/* Written under another name first, so that whoever waits for the file never reads half a number. */
static void tell_port(int fd, const char *port_file)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	char host[64], port[16], temp[1024];
	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
	    getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		end_with(EX_OSERR, "cannot find the port");
	if (port_file == NULL)
		return;
	snprintf(temp, sizeof temp, "%s.new", port_file);
	FILE *f = fopen(temp, "w");
	if (f == NULL || fprintf(f, "%s\n", port) < 0 || fclose(f) != 0 || rename(temp, port_file) != 0)
		end_with(EX_CANTCREAT, port_file);
}

static void use_tls(const char *certificate, const char *key)
{
	sink.tls = SSL_CTX_new(TLS_server_method());
	errno = 0;
	if (sink.tls == NULL || SSL_CTX_use_certificate_chain_file(sink.tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(sink.tls, key, SSL_FILETYPE_PEM) != 1)
		end_with(EX_CONFIG, "the certificate or its key cannot be used");
	SSL_CTX_set_mode(sink.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static void add_rule(char *text)
{
	char *equals = strchr(text, '=');
	errno = 0;
	if (equals == NULL || sink.rule_count == SINK_RULES_MAX)
		end_with(EX_USAGE, "--reject-rcpt wants PATTERN=REPLY");
	*equals = '\0';
	sink.rules[sink.rule_count++] = (struct sink_rule){.pattern = text, .reply = equals + 1};
}

static void use_login(char *text)
{
	char *colon = strchr(text, ':');
	errno = 0;
	if (colon == NULL)
		end_with(EX_USAGE, "-a wants LOGIN:PASSWORD");
	*colon = '\0';
	sink.login = text;
	sink.password = colon + 1;
}

static void use_mechanisms(char *text)
{
	sink.mechanisms = 0;
	for (char *name = strtok(text, " ,"); name != NULL; name = strtok(NULL, " ,")) {
		errno = 0;
		if (sink_auth_mechanism(name) == 0)
			end_with(EX_USAGE, "-m knows PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256");
		sink.mechanisms |= sink_auth_mechanism(name);
	}
}

static unsigned long long number(const char *text)
{
	long long value;
	errno = 0;
	if (!text_number(text, 0, 1LL << 62, &value))
		end_with(EX_USAGE, "a number is wanted");
	return (unsigned long long)value;
}

struct choices {
	const char *address, *port, *port_file, *certificate, *key, *log;
};

static void options(int argc, char **argv, struct choices *o)
{
	static const struct option longs[] = {{"no-pipelining", no_argument, NULL, 'N'}, {"8bit", required_argument, NULL, '8'},
		{"reject-rcpt", required_argument, NULL, 'R'}, {"log", required_argument, NULL, 'L'}, {NULL, 0, NULL, 0}};
	int c;
	while ((c = getopt_long(argc, argv, "p:l:P:d:qn:t:k:ia:m:s:", longs, NULL)) != -1) {
		switch (c) {
		case 'p': o->port = optarg; break;
		case 'l': o->address = optarg; break;
		case 'P': o->port_file = optarg; break;
		case 'd': sink.maildir = optarg; break;
		case 'q': sink.quiet = true; break;
		case 'n': sink.stop_after = number(optarg); break;
		case 't': o->certificate = optarg; break;
		case 'k': o->key = optarg; break;
		case 'i': sink.implicit = true; break;
		case 'a': use_login(optarg); break;
		case 'm': use_mechanisms(optarg); break;
		case 's': sink.size_max = number(optarg); break;
		case 'N': sink.pipelining = false; break;
		case '8': sink.eight_bit = !text_equal_ci(optarg, "off"); break;
		case 'R': add_rule(optarg); break;
		case 'L': o->log = optarg; break;
		default: exit(EX_USAGE);
		}
	}
	errno = 0;
	if (o->port == NULL || optind != argc || (o->certificate == NULL) != (o->key == NULL) || (sink.implicit && o->key == NULL))
		end_with(EX_USAGE, "usage: sink -p PORT [options]; -t and -k go together, -i needs them");
}

int main(int argc, char **argv)
{
	struct choices o = {.address = "127.0.0.1"};
	struct sigaction action = {.sa_handler = stop};
	options(argc, argv, &o);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (o.certificate != NULL)
		use_tls(o.certificate, o.key);
	if (sink.maildir != NULL && !sink_store_prepare(sink.maildir))
		end_with(EX_CANTCREAT, sink.maildir);
	if (o.log != NULL && (sink.log = fopen(o.log, "a")) == NULL)
		end_with(EX_CANTCREAT, o.log);
	int listener = listen_on(o.address, o.port);
	tell_port(listener, o.port_file);
	loop(listener);
	close(listener);
	while (connection_count > 0)
		conn_close(connections[--connection_count]);
	if (sink.log != NULL)
		fclose(sink.log);
	SSL_CTX_free(sink.tls);
	if (!sink.quiet)
		printf("sink: %llu messages, %llu connections\n", sink.messages, sink.connections);
	return 0;
}
