/* A probe is an attempt with one message that is never sent: this process plays the runner. */
#include "relay/probe.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/output.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include "relay/attempt.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

struct step {
	int64_t ms; /* since the start */
	char *text;
};

struct answer {
	const struct probe *probe;
	int64_t start_ms, last_ms;
	struct diagnosis d; /* of the recipient, or of the whole attempt */
	bool known;
	char explained[40]; /* key of the refusal that was explained last */
	struct step *steps; /* for JSON */
	size_t step_count;
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
	if (file != NULL &&
	    (fwrite(out.data, 1, out.length, file) != out.length || fflush(file) != 0)) {
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
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	bool sent = sendmsg(socket, &m, MSG_NOSIGNAL) == (ssize_t)line.length;
	buffer_free(&line);
	return sent;
}

/* Each step with the time since the start, and the time that it took. */
static void take_step(struct answer *a, const char *text)
{
	int64_t now = clock_mono_ms() - a->start_ms;
	if (a->probe->json) {
		a->steps = mem_resize(a->steps, a->step_count + 1, sizeof *a->steps);
		a->steps[a->step_count++] = (struct step){now, mem_copy(text)};
		return;
	}
	TEXT(safe, 1200);
	text_escape(&safe, text, strlen(text));
	output_to(stdout, "%7lld ms %+7lld  %s\n", (long long)now, (long long)(now - a->last_ms),
	    safe.data);
	a->last_ms = now;
}

static void explain(struct answer *a, const struct diagnosis *d, const char *indent)
{
	const struct reason *row = catalogue_row(d->key);
	TEXT(remedy, REMEDY_SIZE);
	remedy_put(&remedy, d, a->probe->recipient);
	if (row != NULL && strcmp(a->explained, d->key) != 0)
		output_to(stdout, "%smeaning   %s\n%sremedy    %s\n", indent, row->meaning, indent,
		    remedy.data);
	text_copy(a->explained, sizeof a->explained, d->key);
}

static void take_line(struct answer *a, const char *line)
{
	char text[1024];
	struct diagnosis refused;
	if (strncmp(line, "step ", 5) == 0 && fields_get(line + 5, "text", text, sizeof text)) {
		take_step(a, text);
	} else if (strncmp(line, "refused ", 8) == 0 && !a->probe->json) {
		diag_read(&refused, line + 8);
		explain(a, &refused, "                     ");
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

static int code_of(const struct answer *a)
{
	if (!a->known)
		return EX_SOFTWARE;
	return a->d.verdict == VERDICT_SENT     ? EX_OK
	       : a->d.verdict == VERDICT_FAILED ? EX_UNAVAILABLE
	                                        : EX_TEMPFAIL;
}

static void conclude_json(const struct answer *a)
{
	static const char *const results[] = {"no-answer", "accepted", "unusable", "refused"};
	const struct diagnosis *d = &a->d;
	const struct reason *row = catalogue_row(d->key);
	TEXT(remedy, REMEDY_SIZE);
	remedy_put(&remedy, d, a->probe->recipient);
	output_to(stdout, "{\"smarthost\": ");
	json_string(stdout, a->probe->path);
	json_pair(stdout, "from", a->probe->sender);
	json_pair(stdout, "to", a->probe->recipient);
	json_pair(stdout, "result", results[d->verdict]);
	json_number(stdout, "exit", code_of(a));
	json_pair(stdout, "stage", stage_name(d->stage));
	json_pair(stdout, "key", d->key);
	json_pair(stdout, "fault", fault_name(d->fault));
	json_pair(stdout, "peer_name", d->peer_name);
	json_pair(stdout, "peer_address", d->peer_address);
	json_number(stdout, "port", d->port);
	json_number(stdout, "reply_code", d->reply_code);
	json_pair(stdout, "status", d->status);
	json_pair(stdout, "tls", d->tls);
	json_pair(stdout, "reply", d->text);
	json_pair(stdout, "meaning", row != NULL ? row->meaning : "");
	json_pair(stdout, "remedy", remedy.data);
	json_pair(stdout, "server", d->server);
	json_pair(stdout, "local_address", d->local_address);
	json_number(stdout, "duration_ms", clock_mono_ms() - a->start_ms);
	output_to(stdout, ", \"steps\": [");
	for (size_t i = 0; i < a->step_count; i++) {
		output_to(stdout, "%s{\"ms\": %lld", i > 0 ? ", " : "", (long long)a->steps[i].ms);
		json_pair(stdout, "text", a->steps[i].text);
		output_to(stdout, "}");
	}
	output_to(stdout, "%s\n", "]}");
}

static int conclude(struct answer *a)
{
	TEXT(words, 1024);
	if (a->probe->json) {
		conclude_json(a);
	} else if (!a->known) {
		output_to(stdout, "\nresult    the probe ended without an answer\n");
	} else {
		report_reason(&words, &a->d);
		output_to(stdout, "\nresult    %s\n", words.data);
		a->explained[0] = '\0';
		if (a->d.verdict != VERDICT_SENT)
			explain(a, &a->d, "");
	}
	return code_of(a);
}

static void attempt_child(const struct config *config, const char *path, int socket)
{
	struct jobs jobs = {.socket = socket};
	struct attempt a = {.config = config,
	    .jobs = &jobs,
	    .path = path,
	    .probe = true,
	    .show = "step"};
	if (!attempt_run(&a)) {
		jobs_say_diag(&jobs, "down", "", 0, 0, &a.worst);
		jobs_flush(&jobs);
	}
	_exit(0);
}

static void free_steps(struct answer *a)
{
	for (size_t i = 0; i < a->step_count; i++)
		free(a->steps[i].text);
	free(a->steps);
}

int probe_run(const struct config *config, const struct probe *p)
{
	struct answer a = {.probe = p, .start_ms = clock_mono_ms()};
	int sockets[2];
	FILE *file = make_message(p->sender, p->recipient);
	if (file == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
		perror("relay: prepare the probe");
		if (file != NULL)
			fclose(file);
		return EX_OSERR;
	}
	if (!p->json)
		output_to(stdout, "%s%s, from <%s> to <%s>; no message is sent\n\n",
		    *p->path == '@' ? "the MX of " : "smarthost ",
		    *p->path == '@'    ? p->path + 1
		    : *p->path != '\0' ? p->path
		                       : "(none)",
		    p->sender, p->recipient);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(sockets[0]);
		attempt_child(config, p->path, sockets[1]);
	}
	close(sockets[1]);
	/* It may have ended already, with its reason told: a password that cannot be read needs no
	 * server. */
	if (pid > 0 && (send_job(sockets[0], fileno(file), p->sender, p->recipient) || errno == EPIPE))
		listen_to(sockets[0], &a);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	close(sockets[0]);
	fclose(file);
	int code = conclude(&a);
	free_steps(&a);
	return code;
}
