/* Keys of nexthops. */
#include "base/mem.h"
#include "runner/queue/nexthop_key.h"
#include <string.h>

enum nexthop_kind nexthop_key_kind(const char *key)
{
	return *key == '\0'                          ? NEXTHOP_NOWHERE
	       : *key == '@'                         ? NEXTHOP_MX
	       : *key == RULES_FILTER                ? NEXTHOP_FILTER
	       : *key == NEXTHOP_KEY_GATHER          ? NEXTHOP_GATHER
	       : strcmp(key, NEXTHOP_KEY_LOCAL) == 0 ? NEXTHOP_LOCAL
	       : strcmp(key, NEXTHOP_KEY_HERE) == 0  ? NEXTHOP_HERE
	                                             : NEXTHOP_SMARTHOSTS;
}

static void add_name(char ***names, int *count, const char *name, size_t length)
{
	*names = mem_resize(*names, (size_t)*count + 1, sizeof **names);
	(*names)[(*count)++] = mem_copy_n(name, length);
}

int nexthop_key_names(const char *key, char ***names)
{
	enum nexthop_kind kind = nexthop_key_kind(key);
	int count = 0;
	*names = NULL;
	if (kind != NEXTHOP_SMARTHOSTS && kind != NEXTHOP_NOWHERE)
		add_name(names, &count, key, strlen(key));
	for (size_t length; kind == NEXTHOP_SMARTHOSTS && *key != '\0';
	     key += length + (key[length] == ',')) {
		length = strcspn(key, ",");
		add_name(names, &count, key, length);
	}
	return count;
}
