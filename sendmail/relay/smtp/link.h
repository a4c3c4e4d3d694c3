/* The line to a server: bytes out, bytes in, with TLS switched on in between.  A struct of
   functions, so that a session can be run over memory in tests. */
#ifndef SMTP_LINK_H
#define SMTP_LINK_H
#include "diagnosis/diag.h"
#include "config/smarthost.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct link;
enum link_event { LINK_READABLE = 1, LINK_WRITABLE = 2 };

struct link {
	/* Bytes moved, 0 = nothing now (ask again when wait says so), -1 = closed or broken (errno 0 =
	 * closed by the peer). Never blocks. */
	ssize_t (*read)(struct link *l, void *bytes, size_t size);
	ssize_t (*write)(struct link *l, const void *bytes, size_t size);
	/* LINK_ values to poll for before read (or write, if want_write) can move on: TLS may need the
	 * other direction. */
	int (*wait_for)(struct link *l, bool want_write);
	/* True when read can move on without new bytes on the descriptor (TLS records already read). */
	bool (*pending)(struct link *l);
	void (*close)(struct link *l);
	int fd;
	void *state;
	bool wants_certificate; /* the server asked for one of ours */
	char error[500];        /* words for the last -1, "" when errno says it */
};

/* A link over a connected, non-blocking socket. */
void link_socket(struct link *l, int fd);
#endif
