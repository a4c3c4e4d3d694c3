/* TLSA records of one server (RFC 6698 2.1): which certificates are its own, as its DNS says. */
#ifndef BASE_TLSA_H
#define BASE_TLSA_H
#include "base/text.h"
#include <stdint.h>

#define TLSA_RECORDS_MAX 32
#define TLSA_DATA_BYTES 8192

enum tlsa_usage { TLSA_DANE_TA = 2, TLSA_DANE_EE = 3 };

struct tlsa {
	uint8_t usage, selector, matching;
	uint16_t at, size; /* in the set's data */
};

struct tlsa_set {
	char owner[256]; /* the server, as asked for: "mx1.example.org" */
	uint16_t port;
	int count;
	struct tlsa records[TLSA_RECORDS_MAX];
	unsigned char data[TLSA_DATA_BYTES];
	size_t data_size;
	struct tlsa_set *next; /* for whoever keeps several */
};

/* False when there is no room for it. */
bool tlsa_add(struct tlsa_set *set, unsigned usage, unsigned selector, unsigned matching,
    const unsigned char *data, size_t size);

/* With which SMTP can do something (RFC 7672 3.1): DANE-TA or DANE-EE, of a known selector and
   matching type, with as many bytes as that has. */
bool tlsa_is_usable(const struct tlsa *record);
int tlsa_usable(const struct tlsa_set *set); /* how many of them are; 0 for NULL */

/* "3 1 1 0a1b...", as in a zone file; of long data the front. */
void tlsa_put(struct text *t, const struct tlsa_set *set, const struct tlsa *record);
#endif
