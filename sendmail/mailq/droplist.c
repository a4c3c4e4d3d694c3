/* What waits in drop/. */
#include "mailq/droplist.h"
#include "base/compat.h"
#include "base/paths.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* drop/ is closed to this program; sendmail, which may look there, is asked. Its real group shows
 * who asks. */
static FILE *ask_droplist(pid_t *pid)
{
	char path[1024];
	int fds[2];
	if (pipe(fds) != 0)
		return NULL;
	*pid = fork();
	if (*pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		compat_closefrom(STDERR_FILENO + 1);
		gid_t group = getegid();
		if (setregid(group, group) != 0)
			_exit(71);
		snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
		execl(path, "droplist", (char *)NULL);
		_exit(72);
	}
	close(fds[1]);
	if (*pid < 0) {
		close(fds[0]);
		return NULL;
	}
	return fdopen(fds[0], "r");
}

bool droplist_ask(struct buffer *lines)
{
	pid_t pid = -1;
	int status = 1;
	char bytes[4096];
	size_t n;
	FILE *answer = ask_droplist(&pid);
	while (answer != NULL && (n = fread(bytes, 1, sizeof bytes, answer)) > 0)
		buffer_add(lines, bytes, n);
	if (answer != NULL)
		fclose(answer);
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status == 0;
}
