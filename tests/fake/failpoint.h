/* What failpoint.so and the programs that drive it (faults.c, powercut.c) share. */
#ifndef FAKE_FAILPOINT_H
#define FAKE_FAILPOINT_H
#include <errno.h>

#define FAILPOINT_CALLS_MAX 65536

enum failpoint_call {
	FAILPOINT_OPEN = 1,
	FAILPOINT_CREATE,
	FAILPOINT_READ,
	FAILPOINT_WRITE,
	FAILPOINT_SYNC,
	FAILPOINT_RENAME,
	FAILPOINT_UNLINK,
	FAILPOINT_CLOSE,
	FAILPOINT_LOCK,
	FAILPOINT_STAT,
	FAILPOINT_SOCKET,
	FAILPOINT_TALK,
	FAILPOINT_PROCESS
};

/* What happens at a call: one of these, or an errno. */
enum failpoint_action {
	FAILPOINT_KILL = 10001, /* the process is killed before the call */
	FAILPOINT_TORN,         /* half of it is done, then the process is killed */
	FAILPOINT_SHORT,        /* half of it is done */
	FAILPOINT_MEANWHILE     /* a command is run before it (tracer.h only) */
};

struct failpoint {
	unsigned kinds; /* that are counted, a bit for each enum failpoint_call; 0 = all */
	long count;     /* calls so far */
	long at;        /* the one that fails; 0 = none */
	int action;
	int hit;                                  /* it was reached */
	unsigned char calls[FAILPOINT_CALLS_MAX]; /* enum failpoint_call of each */
};
#endif
