/* A milter, or a spamd, that says what a script says, also what a hostile one would.
     milterd [-u SOCKET] [-p PORTFILE] [-S] [-T TRANSCRIPT] SCRIPT
   Listens at the local SOCKET or, without -u, at a port of 127.0.0.1, and serves each connection in
   a process of its own.  A line of the script is
     WHEN[TEXT] ANSWER
   WHEN is the letter of a command (O C H M R T L N B E), or S for spamd (-S); with TEXT the line
   counts where what was received on this connection has that text (| is a NUL).  All lines that
   count are said, in their order, and a c after changes at the end; for a command without any, c.
   ANSWER:
     x              the packet x; what follows is its data: | is a NUL at the end of a string, %0A a
                    byte, #N; a number of 4 bytes
     !close         ends the connection      !half     a packet that is cut short, and the end
     !silence       says nothing more        !long     a packet of 4 GB is announced
     !flood x...    that packet for ever     !slow     one byte a second
     !none          no answer                !raw TEXT bytes as they are
   With O the answer is the data of the whole packet: version, actions, steps. */
#include "base/fdio.h"
#include "base/mem.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct server {
	char *rules[200];
	int rule_count, fd;
	const char *transcript;
	struct buffer seen, in;
};

static void gone(struct server *s)
{
	FILE *file = s->transcript != NULL ? fopen(s->transcript, "a") : NULL;
	if (file != NULL) {
		for (size_t i = 0; i < s->seen.length; i++)
			fputc(s->seen.data[i] == '\0' ? '|' : s->seen.data[i], file);
		fclose(file);
	}
	_exit(0);
}

static void say(struct server *s, const void *bytes, size_t length)
{
	if (!fdio_write(s->fd, bytes, length))
		gone(s);
}

static void put_number(struct buffer *b, unsigned long number)
{
	unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
	    (unsigned char)(number >> 8), (unsigned char)number};
	buffer_add(b, bytes, 4);
}

static void put_data(struct buffer *b, const char *text)
{
	while (*text != '\0') {
		char *end = NULL;
		if (*text == '#') {
			put_number(b, strtoul(text + 1, &end, 0));
			text = end + (*end == ';');
		} else if (*text == '%') {
			char hex[3] = {text[1], text[2], '\0'};
			char byte = (char)strtoul(hex, NULL, 16);
			buffer_add(b, &byte, 1);
			text += 3;
		} else {
			buffer_add(b, *text == '|' ? "" : text, 1);
			text++;
		}
	}
}

static void put_packet(struct buffer *b, char command, const char *text)
{
	struct buffer data = {0};
	put_data(&data, text);
	put_number(b, data.length + 1);
	buffer_add(b, &command, 1);
	buffer_add(b, data.data, data.length);
	buffer_free(&data);
}

static void misbehave(struct server *s, const char *how)
{
	struct buffer b = {0};
	if (text_starts(how, "raw ")) {
		put_data(&b, how + 4);
		say(s, b.data, b.length);
	} else if (strcmp(how, "half") == 0) {
		say(s, "\0\0\1\0h", 5);
		gone(s);
	} else if (strcmp(how, "long") == 0) {
		say(s, "\377\377\377\377h", 5);
		pause();
	} else if (text_starts(how, "flood ")) {
		for (int i = 0; i < 500; i++)
			put_packet(&b, how[6], how + 7);
		for (;;)
			say(s, b.data, b.length);
	} else if (strcmp(how, "slow") == 0) {
		for (;; sleep(1))
			say(s, "\0", 1);
	} else if (strcmp(how, "silence") == 0) {
		pause();
	} else if (strcmp(how, "close") == 0) {
		gone(s);
	}
	buffer_free(&b);
}

static void answer(struct server *s, char command, const char *text)
{
	struct buffer b = {0};
	if (*text == '!') {
		misbehave(s, text + 1);
	} else {
		if (command == 'O')
			put_packet(&b, 'O', text);
		else
			put_packet(&b, *text, text + 1);
		say(s, b.data, b.length);
	}
	buffer_free(&b);
}

static bool counts(struct server *s, const char *rule, char command, const char **text)
{
	if (*rule != command)
		return false;
	*text = strchr(rule, ' ') + 1;
	if (rule[1] != '[')
		return true;
	const char *end = strchr(rule, ']');
	char *wanted = mem_copy_n(rule + 2, (size_t)(end - rule) - 2);
	*text = end + 2;
	bool there = false;
	size_t length = strlen(wanted);
	for (size_t i = 0; i < length; i++)
		wanted[i] = wanted[i] == '|' ? '\0' : wanted[i];
	for (size_t i = 0; !there && i + length <= s->seen.length; i++)
		there = memcmp(s->seen.data + i, wanted, length) == 0;
	free(wanted);
	return there;
}

static bool answer_all(struct server *s, char command)
{
	bool said = false, over = true;
	const char *text;
	for (int i = 0; i < s->rule_count; i++) {
		if (!counts(s, s->rules[i], command, &text))
			continue;
		if (command == 'S')
			misbehave(s, *text == '!' ? text + 1 : text);
		else
			answer(s, command, text);
		said = true;
		over = strchr("+-2behimpq", *text) == NULL;
	}
	if (command == 'E' && !over)
		answer(s, command, "c");
	return said;
}

static void receive(struct server *s)
{
	char bytes[32768];
	ssize_t n = fdio_read(s->fd, bytes, sizeof bytes);
	if (n <= 0)
		gone(s);
	buffer_add(&s->in, bytes, (size_t)n);
}

static unsigned long load(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;
	return (unsigned long)b[0] << 24 | (unsigned long)b[1] << 16 | (unsigned long)b[2] << 8 | b[3];
}

static void serve_milter(struct server *s)
{
	for (;;) {
		while (s->in.length < 4 || s->in.length - 4 < load(s->in.data))
			receive(s);
		size_t whole = 4 + load(s->in.data);
		char command = s->in.data[4];
		buffer_add(&s->seen, s->in.data + 4, whole - 4);
		buffer_puts(&s->seen, "\n");
		buffer_drop(&s->in, whole);
		if (command == 'Q')
			gone(s);
		if (command != 'D' && !answer_all(s, command))
			answer(s, command, command == 'O' ? "#6;#0x1ff;#0" : "c");
	}
}

/* The whole question, as long as it says. */
static void serve_spamd(struct server *s)
{
	const char *blank = NULL, *length = NULL;
	do {
		receive(s);
		blank = strstr(buffer_string(&s->in), "\r\n\r\n");
	} while (blank == NULL);
	length = strstr(s->in.data, "Content-length: ");
	size_t all =
	    (size_t)(blank + 4 - s->in.data) + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
	while (s->in.length < all)
		receive(s);
	buffer_add(&s->seen, s->in.data, s->in.length);
	if (!answer_all(s, 'S'))
		misbehave(s, "raw SPAMD/1.1 0 EX_OK%0D%0AContent-length: 2%0D%0ASpam: False ; 0.1 / "
		             "5.0%0D%0A%0D%0A%0D%0A");
	gone(s);
}

static int listen_at(const char *path, const char *port_file)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_un local;
	} a;
	socklen_t length = sizeof a;
	memset(&a, 0, sizeof a);
	a.any.sa_family = path != NULL ? AF_UNIX : AF_INET;
	if (path != NULL) {
		unlink(path);
		text_copy(a.local.sun_path, sizeof a.local.sun_path, path);
	} else {
		a.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	int fd = socket(a.any.sa_family, SOCK_STREAM, 0);
	if (bind(fd, &a.any, path != NULL ? sizeof a.local : sizeof a.four) != 0 ||
	    listen(fd, 50) != 0 || getsockname(fd, &a.any, &length) != 0)
		return -1;
	FILE *file = port_file != NULL ? fopen(port_file, "w") : NULL;
	if (file != NULL) {
		fprintf(file, "%d\n", path != NULL ? 0 : ntohs(a.four.sin_port));
		fclose(file);
	}
	return fd;
}

static bool read_script(struct server *s, const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	while (fgets(line, sizeof line, file) != NULL && s->rule_count < 200) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			s->rules[s->rule_count++] = mem_copy(line);
	}
	fclose(file);
	return true;
}

int main(int argc, char **argv)
{
	static struct server s;
	const char *path = NULL, *port_file = NULL;
	bool spamd = false;
	int i = 1;
	for (; i < argc - 1; i++) {
		if (strcmp(argv[i], "-S") == 0)
			spamd = true;
		else if (strcmp(argv[i], "-u") == 0)
			path = argv[++i];
		else if (strcmp(argv[i], "-p") == 0)
			port_file = argv[++i];
		else if (strcmp(argv[i], "-T") == 0)
			s.transcript = argv[++i];
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	int listening = i < argc ? listen_at(path, port_file) : -1;
	if (listening < 0) {
		perror("milterd");
		return 1;
	}
	for (;;) {
		int fd = accept(listening, NULL, NULL);
		if (fd < 0 || fork() != 0) {
			if (fd >= 0)
				close(fd);
			continue;
		}
		s.fd = fd;
		alarm(120);
		if (!read_script(&s, argv[i]))
			return 1;
		if (spamd)
			serve_spamd(&s);
		else
			serve_milter(&s);
	}
}
