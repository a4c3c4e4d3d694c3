/* Where each value of a configuration file is; for relayconf show and for editing. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H
#include <stdbool.h>

/* Whether a line begins that section, with or without a name of its own. */
bool source_is_section(const char *line, const char *section, const char *section_name);

/* Line number of a key in a file, 0 when it is not set there.  section_name as in struct
   edit. */
int source_line(const char *path, const char *section, const char *section_name, const char *key);
#endif
