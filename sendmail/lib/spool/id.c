/* Queue identifiers. */
#include "spool/id.h"
#include "base/compat.h"
#include <string.h>

void id_make(char id[ID_SIZE], int64_t wall_s)
{
	id_unpack((uint64_t)wall_s << 32 | compat_random(), id);
}

static bool starts_as_id(const char *name)
{
	for (int i = 0; i < ID_LENGTH; i++) {
		if (i == 8 ? name[i] != '.' : id_digit(name[i]) < 0)
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

bool id_read(const char *name, uint64_t *packed)
{
	uint64_t number = 0;
	for (int i = 0; i < ID_LENGTH; i++) {
		int digit = i == 8 ? 0 : id_digit(name[i]);
		if (digit < 0 || (i == 8 && name[i] != '.'))
			return false;
		number = i == 8 ? number : number << 4 | (uint64_t)digit;
	}
	*packed = number;
	return true;
}

/* Up to eight hexadecimal digits. */
static uint32_t read_half(const char *digits)
{
	uint32_t number = 0;
	int digit;
	for (int i = 0; i < 8 && (digit = id_digit(digits[i])) >= 0; i++)
		number = number << 4 | (uint32_t)digit;
	return number;
}

static void write_half(uint32_t number, char *digits)
{
	for (int i = 7; i >= 0; i--, number >>= 4)
		digits[i] = "0123456789abcdef"[number & 15];
}

uint64_t id_pack(const char *id)
{
	return (uint64_t)read_half(id) << 32 | read_half(id + 9);
}

void id_unpack(uint64_t packed, char id[ID_SIZE])
{
	write_half((uint32_t)(packed >> 32), id);
	id[8] = '.';
	write_half((uint32_t)packed, id + 9);
	id[ID_LENGTH] = '\0';
}
