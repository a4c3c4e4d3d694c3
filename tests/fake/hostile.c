/* hostile HOW PROGRAM ARGUMENTS...: starts a program as its worst caller would. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void limit(int what, rlim_t value)
{
	struct rlimit l = {value, value};
	setrlimit(what, &l);
}

static void spoil_signals(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int i = 1; i < 32; i++)
		signal(i, SIG_IGN);
}

static char *hostile_environment[] = {"PATH=/tmp/evil", "TZ=/etc/shadow", "LD_PRELOAD=/tmp/evil.so", "LD_LIBRARY_PATH=/tmp/evil", "MALLOC_PERTURB_=99",
	"FIRSTHOP_SPOOL=/tmp/evil", "FIRSTHOP_RUN=/tmp/evil", "FIRSTHOP_CONFIG=/tmp/evil/firsthop.conf", "FIRSTHOP_LIBEXEC=/tmp/evil",
	"HOSTALIASES=/tmp/evil", "RES_OPTIONS=attempts:99", "GCONV_PATH=/tmp/evil", "IFS=/", "=", "NOEQUALS", "NAME=x\nBcc: evil@example.org", "NAME=y",
	NULL};

int main(int argc, char **argv)
{
	static char *none[] = {NULL}, *empty[] = {"", NULL};
	if (argc < 3)
		return 2;
	const char *how = argv[1];
	char **words = argv + 2;
	if (strcmp(how, "no-arguments") == 0)
		words = none;
	else if (strcmp(how, "empty-name") == 0)
		words = empty;
	else if (strcmp(how, "closed") == 0)
		close(0), close(1), close(2);
	else if (strcmp(how, "closed-output") == 0)
		close(1), close(2);
	else if (strcmp(how, "file-size") == 0)
		limit(RLIMIT_FSIZE, 100);
	else if (strcmp(how, "files-0") == 0)
		limit(RLIMIT_NOFILE, 0);
	else if (strcmp(how, "files-4") == 0)
		limit(RLIMIT_NOFILE, 4);
	else if (strcmp(how, "core") == 0)
		limit(RLIMIT_CORE, RLIM_INFINITY);
	else if (strcmp(how, "memory") == 0)
		limit(RLIMIT_AS, 4 << 20);
	else if (strcmp(how, "cpu") == 0)
		limit(RLIMIT_CPU, 1);
	else if (strcmp(how, "stack") == 0)
		limit(RLIMIT_STACK, 65536);
	else if (strcmp(how, "signals") == 0)
		spoil_signals();
	else if (strcmp(how, "umask") == 0)
		umask(0777);
	else if (strcmp(how, "environment") == 0)
		environ = hostile_environment;
	else if (strcmp(how, "descriptors") == 0)
		for (int i = 0; i < 200; i++)
			open("/dev/null", O_RDWR);
	else
		return 2;
	execv(argv[2], words);
	perror(argv[2]);
	return 126;
}
