/* The message on standard input: its header whole, its body in pieces. */
#ifndef FILTER_MESSAGE_SOURCE_H
#define FILTER_MESSAGE_SOURCE_H
#include "base/mem.h"
#include <stdbool.h>
#include <sys/types.h>

struct message_source {
	int fd;
	struct buffer top;    /* what was read so far of its beginning */
	size_t header_length; /* of that, the fields with their line ends */
	size_t at;            /* of that, what source_body has given out */
};

/* False: there is no blank line within the first 2 MiB. */
bool source_header(struct message_source *s);

/* The next bytes of the body; 0 at its end, -1 with errno. */
ssize_t source_body(struct message_source *s, char *bytes, size_t size);
#endif
