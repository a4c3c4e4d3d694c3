/* Sorting and drawing. */
#include "relay/route/order.h"
#include "base/compat.h"
#include <stdlib.h>

/* A random key among equals. */
static int by_preference(const void *left, const void *right)
{
	const struct dns_record *a = left, *b = right;
	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return (a->weight > b->weight) - (a->weight < b->weight);
}

void order_mx(struct dns_answer *a)
{
	for (int i = 0; i < a->count; i++)
		a->records[i].weight = (uint16_t)compat_random();
	qsort(a->records, (size_t)a->count, sizeof a->records[0], by_preference);
}

void order_srv(struct dns_answer *a)
{
	qsort(a->records, (size_t)a->count, sizeof a->records[0], by_preference);
	for (int i = 0; i < a->count; i++) {
		uint32_t total = 0;
		int end = i, drawn = i;
		for (; end < a->count && a->records[end].preference == a->records[i].preference; end++)
			total += a->records[end].weight;
		uint32_t ball = compat_random() % (total + 1);
		while (drawn + 1 < end && ball > a->records[drawn].weight)
			ball -= a->records[drawn++].weight;
		struct dns_record chosen = a->records[drawn];
		a->records[drawn] = a->records[i];
		a->records[i] = chosen;
	}
}
