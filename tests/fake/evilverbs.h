/* What an evil relay says, and how it says it. */
#ifndef FAKE_EVILVERBS_H
#define FAKE_EVILVERBS_H
#include <stddef.h>

#define MESSAGES_MAX 64

#define READY \
	"ready n=0 verdict=sent stage=MAIL hop=evil peer=evil.example.net ip=192.0.2.66 port=25\n"

/* What it was given. */
extern char ids[MESSAGES_MAX][40];
extern int count;

/* What commands a terminal, raw and escaped. */
#define EVIL_BAD 17
extern const char *const evil_bad[EVIL_BAD];

/* To the runner; this program ends when that has hung up. */
void say_bytes(const char *bytes, size_t length);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Outcomes of messages that it never got, and numbers out of range. */
void lie(void);

/* Every other word, with what is no value of it. */
void lie_with_each_verb(void);

/* That word of all that it has, and then nothing. */
void of_each(const char *verb);
#endif
