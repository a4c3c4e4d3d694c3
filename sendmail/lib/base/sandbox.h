/* Confinement: what a program gives up once it has what it needs.  One file per system does it. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H
#include <stdbool.h>

enum sandbox_result {
	SANDBOX_DONE,  /* confined */
	SANDBOX_NONE,  /* this kernel has no means: carry on, say so once */
	SANDBOX_FAILED /* the kernel has the means but refused: do not carry on */
};

/* The session that reads a server's bytes: afterwards no file can be opened, no connection made, no
   program or process started, and no other process touched.  Descriptors that are open stay
   usable. */
enum sandbox_result sandbox_session(void);

/* No other process may look into this one (ptrace, memory, core file), also one of its own user.
   Where the system has that; a program that is started later has to say it again. */
void sandbox_hide(void);

enum sandbox_use {
	SANDBOX_TALK,  /* a socket that is connected: both ways, waiting, its options */
	SANDBOX_READ,  /* a file that is only read */
	SANDBOX_WRITE, /* what is only written */
	SANDBOX_HOLD   /* kept open, and nothing else: a lock */
};

/* What may still be done with a descriptor, here and where it is handed to; there is no way back.
   For systems whose kernel knows rights of descriptors (FreeBSD); elsewhere nothing is changed.
   True also when fd is not open; false with errno. */
bool sandbox_limit(int fd, enum sandbox_use use);

/* The process that takes a message: afterwards files can only be made, written, renamed and removed
   in the folder drop_fd (drop/), the FIFO at this path be written to, and no program started.  None
   can be read, or with may_read those in that folder (a session over several messages looks at
   drop/policy again).  A local socket can still be connected (submit/submit_client.h).  The group
   may still be changed to one that was held before. */
enum sandbox_result sandbox_submit(int drop_fd, const char *fifo, bool may_read);
#endif
