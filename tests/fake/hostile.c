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

/* "NUMBER-VALUE" */
static void limit_one(const char *how)
{
	char *behind;
	int what = (int)strtol(how, &behind, 10);
	limit(what, *behind == '-' ? (rlim_t)atoll(behind + 1) : 0);
}

/* "02": standard input and error. */
static void close_each(const char *digits)
{
	for (; *digits != '\0'; digits++)
		close(*digits - '0');
}

/* A first word of 100,000 bytes, with what a terminal obeys at its end. */
static char *long_name(void)
{
	enum { LENGTH = 100000 };
	char *name = calloc(1, LENGTH + 16);
	if (name != NULL)
		strcpy((char *)memset(name, 'x', LENGTH) + LENGTH, "/\33[31m\302\233x");
	return name;
}

/* A list with 20,000 more words after it. */
static char **many(char **words, const char *before, const char *behind)
{
	enum { MORE = 20000 };
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	char **list = calloc(count + MORE + 1, sizeof *list);
	for (size_t i = 0; list != NULL && i < count + MORE; i++) {
		list[i] = i < count ? words[i] : malloc(24);
		if (i >= count && list[i] != NULL)
			snprintf(list[i], 24, "%s%d%s", before, (int)(i - count), behind);
	}
	return list;
}

/* A working directory that was removed. */
static void leave_to_nowhere(void)
{
	char folder[] = "/tmp/gone.XXXXXX";
	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || rmdir(folder) != 0)
		exit(2);
}

static char *hostile_environment[] = {"PATH=/tmp/evil", "TZ=/etc/shadow", "LD_PRELOAD=/tmp/evil.so",
    "LD_LIBRARY_PATH=/tmp/evil", "MALLOC_PERTURB_=99", "FIRSTHOP_SPOOL=/tmp/evil",
    "FIRSTHOP_RUN=/tmp/evil", "FIRSTHOP_CONFIG=/tmp/evil/firsthop.conf",
    "FIRSTHOP_LIBEXEC=/tmp/evil", "HOSTALIASES=/tmp/evil", "RES_OPTIONS=attempts:99",
    "GCONV_PATH=/tmp/evil", "LOCPATH=/tmp/evil", "LC_ALL=../../../tmp/evil", "LANGUAGE=../evil",
    "NLSPATH=/tmp/evil/%N", "TMPDIR=/tmp/evil", "HOME=/tmp/evil", "LOCALDOMAIN=evil",
    "OPENSSL_CONF=/tmp/evil", "SSL_CERT_FILE=/tmp/evil", "SSLKEYLOGFILE=/tmp/evil",
    "GLIBC_TUNABLES=glibc.malloc.check=3", "MALLOC_TRACE=/tmp/evil", "LD_AUDIT=/tmp/evil.so",
    "LD_DEBUG=all", "LD_DEBUG_OUTPUT=/tmp/evil", "LD_PROFILE=libc.so.6", "BASH_ENV=/tmp/evil",
    "ENV=/tmp/evil", "IFS=/", "=", "NOEQUALS", "NAME=x\nBcc: evil@example.org", "NAME=y", NULL};

int main(int argc, char **argv)
{
	static char *none[] = {NULL}, *empty[] = {"", NULL};
	if (argc < 3)
		return 2;
	const char *how = argv[1];
	char **words = argv + 2, *program = argv[2];
	if (strcmp(how, "no-arguments") == 0)
		words = none;
	else if (strcmp(how, "empty-name") == 0)
		words = empty;
	else if (strcmp(how, "closed") == 0)
		close(0), close(1), close(2);
	else if (strncmp(how, "closed-", 7) == 0 && how[7] >= '0' && how[7] <= '2')
		close_each(how + 7);
	else if (strncmp(how, "limit-", 6) == 0)
		limit_one(how + 6);
	else if (strcmp(how, "name") == 0)
		words[0] = long_name();
	else if (strcmp(how, "closed-output") == 0)
		close(1), close(2);
	else if (strcmp(how, "file-size") == 0)
		limit(RLIMIT_FSIZE, 100);
	else if (strncmp(how, "files-", 6) == 0)
		limit(RLIMIT_NOFILE, (rlim_t)atoi(how + 6));
	else if (strcmp(how, "processes") == 0)
		limit(RLIMIT_NPROC, 0);
	else if (strcmp(how, "children") == 0)
		signal(SIGCHLD, SIG_IGN);
	else if (strcmp(how, "alarm") == 0)
		alarm(1);
	else if (strcmp(how, "open-mask") == 0)
		umask(0);
	else if (strcmp(how, "words") == 0)
		words = many(argv + 2, "to", "@x");
	else if (strcmp(how, "variables") == 0)
		environ = many(environ, "V", "=x");
	else if (strcmp(how, "folder") == 0)
		dup2(open("/", O_RDONLY), STDIN_FILENO);
	else if (strcmp(how, "no-input") == 0)
		dup2(open("/dev/null", O_WRONLY), STDIN_FILENO);
	else if (strcmp(how, "full") == 0)
		dup2(dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO), STDERR_FILENO);
	else if (strcmp(how, "gone") == 0)
		leave_to_nowhere();
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
	execv(program, words);
	perror(program);
	return 126;
}
