/* Rules about [listen]: does smtpd answer, and who may call. */
#include "base/fdio.h"
#include "base/paths.h"
#include "config/listen.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 3000

/* What the place says first, "" when nothing; false with errno: nobody is there. */
static bool read_greeting(const struct listen_place *p, char *line, size_t size)
{
	int fd = socket(p->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there = fd >= 0 && connect(fd, &p->address.any, p->size) == 0;
	int saved = errno;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	*line = '\0';
	if (there && poll(&ready, 1, PATIENCE_MS) == 1) {
		ssize_t n = fdio_read(fd, line, size - 1);
		line[n > 0 ? n : 0] = '\0';
		line[strcspn(line, "\r\n")] = '\0';
		text_tame(line, size);
	}
	if (fd >= 0)
		close(fd);
	errno = saved;
	return there;
}

static const char *how_to_start(const struct listen_place *p)
{
	const struct sockaddr *a = &p->address.any;
	const char *colon = strrchr(p->words, ':');
	long long port = 1024;
	if (access("/run/systemd/system", F_OK) != 0 || paths_private())
		return TR("start the runner; the log says why smtpd has not started");
	if (a->sa_family != AF_UNIX && colon != NULL && text_number(colon + 1, 1, 65535, &port) &&
	    port < 1024)
		return TR(
		    "systemctl enable --now firsthop-smtpd.socket, which has to name this place, too; "
		    "systemctl status firsthop-smtpd says more");
	return TR("systemctl enable --now firsthop-smtpd; systemctl status firsthop-smtpd says more");
}

static void check_listen_place(struct check *c, const struct listen_place *p)
{
	char greeting[200];
	if (!read_greeting(p, greeting, sizeof greeting))
		finding(c, GRADE_PROBLEM, how_to_start(p), "nobody listens at %s: %s", p->words,
		    strerror(errno));
	else if (strncmp(greeting, "220 ", 4) == 0 && strstr(greeting, " firsthop") != NULL)
		finding(c, GRADE_OK, "", "smtpd answers at %s", p->words);
	else if (strstr(greeting, "none of the networks") != NULL)
		finding(c, GRADE_OK, "", "smtpd answers at %s", p->words);
	else
		finding(c, GRADE_PROBLEM, "end that program, or name another port",
		    "another program answers at %s: %s", p->words, greeting);
}

/* A secret that users of this machine can read. */
static void check_listen_secret(struct check *c, const char *key, const char *file)
{
	struct stat st;
	if (*file == '\0')
		return;
	if (stat(file, &st) != 0)
		finding(c, GRADE_PROBLEM, "correct the name, or make the file", "%s: %s: %s", key, file,
		    strerror(errno));
	else if ((st.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0)
		finding(c, GRADE_PROBLEM, "chown root:fhsmtpd FILE; chmod 640 FILE",
		    "%s: %s can be read or written by others", key, file);
}

void check_listen(struct check *c)
{
	struct listen_place places[LISTEN_PLACES_MAX];
	const struct config *config = c->config;
	bool open = false;
	int count = listen_places(config, places, NULL);
	for (int i = 0; i < count; i++) {
		check_listen_place(c, &places[i]);
		open = open || !places[i].loopback;
	}
	if (count <= 0)
		return;
	check_listen_secret(c, "logins", config->listen_logins);
	check_listen_secret(c, "tls_key_file",
	    config->listen_tls_key_file[0] != '\0' ? config->listen_tls_key_file
	                                           : config->listen_tls_cert_file);
	if (open && getpwnam(config->listen_user) == NULL)
		finding(c, GRADE_PROBLEM, "name a user of this machine in [listen]", "there is no user %s",
		    config->listen_user);
	if (open && config->listen_without_login)
		finding(c, GRADE_NOTE, "logins = FILE asks for a password",
		    "every program in %s may send mail without a login", config->listen_clients);
}
