/* A relay as it is played: between relay_processes.c, which the runner talks with, and relays.c. */
#ifndef TESTS_SIM_RELAY_H
#define TESTS_SIM_RELAY_H
#include "jobs/jobs.h"
#include "runner/session/worker.h"
#include "tests/sim/sim.h"

#define SIM_RELAYS_MAX (2 * WORKERS_MAX)

struct relay {
	bool alive, connected, ended;
	int ledger_fd;
	int names[SERVERS], name_count, at; /* servers that it may ask; the one that it is with */
	struct buffer in;                   /* from the runner */
	struct jobs jobs;                   /* out: to the runner; the messages in hand */
	int flight; /* of them, from the first on, whose ends are sent and not answered: CHUNKING */
	bool quit;
	int status;
	int64_t next_ms;
};
extern struct relay sim_relays[SIM_RELAYS_MAX];

/* The end: what it had is freed. */
void sim_relay_free(struct relay *relay);
#endif
