/* Running other programs of ours. */
#include "relayconf/helper.h"
#include "base/complaint.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/text.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static void become(const char *name, const char *const argv[], int in, int out)
{
	char program[1100];
	char *copy[16] = {NULL};
	for (size_t i = 0; i + 1 < sizeof copy / sizeof copy[0] && argv[i] != NULL; i++)
		memcpy(&copy[i], &argv[i], sizeof copy[i]);
	dup2(in, STDIN_FILENO);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	compat_closefrom(STDERR_FILENO + 1);
	snprintf(program, sizeof program, "%s/%s", paths_libexec(), name);
	execv(program, copy);
	complaint_say("relayconf", "%s cannot be started: %s", program, strerror(errno));
	_exit(EX_OSFILE);
}

static void read_all(int fd, struct buffer *to)
{
	char bytes[4096];
	ssize_t n;
	while ((n = fdio_read(fd, bytes, sizeof bytes)) > 0)
		buffer_add(to, bytes, (size_t)n);
}

int helper_run(const char *name, const char *const argv[], const char *input, struct buffer *output)
{
	int in[2], out[2] = {-1, -1}, status = 0;
	fflush(stdout);
	if (compat_pipe(in) != 0)
		return EX_OSERR;
	if (output != NULL && compat_pipe(out) != 0) {
		close(in[0]);
		close(in[1]);
		return EX_OSERR;
	}
	pid_t pid = fork();
	if (pid == 0)
		become(name, argv, in[0], out[1]);
	close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	/* A pipe has room for that much. */
	if (pid > 0 && input != NULL)
		(void)fdio_write(in[1], input, strlen(input));
	close(in[1]);
	if (pid > 0 && output != NULL)
		read_all(out[0], output);
	if (out[0] >= 0)
		close(out[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
	                                                                       : EX_OSERR;
}

int helper_relay(const char *const arguments[], struct buffer *output)
{
	int out[2], status = 0;
	fflush(stdout);
	if (compat_pipe(out) != 0)
		return EX_OSERR;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		_exit(command_relay(arguments));
	}
	close(out[1]);
	if (pid > 0)
		read_all(out[0], output);
	close(out[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
	                                                                       : EX_OSERR;
}

bool helper_json(const char *line, const char *key, char *value, size_t size)
{
	TEXT(name, 80);
	TEXT(words, 2000);
	text_printf(&name, "\"%s\": ", key);
	const char *at = strstr(line, name.data);
	if (at == NULL)
		return false;
	at += name.length;
	bool quoted = *at == '"';
	at += quoted;
	while (*at != '\0' && (quoted ? *at != '"' : strchr(",}]", *at) == NULL)) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		text_char(&words, *at++);
	}
	return text_copy(value, size, words.data) || true;
}
