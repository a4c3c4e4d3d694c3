/* One mask before, and none while a process waits. */
#include "base/signals.h"

void signals_only_while_waiting(void (*handler)(int), const int *caught, const int *ignored,
    sigset_t *while_waiting)
{
	struct sigaction action = {.sa_handler = handler};
	sigset_t block;
	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (; *ignored != 0; ignored++)
		signal(*ignored, SIG_IGN);
	for (; *caught != 0; caught++) {
		sigaction(*caught, &action, NULL);
		sigaddset(&block, *caught);
	}
	sigprocmask(SIG_SETMASK, &block, NULL);
	sigemptyset(while_waiting);
}
