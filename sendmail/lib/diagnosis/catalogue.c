/* From what a server said to the reason: patterns in order, the first that fits counts.
   What is particular stands before what is general, and what speaks of this machine or of the
   sender before what speaks of the recipient: a refusal that somebody can repair must not be taken
   for a wrong address, because that sends the mail back. */
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include <string.h>

struct pattern {
	enum stage from, to;
	int low, high;      /* reply code; 0 = any */
	const char *status; /* RFC 3463, alternatives between bars, x for 4 or 5; "" = any */
	const char
	    *words; /* parts of the text, alternatives between bars, without regard to case; "" = any */
	enum reason_key key;
};

#define AUTH STAGE_AUTH, STAGE_AUTH
#define MAIL STAGE_MAIL, STAGE_MAIL
#define RCPT STAGE_RCPT, STAGE_RCPT
#define DATA STAGE_DATA, STAGE_END_OF_DATA
#define ANY STAGE_BANNER, STAGE_END_OF_DATA
#define AUTH_ON STAGE_AUTH, STAGE_END_OF_DATA
#define MAIL_ON                                                                                 \
	STAGE_MAIL, STAGE_END_OF_DATA /* servers often keep what they have against client or sender \
	                                 until RCPT */
#define RCPT_ON STAGE_RCPT, STAGE_END_OF_DATA

static const struct pattern patterns[] = {
    /* TLS and login */
    {AUTH_ON, 0, 0, "x.7.29", "", REASON_TLS_REQUIRED},
    {AUTH_ON, 0, 0, "",
        "a starttls command|starttls first|starttls is required|starttls required|encryption "
        "required|encryption is required|"
        "tls is required|tls required|requires tls|must use tls",
        REASON_TLS_REQUIRED},
    {AUTH, 0, 0, "", "too weak", REASON_AUTH_TOO_WEAK},
    {AUTH_ON, 0, 0, "x.7.13", "", REASON_ACCOUNT_BLOCKED},
    {AUTH, 0, 0, "5.7.9|5.7.14", "", REASON_AUTH_APP_PASSWORD},
    {AUTH, 0, 0, "", "application-specific|app password|with your web browser|via your web browser",
        REASON_AUTH_APP_PASSWORD},
    /* Microsoft 365 says 5.7.139 to five things */
    {AUTH_ON, 0, 0, "", "basic authentication is not supported|basic authentication is disabled",
        REASON_AUTH_RETIRED},
    {AUTH, 0, 0, "", "credentials were incorrect", REASON_AUTH_REFUSED},
    {AUTH, 0, 0, "", "security defaults|did not meet the criteria|conditional access",
        REASON_AUTH_POLICY},
    {AUTH, 0, 0, "x.7.139", "", REASON_AUTH_DISABLED},
    {AUTH, 0, 0, "", "smtpclientauthentication|authentication is disabled|auth is disabled",
        REASON_AUTH_DISABLED},
    {AUTH, 0, 0, "", "maximum credits|quota exceeded", REASON_SENDING_QUOTA},
    {AUTH, 0, 0, "", "too many messages", REASON_RATE_LIMITED},
    {AUTH, 534, 534, "", "", REASON_AUTH_TOO_WEAK},
    {AUTH, 538, 538, "", "", REASON_AUTH_TOO_WEAK},
    {AUTH, 0, 0, "", "authentication rejected", REASON_AUTH_MISSING},
    {AUTH, 501, 501, "", "", REASON_AUTH_PROTOCOL},
    {AUTH, 500, 504, "", "", REASON_AUTH_MISSING},
    {AUTH, 400, 499, "", "", REASON_AUTH_UNAVAILABLE},
    {AUTH, 500, 599, "", "", REASON_AUTH_REFUSED},
    {STAGE_STARTTLS, STAGE_STARTTLS, 400, 599, "", "", REASON_STARTTLS_REFUSED},

    /* How much and how often */
    {ANY, 0, 0, "",
        "too many connections|too many concurrent|concurrent connection|concurrent server "
        "connection|connection rate|too many sessions|"
        "thread limit exceeded|maximum number of connections|connection limit",
        REASON_TOO_MANY_CONNECTIONS},
    {ANY, 0, 0, "",
        "too many errors|too many bad commands|too many unrecognized|too many syntax|too many "
        "invalid",
        REASON_TOO_MANY_ERRORS},
    {ANY, 0, 0, "",
        "sending paused|sending is paused|sending has been paused|paused for this "
        "account|account is paused|account has been paused|sending suspended|sending is suspended",
        REASON_ACCOUNT_BLOCKED},
    {MAIL, 400, 499, "",
        "messages per session|messages in this session|messages this session|messages per "
        "connection|messages in this connection|messages on this connection|messages this "
        "connection|messages for this connection|mails per session|mails per "
        "connection|transactions per|too many transactions|messages per smtp|mail per "
        "session|messages allowed per",
        REASON_SESSION_LIMIT},
    {ANY, 0, 0, "",
        "daily user sending|daily smtp relay|daily sending|daily message|daily quota|daily "
        "limit|monthly|messages a day|messages per day|mails per day|mails a day|emails a "
        "day|emails per day|recipients per day|per 24 hours|in 24 hours|relay quota|quota exceeded "
        "for sending|sending quota|outgoing quota|outbound quota|message quota|email "
        "quota|submissionquota|quota of messages|maximum credits",
        REASON_SENDING_QUOTA},
    {ANY, 0, 0, "x.7.28|x.7.500|x.7.650|5.1.90", "", REASON_RATE_LIMITED},
    {ANY, 0, 0, "",
        "rate limit|throttl|too much mail|too many messages|too many recipients from|too many new "
        "tls|too many auth|unusual rate|unusual sending activity|"
        "sending rate|sending limit|message rate|too fast|too quickly|per hour|per minute|an "
        "hour|a "
        "minute|temporarily deferred due to|user complaints",
        REASON_RATE_LIMITED},
    {MAIL_ON, 0, 0, "", "too many recipients", REASON_TOO_MANY_RECIPIENTS},
    {RCPT_ON, 0, 0, "x.5.3", "", REASON_TOO_MANY_RECIPIENTS},
    {MAIL_ON, 0, 0, "",
        "message header size exceeds|line length exceed|allowed line length|line too long|lines "
        "too long",
        REASON_LINES_TOO_LONG},
    {MAIL_ON, 0, 0, "5.3.4|5.2.3", "", REASON_SIZE_EXCEEDED},
    {MAIL_ON, 523, 523, "", "", REASON_SIZE_EXCEEDED},
    {MAIL_ON, 0, 0, "",
        "message size exceeds|message too big|message file too big|message too large|message is "
        "too large|administrative limit|"
        "maximum message size",
        REASON_SIZE_EXCEEDED},
    {MAIL_ON, 0, 0, "4.3.1", "", REASON_STORAGE_FULL},
    {MAIL_ON, 0, 0, "",
        "insufficient system|insufficient disk|mail system full|disk full|no space left",
        REASON_STORAGE_FULL},
    {ANY, 0, 0, "", "greylist|graylist|grey-list|gray-list|grey list|gray list", REASON_GREYLISTED},

    /* This machine, and what it may do there */
    {ANY, 0, 0, "x.7.606|x.7.708", "", REASON_LISTED},
    {ANY, 0, 0, "",
        "spamhaus|spamcop|barracudacentral|blacklist|black list|blocklist|block list|blocked "
        "using|dnsbl|banned sending ip|"
        "permanently deferred|low reputation|poor reputation|bad reputation",
        REASON_LISTED},
    {ANY, 0, 0, "x.7.25", "", REASON_NO_REVERSE_NAME},
    {ANY, 0, 0, "",
        "cannot find your hostname|cannot find your reverse|reverse dns|reverse lookup|ptr "
        "record|no ptr",
        REASON_NO_REVERSE_NAME},
    {MAIL_ON, 0, 0, "x.7.26|x.7.23|x.7.30|x.7.32|x.7.509", "", REASON_SPF_DMARC},
    {MAIL_ON, 0, 0, "", "dmarc|dkim|spf", REASON_SPF_DMARC},
    {MAIL_ON, 0, 0, "x.7.54|x.7.64", "", REASON_RELAY_DENIED},
    {RCPT, 513, 513, "", "", REASON_RELAY_DENIED},
    {MAIL_ON, 0, 0, "",
        "relaying denied|relay access denied|relay not permitted|relaying not allowed|relaying is "
        "not allowed|unable to relay|"
        "permitted to relay|relaying temporarily denied|relaying prohibited|relay denied|relaying "
        "is denied|allowed to relay|"
        "rcpthosts|to be relayed|do not relay|not relay|credentials for relay",
        REASON_RELAY_DENIED},
    {MAIL_ON, 0, 0, "x.7.57", "", REASON_AUTH_REQUIRED},
    {MAIL_ON, 0, 0, "",
        "authentication required|authentication is required|requires authentication|smtp "
        "authentication|not authenticated|"
        "must authenticate|please authenticate|authenticate first|auth command first|auth "
        "first|need auth|not logged in|pop/apop authorization|pop before smtp|your mail before "
        "sending|unauthenticated "
        "senders",
        REASON_AUTH_REQUIRED},
    {ANY, 530, 530, "", "", REASON_AUTH_REQUIRED},
    {ANY, 535, 535, "", "", REASON_AUTH_REFUSED},
    {ANY, 534, 534, "", "", REASON_AUTH_TOO_WEAK},
    {ANY, 538, 538, "", "", REASON_AUTH_TOO_WEAK},
    {MAIL_ON, 0, 0, "x.7.501|x.7.502|x.7.503|x.7.705|x.7.750", "", REASON_ACCOUNT_BLOCKED},
    {MAIL_ON, 0, 0, "",
        "bad outbound sender|outgoing blocked|blocked from sending|account has been "
        "blocked|account is "
        "blocked|account has been suspended|sending paused",
        REASON_ACCOUNT_BLOCKED},
    {ANY, 0, 0, "",
        "helo command rejected|invalid helo|invalid ehlo|helo name|helo should|helo argument",
        REASON_HELO_REFUSED},
    {ANY, 0, 0, "",
        "client host rejected|command rejected|host is blocked|host rejected|not allowed to "
        "connect|not authorized "
        "to use this",
        REASON_CLIENT_REFUSED},
    {STAGE_EHLO, STAGE_EHLO, 500, 599, "", "", REASON_HELO_REFUSED},
    {STAGE_BANNER, STAGE_BANNER, 500, 599, "", "", REASON_CLIENT_REFUSED},

    /* The sender */
    {MAIL_ON, 0, 0, "x.7.60|5.2.252", "", REASON_SENDER_NOT_OWNED},
    {MAIL_ON, 0, 0, "",
        "not owned by user|sender address rejected: not owned|sendasdenied|not one of your "
        "addresses|allowed to use this address|unconfigured sending domain|until it is "
        "verified|send as this|not "
        "allowed to send as|not verified|verified sender|is not allowed to send|authorized to "
        "perform|"
        "sender address is not allowed|sender address not allowed|authorized to send "
        "from|authorized to send as",
        REASON_SENDER_NOT_OWNED},
    {MAIL_ON, 0, 0, "",
        "sender address rejected: need fully|domain name required for sender|sender address must "
        "contain",
        REASON_SENDER_UNQUALIFIED},
    {MAIL_ON, 517, 517, "", "syntax error", REASON_SENDER_UNQUALIFIED},
    {MAIL_ON, 417, 417, "", "", REASON_SENDER_DNS},
    {MAIL_ON, 0, 0, "x.1.8", "", REASON_SENDER_DOMAIN},
    {MAIL_ON, 517, 517, "", "domain|mx records", REASON_SENDER_DOMAIN},
    {MAIL_ON, 0, 0, "",
        "sender address rejected: domain|domain of sender address|sender domain|domain of the "
        "sender",
        REASON_SENDER_DOMAIN},
    {MAIL_ON, 0, 0, "",
        "sender verif|sender verify|sender address rejected: user|sender address rejected: "
        "undeliverable|"
        "sender address rejected: unverified",
        REASON_SENDER_UNKNOWN},
    {MAIL_ON, 0, 0, "", "sender rejected|sender address rejected|sender denied|sender refused",
        REASON_SENDER_REFUSED},
    {MAIL_ON, 517, 517, "", "", REASON_SENDER_REFUSED},

    /* The recipient */
    {MAIL, 555, 555, "", "syntax error", REASON_SENDER_REFUSED},
    {RCPT, 555, 555, "", "syntax error", REASON_RECIPIENT_BAD},
    {MAIL, 500, 504, "", "smtputf8", REASON_SMTPUTF8_REFUSED},
    {MAIL, 555, 555, "", "smtputf8", REASON_SMTPUTF8_REFUSED},
    {MAIL_ON, 555, 555, "", "", REASON_PARAMETER_REFUSED},
    {MAIL, 455, 455, "", "", REASON_PARAMETER_REFUSED},
    {RCPT, 455, 455, "", "", REASON_PARAMETER_REFUSED},
    {RCPT, 500, 504, "", "notify|orcpt", REASON_PARAMETER_REFUSED},
    {MAIL, 500, 509, "",
        "parameter not|parameters not|unrecognized parameter|unknown parameter|unsupported "
        "parameter|invalid parameter|unsupported option|option not",
        REASON_PARAMETER_REFUSED},
    {MAIL_ON, 552, 552, "5.7.0|5.7.1|5.6.0", "", REASON_CONTENT_REFUSED},
    {MAIL_ON, 552, 552, "", "security issue|because its content|blocked because|virus|malware|spam",
        REASON_CONTENT_REFUSED},
    {RCPT_ON, 456, 456, "", "", REASON_ADDRESS_BLOCKED},
    {RCPT_ON, 0, 0, "", "address temporarily unavailable|556 address unavailable",
        REASON_ADDRESS_BLOCKED},
    {RCPT, 556, 556, "", "", REASON_RECIPIENT_DOMAIN},
    {RCPT_ON, 0, 0, "x.1.2", "", REASON_RECIPIENT_DOMAIN},
    {RCPT_ON, 0, 0, "",
        "nullmx|null mx|recipient address rejected: domain|unrouteable domain|unroutable domain",
        REASON_RECIPIENT_DOMAIN},
    {RCPT_ON, 0, 0, "x.2.2", "", REASON_RECIPIENT_FULL},
    {RCPT_ON, 0, 0, "",
        "mailbox full|mailbox is full|over quota|out of storage|inbox is full|exceeded storage",
        REASON_RECIPIENT_FULL},
    {RCPT_ON, 0, 0, "5.1.1|5.1.10|5.4.1", "", REASON_RECIPIENT_UNKNOWN},
    {RCPT, 550, 550, "", "invalid recipient", REASON_RELAY_OR_UNKNOWN},
    {RCPT_ON, 550, 559, "",
        "user unknown|unknown user|user <> unknown|unknown recipient|recipient unknown|no such "
        "user|no such recipient|no such mailbox|"
        "no such address|unrouteable address|unroutable address|no mailbox|mailbox not "
        "found|mailbox unavailable|"
        "recipient not found|user not found|does not exist|doesn't exist|doesn't have",
        REASON_RECIPIENT_UNKNOWN},
    {RCPT_ON, 0, 0, "5.2.1", "", REASON_RECIPIENT_DISABLED},
    {RCPT_ON, 550, 559, "",
        "mailbox disabled|mailbox is disabled|account is disabled|account disabled|inactive",
        REASON_RECIPIENT_DISABLED},
    {RCPT_ON, 0, 0, "x.7.124|x.7.129|x.7.133|x.7.134", "", REASON_RECIPIENT_FORBIDDEN},
    {RCPT_ON, 0, 0, "",
        "recipient address rejected: access denied|authorized to send to|allowed to send to",
        REASON_RECIPIENT_FORBIDDEN},
    {RCPT_ON, 0, 0, "5.1.3", "", REASON_RECIPIENT_BAD},
    {RCPT, 0, 0, "", "recipient address rejected: need fully", REASON_RECIPIENT_BAD},
    {RCPT, 452, 452, "", "", REASON_TOO_MANY_RECIPIENTS},
    {RCPT, 552, 552, "", "", REASON_RECIPIENT_FULL},

    /* The message, and the server itself */
    {MAIL_ON, 552, 552, "", "", REASON_SIZE_EXCEEDED},
    {MAIL_ON, 546, 546, "", "", REASON_LOOP},
    {MAIL_ON, 0, 0, "5.4.6|5.4.14", "", REASON_LOOP},
    {MAIL_ON, 0, 0, "",
        "too many hops|loops back to myself|routing loop|mail loop|loop detected|too many received",
        REASON_LOOP},
    {MAIL_ON, 432, 432, "", "", REASON_FILTER_DOWN},
    {MAIL_ON, 400, 499, "", "filter|milter|scanner", REASON_FILTER_DOWN},
    {MAIL_ON, 451, 451, "4.7.1", "service unavailable", REASON_FILTER_DOWN},
    {MAIL_ON, 400, 499, "4.3.0|4.3.5", "", REASON_SERVER_TROUBLE},
    {MAIL_ON, 400, 499, "",
        "local problem|temporary problem|lookup failure|server configuration|local error|internal "
        "error|system "
        "problem|queue file",
        REASON_SERVER_TROUBLE},
    {MAIL_ON, 0, 0, "", "violates rfc|bare <>|bare newline|dsn support|helo first",
        REASON_PROTOCOL_REFUSED},
    {MAIL, 500, 509, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 500, 500, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 502, 503, "", "", REASON_PROTOCOL_REFUSED},
    {STAGE_DATA, STAGE_DATA, 500, 509, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 501, 501, "", "", REASON_RECIPIENT_BAD},
    {RCPT, 553, 553, "", "", REASON_RECIPIENT_BAD},
    {DATA, 500, 599, "", "spam|virus|malware|content rejected|suspicious", REASON_CONTENT_REFUSED},
    {DATA, 0, 0, "5.7.1|5.7.0|5.6.0", "", REASON_CONTENT_REFUSED},
    {MAIL, 550, 559, "", "", REASON_SENDER_REFUSED},
    /* Postfix with smtpd_tls_req_ccert */
    {STAGE_BANNER, STAGE_EHLO, 0, 0, "", "no client certificate presented",
        REASON_TLS_CLIENT_CERTIFICATE},
    {STAGE_BANNER, STAGE_EHLO, 0, 0, "", "client certificate not trusted",
        REASON_TLS_CERTIFICATE_REFUSED},
    {STAGE_BANNER, STAGE_EHLO, 400, 499, "", "", REASON_SERVER_BUSY},
    {MAIL_ON, 400, 420, "4.3.2", "", REASON_SERVER_BUSY},
    {MAIL_ON, 422, 499, "4.3.2", "", REASON_SERVER_BUSY},
    {ANY, 421, 421, "", "", REASON_CLOSING},
    {STAGE_BANNER, STAGE_QUIT, 400, 499, "", "", REASON_REPLY_4XX},
    {STAGE_BANNER, STAGE_QUIT, 500, 599, "", "", REASON_REPLY_5XX},
};

#define IDEOGRAPHIC_FULL_STOP "\xe3\x80\x82"

/* In Japanese a sentence needs no blank behind it. */
static const char *ideographic_step(const char **at, size_t *length)
{
	const char *step = *at, *end = strstr(step, IDEOGRAPHIC_FULL_STOP);
	*length = end != NULL ? (size_t)(end - step) : strlen(step);
	*at = step + *length + (end != NULL ? strlen(IDEOGRAPHIC_FULL_STOP) : 0);
	return *length > 0 ? step : NULL;
}

/* A step ends with a full stop before a capital letter, or with the text. */
const char *catalogue_step(const char **at, size_t *length)
{
	if (strstr(*at, IDEOGRAPHIC_FULL_STOP) != NULL)
		return ideographic_step(at, length);
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
	if (d->key == REASON_NONE)
		strip_addresses(&words, d->text);
	for (size_t i = 0; d->key == REASON_NONE && i < sizeof patterns / sizeof patterns[0]; i++) {
		if (fits(&patterns[i], d, words.data))
			d->key = patterns[i].key;
	}
	const struct reason *row = catalogue_row(d->key);
	if (row != NULL && row->fault != FAULT_NONE)
		d->fault = row->fault;
	else if (d->fault == FAULT_NONE)
		d->fault = d->stage == STAGE_RCPT   ? FAULT_RECIPIENT
		           : d->stage >= STAGE_MAIL ? FAULT_MESSAGE
		                                    : FAULT_ROUTE;
}
