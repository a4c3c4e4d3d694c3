/* Reading two files of the system's. */
#include "config/own_name.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first name with a dot, in a line that has the name; "" when it has not, or none. */
static void read_hosts_line(char *line, const char *name, char *full, size_t size)
{
	char *save = NULL;
	bool there = false;
	line[strcspn(line, "#\r\n")] = '\0';
	*full = '\0';
	strtok_r(line, " \t", &save); /* the address */
	for (char *word; (word = strtok_r(NULL, " \t", &save)) != NULL;) {
		there = there || text_equal_ci(word, name);
		if (*full == '\0' && strchr(word, '.') != NULL && strlen(word) < size)
			text_copy(full, size, word);
	}
	if (!there)
		*full = '\0';
}

/* The last of search and domain counts. */
static void read_resolv_line(char *line, char *domain, size_t size)
{
	char *save = NULL;
	const char *key = strtok_r(line, " \t\r\n", &save);
	if (key == NULL || (strcmp(key, "search") != 0 && strcmp(key, "domain") != 0))
		return;
	const char *word = strtok_r(NULL, " \t\r\n", &save);
	text_copy(domain, size, word != NULL && strlen(word) < size ? word : "");
}

void own_name_complete(char *name, size_t size, FILE *hosts, FILE *resolv_conf)
{
	char *line = NULL, full[256] = "", domain[256] = "";
	size_t space = 0;
	while (hosts != NULL && *full == '\0' && getline(&line, &space, hosts) >= 0)
		read_hosts_line(line, name, full, sizeof full);
	while (*full == '\0' && resolv_conf != NULL && getline(&line, &space, resolv_conf) >= 0)
		read_resolv_line(line, domain, sizeof domain);
	free(line);
	size_t length = strlen(domain);
	if (length > 0 && domain[length - 1] == '.')
		domain[--length] = '\0';
	if (*full != '\0' && strlen(full) < size)
		text_copy(name, size, full);
	else if (length > 0 && strlen(name) + 1 + length < size)
		snprintf(name + strlen(name), size - strlen(name), ".%s", domain);
}

void own_name(char *name, size_t size)
{
	if (gethostname(name, size - 1) != 0 || name[0] == '\0')
		text_copy(name, size, "localhost");
	name[size - 1] = '\0';
	if (strchr(name, '.') != NULL)
		return;
	FILE *hosts = fopen("/etc/hosts", "re"), *resolv_conf = fopen("/etc/resolv.conf", "re");
	own_name_complete(name, size, hosts, resolv_conf);
	if (hosts != NULL)
		fclose(hosts);
	if (resolv_conf != NULL)
		fclose(resolv_conf);
}
