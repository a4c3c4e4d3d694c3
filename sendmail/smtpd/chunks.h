/* BDAT (RFC 3030): a message in chunks whose lengths are said, without dots. */
#ifndef SMTPD_CHUNKS_H
#define SMTPD_CHUNKS_H
#include "dialogue/smtp_dialogue.h"

/* The command BDAT, with what follows it; true. */
bool chunks_obey(struct dialogue *d, char *rest);
#endif
