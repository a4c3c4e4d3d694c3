/* From what a server said to the reason: patterns in order, the first that fits counts. */
#include "base/catalogue.h"
#include "base/text.h"
#include <string.h>

struct pattern {
	enum stage from, to;
	int low, high;       /* reply code; 0 = any */
	const char *status;  /* RFC 3463, "" = any */
	const char *words;   /* part of the text, without regard to case; "" = any */
	const char *key;
};

static const struct pattern patterns[] = {
	{STAGE_AUTH, STAGE_AUTH, 0, 0, "", "application-specific", "auth-app-password"},
	{STAGE_AUTH, STAGE_AUTH, 0, 0, "5.7.9", "", "auth-app-password"},
	{STAGE_AUTH, STAGE_AUTH, 534, 534, "", "", "auth-too-weak"},
	{STAGE_AUTH, STAGE_AUTH, 538, 538, "", "", "auth-too-weak"},
	{STAGE_AUTH, STAGE_AUTH, 400, 499, "", "", "auth-unavailable"},
	{STAGE_AUTH, STAGE_AUTH, 500, 599, "", "", "auth-refused"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "authentication required", "auth-required"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "authentication is required", "auth-required"},
	{STAGE_BANNER, STAGE_DOT, 530, 530, "", "starttls", "auth-too-weak"},
	{STAGE_BANNER, STAGE_DOT, 530, 530, "", "", "auth-required"},
	{STAGE_BANNER, STAGE_DOT, 535, 535, "", "", "auth-refused"},
	{STAGE_BANNER, STAGE_DOT, 534, 534, "", "", "auth-too-weak"},
	{STAGE_BANNER, STAGE_DOT, 538, 538, "", "", "auth-too-weak"},
	{STAGE_STARTTLS, STAGE_STARTTLS, 400, 599, "", "", "starttls-refused"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "too many connections", "too-many-connections"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "too many concurrent", "too-many-connections"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "connection rate", "too-many-connections"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "4.7.0", "too many", "too-many-connections"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "rate limit", "rate-limited"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "throttl", "rate-limited"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "too much mail", "rate-limited"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "too many messages", "rate-limited"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "quota exceeded for sending", "rate-limited"},
	{STAGE_MAIL, STAGE_DOT, 456, 456, "", "", "address-blocked"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "address temporarily unavailable", "address-blocked"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relaying denied", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relay access denied", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relay not permitted", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relaying not allowed", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relaying is not allowed", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "unable to relay", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "not permitted to relay", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relaying temporarily denied", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relaying prohibited", "relay-denied"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "relay denied", "relay-denied"},
	{STAGE_RCPT, STAGE_RCPT, 513, 513, "", "", "relay-denied"},
	{STAGE_RCPT, STAGE_RCPT, 550, 550, "", "invalid recipient", "recipient-unknown"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "greylist", "greylisted"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "graylist", "greylisted"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "grey-list", "greylisted"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "not owned by user", "sender-not-owned"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "sender address rejected: not owned", "sender-not-owned"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "sendasdenied", "sender-not-owned"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "not allowed to send as", "sender-not-owned"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "4.1.8", "", "sender-domain"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "5.1.8", "", "sender-domain"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "sender address rejected: domain not found", "sender-domain"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "domain of sender address", "sender-domain"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "cannot find your hostname", "no-reverse-name"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "cannot find your reverse", "no-reverse-name"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "reverse dns", "no-reverse-name"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "ptr record", "no-reverse-name"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "5.7.25", "", "no-reverse-name"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "helo command rejected", "helo-refused"},
	{STAGE_EHLO, STAGE_EHLO, 500, 599, "", "", "helo-refused"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "spamhaus", "listed"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "blacklist", "listed"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "blocklist", "listed"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "blocked using", "listed"},
	{STAGE_BANNER, STAGE_DOT, 0, 0, "", "dnsbl", "listed"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "5.7.26", "", "spf-dmarc"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "dmarc", "spf-dmarc"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "spf", "spf-dmarc"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "4.2.2", "", "recipient-full"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "5.2.2", "", "recipient-full"},
	{STAGE_RCPT, STAGE_DOT, 0, 0, "", "mailbox full", "recipient-full"},
	{STAGE_RCPT, STAGE_DOT, 0, 0, "", "over quota", "recipient-full"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "5.3.4", "", "size-exceeded"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "message size exceeds", "size-exceeded"},
	{STAGE_MAIL, STAGE_DOT, 552, 552, "", "", "size-exceeded"},
	{STAGE_MAIL, STAGE_DOT, 452, 452, "4.3.1", "", "storage-full"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "insufficient system storage", "storage-full"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "insufficient disk", "storage-full"},
	{STAGE_RCPT, STAGE_RCPT, 452, 452, "4.5.3", "", "too-many-recipients"},
	{STAGE_RCPT, STAGE_RCPT, 452, 452, "", "", "too-many-recipients"},
	{STAGE_RCPT, STAGE_RCPT, 0, 0, "", "too many recipients", "too-many-recipients"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "5.4.6", "", "loop"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "too many hops", "loop"},
	{STAGE_MAIL, STAGE_DOT, 0, 0, "", "loops back to myself", "loop"},
	{STAGE_RCPT, STAGE_DOT, 0, 0, "5.1.1", "", "recipient-unknown"},
	{STAGE_RCPT, STAGE_RCPT, 0, 0, "5.1.10", "", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 550, 559, "", "user unknown", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 550, 559, "", "unknown user", "recipient-unknown"},
	{STAGE_RCPT, STAGE_RCPT, 550, 550, "", "user <", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 550, 559, "", "no such user", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 550, 559, "", "does not exist", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 550, 559, "", "mailbox unavailable", "recipient-unknown"},
	{STAGE_RCPT, STAGE_DOT, 0, 0, "5.2.1", "", "recipient-disabled"},
	{STAGE_RCPT, STAGE_DOT, 0, 0, "5.1.3", "", "recipient-bad"},
	{STAGE_RCPT, STAGE_RCPT, 501, 501, "", "", "recipient-bad"},
	{STAGE_RCPT, STAGE_RCPT, 553, 553, "", "", "recipient-bad"},
	{STAGE_DATA, STAGE_DOT, 0, 0, "", "spam", "content-refused"},
	{STAGE_DATA, STAGE_DOT, 0, 0, "", "virus", "content-refused"},
	{STAGE_DATA, STAGE_DOT, 0, 0, "5.7.1", "", "content-refused"},
	{STAGE_DATA, STAGE_DOT, 0, 0, "5.6.0", "", "content-refused"},
	{STAGE_MAIL, STAGE_MAIL, 500, 509, "", "", "protocol-refused"},
	{STAGE_MAIL, STAGE_MAIL, 550, 559, "", "", "sender-refused"},
	{STAGE_BANNER, STAGE_EHLO, 400, 499, "", "", "server-busy"},
	{STAGE_BANNER, STAGE_DOT, 421, 421, "", "", "closing"},
	{STAGE_BANNER, STAGE_QUIT, 400, 499, "", "", "reply-4xx"},
	{STAGE_BANNER, STAGE_QUIT, 500, 599, "", "", "reply-5xx"},
};

const struct reason *catalogue_row(const char *key)
{
	int count;
	const struct reason *rows = catalogue_all(&count);
	for (int i = 0; i < count; i++) {
		if (strcmp(rows[i].key, key) == 0)
			return &rows[i];
	}
	return NULL;
}

static bool fits(const struct pattern *p, const struct diagnosis *d)
{
	if (d->stage < p->from || d->stage > p->to || d->reply_code == 0)
		return false;
	if (p->high != 0 && (d->reply_code < p->low || d->reply_code > p->high))
		return false;
	if (*p->status != '\0' && strcmp(p->status, d->status) != 0)
		return false;
	return *p->words == '\0' || text_find_ci(d->text, p->words) != NULL;
}

void catalogue_recognise(struct diagnosis *d)
{
	for (size_t i = 0; d->key[0] == '\0' && i < sizeof patterns / sizeof patterns[0]; i++) {
		if (fits(&patterns[i], d))
			text_copy(d->key, sizeof d->key, patterns[i].key);
	}
	const struct reason *row = catalogue_row(d->key);
	if (row != NULL && row->fault != FAULT_NONE)
		d->fault = row->fault;
	else if (d->fault == FAULT_NONE)
		d->fault = d->stage == STAGE_RCPT ? FAULT_RECIPIENT : d->stage >= STAGE_MAIL ? FAULT_MESSAGE : FAULT_ROUTE;
}
