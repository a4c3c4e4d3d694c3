/* What is counted of a message while it is stored: struct content of the envelope. */
#ifndef MESSAGE_COUNT_H
#define MESSAGE_COUNT_H
#include "message/envelope.h"

/* Counts stored bytes, in any pieces; *column is 0 at the start and carried along. */
void count_bytes(struct content *c, int64_t *column, const char *bytes, size_t length);
#endif
