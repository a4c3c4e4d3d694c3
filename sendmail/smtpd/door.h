/* The way to the queue: a connection to the runner's smtpd.sock.  The parent makes it and says on
   it whom it is for; a session gets it when it has a message, and can get no other. */
#ifndef SMTPD_DOOR_H
#define SMTPD_DOOR_H
#include "diagnosis/diag.h"
#include "message/envelope.h"
#include "spool/id.h"
#include "spool/submit_line.h"

#define DOOR_PACKET_MAX 600

/* Between session and parent, over their socket: a packet each, one byte but where it is said.
   FreeBSD 15 joins packets whose end is not said. */
#define DOOR_SEND (MSG_EOR | MSG_DONTWAIT | MSG_NOSIGNAL)
#define DOOR_WANTED 'd' /* a session asks for a door */
#define DOOR_OPEN 'o'   /* the answer: with the descriptor */
#define DOOR_CLOSED 'n' /* there is none: the runner does not answer */
#define DOOR_LOGIN 'a'  /* a session asks: after it a name, NUL, a password, NUL */
#define DOOR_RIGHT 'y'  /* the answers */
#define DOOR_WRONG 'w'
#define DOOR_REJECTED 'r' /* a session says: after it a command, NUL, what was answered, NUL */
#define DOOR_ACCEPTED 'm' /* a session says: the queue has a message */
#define DOOR_LEAVE 'q'    /* the parent ends: no further command is waited for */

/* In the parent: connects, without waiting, and introduces the user.  -1 with errno. */
int door_open(const struct submit_for *who);

/* In a session.  Zero-initialised but for the descriptors. */
struct door {
	int control_fd;
	int fd;     /* -1: not open */
	bool leave; /* the parent ends */
	char id[ID_SIZE];
};

/* Opens it unless it is open.  False with why. */
bool door_get(struct door *d, struct diagnosis *why);

/* Takes what the parent says; false when it is gone. */
bool door_hear(struct door *d);

/* True when name and password are right: messages are those of that login from now on. */
bool door_login(struct door *d, const char *name, const char *password);

/* A message: its head, then bytes as often as there are some, then the end.  A door that fails is
   closed.  door_end: EX_OK, and id is its name on disk; else a code with why. */
bool door_begin(struct door *d, const struct envelope *e);
bool door_put(struct door *d, const char *bytes, size_t length);
int door_end(struct door *d, struct diagnosis *why);
void door_close(struct door *d);

/* Informs the parent, for its log and its counts; nothing is waited for. */
void door_tell_rejected(const struct door *d, const char *command, const char *reply);
void door_tell_accepted(const struct door *d);
#endif
