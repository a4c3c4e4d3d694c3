/* The caller's side of it. */
#include "submit/unsent.h"
#include "base/fdio.h"
#include "submit/intake.h"
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
	struct intake intake;
} keeper;

void unsent_start(const struct options *o, const struct caller *c)
{
	int text[2], verdict[2];
	keeper.wanted = strchr("mwe", o->error_mode) != NULL;
	if (!keeper.wanted || pipe(text) != 0)
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
		setup_group_give_up();
		keeper_run(o, c, text[0], verdict[1]);
	}
	close(text[0]);
	close(verdict[1]);
	keeper.pid = pid > 0 ? pid : 0;
	keeper.text_fd = text[1];
	keeper.verdict_fd = verdict[0];
	keeper.error_mode = o->error_mode;
	intake_start(&keeper.intake, o->ignore_dots);
}

/* One that is gone keeps nothing, and is found out at the end. */
static void give(const struct buffer *text)
{
	if (text->length > 0)
		(void)fdio_write(keeper.text_fd, text->data, text->length);
}

void unsent_copy(const char *bytes, size_t length)
{
	struct buffer text = {0};
	if (keeper.pid == 0)
		return;
	intake_put(&keeper.intake, bytes, length, &text);
	give(&text);
	buffer_free(&text);
}

void unsent_forget(void)
{
	if (keeper.pid == 0)
		return;
	if (keeper.text_fd >= 0)
		close(keeper.text_fd);
	close(keeper.verdict_fd);
	waitpid(keeper.pid, NULL, 0);
	keeper.pid = 0;
}

static void read_rest(void)
{
	static char bytes[65536];
	struct buffer text = {0};
	ssize_t n;
	while (!keeper.intake.ended && (n = fdio_read(STDIN_FILENO, bytes, sizeof bytes)) > 0)
		unsent_copy(bytes, (size_t)n);
	intake_finish(&keeper.intake, &text);
	give(&text);
	buffer_free(&text);
}

/* What the sender can mend is mailed to him; where nothing can be stored, a report cannot either,
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
	close(keeper.text_fd);
	TEXT(verdict, sizeof why->text + 8);
	text_printf(&verdict, "%d %s", how, why->text);
	(void)fdio_write(keeper.verdict_fd, verdict.data, verdict.length);
	shutdown(keeper.verdict_fd, SHUT_WR);
	while (length < size - 1 &&
	       (n = fdio_read(keeper.verdict_fd, answer + length, size - 1 - length)) > 0)
		length += (size_t)n;
	answer[length] = '\0';
	keeper.text_fd = -1;
	unsent_forget();
}

int unsent_keep(const struct diagnosis *why, int code, struct text *words)
{
	char answer[1400] = "";
	if (keeper.pid == 0) {
		text_put(words, keeper.wanted
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
	return mailed && keeper.error_mode == 'e' ? EX_OK : code;
}

int unsent_report(const struct diagnosis *why, int code, struct text *words)
{
	char answer[1400] = "";
	if (keeper.pid == 0)
		return code;
	ask_keeper(2, why, answer, sizeof answer);
	text_put(words, text_starts(answer, "mailed ") ? answer + 7 : answer);
	return code;
}
