/* The caller's side of it. */
#include "submit/deadletter.h"
#include "base/fdio.h"
#include "dialogue/line_ends.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static struct {
	bool wanted;
	pid_t pid; /* 0: nobody keeps anything */
	int text_fd, verdict_fd;
	char error_mode;
	struct line_ends lines;
} helper;

void deadletter_start(const struct options *o, const struct caller *c)
{
	int text[2], verdict[2];
	helper.wanted = strchr("mwe", o->error_mode) != NULL;
	if (!helper.wanted || pipe(text) != 0)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, verdict) != 0) {
		close(text[0]);
		close(text[1]);
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(text[1]);
		close(verdict[0]);
		startup_group_give_up();
		deadletter_helper_run(o, c, text[0], verdict[1]);
	}
	close(text[0]);
	close(verdict[1]);
	helper.pid = pid > 0 ? pid : 0;
	helper.text_fd = text[1];
	helper.verdict_fd = verdict[0];
	helper.error_mode = o->error_mode;
	line_ends_start(&helper.lines, o->ignore_dots);
}

/* One that is gone keeps nothing, and is found out at the end. */
static void give(const struct buffer *text)
{
	if (text->length > 0)
		(void)fdio_write(helper.text_fd, text->data, text->length);
}

void deadletter_copy(const char *bytes, size_t length)
{
	struct buffer text = {0};
	if (helper.pid == 0)
		return;
	line_ends_put(&helper.lines, bytes, length, &text);
	give(&text);
	buffer_free(&text);
}

void deadletter_forget(void)
{
	if (helper.pid == 0)
		return;
	if (helper.text_fd >= 0)
		close(helper.text_fd);
	close(helper.verdict_fd);
	waitpid(helper.pid, NULL, 0);
	helper.pid = 0;
}

static void read_rest(void)
{
	static char bytes[65536];
	struct buffer text = {0};
	ssize_t n;
	while (!helper.lines.ended && (n = fdio_read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		deadletter_copy(bytes, (size_t)n);
	line_ends_finish(&helper.lines, &text);
	give(&text);
	buffer_free(&text);
}

/* What the sender can fix is mailed to them; where nothing can be stored, a report cannot either,
 * and what a rule forbids is not done in another way. */
static bool may_mail(int code)
{
	return code == EX_USAGE || code == EX_DATAERR;
}

/* Hands the reason over and hears what was done; "" when nothing is to be heard. */
static void ask_keeper(int how, const struct diagnosis *why, char *answer, size_t size)
{
	size_t length = 0;
	ssize_t n;
	read_rest();
	close(helper.text_fd);
	TEXT(verdict, sizeof why->text + 8);
	text_printf(&verdict, "%d %s", how, why->text);
	(void)fdio_write(helper.verdict_fd, verdict.data, verdict.length);
	shutdown(helper.verdict_fd, SHUT_WR);
	while (length < size - 1 &&
	       (n = fdio_read(helper.verdict_fd, answer + length, size - 1 - length)) > 0)
		length += (size_t)n;
	answer[length] = '\0';
	helper.text_fd = -1;
	deadletter_forget();
}

int deadletter_keep(const struct diagnosis *why, int code, struct text *words)
{
	char answer[1400] = "";
	if (helper.pid == 0) {
		text_put(words, helper.wanted
		                    ? "the text of the message is lost: there was no process to keep it"
		                    : "");
		return code;
	}
	ask_keeper(may_mail(code) ? 1 : 0, why, answer, sizeof answer);
	bool mailed = text_starts(answer, "mailed ");
	text_put(words, *answer == '\0'
	                    ? "the text of the message is lost: the process that was to keep it is gone"
	                : mailed ? answer + 7
	                         : answer);
	return mailed && helper.error_mode == 'e' ? EX_OK : code;
}

int deadletter_report(const struct diagnosis *why, int code, struct text *words)
{
	char answer[1400] = "";
	if (helper.pid == 0)
		return code;
	ask_keeper(2, why, answer, sizeof answer);
	text_put(words, text_starts(answer, "mailed ") ? answer + 7 : answer);
	return code;
}
