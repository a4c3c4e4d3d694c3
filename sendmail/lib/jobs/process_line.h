/* The lines between a starter and those that ask it: one line is one packet. */
#ifndef JOBS_PROCESS_LINE_H
#define JOBS_PROCESS_LINE_H
#include "base/protocol.h"
#include "jobs/process.h"

#define PROCESS_LINE_BYTES 64 /* none is longer */

/* start: with the descriptors of the program.  signal: SIGTERM or SIGKILL, for a process and its
   group. */
enum process_request { PROCESS_START, PROCESS_SIGNAL };
extern const struct protocol process_asked;

/* ended: STATUS as wait(2) has it. */
enum process_answer { PROCESS_STARTED, PROCESS_REFUSED, PROCESS_ENDED };
extern const struct protocol process_answered;

struct process_line {
	int verb;
	pid_t pid;  /* but for start and refused */
	int number; /* start: enum process_program; signal: its number; refused: an errno; ended: the
	               status */
};

/* "relay", "mailbox" ..., as the file of the program is named. */
const char *process_program_name(enum process_program program);

/* Adds a line of one of the two protocols. */
void process_line_put(struct buffer *out, const struct protocol *p, const struct process_line *l);

/* Understands one, without its LF; false when it is none, or a number is out of range. */
bool process_line_parse(struct process_line *l, const struct protocol *p, const char *line);

/* Sends one, without waiting, with descriptors if it is a start.  False with errno. */
bool process_line_send(int socket, const struct protocol *p, const struct process_line *l,
    const int *fds, int count);

/* Receives one, without waiting: 1, 0 = there is none now, -1 = the other end is gone, or made no
   sense.  *count: descriptors, at most PROCESS_FDS_MAX, which belong to the caller. */
int process_line_receive(int socket, const struct protocol *p, struct process_line *l, int *fds,
    int *count);
#endif
