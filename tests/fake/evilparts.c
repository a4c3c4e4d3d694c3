/* What evilrelay and evilsmtpd have in common. */
#include "tests/fake/evilparts.h"
#include "tests/fake/evilkill.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESCRIPTORS 100

static char folder[900];

void evil_find_folder(void)
{
	const char *libexec = getenv("FIRSTHOP_LIBEXEC");
	ssize_t n = libexec == NULL ? readlink("/proc/self/exe", folder, sizeof folder - 1) : 0;
	if (libexec != NULL)
		snprintf(folder, sizeof folder, "%s", libexec);
	else if (n > 0 && strrchr(folder, '/') != NULL)
		*strrchr(folder, '/') = '\0';
}

const char *evil_beside(const char *name)
{
	static char path[1000];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

const char *evil_word(void)
{
	static char word[64];
	FILE *file = fopen(evil_beside("evil"), "r");
	if (file == NULL || fscanf(file, "%60s", word) != 1)
		word[0] = '\0';
	if (file != NULL)
		fclose(file);
	return word;
}

void evil_send_descriptors(int fd, const char *words, int times)
{
	union {
		char space[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
		struct cmsghdr align;
	} control;
	memset(&control, 0, sizeof control);
	struct iovec part = {(void *)(size_t)words, strlen(words)};
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof control.space};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(DESCRIPTORS * sizeof(int));
	for (size_t i = 0; i < DESCRIPTORS; i++) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		memcpy(CMSG_DATA(c) + i * sizeof null, &null, sizeof null);
	}
	for (int i = 0; i < times && sendmsg(fd, &m, MSG_NOSIGNAL) > 0; i++)
		continue;
}

void evil_murder(void)
{
	long pid;
	FILE *others = fopen(evil_beside("evil.others"), "r");
	int results = open(evil_beside("evil.results"), O_WRONLY | O_APPEND);
	if (results >= 0)
		dprintf(results, "evil: as user %ld group %ld\n", (long)getuid(), (long)getgid());
	while (others != NULL && results >= 0 && fscanf(others, "%ld", &pid) == 1)
		evilkill((pid_t)pid, results);
	if (results >= 0)
		dprintf(results, "evil: end\n");
	if (others != NULL)
		fclose(others);
}
