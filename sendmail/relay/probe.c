/* A probe is an attempt with one message that is never sent: this process plays the runner. */
#include "relay/probe.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include "diagnosis/steps.h"
#include "relay/attempt.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define AVOIDED_MAX 20 /* servers, as many as delivery asks in an attempt */

struct step {
	int64_t ms; /* since the start */
	char *text;
};

struct answer {
	const struct probe *probe;
	int64_t start_ms, last_ms;
	struct diagnosis d; /* of the recipient, or of the whole attempt */
	bool known;
	bool next;                     /* another server may accept it */
	bool down;                     /* none took the session */
	int left;                      /* servers after the one that did */
	char avoided[AVOIDED_MAX][80]; /* ADDRESS/PORT that have refused */
	int avoided_count;
	enum reason_key explained; /* of the refusal that was explained last */
	struct diagnosis refusal;  /* not explained yet: the last one is explained as the result */
	struct step *steps;        /* for JSON */
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
	jobs_line_put(&line, &jobs_to_relay,
	    &(struct jobs_line){.verb = JOBS_MESSAGE, .id = "probe", .sender = sender, .rcpts = 1});
	jobs_line_put(&line, &jobs_to_relay,
	    &(struct jobs_line){.verb = JOBS_RCPT, .address = recipient});
	jobs_line_put(&line, &jobs_to_relay, &(struct jobs_line){.verb = JOBS_QUIT});
	bool sent = fdpass_send(socket, line.data, line.length, &fd, 1, 0) == (ssize_t)line.length;
	buffer_free(&line);
	return sent;
}

#define STEP_COLUMN 20

static bool is_narrow(void)
{
	int width = terminal_width(stdout);
	return width > 0 && width < 60;
}

#define LABEL_COLUMNS 10

static void say(const char *indent, const char *label, const char *words)
{
	output_to(stdout, "%s", indent);
	int columns = terminal_put_label(stdout, TR(label), LABEL_COLUMNS) + (int)strlen(indent);
	terminal_wrap(stdout, words, columns, columns);
}

static void explain(struct answer *a, const struct diagnosis *d, const char *indent)
{
	const struct reason *row = catalogue_row(d->key);
	TEXT(remedy, REMEDY_SIZE);
	remedy_put(&remedy, d, a->probe->recipient);
	if (row != NULL && a->explained != d->key) {
		say(indent, TR_LATER("meaning"), TR(row->meaning));
		say(indent, TR_LATER("remedy"), remedy.data);
	}
	a->explained = d->key;
}

/* A server's refusal, when another one follows. */
static void explain_refusal(struct answer *a)
{
	if (a->refusal.key == REASON_NONE)
		return;
	explain(a, &a->refusal, is_narrow() ? "" : "                    ");
	a->refusal.key = REASON_NONE;
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
	TEXT(words, 1400);
	explain_refusal(a);
	text_escape(&safe, text, strlen(text));
	step_put(&words, safe.data);
	output_to(stdout, "%7lld ms %+7lld  ", (long long)now, (long long)(now - a->last_ms));
	terminal_wrap(stdout, words.data, is_narrow() ? 4 : STEP_COLUMN, STEP_COLUMN);
	a->last_ms = now;
}

static void take_line(struct answer *a, const char *line)
{
	struct jobs_heard heard;
	const struct jobs_line *l = &heard.line;
	if (!jobs_line_parse(&heard, &jobs_to_runner, line))
		return;
	if (l->verb == SAID_STEP && l->text != NULL) {
		take_step(a, l->text);
	} else if (l->verb == SAID_REFUSED && !a->probe->json) {
		a->refusal = *l->d;
	} else if (l->verb == SAID_RCPT || l->verb == SAID_DOWN) {
		a->d = *l->d;
		a->known = true;
		a->down = l->verb == SAID_DOWN;
		a->next = l->next > 0;
	} else if (l->verb == SAID_READY) {
		a->left = l->n > 0 ? (int)l->n : 0;
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

/* A server that took the sender, and knows nobody of that name in this machine's own domain. */
static bool is_healthy(const struct answer *a)
{
	return a->probe->by_default && a->d.verdict == VERDICT_FAILED && a->d.stage == STAGE_RCPT &&
	       a->d.fault == FAULT_RECIPIENT;
}

static int code_of(const struct answer *a)
{
	if (!a->known)
		return EX_SOFTWARE;
	if (is_healthy(a))
		return EX_OK;
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
	json_pair(stdout, "result", is_healthy(a) ? "usable" : results[d->verdict]);
	json_number(stdout, "exit", code_of(a));
	json_pair(stdout, "stage", stage_word(d->stage));
	json_pair(stdout, "key", diag_key(d));
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

/* What it means, and what delivery would do now. */
static void conclude_words(struct answer *a)
{
	TEXT(words, 1200);
	struct diagnosis d = a->d;
	if (is_healthy(a)) {
		text_printf(&words,
		    TR("The server is usable: it accepted the session and the sender. It has no mailbox "
		       "for <%s>, the address of root's mail on this machine."),
		    a->probe->recipient);
		say("", "meaning", words.data);
		say("", "remedy",
		    TR("Add a line to the aliases file: \"root: YOUR ADDRESS\". Run this again with --to "
		       "ADDRESS to ask about another recipient."));
		return;
	}
	if (d.verdict == VERDICT_SENT)
		return;
	explain(a, &d, "");
	enum deed deed = deed_decide(&d);
	deed_words(&words, &d, deed);
	say("", TR_LATER("delivery"), words.data);
}

static int conclude(struct answer *a)
{
	TEXT(words, 1024);
	if (a->probe->json) {
		conclude_json(a);
	} else if (!a->known) {
		output_to(stdout, "\n");
		say("", TR_LATER("result"), TR("the probe ended without an answer"));
	} else {
		report_reason(&words, &a->d);
		if (a->refusal.key != a->d.key)
			explain_refusal(a);
		output_to(stdout, "\n");
		say("", "result", words.data);
		a->explained = REASON_NONE;
		conclude_words(a);
	}
	return code_of(a);
}

static void attempt_child(const struct config *config, const struct answer *p, int socket)
{
	struct jobs jobs = {.socket = socket};
	char *avoid[AVOIDED_MAX];
	for (int i = 0; i < p->avoided_count; i++)
		avoid[i] = mem_copy(p->avoided[i]);
	struct attempt a = {.config = config,
	    .jobs = &jobs,
	    .path = p->probe->path,
	    .avoid = avoid,
	    .avoid_count = p->avoided_count,
	    .probe = true,
	    .dialogue = DIALOGUE_STEPS};
	if (!attempt_run(&a)) {
		jobs_say(&jobs, &(struct jobs_line){.verb = SAID_DOWN, .d = &a.worst});
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

/* One session, and what came of it. */
static bool ask(const struct config *config, struct answer *a, int message)
{
	const struct probe *p = a->probe;
	int sockets[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
		return false;
	a->left = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(sockets[0]);
		attempt_child(config, a, sockets[1]);
	}
	close(sockets[1]);
	/* It may have ended already, with its reason printed: a password that cannot be read needs no
	 * server. */
	if (pid > 0 && (send_job(sockets[0], message, p->sender, p->recipient) || errno == EPIPE))
		listen_to(sockets[0], a);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	close(sockets[0]);
	return pid > 0;
}

/* The server refused what another may accept, and there is another. */
static bool goes_on(struct answer *a)
{
	TEXT(words, 200);
	if (!a->known || a->down || !a->next || a->left == 0 || a->d.peer_address[0] == '\0' ||
	    a->avoided_count == AVOIDED_MAX)
		return false;
	snprintf(a->avoided[a->avoided_count++], sizeof a->avoided[0], "%s/%u", a->d.peer_address,
	    a->d.port);
	text_printf(&words, TR("the next address is asked, as delivery does: %s refused for now"),
	    a->d.peer_address);
	take_step(a, words.data);
	return true;
}

/* What the last server said of the recipient outweighs that no other one was reached. */
static bool ask_all(const struct config *config, struct answer *a, int message)
{
	bool asked = ask(config, a, message);
	while (asked && goes_on(a)) {
		struct diagnosis last = a->d;
		asked = ask(config, a, message);
		if (a->down)
			a->d = last;
	}
	return asked;
}

static void say_start(const struct probe *p)
{
	TEXT(words, 1600);
	language_begin();
	text_printf(&words,
	    *p->path == '@' ? TR("the MX of %s, from <%s> to <%s>; no message is sent")
	                    : TR("smarthost %s, from <%s> to <%s>; no message is sent"),
	    *p->path == '@'    ? p->path + 1
	    : *p->path != '\0' ? p->path
	                       : "(none)",
	    p->sender, p->recipient);
	terminal_wrap(stdout, words.data, 0, 0);
	output_to(stdout, "\n");
}

int probe_run(const struct config *config, const struct probe *p)
{
	struct answer a = {.probe = p, .start_ms = clock_mono_ms()};
	FILE *file = make_message(p->sender, p->recipient);
	if (!p->json)
		say_start(p);
	bool asked = file != NULL && ask_all(config, &a, fileno(file));
	if (!asked)
		perror("relay: prepare the probe");
	if (file != NULL)
		fclose(file);
	int code = asked ? conclude(&a) : EX_OSERR;
	free_steps(&a);
	return code;
}
