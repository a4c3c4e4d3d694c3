/* From what a server said to the reason: patterns in order, the first that fits counts.
   What is particular stands before what is general, and what speaks of this machine or of the
   sender before what speaks of the recipient: a refusal that somebody can repair must not be taken
   for a wrong address, because that sends the mail back. */
#include "diagnosis/catalogue_rows.h"
#include "base/text.h"
#include <string.h>

struct pattern {
	enum stage from, to;
	int low, high;      /* reply code; 0 = any */
	const char *status; /* RFC 3463, alternatives between bars, x for 4 or 5; "" = any */
	const char
	    *words; /* parts of the text, alternatives between bars, without regard to case; "" = any */
	const char *key;
};

#define AUTH STAGE_AUTH, STAGE_AUTH
#define MAIL STAGE_MAIL, STAGE_MAIL
#define RCPT STAGE_RCPT, STAGE_RCPT
#define DATA STAGE_DATA, STAGE_DOT
#define ANY STAGE_BANNER, STAGE_DOT
#define AUTH_ON STAGE_AUTH, STAGE_DOT
#define MAIL_ON \
	STAGE_MAIL, \
	    STAGE_DOT /* servers often keep what they have against client or sender until RCPT */
#define RCPT_ON STAGE_RCPT, STAGE_DOT

static const struct pattern patterns[] = {
    /* TLS and login */
    {AUTH_ON, 0, 0, "x.7.29", "", "tls-required"},
    {AUTH_ON, 0, 0, "",
        "a starttls command|starttls first|starttls is required|starttls required|encryption "
        "required|encryption is required|"
        "tls is required|tls required|requires tls|must use tls",
        "tls-required"},
    {AUTH, 0, 0, "", "too weak", "auth-too-weak"},
    {AUTH, 0, 0, "5.7.9|5.7.14", "", "auth-app-password"},
    {AUTH, 0, 0, "", "application-specific|app password|with your web browser|via your web browser",
        "auth-app-password"},
    /* Microsoft 365 says 5.7.139 to five things */
    {AUTH_ON, 0, 0, "", "basic authentication is not supported|basic authentication is disabled",
        "auth-retired"},
    {AUTH, 0, 0, "", "credentials were incorrect", "auth-refused"},
    {AUTH, 0, 0, "", "security defaults|did not meet the criteria|conditional access",
        "auth-policy"},
    {AUTH, 0, 0, "x.7.139", "", "auth-disabled"},
    {AUTH, 0, 0, "", "smtpclientauthentication|authentication is disabled|auth is disabled",
        "auth-disabled"},
    {AUTH, 0, 0, "", "maximum credits|quota exceeded", "sending-quota"},
    {AUTH, 0, 0, "", "too many messages", "rate-limited"},
    {AUTH, 534, 534, "", "", "auth-too-weak"},
    {AUTH, 538, 538, "", "", "auth-too-weak"},
    {AUTH, 0, 0, "", "authentication rejected", "auth-missing"},
    {AUTH, 501, 501, "", "", "auth-protocol"},
    {AUTH, 500, 504, "", "", "auth-missing"},
    {AUTH, 400, 499, "", "", "auth-unavailable"},
    {AUTH, 500, 599, "", "", "auth-refused"},
    {STAGE_STARTTLS, STAGE_STARTTLS, 400, 599, "", "", "starttls-refused"},

    /* How much and how often */
    {ANY, 0, 0, "",
        "too many connections|too many concurrent|concurrent connection|concurrent server "
        "connection|connection rate|too many sessions|"
        "thread limit exceeded|maximum number of connections|connection limit",
        "too-many-connections"},
    {ANY, 0, 0, "",
        "too many errors|too many bad commands|too many unrecognized|too many syntax|too many "
        "invalid",
        "too-many-errors"},
    {ANY, 0, 0, "",
        "sending paused|sending is paused|sending has been paused|paused for this "
        "account|account is paused|account has been paused|sending suspended|sending is suspended",
        "account-blocked"},
    {MAIL, 400, 499, "",
        "messages per session|messages in this session|messages this session|messages per "
        "connection|messages in this connection|messages on this connection|messages this "
        "connection|messages for this connection|mails per session|mails per "
        "connection|transactions per|too many transactions|messages per smtp|mail per "
        "session|messages allowed per",
        "session-limit"},
    {ANY, 0, 0, "",
        "daily user sending|daily smtp relay|daily sending|daily message|daily quota|daily "
        "limit|monthly|messages a day|messages per day|mails per day|mails a day|emails a "
        "day|emails per day|recipients per day|per 24 hours|in 24 hours|relay quota|quota exceeded "
        "for sending|sending quota|outgoing quota|outbound quota|message quota|email "
        "quota|submissionquota|quota of messages|maximum credits",
        "sending-quota"},
    {ANY, 0, 0, "x.7.28|x.7.500|x.7.650|5.1.90", "", "rate-limited"},
    {ANY, 0, 0, "",
        "rate limit|throttl|too much mail|too many messages|too many recipients from|too many new "
        "tls|too many auth|unusual rate|"
        "sending rate|sending limit|message rate|too fast|too quickly|per hour|per minute|an "
        "hour|a "
        "minute|temporarily deferred due to|user complaints",
        "rate-limited"},
    {MAIL_ON, 0, 0, "", "too many recipients", "too-many-recipients"},
    {RCPT_ON, 0, 0, "x.5.3", "", "too-many-recipients"},
    {MAIL_ON, 0, 0, "",
        "message header size exceeds|allowed line length|line too long|lines too long",
        "lines-too-long"},
    {MAIL_ON, 0, 0, "5.3.4|5.2.3", "", "size-exceeded"},
    {MAIL_ON, 523, 523, "", "", "size-exceeded"},
    {MAIL_ON, 0, 0, "",
        "message size exceeds|message too big|message file too big|message too large|message is "
        "too large|administrative limit|"
        "maximum message size",
        "size-exceeded"},
    {MAIL_ON, 0, 0, "4.3.1", "", "storage-full"},
    {MAIL_ON, 0, 0, "",
        "insufficient system|insufficient disk|mail system full|disk full|no space left",
        "storage-full"},
    {ANY, 0, 0, "", "greylist|graylist|grey-list|gray-list|grey list|gray list", "greylisted"},

    /* This machine, and what it may do there */
    {ANY, 0, 0, "x.7.606|x.7.708", "", "listed"},
    {ANY, 0, 0, "",
        "spamhaus|spamcop|barracudacentral|blacklist|black list|blocklist|block list|blocked "
        "using|dnsbl|banned sending ip|"
        "low reputation|poor reputation|bad reputation",
        "listed"},
    {ANY, 0, 0, "x.7.25", "", "no-reverse-name"},
    {ANY, 0, 0, "",
        "cannot find your hostname|cannot find your reverse|reverse dns|reverse lookup|ptr "
        "record|no ptr",
        "no-reverse-name"},
    {MAIL_ON, 0, 0, "x.7.26|x.7.23|x.7.30|x.7.32|x.7.509", "", "spf-dmarc"},
    {MAIL_ON, 0, 0, "", "dmarc|dkim|spf", "spf-dmarc"},
    {MAIL_ON, 0, 0, "x.7.54|x.7.64", "", "relay-denied"},
    {RCPT, 513, 513, "", "", "relay-denied"},
    {MAIL_ON, 0, 0, "",
        "relaying denied|relay access denied|relay not permitted|relaying not allowed|relaying is "
        "not allowed|unable to relay|"
        "permitted to relay|relaying temporarily denied|relaying prohibited|relay denied|relaying "
        "is denied|allowed to relay|"
        "rcpthosts|to be relayed|do not relay|not relay|credentials for relay",
        "relay-denied"},
    {MAIL_ON, 0, 0, "x.7.57", "", "auth-required"},
    {MAIL_ON, 0, 0, "",
        "authentication required|authentication is required|requires authentication|smtp "
        "authentication|not authenticated|"
        "must authenticate|please authenticate|authenticate first|auth command first|auth "
        "first|need auth|not logged in|pop/apop authorization|pop before smtp|unauthenticated "
        "senders",
        "auth-required"},
    {ANY, 530, 530, "", "", "auth-required"},
    {ANY, 535, 535, "", "", "auth-refused"},
    {ANY, 534, 534, "", "", "auth-too-weak"},
    {ANY, 538, 538, "", "", "auth-too-weak"},
    {MAIL_ON, 0, 0, "x.7.501|x.7.502|x.7.503|x.7.705|x.7.750", "", "account-blocked"},
    {MAIL_ON, 0, 0, "",
        "bad outbound sender|blocked from sending|account has been blocked|account is "
        "blocked|account has been suspended|sending paused",
        "account-blocked"},
    {ANY, 0, 0, "",
        "helo command rejected|invalid helo|invalid ehlo|helo name|helo should|helo argument",
        "helo-refused"},
    {ANY, 0, 0, "",
        "client host rejected|command rejected|host is blocked|host rejected|not allowed to "
        "connect|not authorized "
        "to use this",
        "client-refused"},
    {STAGE_EHLO, STAGE_EHLO, 500, 599, "", "", "helo-refused"},
    {STAGE_BANNER, STAGE_BANNER, 500, 599, "", "", "client-refused"},

    /* The sender */
    {MAIL_ON, 0, 0, "x.7.60|5.2.252", "", "sender-not-owned"},
    {MAIL_ON, 0, 0, "",
        "not owned by user|sender address rejected: not owned|sendasdenied|send as this|not "
        "allowed to send as|not verified|verified sender|is not allowed to send|authorized to "
        "perform|"
        "sender address is not allowed|sender address not allowed|authorized to send "
        "from|authorized to send as",
        "sender-not-owned"},
    {MAIL_ON, 0, 0, "",
        "sender address rejected: need fully|domain name required for sender|sender address must "
        "contain",
        "sender-unqualified"},
    {MAIL_ON, 517, 517, "", "syntax error", "sender-unqualified"},
    {MAIL_ON, 417, 417, "", "", "sender-dns"},
    {MAIL_ON, 0, 0, "x.1.8", "", "sender-domain"},
    {MAIL_ON, 517, 517, "", "domain|mx records", "sender-domain"},
    {MAIL_ON, 0, 0, "",
        "sender address rejected: domain|domain of sender address|sender domain|domain of the "
        "sender",
        "sender-domain"},
    {MAIL_ON, 0, 0, "",
        "sender verif|sender verify|sender address rejected: user|sender address rejected: "
        "undeliverable|"
        "sender address rejected: unverified",
        "sender-unknown"},
    {MAIL_ON, 0, 0, "", "sender rejected|sender address rejected|sender denied|sender refused",
        "sender-refused"},
    {MAIL_ON, 517, 517, "", "", "sender-refused"},

    /* The recipient */
    {MAIL, 555, 555, "", "syntax error", "sender-refused"},
    {RCPT, 555, 555, "", "syntax error", "recipient-bad"},
    {MAIL_ON, 555, 555, "", "", "parameter-refused"},
    {MAIL, 500, 509, "",
        "parameter not|parameters not|unrecognized parameter|unknown parameter|unsupported "
        "parameter|invalid parameter|unsupported option|option not",
        "parameter-refused"},
    {MAIL_ON, 552, 552, "5.7.0|5.7.1|5.6.0", "", "content-refused"},
    {MAIL_ON, 552, 552, "", "security issue|because its content|blocked because|virus|malware|spam",
        "content-refused"},
    {RCPT_ON, 456, 456, "", "", "address-blocked"},
    {RCPT_ON, 0, 0, "", "address temporarily unavailable|556 address unavailable",
        "address-blocked"},
    {RCPT, 556, 556, "", "", "recipient-domain"},
    {RCPT_ON, 0, 0, "x.1.2", "", "recipient-domain"},
    {RCPT_ON, 0, 0, "",
        "nullmx|null mx|recipient address rejected: domain|unrouteable domain|unroutable domain",
        "recipient-domain"},
    {RCPT_ON, 0, 0, "x.2.2", "", "recipient-full"},
    {RCPT_ON, 0, 0, "",
        "mailbox full|mailbox is full|over quota|out of storage|inbox is full|exceeded storage",
        "recipient-full"},
    {RCPT_ON, 0, 0, "5.1.1|5.1.10|5.4.1", "", "recipient-unknown"},
    {RCPT, 550, 550, "", "invalid recipient", "relay-or-unknown"},
    {RCPT_ON, 550, 559, "",
        "user unknown|unknown user|user <> unknown|unknown recipient|recipient unknown|no such "
        "user|no such recipient|no such mailbox|"
        "no such address|unrouteable address|unroutable address|no mailbox|mailbox not "
        "found|mailbox unavailable|"
        "recipient not found|user not found|does not exist|doesn't exist|doesn't have",
        "recipient-unknown"},
    {RCPT_ON, 0, 0, "5.2.1", "", "recipient-disabled"},
    {RCPT_ON, 550, 559, "",
        "mailbox disabled|mailbox is disabled|account is disabled|account disabled|inactive",
        "recipient-disabled"},
    {RCPT_ON, 0, 0, "x.7.124|x.7.129|x.7.133|x.7.134", "", "recipient-forbidden"},
    {RCPT_ON, 0, 0, "",
        "recipient address rejected: access denied|authorized to send to|allowed to send to",
        "recipient-forbidden"},
    {RCPT_ON, 0, 0, "5.1.3", "", "recipient-bad"},
    {RCPT, 0, 0, "", "recipient address rejected: need fully", "recipient-bad"},
    {RCPT, 452, 452, "", "", "too-many-recipients"},
    {RCPT, 552, 552, "", "", "recipient-full"},

    /* The message, and the server itself */
    {MAIL_ON, 552, 552, "", "", "size-exceeded"},
    {MAIL_ON, 546, 546, "", "", "loop"},
    {MAIL_ON, 0, 0, "5.4.6|5.4.14", "", "loop"},
    {MAIL_ON, 0, 0, "",
        "too many hops|loops back to myself|routing loop|mail loop|loop detected|too many received",
        "loop"},
    {MAIL_ON, 432, 432, "", "", "filter-down"},
    {MAIL_ON, 400, 499, "", "filter|milter|scanner", "filter-down"},
    {MAIL_ON, 451, 451, "4.7.1", "service unavailable", "filter-down"},
    {MAIL_ON, 400, 499, "4.3.0|4.3.5", "", "server-trouble"},
    {MAIL_ON, 400, 499, "",
        "local problem|lookup failure|server configuration|local error|internal error|system "
        "problem|queue file",
        "server-trouble"},
    {MAIL_ON, 0, 0, "", "violates rfc|bare <>|bare newline|dsn support|helo first",
        "protocol-refused"},
    {MAIL, 500, 509, "", "", "protocol-refused"},
    {RCPT, 500, 500, "", "", "protocol-refused"},
    {RCPT, 502, 503, "", "", "protocol-refused"},
    {STAGE_DATA, STAGE_DATA, 500, 509, "", "", "protocol-refused"},
    {RCPT, 501, 501, "", "", "recipient-bad"},
    {RCPT, 553, 553, "", "", "recipient-bad"},
    {DATA, 500, 599, "", "spam|virus|malware|content rejected|suspicious", "content-refused"},
    {DATA, 0, 0, "5.7.1|5.7.0|5.6.0", "", "content-refused"},
    {MAIL, 550, 559, "", "", "sender-refused"},
    {STAGE_BANNER, STAGE_EHLO, 400, 499, "", "", "server-busy"},
    {MAIL_ON, 400, 420, "4.3.2", "", "server-busy"},
    {MAIL_ON, 422, 499, "4.3.2", "", "server-busy"},
    {ANY, 421, 421, "", "", "closing"},
    {STAGE_BANNER, STAGE_QUIT, 400, 499, "", "", "reply-4xx"},
    {STAGE_BANNER, STAGE_QUIT, 500, 599, "", "", "reply-5xx"},
};

const struct reason *catalogue_nth(int i)
{
	static const struct reason *const lists[] = {catalogue_replies, catalogue_network,
	    catalogue_names, catalogue_local};
	for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
		for (const struct reason *row = lists[list]; row->key != NULL; row++) {
			if (i-- == 0)
				return row;
		}
	}
	return NULL;
}

const struct reason *catalogue_row(const char *key)
{
	const struct reason *row;
	for (int i = 0; (row = catalogue_nth(i)) != NULL; i++) {
		if (strcmp(row->key, key) == 0)
			return row;
	}
	return NULL;
}

/* A step ends with a full stop before a capital letter, or with the text. */
const char *catalogue_step(const char **at, size_t *length)
{
	const char *step = *at, *end = step;
	while (*end != '\0' && !(end[0] == '.' && end[1] == ' ' && end[2] >= 'A' && end[2] <= 'Z'))
		end++;
	*at = *end != '\0' ? end + 2 : end;
	*length = (size_t)(end - step);
	if (*end == '\0' && end > step && end[-1] == '.')
		(*length)--;
	return *length > 0 ? step : NULL;
}

/* Each of a list's alternatives in turn, as a string of its own; NULL behind the last. */
static const char *next_word(const char **at, char *word, size_t size)
{
	size_t length = strcspn(*at, "|");
	if (length == 0 || length >= size)
		return NULL;
	text_copy(word, length + 1, *at);
	*at += length + ((*at)[length] == '|');
	return word;
}

static bool has_status(const char *list, const char *status)
{
	char one[40];
	while (next_word(&list, one, sizeof one) != NULL) {
		if (strcmp(one, status) == 0 ||
		    (*one == 'x' && *status != '\0' && strcmp(one + 1, status + 1) == 0))
			return true;
	}
	return false;
}

static bool has_words(const char *list, const char *text)
{
	char one[80];
	while (next_word(&list, one, sizeof one) != NULL) {
		if (text_find_ci(text, one) != NULL)
			return true;
	}
	return false;
}

/* Addresses are not the server's words: <spam@example.org> says nothing about spam. */
static void strip_addresses(struct text *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "<");
		text_put_n(out, text, length);
		text += length;
		const char *end = *text == '<' ? strchr(text, '>') : NULL;
		if (end != NULL) {
			text_put(out, "<>");
			text = end + 1;
		} else if (*text != '\0') {
			text_char(out, *text++);
		}
	}
}

static bool fits(const struct pattern *p, const struct diagnosis *d, const char *words)
{
	if (d->stage < p->from || d->stage > p->to || d->reply_code == 0)
		return false;
	if (p->high != 0 && (d->reply_code < p->low || d->reply_code > p->high))
		return false;
	if (*p->status != '\0' && !has_status(p->status, d->status))
		return false;
	return *p->words == '\0' || has_words(p->words, words);
}

void catalogue_recognise(struct diagnosis *d)
{
	TEXT(words, sizeof d->text);
	if (d->key[0] == '\0')
		strip_addresses(&words, d->text);
	for (size_t i = 0; d->key[0] == '\0' && i < sizeof patterns / sizeof patterns[0]; i++) {
		if (fits(&patterns[i], d, words.data))
			text_copy(d->key, sizeof d->key, patterns[i].key);
	}
	const struct reason *row = catalogue_row(d->key);
	if (row != NULL && row->fault != FAULT_NONE)
		d->fault = row->fault;
	else if (d->fault == FAULT_NONE)
		d->fault = d->stage == STAGE_RCPT   ? FAULT_RECIPIENT
		           : d->stage >= STAGE_MAIL ? FAULT_MESSAGE
		                                    : FAULT_ROUTE;
}
