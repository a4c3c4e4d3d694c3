/* Hashes of what has to be the same.  The uid is in each of them: nobody can count, or wait, under
   the key of another user. */
#include "runner/attempt/gather_key.h"
#include "base/hash.h"
#include "base/text.h"
#include "runner/queue/nexthop_key.h"
#include <stdio.h>
#include <string.h>

void gather_key_flags(const struct envelope *e, struct text *flags)
{
	static const char *const kept[] = {"from-given", "name-given", "no-alias"};
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		if (!envelope_has_flag(e, kept[i]))
			continue;
		text_put(flags, flags->length > 0 ? " " : "");
		text_put(flags, kept[i]);
	}
}

static uint64_t add(uint64_t hash, const char *string)
{
	return hash_add(hash, string, strlen(string) + 1);
}

static uint64_t of_user(const struct envelope *e)
{
	TEXT(uid, 24);
	text_printf(&uid, "%lld", (long long)e->uid);
	return add(HASH_START, uid.data);
}

static uint64_t add_recipients(uint64_t hash, const struct envelope *e)
{
	for (size_t i = 0; i < e->recipient_count; i++)
		hash = add(hash, e->recipients[i]);
	return hash;
}

void gather_key_path(const struct envelope *e, char path[RULES_PATH_SIZE])
{
	TEXT(flags, 60);
	gather_key_flags(e, &flags);
	uint64_t hash = add_recipients(add(add(of_user(e), flags.data), e->sender), e);
	snprintf(path, RULES_PATH_SIZE, "%c%016llx", NEXTHOP_KEY_GATHER, (unsigned long long)hash);
}

bool gather_key_same(const struct envelope *a, const struct envelope *b)
{
	TEXT(flags_a, 60);
	TEXT(flags_b, 60);
	gather_key_flags(a, &flags_a);
	gather_key_flags(b, &flags_b);
	bool same = a->uid == b->uid && a->recipient_count == b->recipient_count &&
	            strcmp(a->sender, b->sender) == 0 && strcmp(flags_a.data, flags_b.data) == 0;
	for (size_t i = 0; same && i < a->recipient_count; i++)
		same = strcmp(a->recipients[i], b->recipients[i]) == 0;
	return same;
}

uint64_t gather_key_count(const struct envelope *e, enum config_storm_by by)
{
	return by == CONFIG_STORM_SENDER ? add(of_user(e), e->sender) : add_recipients(of_user(e), e);
}
