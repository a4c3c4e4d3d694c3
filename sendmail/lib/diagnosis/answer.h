/* A server's answer: as delivery hears it, and as people quote it from a log or a bounce.  Both
   become the same diagnosis. */
#ifndef DIAGNOSIS_ANSWER_H
#define DIAGNOSIS_ANSWER_H
#include "diagnosis/diag.h"

struct answer {
	int code;         /* 200 to 599 */
	char status[16];  /* RFC 3463, "" when there is none */
	char text[512];   /* on one line, without the code; control bytes escaped */
	enum stage stage; /* named by the words around it; STAGE_NONE = it is not */
};

/* The RFC 3463 status at the front of a text, if its class agrees with the code; status gets ""
   when there is none. */
void answer_status(int code, const char *text, size_t length, char status[16]);

/* The diagnosis of an answer at a stage: stage, code, status, text, verdict; for what is no success
   also key and fault. */
void answer_diagnose(const struct answer *a, enum stage stage, struct diagnosis *d);

/* Reads "535 5.7.139 Authentication unsuccessful", several lines of an answer, or a line of a log
   that holds one after its stage ("RCPT: 513 Relaying denied.").  False: there is no refusal (400
   to 599) in it. */
bool answer_read(struct answer *a, const char *words);

/* The stage at which servers say such a thing: the one that is named, else a guess from code and
   words. */
enum stage answer_stage(const struct answer *a);
#endif
