/* A job's message as it is sent: header completed once, body read as it goes. */
#ifndef RELAY_CONTENT_H
#define RELAY_CONTENT_H
#include "config/config.h"
#include "relay/jobs.h"

/* Reads the envelope and the header of a job and completes the header; decides what must be done to the body for this server
   (eightbitmime: it offers that).  False: the file is damaged (d says how). */
bool content_prepare(struct job *job, const struct config *config, bool eightbitmime, struct diagnosis *d);

/* The next piece for up to SESSION_RCPTS_MAX recipients that have not been taken; NULL when there are none.  Its recipients are all
   ASCII or all not. */
struct piece *content_piece(struct job *job);
void content_free_piece(struct piece *p);
#endif
