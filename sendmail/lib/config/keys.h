/* The table of config.h (key_rows.c), and how each key is read, checked and written.  For the
 * files of this folder. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H
#include "config/config.h"

enum key_type {
	KEY_TEXT,
	KEY_NAME,
	KEY_PATH,
	KEY_NUMBER,
	KEY_PORT,
	KEY_YES,
	KEY_LOOKUP,
	KEY_TLS,
	KEY_DANE,
	KEY_SENDER,
	KEY_WAITS,
	KEY_LIST,
	KEY_LOCAL,
	KEY_FORMAT,
	KEY_LOG,
	KEY_ORIGINAL,
	KEY_RECEIVED,
	KEY_AUTH,
	KEY_FINGERPRINT,
	KEY_DOWN,
	KEY_PROXY,
	KEY_PACE,
	KEY_STORM_BY,
	KEY_ADDRESS,
	KEY_DOMAINS,
	KEY_SENDERS
};

struct key_row {
	struct config_key key;
	enum key_type type;
	size_t at, size; /* place in struct config, in struct smarthost for section smarthost, in struct
	                    rule for section route, in struct submitter for section submit, in struct
	                    filter for section filter, in struct rewrite for section rewrite */
	int low, high;   /* of a number */
};

extern const struct key_row key_rows[];
extern const int key_row_count; /* at most CONFIG_KEYS_MAX */

/* Names that keys had in earlier versions: they are accepted. */
extern const struct config_old_name key_old_names[];
extern const int key_old_name_count;

/* The row of a key by its name of today; NULL: there is none. */
const struct key_row *keys_find(const char *section, const char *key);

/* A section that has this key; NULL: none has. */
const char *keys_section_of(const char *key);

/* The key most like a misspelt one, NULL when none is near. */
const char *keys_nearest(const char *section, const char *key);

/* Puts a value in its place; false with a sentence in problem.  folder: what a relative path is
 * relative to. */
bool keys_set(const struct key_row *row, void *base, const char *value, const char *folder,
    struct text *problem);
#endif
