/* smtpd: takes mail by SMTP and LMTP from programs of this machine, and of containers that are
   named
   ([listen] in firsthop.conf), and hands it to the runner.  Started by the runner, or as a unit of
   systemd.  As root it opens its sockets, and then becomes the user fhsmtpd, who owns nothing. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "base/version.h"
#include "smtpd/serve.h"
#include "smtpd/tls_server.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define SMTPD_USER "fhsmtpd"
#define SOCKET_FOLDER "%s-smtpd" /* of paths_run() */

static int fail(int code, const char *words)
{
	fprintf(stderr, "smtpd: %s\n", words);
	log_line(LOG_ERR, "smtpd does not start: %s", words);
	return code;
}

/* The folder for local sockets, by root, for the user. */
static void make_folder(const struct passwd *pw)
{
	TEXT(path, 1024);
	text_printf(&path, SOCKET_FOLDER, paths_run());
	mkdir(path.data, 0755);
	int fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, pw->pw_uid, pw->pw_gid) != 0)
		log_line(LOG_WARNING, "%s: %s", path.data, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* For good.  In a private spool everything is its owner's. */
static bool leave_root(struct text *problem)
{
	if (geteuid() != 0 || paths_private())
		return true;
	const struct passwd *pw = getpwnam(SMTPD_USER);
	if (pw == NULL || pw->pw_uid == 0) {
		text_put(problem, "the user " SMTPD_USER " is missing; run \"make install-rights\"");
		return false;
	}
	make_folder(pw);
	if (setgroups(1, &pw->pw_gid) == 0 && compat_set_group(pw->pw_gid) == 0 &&
	    compat_set_user(pw->pw_uid) == 0 && setuid(0) != 0)
		return true;
	text_printf(problem, "become " SMTPD_USER ": %s", strerror(errno));
	return false;
}

/* As root, where the key is root's alone. */
static bool load_tls(struct serve *s, struct text *problem)
{
	const struct config *c = &s->config;
	if (c->listen_tls_cert_file[0] == '\0')
		return true;
	s->tls = tls_server_load(c->listen_tls_cert_file, c->listen_tls_key_file, problem);
	return s->tls != NULL;
}

static bool prepare(struct serve *s, struct text *problem)
{
	const struct rlimit no_core = {0, 0};
	umask(022);
	setrlimit(RLIMIT_CORE, &no_core);
	return client_read_rules(&s->rules, &s->config, problem) &&
	       sockets_take(&s->sockets, &s->config, problem) &&
	       sockets_open_tcp(&s->sockets, &s->config, problem) && load_tls(s, problem) &&
	       leave_root(problem) && sockets_open_local(&s->sockets, problem);
}

/* Its standard input is a socket of the runner's, or nothing of interest. */
static int life_of_runner(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode) ? STDIN_FILENO : -1;
}

int main(int argc, char **argv)
{
	static struct serve s;
	struct diagnosis d = {0};
	TEXT(problem, 500);
	if (version_asked(argc, argv))
		return EX_OK;
	bool in_foreground = argc == 2 && strcmp(argv[1], "--foreground") == 0;
	if (argc > 1 && !in_foreground) {
		fprintf(stderr, "usage: smtpd [--foreground]; it is started by the runner, or by "
		                "firsthop-smtpd.service\n");
		return EX_USAGE;
	}
	log_start("firsthop", LOG_TO_SYSLOG | (in_foreground || paths_private() ? LOG_TO_STDERR : 0));
	fdio_changed(paths_config(), &s.config_file);
	if (!config_read(&s.config, paths_config(), &d))
		return fail(EX_CONFIG, d.text);
	log_json(s.config.log_format == CONFIG_LOG_JSON);
	if (!listen_is_on(&s.config) && getenv("LISTEN_FDS") == NULL)
		return fail(EX_CONFIG, "[listen] names no place: neither smtp nor lmtp is set");
	s.life_fd = life_of_runner();
	text_put(&problem, "[listen] ");
	if (!prepare(&s, &problem))
		return fail(EX_CONFIG, problem.data);
	sandbox_hide();
	log_line(LOG_INFO, "smtpd started: process %ld, listens at %d places", (long)getpid(),
	    s.sockets.count);
	int code = serve_run(&s);
	config_free(&s.config);
	return code;
}
