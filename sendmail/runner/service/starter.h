/* The starter: the one process of firsthop that stays root, where the runner was started by root.
   It is forked before the runner becomes the owner of the queue, and does three things for it
   (jobs/process.h): starts relay, mbox or filters, starts mailbox for an mbox and filter for a
   filters that it has started, and signals what it has started.  Which program that is, and its
   rights, are in a table; nothing of the request but descriptors reaches it.  It opens no file,
   reads nothing but packets of a fixed size, and ends when the runner and all that was started are
   gone.

   Under systemd there are three, each a unit with a socket of its own, so that the runner's unit
   needs neither root nor the network: the starter of relay is the user fhnet, as is what it starts,
   and no capability is there; those of local delivery and of filters are root, the first without
   the network. */
#ifndef RUNNER_SERVICE_STARTER_H
#define RUNNER_SERVICE_STARTER_H
#include <stdbool.h>
#include <sys/types.h>

struct starter_rights {
	uid_t uid; /* of the owner of the queue */
	gid_t gid;
	uid_t network_uid; /* of fhnet, who reads what comes from the network */
	gid_t network_gid;
};

/* As root: forks the starter; the other end of its socket, for process_use_starter, or -1 with
   errno.  in_foreground: what it starts keeps standard output and error. */
int starter_fork(const struct starter_rights *rights, bool in_foreground);

/* As a unit, with the listening socket of its socket unit (sd_listen_fds(3)) and nothing else:
   serves runners that connect to it, "relay" or "local", until they and what was started are gone.
   Who may connect is said by the mode of the socket; mbox becomes who connected.  A sysexits code,
   said when it is not EX_OK. */
int starter_serve(const char *part);
#endif
