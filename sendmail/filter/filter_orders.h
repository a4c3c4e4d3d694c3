/* What filters gives the program filter on standard input, before the message: the lines NAME,
   SENDER, ID and BYTES, and so many bytes of recipients, each with a line feed. */
#ifndef FILTER_FILTER_ORDERS_H
#define FILTER_FILTER_ORDERS_H
#include "base/mem.h"
#include "config/filter.h"

#define ORDERS_SENDER_SIZE 401
#define ORDERS_ID_SIZE 64

struct filter_orders {
	char name[FILTER_NAME_MAX + 1], sender[ORDERS_SENDER_SIZE], id[ORDERS_ID_SIZE];
	struct buffer recipients; /* after each a NUL */
};

/* Byte by byte as far as the message: what follows is for the command.  False when something is
   missing or too long. */
bool orders_take(struct filter_orders *o, int fd);

/* The next recipient: *at starts at 0; NULL at the end. */
const char *orders_recipient(const struct filter_orders *o, size_t *at);
#endif
