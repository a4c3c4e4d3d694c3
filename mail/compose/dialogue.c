/* Collecting a letter.  The dialogue is FreeBSD's: one interrupt warns, the second one keeps the
 * letter in dead.letter. */
#include "mail/compose/dialogue.h"
#include "base/fdio.h"
#include "mail/session/input.h"
#include "mail/compose/send.h"
#include "mail/compose/tilde.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BODY_LIMIT_BYTES (1u << 30)

struct collecting {
	struct session *s;
	struct letter *l;
	bool warned; /* one interrupt has come */
};

/* True when the letter is given up. */
static bool take_signal(struct collecting *c, int number)
{
	if (number != SIGINT) {
		send_keep(c->s, &c->l->body, true);
		input_die(number);
	}
	if (vars_on(&c->s->vars, "ignore")) {
		fputs("@\n", stdout);
		fflush(stdout);
		return false;
	}
	if (!c->warned) {
		fputs("\n(Interrupt -- one more to kill letter)\n", stderr);
		c->warned = true;
		return false;
	}
	send_keep(c->s, &c->l->body, false);
	return true;
}

/* The prompts that the variables want; false when the letter is given up. */
static bool ask_field(struct collecting *c, const char *prompt, struct buffer *answer)
{
	for (;;) {
		int number = 0;
		fputs(prompt, stdout);
		fflush(stdout);
		enum input_result r = input_line(answer, &number);
		if (r == INPUT_LINE)
			return true;
		if (r != INPUT_SIGNAL) {
			answer->length = 0;
			return true;
		}
		if (take_signal(c, number))
			return false;
	}
}

static bool ask_subject(struct collecting *c)
{
	struct buffer answer = {0};
	bool good = true;
	if (c->s->interactive && vars_on(&c->s->vars, "asksub") && c->l->subject == NULL) {
		good = ask_field(c, "Subject: ", &answer);
		if (good && answer.length > 0)
			letter_set(&c->l->subject, buffer_string(&answer));
	}
	buffer_free(&answer);
	return good;
}

static bool ask_copies(struct collecting *c)
{
	struct buffer answer = {0};
	bool good = true, asked = false;
	struct {
		const char *variable, *prompt;
		struct string_list *list;
	} rows[] = {{"askcc", "Cc: ", &c->l->cc}, {"askbcc", "Bcc: ", &c->l->bcc}};
	for (size_t i = 0; i < 2 && good && c->s->interactive; i++) {
		if (!vars_on(&c->s->vars, rows[i].variable))
			continue;
		asked = true;
		answer.length = 0;
		good = ask_field(c, rows[i].prompt, &answer);
		letter_add_list(rows[i].list, buffer_string(&answer));
	}
	if (good && !asked && c->s->interactive)
		puts("EOT");
	fflush(stdout);
	buffer_free(&answer);
	return good;
}

enum line_result { LINE_GOES_ON, LINE_ENDS, LINE_DROPS };

static enum line_result take_line(struct collecting *c, struct buffer *line)
{
	const struct vars *v = &c->s->vars;
	const char *text = buffer_string(line), *escape = vars_get(v, "escape");
	bool dot = vars_on(v, "dot") || vars_on(v, "ignoreeof");
	c->warned = false;
	if (strcmp(text, ".") == 0 && dot && (c->s->interactive || c->s->reading))
		return LINE_ENDS;
	if (c->s->interactive && escape != NULL && *escape != '\0' && *text == *escape) {
		switch (tilde_run(c->s, c->l, text + 1)) {
		case TILDE_END: return LINE_ENDS;
		case TILDE_EXIT: return LINE_DROPS;
		case TILDE_QUIT: send_keep(c->s, &c->l->body, false); return LINE_DROPS;
		default: return LINE_GOES_ON;
		}
	}
	buffer_add(&c->l->body, line->data, line->length);
	buffer_puts(&c->l->body, "\n");
	return LINE_GOES_ON;
}

static enum dialogue_result read_lines(struct collecting *c)
{
	struct buffer line = {0};
	enum dialogue_result result = DIALOGUE_SEND;
	bool more = true;
	while (more) {
		int number = 0;
		enum line_result l = LINE_GOES_ON;
		switch (input_line(&line, &number)) {
		case INPUT_LINE: l = take_line(c, &line); break;
		case INPUT_SIGNAL: l = take_signal(c, number) ? LINE_DROPS : LINE_GOES_ON; break;
		case INPUT_ERROR:
			l = LINE_ENDS;
			result = DIALOGUE_FAILED;
			break;
		case INPUT_END:
			l = LINE_ENDS;
			if (vars_on(&c->s->vars, "ignoreeof") && input_is_terminal()) {
				puts("Use \".\" to terminate letter");
				l = LINE_GOES_ON;
			}
		}
		more = l == LINE_GOES_ON;
		result = l == LINE_DROPS ? DIALOGUE_DROPPED : result;
	}
	buffer_free(&line);
	return result;
}

enum dialogue_result dialogue_run(struct session *s, struct letter *l)
{
	struct collecting c = {.s = s, .l = l};
	enum dialogue_result result;
	if (!s->interactive && !s->reading) {
		result =
		    fdio_slurp(STDIN_FILENO, &l->body, BODY_LIMIT_BYTES) ? DIALOGUE_SEND : DIALOGUE_FAILED;
	} else {
		input_watch_signals();
		result = ask_subject(&c) ? read_lines(&c) : DIALOGUE_DROPPED;
		if (result == DIALOGUE_SEND && !ask_copies(&c))
			result = DIALOGUE_DROPPED;
	}
	if (result == DIALOGUE_FAILED)
		fprintf(stderr, "mail: the text cannot be read: %s; nothing was sent\n", strerror(errno));
	return result;
}
