/* DNS messages.  Everything in an answer is taken for hostile until its length is known. */
#include "base/text.h"
#include "relay/route/dns.h"
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HEAD_BYTES 12
#define POINTERS_MAX 64

struct reader {
	const unsigned char *bytes;
	size_t length, at;
	bool broken;
};

struct record_head {
	char owner[256];
	unsigned type, size;
	size_t data_at;
};

const char *dns_kind_name(enum dns_kind k)
{
	static const char *const names[DNS_KINDS] = {"records", "no records of this type",
	    "no such name", "server failure", "no answer",
	    "the DNS server does not look up names for this machine", "broken answer"};
	return names[k];
}

size_t dns_question(const char *name, enum dns_type type, uint16_t id, unsigned char *bytes,
    size_t size)
{
	size_t at = HEAD_BYTES, length = strlen(name);
	const bool root = strcmp(name, ".") == 0;
	if (length == 0 || length > 253 || size < HEAD_BYTES + length + 6)
		return 0;
	memset(bytes, 0, HEAD_BYTES);
	bytes[0] = (unsigned char)(id >> 8);
	bytes[1] = (unsigned char)id;
	bytes[2] = 1; /* recursion desired */
	bytes[5] = 1; /* one question */
	while (*name != '\0' && !root) {
		size_t label = strcspn(name, ".");
		if (label == 0 || label > 63)
			return 0;
		bytes[at++] = (unsigned char)label;
		memcpy(bytes + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	const unsigned char end[] = {0, 0, (unsigned char)type, 0, 1};
	memcpy(bytes + at, end, sizeof end);
	return at + sizeof end;
}

static unsigned get16(struct reader *r)
{
	if (r->at + 2 > r->length) {
		r->broken = true;
		return 0;
	}
	unsigned value = (unsigned)r->bytes[r->at] << 8 | r->bytes[r->at + 1];
	r->at += 2;
	return value;
}

/* A label's bytes; names that hold anything but printable characters are broken, for they go to
 * logs and terminals. */
static bool put_label(struct text *name, const unsigned char *bytes, size_t length)
{
	if (name->length > 0)
		text_char(name, '.');
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] <= ' ' || bytes[i] >= 0x7f || bytes[i] == '.' || bytes[i] == '\\')
			return false;
		text_char(name, (char)bytes[i]);
	}
	return !name->overflow;
}

/* A name with compression (RFC 1035 4.1.4): pointers only ever lead backwards, and not more often
 * than is sensible. */
static void get_name(struct reader *r, char *out, size_t size)
{
	struct text name;
	size_t at = r->at, jumps = 0;
	bool jumped = false;
	text_init(&name, out, size);
	while (!r->broken && at < r->length && r->bytes[at] != 0) {
		unsigned length = r->bytes[at];
		if ((length & 0xc0) == 0xc0 && at + 1 < r->length && jumps++ < POINTERS_MAX) {
			size_t to = (length & 0x3f) << 8 | r->bytes[at + 1];
			if (!jumped)
				r->at = at + 2;
			jumped = true;
			r->broken = to >= at;
			at = to;
		} else if (length < 64 && at + 1 + length < r->length) {
			r->broken = !put_label(&name, r->bytes + at + 1, length);
			at += 1 + length;
		} else {
			r->broken = true;
		}
	}
	if (at >= r->length)
		r->broken = true;
	else if (!jumped)
		r->at = at + 1;
}

static bool get_record(struct reader *r, struct record_head *h)
{
	get_name(r, h->owner, sizeof h->owner);
	h->type = get16(r);
	get16(r); /* class */
	get16(r);
	get16(r); /* time to live */
	h->size = get16(r);
	h->data_at = r->at;
	if (!r->broken && r->at + h->size > r->length)
		r->broken = true;
	r->at += h->size;
	return !r->broken;
}

static bool take_address(const struct reader *r, const struct record_head *h, enum dns_type type,
    struct dns_record *record)
{
	unsigned wanted = type == DNS_A ? 4 : 16;
	return h->size == wanted && inet_ntop(type == DNS_A ? AF_INET : AF_INET6, r->bytes + h->data_at,
	                                record->name, sizeof record->name) != NULL;
}

static bool take_data(const struct reader *whole, const struct record_head *h, enum dns_type type,
    struct dns_record *record)
{
	struct reader r = *whole;
	*record = (struct dns_record){0};
	if (type == DNS_A || type == DNS_AAAA)
		return take_address(whole, h, type, record);
	r.at = h->data_at;
	if (type == DNS_MX || type == DNS_SRV)
		record->preference = (uint16_t)get16(&r);
	if (type == DNS_SRV) {
		record->weight = (uint16_t)get16(&r);
		record->port = (uint16_t)get16(&r);
	}
	get_name(&r, record->name, sizeof record->name);
	return !r.broken && r.at <= h->data_at + h->size;
}

/* Follows a CNAME: the answer's other records belong to the name that it leads to. */
static void take_alias(const struct reader *whole, const struct record_head *h,
    struct dns_answer *a)
{
	struct reader r = *whole;
	char target[256];
	r.at = h->data_at;
	get_name(&r, target, sizeof target);
	if (!r.broken)
		text_copy(a->alias, sizeof a->alias, target);
}

static bool is_same_question(struct reader *r, const char *name, enum dns_type type)
{
	char asked[256];
	get_name(r, asked, sizeof asked);
	unsigned asked_type = get16(r);
	get16(r);
	size_t length = strlen(name);
	if (length > 0 && name[length - 1] == '.')
		length--;
	return !r->broken && asked_type == (unsigned)type && strlen(asked) == length &&
	       strncasecmp(asked, name, length) == 0;
}

/* Without records: a referral points at other servers and does not end the search; a server that
 * recurses never sends one. */
static bool is_referral(struct reader *r, unsigned authorities, bool recursive)
{
	struct record_head h;
	bool points = false, ends = false;
	for (unsigned i = 0; i < authorities && get_record(r, &h); i++) {
		points = points || h.type == DNS_NS;
		ends = ends || h.type == DNS_SOA;
	}
	return points && !ends && !recursive;
}

/* Of more than there is room for the most preferred ones stay; of addresses the first. */
static void keep_record(struct dns_answer *a, const struct dns_record *one)
{
	int worst = 0;
	if (a->count < DNS_RECORDS_MAX) {
		a->records[a->count++] = *one;
		return;
	}
	a->left_out++;
	for (int i = 1; i < a->count; i++)
		worst = a->records[i].preference > a->records[worst].preference ? i : worst;
	if (one->preference < a->records[worst].preference)
		a->records[worst] = *one;
}

/* The owner of the SOA that comes with "there is no such thing" (RFC 2308 3). */
static void take_zone(const struct reader *whole, unsigned answers, unsigned authorities,
    struct dns_answer *a)
{
	struct reader r = *whole;
	struct record_head h;
	for (unsigned i = 0; i < answers + authorities && get_record(&r, &h); i++) {
		if (i >= answers && h.type == DNS_SOA)
			text_copy(a->zone, sizeof a->zone, h.owner[0] != '\0' ? h.owner : ".");
	}
}

/* RFC 6698 2.1: usage, selector, matching type, data. */
static bool take_tlsa(const struct reader *r, const struct record_head *h, struct dns_answer *a)
{
	const unsigned char *bytes = r->bytes + h->data_at;
	if (h->size < 3)
		return false;
	if (tlsa_add(&a->tlsa, bytes[0], bytes[1], bytes[2], bytes + 3, h->size - 3u))
		a->count++;
	else
		a->left_out++;
	return true;
}

static bool take_record(const struct reader *r, const struct record_head *h, enum dns_type type,
    struct dns_answer *a)
{
	struct dns_record one;
	if (type == DNS_TLSA)
		return take_tlsa(r, h, a);
	if (!take_data(r, h, type, &one))
		return false;
	keep_record(a, &one);
	return true;
}

static void take_records(struct reader *r, unsigned answers, enum dns_type type,
    struct dns_answer *a)
{
	struct record_head h;
	for (unsigned i = 0; i < answers && get_record(r, &h); i++) {
		if (h.type == DNS_CNAME)
			take_alias(r, &h, a);
		if (h.type == (unsigned)type && !take_record(r, &h, type, a))
			r->broken = true;
	}
}

bool dns_parse(const unsigned char *bytes, size_t length, const char *name, enum dns_type type,
    uint16_t id, struct dns_answer *a, bool *cut)
{
	struct reader r = {bytes, length, 0, false};
	*a = (struct dns_answer){.kind = DNS_BAD};
	*cut = false;
	if (length < HEAD_BYTES || get16(&r) != id)
		return false;
	unsigned flags = get16(&r), questions = get16(&r), answers = get16(&r), authorities = get16(&r);
	get16(&r);
	if ((flags & 0x8000) == 0 || questions != 1 || !is_same_question(&r, name, type))
		return false;
	*cut = (flags & 0x0200) != 0;
	a->validated = (flags & 0x0020) != 0;
	if ((flags & 0x0f) == 0 || (flags & 0x0f) == 3)
		take_zone(&r, answers, authorities, a);
	switch (flags & 0x0f) {
	case 0: break;
	case 2: a->kind = DNS_SERVFAIL; return true;
	case 3: a->kind = DNS_NXDOMAIN; return true;
	case 5: a->kind = DNS_LAME; return true;
	default: return true;
	}
	take_records(&r, answers, type, a);
	if (r.broken)
		a->count = a->tlsa.count = 0;
	else if (a->count > 0)
		a->kind = DNS_RECORDS;
	else
		a->kind = answers == 0 && is_referral(&r, authorities, (flags & 0x0080) != 0) ? DNS_LAME
		                                                                              : DNS_NONE;
	return true;
}
