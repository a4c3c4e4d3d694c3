/* Messages as the runner hands them over, and the lines that go back (jobs/jobs_line.h).  Both ways
   are lines of fields on one stream socket; a message's descriptor comes along with its first byte.
   mbox in the place of relay speaks the same. */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H
#include "jobs/jobs_line.h"
#include "message/envelope.h"
#include "message/body_conform.h"
#include "message/stamp.h"

#define JOBS_ALIVE_MS 5000

struct job {
	char id[32];
	char *sender;
	char **rcpts;
	struct job_asked {
		char *notify, *orcpt; /* as in struct session_rcpt */
		bool archive;         /* nobody wrote it: the sender hears nothing of it */
	} * asked;                /* for each of rcpts */
	int rcpt_count, rcpts_wanted;
	enum stamp_received received; /* what our Received field says, as the runner has it */
	int fd;
	struct envelope envelope;
	struct buffer header; /* as it goes out, with LF ends; made once */
	struct buffer said;   /* what was repaired in it, as sentences; "" = nothing */
	int64_t body_at;      /* offset after the stored header */
	struct entity top;    /* what the header says of the body */
	struct body_plan plan;
	bool reencoded, to_7bit; /* the body is made legal on the way */
	int64_t body_bytes;      /* on the wire */
	const char *utf8_field;  /* name of a field with an address that is not ASCII; NULL = none */
	int taken, finished;     /* recipients given to transactions; those whose transaction is over */
	long long turn;          /* of the session, in which it was served last; 0 = not yet */
	int reported;            /* those whose outcome the runner knows */
	bool settled;            /* it knows all before the transactions are over */
	bool used;               /* some command about it was sent */
	struct job *next;
};

struct jobs {
	int socket;
	struct buffer in, out;
	int fds[64];
	int fd_count;
	struct job *first, *last; /* open jobs in order */
	struct job *filling;      /* its rcpt lines are still coming */
	int ledger_fd;            /* where what is delivered is noted (jobs/ledger.h); 0 = nowhere */
	struct buffer ledger;     /* not written yet */
	bool quit;                /* the runner has no more */
	bool back;                /* what was not begun is wanted back */
	bool closed;              /* nothing can be read any more */
	int64_t said_ms;          /* monotonic: when something was last sent to the runner */
	bool orphaned;            /* the runner is gone without saying so */
};

/* Reads what is there without blocking; false when the stream makes no sense. */
bool jobs_receive(struct jobs *j);

/* The outcome of a recipient of job, by its index: where it is one for the ledger, it is written
 * there with the next jobs_flush. */
void jobs_note(struct jobs *j, const struct job *job, int rcpt, bool relayed,
    const struct diagnosis *d);

/* Writes the ledger, then sends what is in out; blocking.  False when the runner cannot be reached,
 * now or at any time later. */
bool jobs_flush(struct jobs *j);

/* What head_prepare repaired in job's header, if anything. */
void jobs_say_repairs(struct jobs *j, const struct job *job);

/* Adds a line to what goes to the runner. */
void jobs_say(struct jobs *j, const struct jobs_line *line);
void jobs_say_step(struct jobs *j, const char *text);

/* Says, when it is time for that, that this process is not hung, and what it waits for. */
void jobs_say_alive(struct jobs *j, enum stage stage);

/* The same every JOBS_ALIVE_MS by a timer's signal, for a process that looks names up and connects,
 * until it is switched off. */
void jobs_beat(struct jobs *j, bool on);

/* Takes a job off the list and frees it, with its descriptor. */
void jobs_remove(struct jobs *j, struct job *job);

/* At the end of the process: what is not flushed is lost. */
void jobs_free(struct jobs *j);
#endif
