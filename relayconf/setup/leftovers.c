/* Files that are written before the server was tried: removed however setup ends. */
#include "base/text.h"
#include "relayconf/setup/setup.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static char names[2][1200];

void leftovers_remove(void)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i][0] != '\0')
			unlink(names[i]);
	}
}

static void interrupted(int number)
{
	leftovers_remove();
	signal(number, SIG_DFL);
	raise(number);
}

void leftovers_watch(const char *secret, const char *authorities)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	text_copy(names[0], sizeof names[0], secret);
	text_copy(names[1], sizeof names[1], authorities);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], interrupted);
}
