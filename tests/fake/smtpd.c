/* An SMTP server that says what a script says, for servers that behave oddly.
     smtpd [-p PORT|0] [-P PORTFILE] [-T TRANSCRIPT] [-C FOLDER] [-w SECONDS] SCRIPT
   Serves connections on loopback one after the other, each from the start of the script.  One
   command a line, # begins a comment line:
     send TEXT           a line, with CRLF
     send-raw TEXT       bytes as they are, with \r \n \t \\ \xNN
     repeat N TEXT       the line N times
     sleep MS
     expect PREFIX       reads a line; another one ends the connection
     expect-any          reads a line
     read N              reads N bytes
     read-data           reads up to the lone dot
     starttls CERT KEY   the handshake (files are in FOLDER); as the first command: TLS from the
                         first byte
     silence             reads until the client goes away
     close               reset (RST)
     loop                from the start of the section
     end                 the program ends: 0 if every expectation was met and each line was as SMTP
                         wants it, else 1
     connection N        what follows is for connection N; later ones use the last section.  Lines
                         before the first are for all.
   A client that sends nothing for SECONDS (default 60) is let go.  The transcript has C: and S:
   lines, D: for those of a message, and ! where a line was unexpected. */
#include "base/fdio.h"
#include "base/mem.h"
#include "base/text.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define STEPS_MAX 400
#define LINE_MAX_BYTES 1048576

enum verb {
	SEND,
	SEND_RAW,
	REPEAT,
	SLEEP,
	EXPECT,
	EXPECT_ANY,
	READ,
	READ_DATA,
	STARTTLS,
	SILENCE,
	CLOSE,
	RESET,
	LOOP,
	END,
	CONNECTION
};

static const struct {
	const char *name;
	enum verb verb;
	int arguments; /* words that must be there; 2 = two words, or a number and text */
} verbs[] = {{"send", SEND, 0}, {"send-raw", SEND_RAW, 1}, {"repeat", REPEAT, 2},
    {"sleep", SLEEP, 1}, {"expect", EXPECT, 1}, {"expect-any", EXPECT_ANY, 0}, {"read", READ, 1},
    {"read-data", READ_DATA, 0}, {"starttls", STARTTLS, 2}, {"silence", SILENCE, 0},
    {"close", CLOSE, 0}, {"reset", RESET, 0}, {"loop", LOOP, 0}, {"end", END, 0},
    {"connection", CONNECTION, 1}};

struct step {
	enum verb verb;
	long long number; /* REPEAT, SLEEP, READ, CONNECTION */
	char *text, *more;
};

/* What a step does to the connection. */
enum after { GO_ON, AGAIN, HANG_UP, STOP };

static struct step steps[STEPS_MAX];
static int step_count;
static FILE *transcript;
static const char *folder = ".";
static int patience_s = 60;
static bool unexpected;

static struct {
	int fd;
	SSL *ssl;
	struct buffer in;
} client;

static void end_with(int code, const char *what)
{
	fprintf(stderr, "smtpd: %s%s%s\n", what, errno != 0 ? ": " : "",
	    errno != 0 ? strerror(errno) : "");
	exit(code);
}

static void note(const char *who, const char *bytes, size_t length)
{
	TEXT(line, 2000);
	if (transcript == NULL)
		return;
	text_escape(&line, bytes, length);
	fprintf(transcript, "%s%s%s\n", who, line.data, line.overflow ? " [...]" : "");
	fflush(transcript);
}

static void note_words(const char *who, const char *words)
{
	note(who, words, strlen(words));
}

/* --- the script --- */

static void bad_script(const char *file, int line, const char *what)
{
	fprintf(stderr, "smtpd: %s:%d: %s\n", file, line, what);
	exit(EX_DATAERR);
}

static bool numbered(enum verb v)
{
	return v == REPEAT || v == SLEEP || v == READ || v == CONNECTION;
}

static void read_step(const char *file, int number, char *line)
{
	char *rest = line + strcspn(line, " \t");
	if (*rest != '\0')
		*rest++ = '\0';
	size_t i = 0, all = sizeof verbs / sizeof verbs[0];
	while (i < all && strcmp(line, verbs[i].name) != 0)
		i++;
	if (i == all)
		bad_script(file, number, "no such command");
	if (step_count == STEPS_MAX)
		bad_script(file, number, "too many lines");
	struct step *s = &steps[step_count++];
	*s = (struct step){.verb = verbs[i].verb, .text = rest};
	if (verbs[i].arguments > 0 && *rest == '\0')
		bad_script(file, number, "an argument is missing");
	if (verbs[i].arguments == 2) {
		s->more = rest + strcspn(rest, " \t");
		if (*s->more == '\0')
			bad_script(file, number, "the second argument is missing");
		*s->more++ = '\0';
	}
	if (numbered(s->verb) && !text_number(s->text, 0, 1000000, &s->number))
		bad_script(file, number, "a number is wanted");
}

static void read_script(const char *file)
{
	struct buffer b = {0};
	int number = 0;
	FILE *f = fopen(file, "r");
	if (f == NULL || !fdio_slurp(fileno(f), &b, 1 << 20))
		end_with(EX_NOINPUT, file);
	fclose(f);
	buffer_add(&b, "\n", 1);
	char *line;
	while ((line = fdio_take_line(&b)) != NULL) {
		number++;
		/* The steps point into the line, which stays for the life of the program; blanks at the end
		 * may matter to send. */
		if (*line == '#' || *line == '\0')
			free(line);
		else
			read_step(file, number, line);
	}
	buffer_free(&b);
}

/* --- the connection --- */

static bool put(const char *bytes, size_t length)
{
	if (client.ssl == NULL)
		return fdio_write(client.fd, bytes, length);
	return length == 0 || SSL_write(client.ssl, bytes, (int)length) == (int)length;
}

/* More bytes from the client; false when there are none to come, or not in time. */
static bool get(void)
{
	char bytes[16384];
	ssize_t n = client.ssl != NULL ? SSL_read(client.ssl, bytes, sizeof bytes)
	                               : fdio_read(client.fd, bytes, sizeof bytes);
	if (n <= 0) {
		note_words("* ",
		    n < 0 && errno == EAGAIN ? "the client said nothing" : "closed by the client");
		return false;
	}
	buffer_add(&client.in, bytes, (size_t)n);
	return true;
}

/* A line without its end, NULL when the client is gone; free it. */
static char *get_line(void)
{
	char *line;
	while ((line = fdio_take_line(&client.in)) == NULL) {
		if (client.in.length > LINE_MAX_BYTES || !get())
			return NULL;
	}
	size_t length = strlen(line);
	bool whole = length > 0 && line[length - 1] == '\r';
	if (whole)
		line[length - 1] = '\0';
	/* RFC 5321 2.3.8 and 4.5.3.1.6; an expectation that is not met, so that the exit code says. */
	if (!whole || strchr(line, '\r') != NULL || length > 999) {
		note_words("! ", !whole         ? "the next line ended without CR"
		                 : length > 999 ? "the next line is too long"
		                                : "the next line holds a bare CR");
		unexpected = true;
	}
	return line;
}

static enum after on_send(const struct step *s)
{
	struct buffer out = {0};
	const char *text = s->verb == REPEAT ? s->more : s->text;
	long long times = s->verb == REPEAT ? s->number : 1;
	for (long long i = 0; i < times; i++) {
		buffer_puts(&out, text);
		buffer_add(&out, "\r\n", 2);
	}
	note_words("S: ", text);
	bool sent = put(out.data, out.length);
	buffer_free(&out);
	return sent ? GO_ON : HANG_UP;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at == NULL ? -1 : (int)((at - digits) % 16);
}

static enum after on_send_raw(const char *text)
{
	struct buffer out = {0};
	for (const char *at = text; *at != '\0'; at++) {
		char c = *at;
		if (c == '\\' && at[1] != '\0') {
			c = *++at;
			if (c == 'x' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0) {
				c = (char)(hex_value(at[1]) << 4 | hex_value(at[2]));
				at += 2;
			} else {
				c = c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c;
			}
		}
		buffer_add(&out, &c, 1);
	}
	note("S: ", out.data, out.length);
	bool sent = put(out.data, out.length);
	buffer_free(&out);
	return sent ? GO_ON : HANG_UP;
}

static enum after on_expect(const struct step *s)
{
	char *line = get_line();
	if (line == NULL)
		return HANG_UP;
	note_words("C: ", line);
	bool fits = s->verb == EXPECT_ANY || text_starts_ci(line, s->text);
	free(line);
	if (fits)
		return GO_ON;
	note_words("! expected ", s->text);
	unexpected = true;
	return HANG_UP;
}

static enum after on_read(long long wanted)
{
	while ((long long)client.in.length < wanted) {
		if (!get())
			return HANG_UP;
	}
	buffer_drop(&client.in, (size_t)wanted);
	note_words("C: ", "(bytes)");
	return GO_ON;
}

static enum after on_read_data(void)
{
	char *line;
	while ((line = get_line()) != NULL) {
		bool last = strcmp(line, ".") == 0;
		if (!last)
			note_words("D: ", line);
		free(line);
		if (last) {
			note_words("C: ", "(message)");
			return GO_ON;
		}
	}
	return HANG_UP;
}

static enum after on_starttls(const struct step *s)
{
	char certificate[1024], key[1024];
	snprintf(certificate, sizeof certificate, "%s/%s", folder, s->text);
	snprintf(key, sizeof key, "%s/%s", folder, s->more);
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	errno = 0;
	if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		end_with(EX_NOINPUT, certificate);
	client.ssl = SSL_new(tls);
	SSL_CTX_free(tls);
	bool shaken =
	    client.ssl != NULL && SSL_set_fd(client.ssl, client.fd) == 1 && SSL_accept(client.ssl) == 1;
	note_words("* ", shaken ? "TLS" : "no TLS: the handshake failed");
	return shaken ? GO_ON : HANG_UP;
}

static enum after on_reset(void)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	return HANG_UP;
}

static enum after on_silence(void)
{
	while (get())
		client.in.length = 0;
	return HANG_UP;
}

static enum after run_step(const struct step *s)
{
	struct timespec pause = {.tv_sec = s->number / 1000, .tv_nsec = s->number % 1000 * 1000000};
	switch (s->verb) {
	case SEND:
	case REPEAT: return on_send(s);
	case SEND_RAW: return on_send_raw(s->text);
	case SLEEP: nanosleep(&pause, NULL); return GO_ON;
	case EXPECT:
	case EXPECT_ANY: return on_expect(s);
	case READ: return on_read(s->number);
	case READ_DATA: return on_read_data();
	case STARTTLS: return on_starttls(s);
	case SILENCE: return on_silence();
	case RESET: return on_reset();
	case LOOP: return AGAIN;
	case END: return STOP;
	default: return HANG_UP;
	}
}

/* Runs steps [from, to). */
static enum after run_steps(int from, int to)
{
	enum after next = GO_ON;
	for (int i = from; i < to && next == GO_ON; i++) {
		next = run_step(&steps[i]);
		if (next == AGAIN) {
			i = from - 1;
			next = GO_ON;
		}
	}
	return next;
}

/* The section for a connection: its number, or the last one. */
static void find_section(long long number, int *from, int *to)
{
	*from = step_count;
	for (int i = 0; i < step_count; i++) {
		if (steps[i].verb == CONNECTION && (*from == step_count || steps[i].number <= number))
			*from = i + 1;
	}
	*to = *from;
	while (*to < step_count && steps[*to].verb != CONNECTION)
		++*to;
}

static bool serve(int fd, long long number)
{
	struct timeval patience = {.tv_sec = patience_s};
	int one = 1, from, to, common = 0;
	client.fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (transcript != NULL) {
		fprintf(transcript, "# connection %lld\n", number);
		fflush(transcript);
	}
	while (common < step_count && steps[common].verb != CONNECTION)
		common++;
	find_section(number, &from, &to);
	enum after next = run_steps(0, common);
	if (next == GO_ON)
		next = run_steps(from, to);
	SSL_free(client.ssl);
	client.ssl = NULL;
	close(fd);
	buffer_free(&client.in);
	return next != STOP;
}

static int listen_on(int port, const char *port_file)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	char temp[1024];
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		end_with(EX_OSERR, "cannot listen");
	if (port_file == NULL)
		return fd;
	snprintf(temp, sizeof temp, "%s.new", port_file);
	FILE *f = fopen(temp, "w");
	if (f == NULL || fprintf(f, "%d\n", ntohs(at.sin_port)) < 0 || fclose(f) != 0 ||
	    rename(temp, port_file) != 0)
		end_with(EX_CANTCREAT, port_file);
	return fd;
}

int main(int argc, char **argv)
{
	const char *port_file = NULL;
	long long port = 0, patience;
	int c;
	while ((c = getopt(argc, argv, "p:P:T:C:w:")) != -1) {
		errno = 0;
		if (c == 'p' && text_number(optarg, 0, 65535, &port))
			continue;
		if (c == 'w' && text_number(optarg, 1, 3600, &patience))
			patience_s = (int)patience;
		else if (c == 'P')
			port_file = optarg;
		else if (c == 'C')
			folder = optarg;
		else if (c != 'T' || (transcript = fopen(optarg, "a")) == NULL)
			end_with(EX_USAGE, "usage: smtpd [-p PORT] [-P PORTFILE] [-T TRANSCRIPT] [-C FOLDER] "
			                   "[-w SECONDS] SCRIPT");
	}
	errno = 0;
	if (optind != argc - 1)
		end_with(EX_USAGE, "one script is wanted");
	signal(SIGPIPE, SIG_IGN);
	read_script(argv[optind]);
	int listener = listen_on((int)port, port_file);
	for (long long number = 1;; number++) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			end_with(EX_OSERR, "accept");
		if (fd >= 0 && !serve(fd, number))
			break;
	}
	return unexpected ? 1 : 0;
}
