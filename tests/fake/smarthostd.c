/* A small smarthost for demonstration, tests and measurements.  Accepts everything, on loopback;
   one process, many connections.
     -l ADDRESS, -p PORT    where it listens
     -P FILE                writes the port there once it listens
     -d FOLDER              a file for each message
     -o LOG                 a line for each message
     -n COUNT               ends after so many messages
     -t CERT -k KEY         offers STARTTLS; -i: TLS at once
     -g                     answers the TLS handshake with nonsense   -c  FILE: wants a client
   certificate of these authorities -a LOGIN:PASSWORD      wants AUTH PLAIN -x no PIPELINING -7 no
   8BITMIME -8                     SMTPUTF8; -o shows MAIL and RCPT -D                     DSN; -o
   shows MAIL and RCPT -Q                     REQUIRETLS under TLS; -o shows MAIL and RCPT -s SIZE
   a limit in EHLO -r WORD=REPLY          answers RCPT whose address holds WORD with REPLY -R
   WORD=REPLY          the first time that an address with WORD is named, then accepts it -m FILE
   while it is there, MAIL whose address holds the first word of it is answered with the rest, and
   -o has a line "refused" for each -q WORD no answer, for -S SECONDS (100), to the end of a message
   for an address with WORD -w WORD does not read a message for an address with WORD for so long -b
   MODE                CHUNKING; MODE is good, or 500 to 599: BDAT is not known and answered with
   that, its bytes are commands; or late: so from the second message on; or deaf: what comes
   together with the end of a message is not read -e COUNT               each session ends after so
   many messages; -E: with a 421 before -f PERMILLE            that many steps of 1000 go wrong: 421
   at MAIL, 451 at RCPT, a reset within the message, no answer to its end although it was accepted
   (the log then has a line "unanswered"), 1 s of silence */
#include "base/base64.h"
#include "base/mem.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 64
#define REJECTS_MAX 16

struct client {
	int fd;
	SSL *ssl;
	long long silent_until_ms;
	bool slow; /* silent once what is in out is sent */
	long done;
	bool handshake, in_data, authed, quit, nonsense;
	bool open;           /* MAIL was accepted, and neither RSET nor the end of a message came */
	bool in_chunk, last; /* bytes of BDAT are awaited; it is the last one */
	long long chunk_left;
	struct buffer in, out, message;
	char sender[400];
	struct buffer rcpts;
	int accepted;
};

static struct {
	const char *folder, *auth, *log;
	const char *quiet, *slow;
	bool says_421;
	const char *mail_rule, *chunking;
	long ends, silence_s;
	bool implicit, no_pipelining, garbage, only_7bit, smtputf8, dsn, requiretls;
	long wanted, taken, sessions, size, flap;
	SSL_CTX *tls;
	struct {
		char *word;
		const char *reply;
		bool once;
		struct buffer seen; /* addresses that got it, when it is for the first time only */
	} rejects[REJECTS_MAX];
	int reject_count;
	struct client clients[CLIENTS_MAX];
	FILE *log_file;
} sink;

static bool goes_wrong(void)
{
	return sink.flap > 0 && random() % 1000 < sink.flap;
}

static long long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void say(struct client *c, const char *line)
{
	buffer_puts(&c->out, line);
	buffer_puts(&c->out, "\r\n");
}

static void close_client(struct client *c)
{
	if (c->ssl != NULL)
		SSL_free(c->ssl);
	close(c->fd);
	buffer_free(&c->in);
	buffer_free(&c->out);
	buffer_free(&c->message);
	buffer_free(&c->rcpts);
	*c = (struct client){.fd = -1};
}

static void start_tls(struct client *c)
{
	c->ssl = SSL_new(sink.tls);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_accept_state(c->ssl);
	c->handshake = true;
	c->authed = false;
}

/* The address between the angle brackets. */
static void take_path(const char *line, char *path, size_t size)
{
	const char *from = strchr(line, '<');
	const char *to = from != NULL ? strchr(from, '>') : NULL;
	snprintf(path, size, "%.*s", to != NULL ? (int)(to - from - 1) : 0,
	    from != NULL ? from + 1 : "");
}

static bool is_for(struct client *c, const char *word)
{
	return word != NULL && strstr(buffer_string(&c->rcpts), word) != NULL;
}

static void store_message(struct client *c)
{
	char name[1100];
	sink.taken++;
	if (sink.log_file != NULL) {
		fprintf(sink.log_file, "session=%d from=<%s> to=%s bytes=%zu tls=%d\n", c->fd, c->sender,
		    buffer_string(&c->rcpts), c->message.length, c->ssl != NULL);
		fflush(sink.log_file);
	}
	if (sink.folder == NULL)
		return;
	snprintf(name, sizeof name, "%s/%ld.%06ld.eml", sink.folder, (long)getpid(), sink.taken);
	FILE *file = fopen(name, "w");
	if (file == NULL)
		return;
	fprintf(file, "X-Envelope-From: <%s>\nX-Envelope-To: %s\n", c->sender,
	    buffer_string(&c->rcpts));
	for (size_t i = 0; i < c->message.length; i++) {
		if (c->message.data[i] == '\r' && i + 1 < c->message.length &&
		    c->message.data[i + 1] == '\n')
			continue;
		fputc(c->message.data[i], file);
	}
	fclose(file);
}

static void on_rcpt(struct client *c, const char *line)
{
	char address[400];
	take_path(line, address, sizeof address);
	if (goes_wrong()) {
		say(c, "451 4.3.0 something is wrong for a moment");
		return;
	}
	for (int i = 0; i < sink.reject_count; i++) {
		if (strstr(address, sink.rejects[i].word) == NULL)
			continue;
		char mark[410];
		snprintf(mark, sizeof mark, "<%s>", address);
		if (sink.rejects[i].once && strstr(buffer_string(&sink.rejects[i].seen), mark) != NULL)
			continue;
		buffer_puts(&sink.rejects[i].seen, sink.rejects[i].once ? mark : "");
		say(c, sink.rejects[i].reply);
		return;
	}
	buffer_printf(&c->rcpts, "%s<%s>", c->rcpts.length ? "," : "", address);
	c->accepted++;
	say(c, "250 2.1.5 ok");
}

static void on_auth(struct client *c, const char *line)
{
	struct buffer want = {0}, coded = {0};
	const char *colon = sink.auth != NULL ? strchr(sink.auth, ':') : NULL;
	if (colon != NULL) {
		buffer_add(&want, "", 1);
		buffer_add(&want, sink.auth, (size_t)(colon - sink.auth));
		buffer_add(&want, "", 1);
		buffer_puts(&want, colon + 1);
		base64_encode(&coded, want.data, want.length);
	}
	c->authed = coded.length > 0 && strcmp(line, buffer_string(&coded)) == 0;
	say(c, c->authed ? "235 2.7.0 welcome" : "535 5.7.8 Error: authentication failed");
	buffer_free(&want);
	buffer_free(&coded);
}

static void on_ehlo(struct client *c)
{
	buffer_puts(&c->out, "250-smarthost.test\r\n");
	if (!sink.no_pipelining)
		buffer_puts(&c->out, "250-PIPELINING\r\n");
	if (sink.tls != NULL && c->ssl == NULL)
		buffer_puts(&c->out, "250-STARTTLS\r\n");
	if (sink.auth != NULL && (sink.tls == NULL || c->ssl != NULL))
		buffer_puts(&c->out, "250-AUTH PLAIN\r\n");
	buffer_printf(&c->out, "250-SIZE %ld\r\n", sink.size);
	if (sink.chunking != NULL)
		say(c, "250-CHUNKING");
	if (!sink.only_7bit)
		say(c, "250-8BITMIME");
	if (sink.smtputf8)
		say(c, "250-SMTPUTF8");
	if (sink.requiretls && c->ssl != NULL)
		say(c, "250-REQUIRETLS");
	if (sink.dsn)
		say(c, "250-DSN");
	say(c, "250 ENHANCEDSTATUSCODES");
}

static void reset(struct client *c)
{
	c->sender[0] = '\0';
	c->rcpts.length = 0;
	c->accepted = 0;
	c->open = false;
}

/* As the file of -m wants it now. */
static bool refuses_mail(struct client *c, const char *line)
{
	char rule[400] = "";
	FILE *file = sink.mail_rule != NULL ? fopen(sink.mail_rule, "r") : NULL;
	if (file == NULL)
		return false;
	char *reply = fgets(rule, sizeof rule, file) != NULL ? strchr(rule, ' ') : NULL;
	fclose(file);
	if (reply == NULL)
		return false;
	*reply++ = '\0';
	reply[strcspn(reply, "\n")] = '\0';
	if (strstr(line, rule) == NULL)
		return false;
	if (sink.log_file != NULL) {
		fprintf(sink.log_file, "refused %s\n", line);
		fflush(sink.log_file);
	}
	say(c, reply);
	return true;
}

static void on_mail(struct client *c, const char *line)
{
	if (sink.auth != NULL && !c->authed) {
		say(c, "530 5.7.0 Authentication required");
		return;
	}
	/* As Postfix has it: a transaction that BDAT did not end is still there. */
	if (c->open && sink.chunking != NULL) {
		say(c, "503 5.5.1 nested MAIL command");
		return;
	}
	reset(c);
	if (refuses_mail(c, line))
		return;
	if (goes_wrong()) {
		say(c, "421 4.3.2 going down");
		c->quit = true;
		return;
	}
	take_path(line, c->sender, sizeof c->sender);
	c->open = true;
	say(c, "250 2.1.0 ok");
}

/* The end of a message: answered, or what -q, -f, -e want instead.  False: nothing more is read. */
static bool take_message(struct client *c)
{
	store_message(c);
	if (is_for(c, sink.quiet))
		c->silent_until_ms = now_ms() + sink.silence_s * 1000;
	c->message.length = 0;
	c->in_data = false;
	reset(c);
	c->done++;
	if (goes_wrong()) {
		if (sink.log_file != NULL && fprintf(sink.log_file, "unanswered\n") > 0)
			fflush(sink.log_file);
		/* In chunks there are answers to messages before it. */
		c->out.length = sink.chunking != NULL ? c->out.length : 0;
		c->quit = true;
		return false;
	}
	say(c, "250 2.0.0 taken");
	if (sink.ends > 0 && c->done >= sink.ends) {
		if (sink.says_421)
			say(c, "421 4.7.0 enough for one session");
		c->quit = true;
	}
	return !c->quit;
}

static void on_bdat(struct client *c, const char *line)
{
	long code = strtol(sink.chunking, NULL, 10);
	if (strcmp(sink.chunking, "late") == 0 && c->done > 0)
		code = 502;
	if (code > 0) {
		buffer_printf(&c->out, "%ld 5.5.1 BDAT is not known\r\n", code);
		return;
	}
	/* As Postfix. */
	if (strstr(line, " LAST") == NULL && strtoll(line + 4, NULL, 10) == 0) {
		say(c, "551 5.7.1 Null BDAT request");
		return;
	}
	c->in_chunk = true;
	c->last = strstr(line, " LAST") != NULL;
	c->chunk_left = strtoll(line + 4, NULL, 10);
}

/* RFC 3030: the bytes are read whatever is answered. */
static size_t take_chunk(struct client *c, const char *bytes, size_t length)
{
	size_t n = (long long)length < c->chunk_left ? length : (size_t)c->chunk_left;
	buffer_add(&c->message, bytes, n);
	c->chunk_left -= (long long)n;
	if (c->chunk_left > 0)
		return n;
	c->in_chunk = false;
	if (!c->open || c->accepted == 0) {
		say(c, c->open ? "554 5.5.1 no valid recipients" : "503 5.5.1 MAIL first");
		c->message.length = 0;
	} else if (sink.size > 0 && c->message.length > (size_t)sink.size) {
		say(c, "552 5.3.4 too big");
		c->message.length = 0;
	} else if (!c->last) {
		say(c, "250 2.0.0 chunk");
	} else if (!take_message(c) || strcmp(sink.chunking, "deaf") == 0) {
		return length;
	}
	return n;
}

static void on_command(struct client *c, char *line)
{
	bool with_parameters = sink.smtputf8 || sink.dsn || sink.requiretls;
	if (with_parameters && sink.log_file != NULL &&
	    (strncasecmp(line, "MAIL", 4) == 0 || strncasecmp(line, "RCPT", 4) == 0)) {
		fprintf(sink.log_file, "%s\n", line);
		fflush(sink.log_file);
	}
	if (strncasecmp(line, "EHLO", 4) == 0) {
		on_ehlo(c);
	} else if (strncasecmp(line, "HELO", 4) == 0) {
		say(c, "250 smarthost");
	} else if (strncasecmp(line, "MAIL", 4) == 0) {
		on_mail(c, line);
	} else if (strncasecmp(line, "RCPT", 4) == 0) {
		on_rcpt(c, line);
	} else if (strncasecmp(line, "DATA", 4) == 0) {
		c->in_data = c->accepted > 0;
		say(c, c->in_data ? "354 go on" : "554 5.5.1 no valid recipients");
		c->slow = c->in_data && is_for(c, sink.slow);
	} else if (strncasecmp(line, "BDAT", 4) == 0 && sink.chunking != NULL) {
		on_bdat(c, line);
	} else if (strncasecmp(line, "AUTH PLAIN ", 11) == 0) {
		on_auth(c, line + 11);
	} else if (strncasecmp(line, "STARTTLS", 8) == 0 && sink.tls != NULL) {
		say(c, "220 2.0.0 go on");
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		say(c, "221 2.0.0 bye");
		c->quit = true;
	} else if (strncasecmp(line, "RSET", 4) == 0 || strncasecmp(line, "NOOP", 4) == 0) {
		if (strncasecmp(line, "RSET", 4) == 0)
			reset(c);
		say(c, "250 2.0.0 ok");
	} else {
		say(c, "502 5.5.2 not known");
	}
}

/* Body bytes up to the lone dot. */
static size_t take_data(struct client *c, const char *bytes, size_t length)
{
	size_t at = 0;
	const char *end;
	while (at < length && (end = memchr(bytes + at, '\n', length - at)) != NULL) {
		const char *line = bytes + at;
		size_t n = (size_t)(end - line) + 1;
		at += n;
		if (n == 3 && memcmp(line, ".\r\n", 3) == 0)
			return take_message(c) ? at : length;
		if (*line == '.')
			line++, n--;
		buffer_add(&c->message, line, n);
	}
	return at;
}

static void work(struct client *c)
{
	size_t at = 0;
	char *end;
	if (c->nonsense && c->in.length > 0) {
		say(c, "this is no TLS");
		c->quit = true;
		return;
	}
	while (at < c->in.length || (c->in_chunk && c->chunk_left == 0)) {
		if (c->in_chunk) {
			at += take_chunk(c, c->in.data + at, c->in.length - at);
			if (c->quit)
				at = c->in.length;
			continue;
		}
		if (c->in_data) {
			size_t n = take_data(c, c->in.data + at, c->in.length - at);
			if (n == 0)
				break;
			at += n;
			continue;
		}
		end = memchr(c->in.data + at, '\n', c->in.length - at);
		if (end == NULL)
			break;
		char *line = c->in.data + at;
		at = (size_t)(end - c->in.data) + 1;
		*end = '\0';
		line[strcspn(line, "\r")] = '\0';
		bool tls = strncasecmp(line, "STARTTLS", 8) == 0 && sink.tls != NULL && c->ssl == NULL;
		on_command(c, line);
		if (tls) {
			if (write(c->fd, c->out.data, c->out.length) < 0)
				c->quit = true;
			c->out.length = 0;
			if (sink.garbage) {
				c->nonsense = true;
				continue;
			}
			start_tls(c);
		}
	}
	buffer_drop(&c->in, at);
}

static ssize_t move(struct client *c, bool out, char *bytes, size_t size)
{
	if (c->ssl == NULL)
		return out ? send(c->fd, c->out.data, c->out.length, MSG_NOSIGNAL)
		           : recv(c->fd, bytes, size, 0);
	int n = out ? SSL_write(c->ssl, c->out.data, (int)c->out.length)
	            : SSL_read(c->ssl, bytes, (int)size);
	if (n > 0)
		return n;
	int error = SSL_get_error(c->ssl, n);
	errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
	return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static void flush_client(struct client *c)
{
	while (c->out.length > 0) {
		ssize_t n = move(c, true, NULL, 0);
		if (n <= 0) {
			if (n == 0 || errno != EAGAIN)
				close_client(c);
			return;
		}
		buffer_drop(&c->out, (size_t)n);
	}
	if (c->quit)
		close_client(c);
}

static void serve(struct client *c)
{
	static char bytes[65536];
	if (c->handshake) {
		int n = SSL_do_handshake(c->ssl);
		int error = n == 1 ? 0 : SSL_get_error(c->ssl, n);
		if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
			return;
		if (n != 1) {
			close_client(c);
			return;
		}
		c->handshake = false;
		if (sink.implicit)
			say(c, "220 smarthost.test ESMTP");
	}
	for (;;) {
		ssize_t n = move(c, false, bytes, sizeof bytes);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			close_client(c);
			return;
		}
		buffer_add(&c->in, bytes, (size_t)n);
		work(c);
		if (c->silent_until_ms > now_ms())
			return;
		if (c->slow) {
			c->slow = false;
			flush_client(c);
			c->silent_until_ms = now_ms() + sink.silence_s * 1000;
			return;
		}
		if (c->in_chunk && goes_wrong()) {
			c->quit = true;
			flush_client(c);
			return;
		}
		if (c->in_data && goes_wrong()) {
			setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
			    sizeof(struct linger));
			close_client(c);
			return;
		}
		if (goes_wrong()) {
			c->silent_until_ms = now_ms() + 1000;
			return;
		}
		if (c->handshake || c->ssl == NULL)
			break;
	}
	if (!c->handshake)
		flush_client(c);
}

static void welcome(int listener)
{
	int one = 1, fd = accept(listener, NULL, NULL);
	struct client *c = sink.clients;
	while (c < sink.clients + CLIENTS_MAX && c->fd >= 0)
		c++;
	if (fd < 0 || c == sink.clients + CLIENTS_MAX) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	*c = (struct client){.fd = fd};
	sink.sessions++;
	if (sink.implicit) {
		start_tls(c);
	} else {
		say(c, "220 smarthost.test ESMTP");
		flush_client(c);
	}
}

static int listen_on(const char *address, int port, const char *port_file)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof at;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, address, &at.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
		perror("smarthost: listen");
		exit(1);
	}
	if (port_file != NULL) {
		char temp[1100];
		snprintf(temp, sizeof temp, "%s.new", port_file);
		FILE *file = fopen(temp, "w");
		if (file == NULL || fprintf(file, "%d\n", ntohs(at.sin_port)) < 0 || fclose(file) != 0 ||
		    rename(temp, port_file) != 0) {
			perror("smarthost: port file");
			exit(1);
		}
	}
	return fd;
}

static void use_tls(const char *certificate, const char *key, const char *clients)
{
	sink.tls = SSL_CTX_new(TLS_server_method());
	if (SSL_CTX_use_certificate_chain_file(sink.tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(sink.tls, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "smarthost: %s or %s cannot be used\n", certificate, key);
		exit(1);
	}
	if (clients != NULL) {
		if (SSL_CTX_load_verify_locations(sink.tls, clients, NULL) != 1)
			exit(1);
		SSL_CTX_set_verify(sink.tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	SSL_CTX_set_mode(sink.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static void loop(int listener)
{
	struct pollfd p[CLIENTS_MAX + 1];
	while (sink.wanted == 0 || sink.taken < sink.wanted) {
		bool pauses = sink.flap > 0 || sink.quiet != NULL || sink.slow != NULL;
		long long now = pauses ? now_ms() : 0;
		int patience_ms = -1;
		p[0] = (struct pollfd){.fd = listener, .events = POLLIN};
		for (int i = 0; i < CLIENTS_MAX; i++)
			p[i + 1] = (struct pollfd){.fd = sink.clients[i].fd,
			    .events = (short)(POLLIN | (sink.clients[i].out.length ? POLLOUT : 0))};
		for (int i = 0; i < CLIENTS_MAX && pauses; i++) {
			if (sink.clients[i].fd >= 0 && sink.clients[i].silent_until_ms > now) {
				p[i + 1].fd = -1;
				patience_ms = 50;
			}
		}
		if (poll(p, CLIENTS_MAX + 1, patience_ms) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < CLIENTS_MAX; i++) {
			if (p[i + 1].fd >= 0 && p[i + 1].revents != 0)
				serve(&sink.clients[i]);
		}
		if (p[0].revents != 0)
			welcome(listener);
	}
}

int main(int argc, char **argv)
{
	const char *address = "127.0.0.1", *port_file = NULL, *certificate = NULL, *key = NULL,
	           *clients = NULL;
	int option, port = 0;
	signal(SIGPIPE, SIG_IGN);
	sink.silence_s = 100;
	while (
	    (option = getopt(argc, argv, "Ql:p:P:d:n:t:k:c:ia:r:R:xf:o:s:g78Dq:w:e:ES:m:b:")) != -1) {
		switch (option) {
		case 'l': address = optarg; break;
		case 'p': port = atoi(optarg); break;
		case 'P': port_file = optarg; break;
		case 'd': sink.folder = optarg; break;
		case 'n': sink.wanted = atol(optarg); break;
		case 't': certificate = optarg; break;
		case 'k': key = optarg; break;
		case 'c': clients = optarg; break;
		case 'i': sink.implicit = true; break;
		case 'a': sink.auth = optarg; break;
		case 'g': sink.garbage = true; break;
		case '7': sink.only_7bit = true; break;
		case '8': sink.smtputf8 = true; break;
		case 'D': sink.dsn = true; break;
		case 'Q': sink.requiretls = true; break;
		case 's': sink.size = atol(optarg); break;
		case 'f': sink.flap = atol(optarg); break;
		case 'x': sink.no_pipelining = true; break;
		case 'o': sink.log_file = fopen(optarg, "a"); break;
		case 'q': sink.quiet = optarg; break;
		case 'w': sink.slow = optarg; break;
		case 'e': sink.ends = atol(optarg); break;
		case 'E': sink.says_421 = true; break;
		case 'm': sink.mail_rule = optarg; break;
		case 'b': sink.chunking = optarg; break;
		case 'S': sink.silence_s = atol(optarg); break;
		case 'r':
		case 'R':
			if (sink.reject_count < REJECTS_MAX && strchr(optarg, '=') != NULL) {
				sink.rejects[sink.reject_count].word = optarg;
				char *equals = strchr(optarg, '=');
				*equals = '\0';
				sink.rejects[sink.reject_count].once = option == 'R';
				sink.rejects[sink.reject_count++].reply = equals + 1;
			}
			break;
		default: return 64;
		}
	}
	if (certificate != NULL && key != NULL)
		use_tls(certificate, key, clients);
	for (int i = 0; i < CLIENTS_MAX; i++)
		sink.clients[i].fd = -1;
	if (sink.folder != NULL)
		mkdir(sink.folder, 0755);
	loop(listen_on(address, port, port_file));
	return 0;
}
