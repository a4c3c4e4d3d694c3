/* Where each value of a configuration file stands; for relayconf show and for editing. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

/* Line number of a key in a file, 0 when it is not set there.  hop_name for section smarthost, else
 * NULL. */
int source_line(const char *path, const char *section, const char *hop_name, const char *key);
#endif
