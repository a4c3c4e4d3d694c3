/* Rules about what the runner's user can do: it is asked, by opening the files as that user.  Root,
   who runs this check, can read everything. */
#include "base/output.h"
#include "base/paths.h"
#include "relayconf/verbs.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* 0, or the errno with which the runner's user fails to open a file; -1 when that could not be
 * tried. */
static int open_as_runner(const char *path)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		if (!command_become_firsthop())
			_exit(255);
		int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		_exit(fd >= 0 ? 0 : errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 255)
		return -1;
	return WEXITSTATUS(status);
}

static void look_at_file(struct check *c, const char *path, const char *what,
    const char *consequence)
{
	TEXT(fix, 2300);
	int error = open_as_runner(path);
	text_printf(&fix, "chmod a+r %s; every folder above it needs the right x for user firsthop",
	    path);
	if (error < 0)
		finding(c, GRADE_NOTE, "run this check as root",
		    "whether the user firsthop can read %s was not looked at", path);
	else if (error == EACCES || error == EPERM)
		finding(c, GRADE_PROBLEM, fix.data,
		    "the user firsthop, as whom the runner works, cannot read the %s %s: %s", what, path,
		    consequence);
	else if (error != 0)
		finding(c, GRADE_PROBLEM, "correct its name, or put the file there",
		    "the %s %s cannot be opened: %s", what, path, strerror(error));
}

void check_readable(struct check *c)
{
	bool asks = geteuid() == 0 || paths_private();
	if (!asks) {
		finding(c, GRADE_NOTE, "run this check as root",
		    "whether the user firsthop can read the configuration was not looked at");
		return;
	}
	look_at_file(c, c->path, "configuration", "after its next start all mail waits");
	if (access(c->config->aliases, F_OK) == 0)
		look_at_file(c, c->config->aliases, "aliases file", "mail for local names waits");
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *h = &c->config->smarthosts[i];
		if (h->tls_cert_file[0] != '\0' && access(h->tls_cert_file, F_OK) == 0)
			look_at_file(c, h->tls_cert_file, "tls_cert_file", "mail for this smarthost waits");
		if (h->tls_ca_file[0] != '\0' && access(h->tls_ca_file, F_OK) == 0)
			look_at_file(c, h->tls_ca_file, "tls_ca_file", "mail for this smarthost waits");
	}
}
