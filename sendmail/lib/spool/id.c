/* Queue identifiers. */
#include "spool/id.h"
#include "base/compat.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void id_make(char id[ID_SIZE], int64_t wall_s)
{
	id_unpack((uint64_t)wall_s << 32 | compat_random(), id);
}

static bool starts_as_id(const char *name)
{
	for (int i = 0; i < ID_LENGTH; i++) {
		bool hex = (name[i] >= '0' && name[i] <= '9') || (name[i] >= 'a' && name[i] <= 'f');
		if (i == 8 ? name[i] != '.' : !hex)
			return false;
	}
	return true;
}

bool id_valid(const char *name)
{
	return starts_as_id(name) && name[ID_LENGTH] == '\0';
}

bool id_with_suffix(const char *name, const char *suffix, char id[ID_SIZE])
{
	if (!starts_as_id(name) || strcmp(name + ID_LENGTH, suffix) != 0)
		return false;
	memcpy(id, name, ID_LENGTH);
	id[ID_LENGTH] = '\0';
	return true;
}

uint64_t id_pack(const char *id)
{
	return (uint64_t)strtoul(id, NULL, 16) << 32 | strtoul(id + 9, NULL, 16);
}

void id_unpack(uint64_t packed, char id[ID_SIZE])
{
	snprintf(id, ID_SIZE, "%08x.%08x", (unsigned)(packed >> 32), (unsigned)(packed & 0xffffffffu));
}
