/* A probe is an attempt with one message that is never sent: this process plays the runner. */
#include "relay/probe.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/report.h"
#include "message/address.h"
#include "relay/attempt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct answer {
	struct diagnosis d; /* of the recipient, or of the whole attempt */
	bool known;
};

/* A spool file with nothing but an envelope, without a name. */
static FILE *make_message(const char *sender, const char *recipient)
{
	struct envelope e;
	struct buffer out = {0};
	size_t content_at;
	FILE *file = tmpfile();
	envelope_init(&e);
	free(e.sender);
	e.sender = mem_copy(sender);
	e.created_us = clock_wall_us();
	envelope_add_recipient(&e, recipient);
	envelope_write(&e, &out, &content_at);
	buffer_puts(&out, "Subject: probe\n\n");
	if (file != NULL && (fwrite(out.data, 1, out.length, file) != out.length || fflush(file) != 0)) {
		fclose(file);
		file = NULL;
	}
	buffer_free(&out);
	envelope_free(&e);
	return file;
}

static bool send_job(int socket, int fd, const char *sender, const char *recipient)
{
	struct buffer line = {0};
	buffer_puts(&line, "message id=probe rcpts=1");
	fields_put(&line, "sender", sender);
	buffer_puts(&line, "\nrcpt");
	fields_put(&line, "address", recipient);
	buffer_puts(&line, "\nquit\n");
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec part = {line.data, line.length};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	bool sent = sendmsg(socket, &m, 0) == (ssize_t)line.length;
	buffer_free(&line);
	return sent;
}

static void take_line(struct answer *a, const char *line)
{
	char text[1024];
	if (strncmp(line, "step ", 5) == 0 && fields_get(line + 5, "text", text, sizeof text)) {
		puts(text);
	} else if (strncmp(line, "rcpt ", 5) == 0 || strncmp(line, "down ", 5) == 0) {
		diag_read(&a->d, line + 5);
		a->known = true;
	}
}

static void listen_to(int socket, struct answer *a)
{
	struct buffer in = {0};
	char bytes[4096];
	char *line;
	ssize_t n;
	while ((n = fdio_read(socket, bytes, sizeof bytes)) > 0) {
		buffer_add(&in, bytes, (size_t)n);
		while ((line = fdio_take_line(&in)) != NULL) {
			take_line(a, line);
			free(line);
		}
		fflush(stdout);
	}
	buffer_free(&in);
}

static int conclude(const struct answer *a)
{
	TEXT(words, 1024);
	if (!a->known) {
		printf("\nresult    the probe ended without an answer\n");
		return EX_SOFTWARE;
	}
	report_reason(&words, &a->d);
	printf("\nresult    %s\n", words.data);
	if (a->d.verdict == VERDICT_SENT)
		return EX_OK;
	const struct reason *row = catalogue_row(a->d.key);
	if (row != NULL)
		printf("meaning   %s\nremedy    %s\n", row->meaning, row->remedy);
	return a->d.verdict == VERDICT_FAILED ? EX_UNAVAILABLE : EX_TEMPFAIL;
}

static void attempt_child(const struct config *config, const char *smarthost, int socket)
{
	struct jobs jobs = {.socket = socket};
	struct attempt a = {.config = config, .jobs = &jobs, .path = smarthost, .probe = true};
	if (!attempt_run(&a)) {
		jobs_say_diag(&jobs, "down", "", 0, 0, &a.worst);
		jobs_flush(&jobs);
	}
	_exit(0);
}

int probe_run(const struct config *config, const char *smarthost, const char *recipient)
{
	struct answer a = {0};
	int sockets[2];
	if ((smarthost == NULL || *smarthost == '\0') && config->hop_count > 0)
		smarthost = config->hops[0].name;
	char *sender = address_qualify("postmaster", config->domain);
	char *rcpt = address_qualify(*recipient != '\0' ? recipient : "postmaster", config->domain);
	FILE *file = make_message(sender, rcpt);
	if (file == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
		perror("relay: prepare the probe");
		return EX_OSERR;
	}
	printf("smarthost %s, from <%s> to <%s>; no message is sent\n\n", smarthost ? smarthost : "(none)", sender, rcpt);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(sockets[0]);
		attempt_child(config, smarthost, sockets[1]);
	}
	close(sockets[1]);
	if (pid > 0 && send_job(sockets[0], fileno(file), sender, rcpt))
		listen_to(sockets[0], &a);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	close(sockets[0]);
	fclose(file);
	free(sender);
	free(rcpt);
	return conclude(&a);
}
