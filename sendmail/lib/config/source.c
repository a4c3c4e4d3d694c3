/* Finding a key's line, with the same rules as config.c: keys at the start of a line, sections in
 * brackets. */
#include "config/source.h"
#include "base/text.h"
#include "config/config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool source_is_section(const char *line, const char *section, const char *section_name)
{
	char name[400];
	line = text_skip_bom(line);
	const char *end = *line == '[' ? strrchr(line, ']') : NULL;
	if (end == NULL)
		return false;
	snprintf(name, sizeof name, "%.*s", (int)(end - line - 1), line + 1);
	if (section_name == NULL)
		return strcmp(name, section) == 0;
	return text_starts(name, section) &&
	       strcmp(text_trim(name + strlen(section)), section_name) == 0;
}

/* The line sets that key, by its name or by the one that it had before. */
static bool sets(const char *line, const char *section, const char *key)
{
	char name[64];
	size_t length = strcspn(line, "=: \t");
	if (length >= sizeof name || line[length] == '\0')
		return false;
	snprintf(name, sizeof name, "%.*s", (int)length, line);
	const struct config_old_name *old = config_old_name(section, name);
	return strcmp(old != NULL ? old->name : name, key) == 0;
}

int source_line(const char *path, const char *section, const char *section_name, const char *key)
{
	char *line = NULL;
	size_t size = 0;
	int number = 0, found = 0;
	bool inside = false;
	struct stat st;
	/* A device never ends. */
	FILE *file = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
	while (file != NULL && found == 0 && getline(&line, &size, file) >= 0) {
		number++;
		if (*text_skip_bom(line) == '[')
			inside = source_is_section(line, section, section_name);
		else if (inside && sets(line, section, key))
			found = number;
	}
	if (file != NULL)
		fclose(file);
	free(line);
	return found;
}
