/* What a session has of its parent, and what it gives up. */
#include "smtpd/session_process.h"
#include "base/compat.h"
#include "base/log.h"
#include <fcntl.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#define ABOVE 400 /* no descriptor has a place so high */

void session_process_become(struct session_setup *setup)
{
	sigset_t none;
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int client = fcntl(setup->client_fd, F_DUPFD, ABOVE),
	    control = fcntl(setup->control_fd, F_DUPFD, ABOVE);
	log_close();
	setup->client_fd = STDERR_FILENO + 1;
	setup->control_fd = STDERR_FILENO + 2;
	if (dup2(client, setup->client_fd) < 0 || dup2(control, setup->control_fd) < 0)
		_exit(EX_OSERR);
	compat_closefrom(STDERR_FILENO + 3);
	close(STDIN_FILENO);
	_exit(session_run(setup));
}
