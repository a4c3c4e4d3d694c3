/* failcall SAYS NAME FAULT N COMMAND...: runs a command in which the Nth system call that fits, of
   all programs with that NAME (of at most 15 letters), fails (fault.h; not torn; meanwhile:
   $FAILCALL_DO is run before it, to its end); N 0: they are only counted.  Works with any program,
   those of others, too. Into the file SAYS it writes "COUNT CALL": how many there were, and which
   kind it was that failed ("-": none). Ends as the command does; 128 and the signal that killed it;
   124: it hung for a minute; 69: not on this machine. */
#include "tests/fake/fault.h"
#include "tests/fake/tracer.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 60

static void say(const char *path, const struct failpoint *point)
{
	FILE *file = fopen(path, "w");
	if (file == NULL)
		exit(1);
	fprintf(file, "%ld %s\n", point->count,
	    point->hit ? fault_call(point->calls[point->at - 1]) : "-");
	if (fclose(file) != 0)
		exit(1);
}

int main(int argc, char **argv)
{
	static struct failpoint point;
	if (argc < 6 || !tracer_works())
		return argc < 6 ? 64 : 69;
	point.action = fault_find(argv[3], &point.kinds);
	if (point.action == 0 || point.action == FAILPOINT_TORN)
		return 64;
	if (point.action == FAILPOINT_KILL || point.action == FAILPOINT_MEANWHILE)
		point.kinds = 0; /* these come at every call */
	point.at = atol(argv[4]);
	pid_t pid = fork();
	if (pid == 0) {
		tracer_invite();
		execvp(argv[5], argv + 5);
		_exit(127);
	}
	int status = tracer_follow(pid, argv[2], &point, PATIENCE_S);
	say(argv[1], &point);
	return status < 0 ? 124 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
