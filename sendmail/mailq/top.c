/* Looking again and again.  The screen is written over, not cleared, so that it does not
   flicker. */
#include "mailq/top.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "mailq/summary.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static bool changed;

static void restore(void)
{
	static const char words[] = "\033[?25h\033[?1049l";
	if (!changed)
		return;
	(void)!write(STDOUT_FILENO, words, sizeof words - 1);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* Whoever interrupts it gets the terminal as it was. */
static void on_signal(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

/* Another screen, no cursor, and keys come one by one. */
static bool begin(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	if (terminal_width(stdout) == 0 || tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	struct termios keys = before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], on_signal);
	changed = tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
	fputs("\033[?1049h\033[?25l", stdout);
	return changed;
}

/* Bytes of a line that fit into so many columns. */
static size_t fitting(const char *line, size_t length, int width)
{
	while (length > 0 && terminal_columns(line, length) > width) {
		/* Never within a character. */
		do
			length--;
		while (length > 0 && ((unsigned char)line[length] & 0xc0) == 0x80);
	}
	return length;
}

/* As much as fits: each line ends with the erasure of what was after it. */
static void show(const char *words)
{
	int left = terminal_height(stdout) - 1, width = terminal_width(stdout);
	fputs("\033[H", stdout);
	while (*words != '\0' && left-- > 0) {
		size_t n = strcspn(words, "\n");
		output_to(stdout, "%.*s", (int)fitting(words, n, width), words);
		fputs("\033[K\r\n", stdout);
		words += n + (words[n] == '\n');
	}
	fputs("\033[J", stdout);
}

static bool look(FILE *out)
{
	static struct listing l;
	static struct config config;
	struct diagnosis why = {0};
	TEXT(date, 200);
	clock_put_local(&date, clock_wall_s());
	list_config(&config);
	bool read = list_open(&l, &config, &(struct list_wanted){0}, &why);
	text_printf(&date, "  %s", changed ? TR("q ends, the space bar looks again") : "");
	terminal_wrap(out, date.data, 0, 0);
	if (read) {
		summary_print(out, &l, 5);
		list_close(&l);
	} else {
		output_to(out, "mailq: %s\n", why.text);
	}
	config_free(&config);
	return read;
}

/* False: q. */
static bool wait_for_key(int every_s)
{
	char key = ' ';
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	if (!changed)
		return poll(NULL, 0, every_s * 1000) == 0;
	if (poll(&p, 1, every_s * 1000) > 0 && read(STDIN_FILENO, &key, 1) != 1)
		return false;
	return key != 'q' && key != 'Q';
}

int top_run(int every_s, int times)
{
	bool screen = begin(), read = true;
	if (!screen && times == 0)
		times = 1;
	for (int i = 1; read; i++) {
		char *words = NULL;
		size_t length;
		FILE *out = open_memstream(&words, &length);
		if (out == NULL)
			break;
		if (screen)
			terminal_is_behind(out, terminal_width(stdout), terminal_height(stdout), false);
		read = look(out);
		terminal_is_behind(NULL, 0, 0, false);
		fclose(out);
		if (screen)
			show(words);
		else
			fputs(words, stdout);
		free(words);
		fflush(stdout);
		if (i == times || !wait_for_key(every_s))
			break;
	}
	restore();
	return read ? EX_OK : EX_NOPERM;
}
