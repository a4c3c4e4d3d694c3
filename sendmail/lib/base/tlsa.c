/* TLSA records. */
#include "base/tlsa.h"
#include <string.h>

#define SHOWN_BYTES 64

bool tlsa_add(struct tlsa_set *set, unsigned usage, unsigned selector, unsigned matching,
    const unsigned char *data, size_t size)
{
	if (set->count >= TLSA_RECORDS_MAX || size > sizeof set->data - set->data_size || usage > 255 ||
	    selector > 255 || matching > 255)
		return false;
	set->records[set->count++] = (struct tlsa){.usage = (uint8_t)usage,
	    .selector = (uint8_t)selector,
	    .matching = (uint8_t)matching,
	    .at = (uint16_t)set->data_size,
	    .size = (uint16_t)size};
	if (size > 0)
		memcpy(set->data + set->data_size, data, size);
	set->data_size += size;
	return true;
}

bool tlsa_is_usable(const struct tlsa *record)
{
	static const uint16_t digest_bytes[] = {0, 32, 64}; /* by matching type; 0: whole data */
	if (record->usage != TLSA_DANE_TA && record->usage != TLSA_DANE_EE)
		return false;
	if (record->selector > 1 || record->matching > 2 || record->size == 0)
		return false;
	return record->matching == 0 || record->size == digest_bytes[record->matching];
}

int tlsa_usable(const struct tlsa_set *set)
{
	int usable = 0;
	for (int i = 0; set != NULL && i < set->count; i++)
		usable += tlsa_is_usable(&set->records[i]);
	return usable;
}

void tlsa_put(struct text *t, const struct tlsa_set *set, const struct tlsa *record)
{
	text_printf(t, "%u %u %u ", record->usage, record->selector, record->matching);
	for (int i = 0; i < record->size && i < SHOWN_BYTES; i++)
		text_printf(t, "%02x", set->data[record->at + i]);
	if (record->size > SHOWN_BYTES)
		text_put(t, "...");
}
