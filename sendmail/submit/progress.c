/* Counting what is left in the queue's folder. */
#include "submit/progress.h"
#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"
#include "spool/id.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>

#define LOOK_MS 200
#define QUIET_MS 1000 /* what is over sooner shows no line */

/* Messages in a folder of the spool; -1 when it cannot be read. */
static int count_messages(const char *folder)
{
	int count = 0;
	TEXT(path, 1100);
	text_printf(&path, "%s/%s", paths_spool(), folder);
	DIR *dir = opendir(path.data);
	if (dir == NULL)
		return -1;
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		count += id_valid(e->d_name);
	closedir(dir);
	return count;
}

static int count_all(void)
{
	int in_drop = count_messages("drop"), queued = count_messages("mqueue");
	return queued < 0 ? -1 : queued + (in_drop > 0 ? in_drop : 0);
}

static void show(int left, int64_t spent_ms)
{
	TEXT(span, 40);
	clock_put_span(&span, spent_ms / 1000);
	fprintf(stderr, "\r%d message%s left, %s \033[K", left, left == 1 ? "" : "s", span.data);
	fflush(stderr);
}

static void conclude(int before, int left)
{
	fputs("\r\033[K", stderr);
	if (left < 0)
		return;
	if (left == 0)
		fprintf(stderr, "The queue is empty.\n");
	else
		fprintf(stderr, "%d of %d message%s wait%s; \"mailq -v\" says why.\n", left,
		    before > left ? before : left, before == 1 ? "" : "s", left == 1 ? "s" : "");
}

int progress_wait(pid_t child)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	int status = 0, before = count_all();
	int64_t start_ms = clock_mono_ms();
	pid_t ended;
	while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
		nanosleep(&pause, NULL);
		int left = count_all();
		if (left >= 0 && clock_mono_ms() - start_ms > QUIET_MS)
			show(left, clock_mono_ms() - start_ms);
	}
	if (ended != child || !WIFEXITED(status))
		return EX_OSERR;
	if (WEXITSTATUS(status) == EX_OK)
		conclude(before, count_all());
	return WEXITSTATUS(status);
}
