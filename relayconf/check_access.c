/* Rules about what the runner's user can do: it is asked, by opening the files as that user.  Root,
   who runs this check, can read everything. */
#include "base/output.h"
#include "base/language.h"
#include "base/paths.h"
#include "relayconf/verbs.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int check_open_as_runner(const char *path)
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
    const char *consequence, const char *fix)
{
	int error = check_open_as_runner(path);
	if (error < 0)
		finding(c, GRADE_NOTE, "run this check as root",
		    "whether the user firsthop can read %s was not looked at", path);
	else if (error == EACCES || error == EPERM)
		finding(c, GRADE_PROBLEM, fix,
		    "the user firsthop, as whom the runner works, cannot read the %s %s: %s", TR(what),
		    path, TR(consequence));
	else if (error != 0)
		finding(c, GRADE_PROBLEM, "correct its name, or put the file there",
		    "the %s %s cannot be opened: %s", TR(what), path, strerror(error));
}

/* Where all may read. */
static void look_at_open_file(struct check *c, const char *path, const char *what,
    const char *consequence)
{
	TEXT(fix, 2300);
	text_printf(&fix, TR("chmod a+r %s; every folder above it needs the right x for user firsthop"),
	    path);
	look_at_file(c, path, what, consequence, fix.data);
}

/* These may lie where only root reads, and for good reasons: a copy goes to the configuration. */
static void look_at_certificates(struct check *c, const struct smarthost *h)
{
	TEXT(ca_fix, 2300);
	TEXT(own_fix, 2300);
	text_printf(&ca_fix,
	    TR("install -m 0644 %s into the folder of firsthop.conf, and name that copy in "
	       "tls_ca_file"),
	    h->tls_ca_file);
	text_printf(&own_fix,
	    TR("install -m 0640 -g firsthop %s into the folder of firsthop.conf, and name that copy in "
	       "tls_cert_file"),
	    h->tls_cert_file);
	if (h->tls_cert_file[0] != '\0' && access(h->tls_cert_file, F_OK) == 0)
		look_at_file(c, h->tls_cert_file, "tls_cert_file",
		    TR_LATER("mail for this smarthost waits"), own_fix.data);
	if (h->tls_ca_file[0] != '\0' && access(h->tls_ca_file, F_OK) == 0)
		look_at_file(c, h->tls_ca_file, "tls_ca_file", TR_LATER("mail for this smarthost waits"),
		    ca_fix.data);
}

void check_readable(struct check *c)
{
	bool asks = geteuid() == 0 || paths_private();
	if (!asks) {
		finding(c, GRADE_NOTE, "run this check as root",
		    "whether the user firsthop can read the configuration was not looked at");
		return;
	}
	look_at_open_file(c, c->path, TR_LATER("configuration"),
	    TR_LATER("after its next start all mail waits"));
	if (access(c->config->aliases, F_OK) == 0)
		look_at_open_file(c, c->config->aliases, TR_LATER("aliases file"),
		    TR_LATER("mail for local names waits"));
	for (int i = 0; i < c->config->smarthost_count; i++)
		look_at_certificates(c, &c->config->smarthosts[i]);
}

/* The runner opens the catalogue, as it does all that it reads, as its own user. */
void check_language(struct check *c)
{
	const char *name = c->config->bounce_language;
	TEXT(path, 1200);
	if (*name == '\0' || strcmp(name, "en") == 0)
		return;
	text_printf(&path, "%s/%s.cat", paths_languages(), name);
	if (check_open_as_runner(path.data) > 0)
		finding(c, GRADE_NOTE,
		    "set [bounce] language to one whose file is in that folder, or to en",
		    "reports are in English: [bounce] language = %s, and %s cannot be read", name,
		    path.data);
	else
		finding(c, GRADE_OK, "", "reports are written in the language %s", name);
}
