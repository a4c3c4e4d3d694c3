/* Times programs from spawn to exit.
     timer pair N INPUT PROGRAM_A ARGUMENT_A PROGRAM_B ARGUMENT_B
         alternately, N times each; prints the medians in microseconds, the ratio, and the least and
         the most of each
     timer flood N INFLIGHT INPUT PROGRAM ARGUMENT
         N runs, INFLIGHT at a time; prints runs per second
     timer cost N INFLIGHT INPUT PROGRAM ARGUMENT
         the same; prints runs per second, and microseconds of CPU of one
     timer look N PROGRAM ARGUMENTS...
         N times, output thrown away; prints milliseconds of CPU (least, median) and of the clock
         (least, median, most), and peak memory in KiB
     timer memory PROGRAM ARGUMENTS...
         runs it once; prints its peak memory in KiB (and of its children) */
#include "base/clock.h"
#include "base/mem.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

static pid_t start(const char *input, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	posix_spawn_file_actions_init(&actions);
	if (input != NULL)
		posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0) {
		fprintf(stderr, "timer: %s cannot be started\n", argv[0]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void finish(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, 0) < 0 || status != 0) {
		fprintf(stderr, "timer: a run failed (status %d)\n", status);
		exit(1);
	}
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int pair(int n, const char *input, char **argv)
{
	char *const programs[2][3] = {{argv[0], argv[1], NULL}, {argv[2], argv[3], NULL}};
	double *times[2] = {mem_alloc((size_t)n * sizeof(double)),
	    mem_alloc((size_t)n * sizeof(double))};
	for (int i = 0; i < 2 * n; i++) {
		double before = now_us();
		finish(start(input, programs[i % 2]));
		times[i % 2][i / 2] = now_us() - before;
	}
	for (int p = 0; p < 2; p++)
		qsort(times[p], (size_t)n, sizeof(double), by_value);
	printf("%.0f %.0f %.2f %.0f-%.0f %.0f-%.0f\n", times[0][n / 2], times[1][n / 2],
	    times[1][n / 2] / times[0][n / 2], times[0][0], times[0][n - 1], times[1][0],
	    times[1][n - 1]);
	return 0;
}

static double cpu_us(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e6 +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

static double cpu_of_children_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	return cpu_us(&u);
}

static pid_t start_silent(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0) {
		fprintf(stderr, "timer: %s cannot be started\n", argv[0]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static int look(int n, char **argv)
{
	double *cpu = mem_alloc((size_t)n * sizeof *cpu), *wall = mem_alloc((size_t)n * sizeof *wall);
	long peak = 0;
	for (int i = 0; i < n; i++) {
		struct rusage own;
		int status;
		double before = now_us();
		pid_t pid = start_silent(argv);
		if (wait4(pid, &status, 0, &own) < 0)
			return 1;
		wall[i] = (now_us() - before) / 1e3;
		cpu[i] = cpu_us(&own) / 1e3;
		peak = own.ru_maxrss > peak ? own.ru_maxrss : peak;
	}
	qsort(cpu, (size_t)n, sizeof *cpu, by_value);
	qsort(wall, (size_t)n, sizeof *wall, by_value);
	printf("%.1f %.1f %.1f %.1f %.1f %ld\n", cpu[0], cpu[n / 2], wall[0], wall[n / 2], wall[n - 1],
	    peak);
	free(cpu);
	free(wall);
	return 0;
}

static int flood(int n, int in_flight, const char *input, char **argv, bool with_cost)
{
	char *const program[3] = {argv[0], argv[1], NULL};
	int running = 0, started = 0;
	double before = now_us();
	while (started < n || running > 0) {
		if (started < n && running < in_flight) {
			start(input, program);
			started++;
			running++;
			continue;
		}
		finish(-1);
		running--;
	}
	printf("%.0f", n / ((now_us() - before) / 1e6));
	if (with_cost)
		printf(" %.0f", cpu_of_children_us() / n);
	printf("\n");
	return 0;
}

static int memory(char **argv)
{
	struct rusage own;
	int status;
	pid_t pid = start(NULL, argv);
	if (wait4(pid, &status, 0, &own) < 0)
		return 1;
	printf("%ld\n", own.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 8 && strcmp(argv[1], "pair") == 0)
		return pair(atoi(argv[2]), argv[3], argv + 4);
	bool with_cost = argc == 7 && strcmp(argv[1], "cost") == 0;
	if (with_cost || (argc == 7 && strcmp(argv[1], "flood") == 0))
		return flood(atoi(argv[2]), atoi(argv[3]), argv[4], argv + 5, with_cost);
	if (argc >= 4 && strcmp(argv[1], "look") == 0 && atoi(argv[2]) > 0)
		return look(atoi(argv[2]), argv + 3);
	if (argc >= 3 && strcmp(argv[1], "memory") == 0)
		return memory(argv + 2);
	return 64;
}
