/* Policy on addresses: aliases, completion, the sender that goes out. */
#ifndef CONFIG_RECIPIENTS_H
#define CONFIG_RECIPIENTS_H
#include "config/aliases.h"
#include "config/config.h"
#include "message/envelope.h"

struct recipients {
	char **addresses;
	int count;
	int *slots;     /* hash table of indices plus one */
	int slot_count;
};

/* Final recipients of an envelope, each once. */
void recipients_expand(struct recipients *out, const struct envelope *e, const struct aliases *aliases, const struct config *c);
void recipients_free(struct recipients *r);

/* The envelope sender after policy; "" stays "".  Free it. */
char *recipients_sender(const struct envelope *e, const struct config *c);
#endif
