/* The connection to a client, with all the times that it may take. */
#ifndef SMTPD_LINE_H
#define SMTPD_LINE_H
#include "smtpd/door.h"
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum line_end { LINE_GOES_ON, LINE_CLOSED, LINE_TIME_OVER, LINE_LEAVES };

struct line {
	int fd;
	SSL *tls;                 /* NULL: in the clear */
	int64_t command_until_ms; /* for the command that is waited for, however slowly it comes */
	int64_t message_until_ms; /* 0: no message is under way */
	int64_t until_ms;         /* for all of it */
	enum line_end end;
};

void line_start(struct line *l, int fd);

/* At most size bytes; 0 or -1: it is over, and line_farewell knows why.  Between messages it is
   over, too, when the parent ends. */
ssize_t line_read(struct line *l, struct door *d, char *bytes, size_t size);

/* All of it; false: the client does not read, or is gone. */
bool line_write(struct line *l, const char *bytes, size_t length);

/* TLS from here on.  False: it did not come to be, and the connection is of no use. */
bool line_begin_tls(struct line *l, struct door *d, SSL_CTX *context);
bool line_is_secret(const struct line *l);

/* The reply that says why it is over; NULL: nobody would hear it. */
const char *line_farewell(const struct line *l);

/* What the times are for. */
void line_command_begins(struct line *l);
void line_message_begins(struct line *l);
void line_message_ends(struct line *l);
#endif
