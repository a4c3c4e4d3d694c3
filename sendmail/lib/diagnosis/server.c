/* One table of the servers and providers that administrators meet, and what they cannot help
   saying. What is particular comes before what is general: many providers run Postfix. */
#include "diagnosis/server.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define GREETING SERVER_GREETING
#define OFFER SERVER_OFFER
#define ANSWER SERVER_ANSWER
#define GREETS (SERVER_GREETING | SERVER_OFFER)

static const struct sign {
	const char *kind;
	int from;          /* enum server_words, or-ed */
	const char *words; /* alternatives between bars, without regard to case */
} signs[] = {
    {"gmail", GREETS, "google.com|gmail.com|googlemail.com"},
    {"gmail", ANSWER, "gsmtp|support.google.com"},
    {"microsoft365", GREETS, ".outlook.com|outlook.office365.com|hotmail.com"},
    {"microsoft365", ANSWER,
        ".outlook.com|aka.ms/|office365|.prod.exchangelabs.com|smtpclientauthentication"},
    {"ses", GREETS, "simpleemailservice|amazonses"},
    {"ses", ANSWER, "amazon ses|amazonses"},
    {"sendgrid", GREETS, "sg esmtp service|sendgrid"},
    {"sendgrid", ANSWER, "sendgrid"},
    {"mailgun", GREETS, "mailgun"},
    {"mailgun", ANSWER, "mailgun"},
    {"brevo", GREETS, "smtp-relay.brevo|sendinblue|smtp-relay.mailin"},
    {"brevo", ANSWER, "brevo.com|sendinblue"},
    {"mailjet", GREETS, "mailjet"},
    {"postmark", GREETS, "postmark"},
    {"sparkpost", GREETS, "sparkpost"},
    {"zoho", GREETS, "mx.zoho|smtp.zoho"},
    {"zoho", ANSWER, "zoho|relaying disallowed as"},
    {"icloud", GREETS, "icloud smtp|mail.me.com"},
    {"yahoo", GREETS, "mail.yahoo"},
    {"yahoo", ANSWER, "yahooinc.com|#auth005|yahoo requires"},
    {"fastmail", GREETS, "fastmail|messagingengine.com"},
    {"gmx", GREETS, "gmx.net|gmx.com|web.de|kundenserver.de|perfora.net|nemesis esmtp"},
    {"gmx", ANSWER, "postmaster.gmx|postmaster.web.de|nemesis esmtp"},
    {"sakura", GREETS, ".sakura.ne.jp"},
    {"ocn", GREETS, ".ocn.ad.jp|.ocn.ne.jp"},
    {"iij", GREETS, ".securemx.jp|.iij.ad.jp"},
    {"exchange", GREETS, "microsoft esmtp mail service|x-exps|x-anonymoustls|xexch50"},
    {"exchange", ANSWER, "sendasdenied|resolver.adr."},
    {"opensmtpd", GREETING, "opensmtpd"},
    {"postfix", GREETING, "postfix"},
    {"exim", GREETING, "esmtp exim|smtp exim"},
    {"sendmail", GREETING, "esmtp sendmail|; sendmail"},
    {"hmailserver", GREETING, "hmailserver"},
    {"mailenable", GREETING, "mailenable"},
    {"mdaemon", GREETING, "mdaemon"},
    {"kerio", GREETING, "kerio"},
    {"domino", GREETING, "lotus domino|ibm domino|hcl domino"},
    {"stalwart", GREETING, "stalwart"},
    {"haraka", GREETING, "haraka"},
    {"james", GREETING, "apache james|james smtp"},
    {"zimbra", GREETING, "zimbra"},
    {"icewarp", GREETING, "icewarp|merak"},
    {"courier", OFFER, "xverp=courier|xexdata"},
    {"courier", ANSWER,
        "513 relaying denied|esmtp command error|polite people say helo first|address temporarily "
        "unavailable|address unavailable."},
    {"exim", OFFER, "pipeconnect|pipe_connect|x_pipe_connect|prdr"},
    {"exim", ANSWER,
        "unrouteable address|relay not permitted|when not advertised|sender verify "
        "failed|incorrect "
        "authentication data"},
    {"sendmail", OFFER, "deliverby"},
    {"sendmail", ANSWER,
        "cannot read command|... relaying denied|... user unknown|proper "
        "authentication required"},
    {"postfix", OFFER, "etrn"},
    {"postfix", ANSWER,
        "relay access denied|client host rejected|helo command rejected|recipient address "
        "rejected|sender address rejected|ok: queued as|queue file write error|local recipient "
        "table"},
    {"opensmtpd", OFFER, "pleased to meet you"},
    {"opensmtpd", ANSWER, "550 invalid recipient"},
    {"qmail", ANSWER, "list of allowed rcpthosts"},
};

static const struct {
	const char *kind, *name;
	bool has_tls;
} names[] = {
    {"gmail", "Gmail", true},
    {"microsoft365", "Microsoft 365", true},
    {"ses", "Amazon SES", true},
    {"sendgrid", "SendGrid", true},
    {"mailgun", "Mailgun", true},
    {"brevo", "Brevo", true},
    {"mailjet", "Mailjet", true},
    {"postmark", "Postmark", true},
    {"sparkpost", "SparkPost", true},
    {"zoho", "Zoho Mail", true},
    {"icloud", "iCloud Mail", true},
    {"yahoo", "Yahoo Mail", true},
    {"fastmail", "Fastmail", true},
    {"gmx", "GMX, WEB.DE or IONOS", true},
    {"sakura", "Sakura Internet", true},
    {"ocn", "OCN", false},
    {"iij", "IIJ", false},
    {"exchange", "Microsoft Exchange", false},
    {"opensmtpd", "OpenSMTPD", false},
    {"postfix", "Postfix", false},
    {"exim", "Exim", false},
    {"sendmail", "Sendmail", false},
    {"courier", "Courier", false},
    {"qmail", "qmail", false},
    {"hmailserver", "hMailServer", false},
    {"mailenable", "MailEnable", false},
    {"mdaemon", "MDaemon", false},
    {"kerio", "Kerio Connect", false},
    {"domino", "Domino", false},
    {"stalwart", "Stalwart", false},
    {"haraka", "Haraka", false},
    {"james", "Apache James", false},
    {"zimbra", "Zimbra", false},
    {"icewarp", "IceWarp", false},
};

static bool has_any(const char *words, const char *list)
{
	while (*list != '\0') {
		char one[64];
		size_t length = strcspn(list, "|");
		text_copy(one, length < sizeof one ? length + 1 : sizeof one, list);
		if (text_find_ci(words, one) != NULL)
			return true;
		list += length + (list[length] == '|');
	}
	return false;
}

const char *server_kind(enum server_words from, const char *words)
{
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		if ((signs[i].from & (int)from) != 0 && has_any(words, signs[i].words))
			return signs[i].kind;
	}
	return NULL;
}

const char *server_name(const char *kind)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].kind, kind) == 0)
			return names[i].name;
	}
	return NULL;
}

bool server_has_tls(const char *kind)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].kind, kind) == 0)
			return names[i].has_tls;
	}
	return false;
}

/* One numeric address in the form of inet_ntop; an IPv4 address within IPv6 as IPv4. */
static bool read_address(const char *word, char *address, size_t size)
{
	unsigned char bytes[16];
	if (strncmp(word, "IPv6:", 5) == 0)
		word += 5;
	if (strncmp(word, "::ffff:", 7) == 0 && strchr(word, '.') != NULL)
		word += 7;
	int family = strchr(word, ':') != NULL ? AF_INET6 : AF_INET;
	return inet_pton(family, word, bytes) == 1 &&
	       inet_ntop(family, bytes, address, (socklen_t)size) != NULL;
}

bool server_saw(const char *words, const char *own, char *address, size_t size)
{
	char word[64], found[64];
	for (const char *at = words; (at = strchr(at, '[')) != NULL; at++) {
		size_t length = strcspn(at + 1, "]");
		if (length == 0 || length >= sizeof word || at[1 + length] != ']')
			continue;
		text_copy(word, length + 1, at + 1);
		if (!read_address(word, found, sizeof found) || strcmp(found, own) == 0)
			continue;
		text_copy(address, size, found);
		return true;
	}
	return false;
}
