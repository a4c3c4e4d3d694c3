/* A pager at the other end of standard output. */
#include "base/pager.h"
#include "base/compat.h"
#include "base/terminal.h"
#include "base/text.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16

static pid_t pager, owner; /* the pager, and who started it */

/* The words of a command, blanks between; no shell reads them. */
static int read_words(char *command, char *words[WORDS_MAX])
{
	int count = 0;
	char *rest = NULL;
	for (char *word = strtok_r(command, " \t", &rest); word != NULL && count < WORDS_MAX - 1;
	     word = strtok_r(NULL, " \t", &rest))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

/* On one that cannot move its cursor less(1) complains, and waits for a key. */
static bool terminal_is_plain(void)
{
	const char *kind = getenv("TERM");
	return kind == NULL || *kind == '\0' || strcmp(kind, "dumb") == 0;
}

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* As execvp(3) will look for it. */
static bool is_found(const char *name)
{
	const char *folders = getenv("PATH");
	if (strchr(name, '/') != NULL)
		return is_program(name);
	for (const char *at = folders != NULL ? folders : "/usr/bin:/bin"; *at != '\0';) {
		size_t length = strcspn(at, ":");
		TEXT(path, 1100);
		text_put_n(&path, at, length);
		text_printf(&path, "/%s", name);
		if (length > 0 && !path.overflow && is_program(path.data))
			return true;
		at += length + (at[length] == ':');
	}
	return false;
}

void pager_end(void)
{
	int status;
	/* A child that ends by exit(3) has no pager. */
	if (pager <= 0 || owner != getpid())
		return;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(pager, &status, 0) < 0 && errno == EINTR)
		continue;
	pager = -1;
}

/* One page of less ends by itself (F), colours are colours (R), and what was shown stays (X). */
static void become_pager(char *words[], int in)
{
	if (compat_set_group(getgid()) != 0 || dup2(in, STDIN_FILENO) < 0)
		_exit(127);
	compat_closefrom(3);
	setenv("LESS", "FRX", 0);
	/* A locale that the environment names, and the system does not have, is still the terminal's.
	 */
	if (terminal_knows_utf8())
		setenv("LESSCHARSET", "utf-8", 0);
	execvp(words[0], words);
	_exit(127);
}

/* less shows colours when one of its options says so; a LESS of the user's own may be without. */
static bool asks_for_colours(const char *options)
{
	for (const char *at = options; *at != '\0';) {
		size_t length = strcspn(at, " \t");
		bool whole = text_starts(at, "--");
		if (whole ? strncasecmp(at + 2, "raw-con", 7) == 0
		          : memchr(at, 'R', length) != NULL || memchr(at, 'r', length) != NULL)
			return true;
		at += length + strspn(at + length, " \t");
	}
	return false;
}

static bool shows_colours(char *const words[])
{
	const char *options = getenv("LESS"), *slash = strrchr(words[0], '/');
	bool shows = strcmp(slash != NULL ? slash + 1 : words[0], "less") != 0 || options == NULL ||
	             asks_for_colours(options);
	for (int i = 1; words[i] != NULL && !shows; i++)
		shows = words[i][0] == '-' && asks_for_colours(words[i]);
	return shows;
}

void pager_begin(void)
{
	const char *own = getenv("FIRSTHOP_PAGER"), *wanted = own != NULL ? own : getenv("PAGER");
	char command[400], *words[WORDS_MAX];
	int ends[2], width = terminal_width(stdout), height = terminal_height(stdout);
	bool colour = terminal_colour(stdout);
	if (!text_copy(command, sizeof command, wanted != NULL ? wanted : "less"))
		return;
	if (pager != 0 || width == 0 || terminal_is_plain() || read_words(command, words) == 0 ||
	    strcmp(words[0], "cat") == 0 || !is_found(words[0]) || compat_pipe(ends) != 0)
		return;
	fflush(stdout);
	owner = getpid();
	pager = fork();
	if (pager == 0)
		become_pager(words, ends[0]);
	if (pager > 0 && dup2(ends[1], STDOUT_FILENO) >= 0) {
		terminal_is_behind(stdout, width, height, colour && shows_colours(words));
		/* What is typed while it shows its lines is for the pager. */
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		atexit(pager_end);
	}
	close(ends[0]);
	close(ends[1]);
}
