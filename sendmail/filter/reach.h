/* The way to the socket of a filter. */
#ifndef FILTER_REACH_H
#define FILTER_REACH_H
#include "config/filter_socket.h"

/* A blocking socket that is connected; -1 with errno. */
int reach_socket(const struct filter_socket *s);

/* The place, for messages. */
void reach_put_place(const struct filter_socket *s, struct text *words);
#endif
