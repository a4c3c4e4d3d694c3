/* Confinement: what a program gives up once it has what it needs.  One file per system does it. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

enum sandbox_result {
	SANDBOX_DONE,  /* confined */
	SANDBOX_NONE,  /* this kernel has no means: carry on, say so once */
	SANDBOX_FAILED /* the kernel has the means but refused: do not carry on */
};

/* The session that reads a server's bytes: afterwards no file can be opened and no connection made.
   Descriptors that are open stay usable. */
enum sandbox_result sandbox_session(void);
#endif
