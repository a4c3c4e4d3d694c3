/* objects: smtp_client */
/* libs: -lcrypto */
/* What real servers answered, byte for byte, with the reason that must be found after it, whose
   fault that is, and whether it may send mail back.  Courier, Postfix, Exim and OpenSMTPD were
   recorded; the others are as their operators document them. */
#include "diagnosis/answer.h"
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "diagnosis/deed.h"
#include "relay/smtp/session_state.h"
#include "tests/unit/unit.h"

enum bounces { KEPT, BOUNCES };

static const struct answer_of {
	enum stage stage;
	const char *reply; /* lines between LF */
	const char *key;
	enum fault fault;
	enum bounces bounces;
} answers[] = {
    /* Courier 1.0.16 */
    {STAGE_RCPT, "513 Relaying denied.", "relay-denied", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "456 Address temporarily unavailable.", "address-blocked", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "556 Address unavailable.", "address-blocked", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "550 User <nosuch> unknown", "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_MAIL,
        "517-Domain does not exist: localhost.localdomain.\n517 Invalid domain, see "
        "<URL:https://www.ietf.org/rfc/rfc1035.txt>",
        "sender-domain", FAULT_CONFIG, KEPT},
    {STAGE_MAIL,
        "517-MX records for ip-literal.test violate section 3.3.9 of RFC 1035.\n517 Invalid "
        "domain, see <URL:https://www.ietf.org/rfc/rfc1035.txt>",
        "sender-domain", FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "417 DNS lookup failure: servfail.test.  Try again later.", "sender-dns",
        FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "517 Syntax error.", "sender-unqualified", FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "517 Sender rejected: spammer@bad.test", "sender-refused", FAULT_MESSAGE, BOUNCES},
    {STAGE_MAIL, "517 Mail server at ::ffff:10.99.0.211 is blocked.", "sender-refused",
        FAULT_MESSAGE, BOUNCES},
    {STAGE_RCPT, "531 Too many recipients.", "too-many-recipients", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "431 Too many recipients.", "too-many-recipients", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "534 SIZE=Message too big.", "size-exceeded", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "523 Message length (2000018 bytes) exceeds administrative limit(2000000).",
        "size-exceeded", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "534 Message header size exceeds policy limit.", "lines-too-long",
        FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "546 Routing loop detected -- too many Received: headers.", "loop",
        FAULT_MESSAGE, BOUNCES},
    {STAGE_MAIL, "554 Syntax error - your mail software violates RFC 821.", "protocol-refused",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "502 Polite people say HELO first", "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_DATA, "502 ESMTP command error", "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "535 Authentication required.", "auth-required", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "535 Authentication failed.", "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "535 Authentication rejected", "auth-missing", FAULT_CREDENTIAL, KEPT},
    {STAGE_END_OF_DATA, "431 Mail system full.", "storage-full", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "432 Mail filters temporarily unavailable.", "filter-down", FAULT_ROUTE,
        KEPT},
    {STAGE_RCPT, "432 Service temporarily unavailable.", "filter-down", FAULT_ROUTE, KEPT},

    /* The basic and the enhanced code disagree: the mail waits, and the cause is the one named */
    {STAGE_RCPT, "450 5.1.1 <a@b.test>: user unknown", "recipient-unknown", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "550 4.7.1 Greylisted, please retry", "greylisted", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "551 5.7.1 Greylisting in action", "greylisted", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "550-5.1.1 no such user\n450 4.2.0 greylisted", "greylisted", FAULT_RECIPIENT,
        KEPT},
    {STAGE_RCPT, "450-4.2.0 wait\n550 4.2.0 a while", "reply-4xx", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "554 4.7.1 Try again later", "reply-4xx", FAULT_RECIPIENT, KEPT},
    {STAGE_END_OF_DATA, "550 4.0.0 not now", "reply-4xx", FAULT_MESSAGE, KEPT},
    /* Short words count alone: not within a number of the server's, nor within another word */
    {STAGE_RCPT, "550 5.1.1 No such user a1b2spf3c4 - gsmtp", "recipient-unknown", FAULT_RECIPIENT,
        BOUNCES},
    {STAGE_RCPT, "550 User unknown (verbleibende Versuche: 3)", "recipient-unknown",
        FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT, "550 5.7.1 192.0.2.1 is in an RBL", "listed", FAULT_ROUTE, KEPT},
    /* Brevo */
    {STAGE_AUTH, "525 5.7.1 Unauthorized IP address", "auth-address", FAULT_CREDENTIAL, KEPT},

    /* Postfix 3.7; with its smtpd_delay_reject what it has against client, HELO and sender comes at
       RCPT */
    {STAGE_RCPT, "554 5.7.1 <x@elsewhere.example>: Relay access denied", "relay-denied",
        FAULT_ROUTE, KEPT},
    {STAGE_RCPT,
        "550 5.1.1 <nosuch@pf.test>: Recipient address rejected: User unknown in local recipient "
        "table",
        "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_MAIL, "530 5.7.0 Must issue a STARTTLS command first", "tls-required", FAULT_ROUTE,
        KEPT},
    {STAGE_AUTH, "530 5.7.0 Must issue a STARTTLS command first", "tls-required", FAULT_ROUTE,
        KEPT},
    {STAGE_RCPT, "554 5.7.1 <unknown[10.99.0.1]>: Client host rejected: Access denied",
        "client-refused", FAULT_ROUTE, KEPT},
    {STAGE_AUTH, "535 5.7.8 Error: authentication failed: (reason unavailable)", "auth-refused",
        FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
        "auth-unavailable", FAULT_CREDENTIAL, KEPT},
    {STAGE_RCPT,
        "450 4.2.0 <alice@pf.test>: Recipient address rejected: Greylisted, see "
        "http://postgrey.schweikert.ch/help/pf.test.html",
        "greylisted", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "450 4.1.8 <root@mon.localdomain>: Sender address rejected: Domain not found",
        "sender-domain", FAULT_CONFIG, KEPT},
    {STAGE_RCPT,
        "550 5.7.27 <x@nullmx.test>: Sender address rejected: Domain nullmx.test does not accept "
        "mail (nullMX)",
        "sender-domain", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "504 5.5.2 <x>: Sender address rejected: need fully-qualified address",
        "sender-unqualified", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "504 5.5.2 <mon>: Helo command rejected: need fully-qualified hostname",
        "helo-refused", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "450 4.7.1 <nosuchhost.test>: Helo command rejected: Host not found",
        "helo-refused", FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "552 5.3.4 Message size exceeds fixed limit", "size-exceeded", FAULT_MESSAGE,
        BOUNCES},
    {STAGE_END_OF_DATA, "552 5.3.4 Error: message file too big", "size-exceeded", FAULT_MESSAGE,
        BOUNCES},
    {STAGE_RCPT, "452 4.5.3 Error: too many recipients", "too-many-recipients", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "421 4.7.0 postfix.example.net Error: too many errors", "too-many-errors",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "450 4.7.1 Error: too much mail from 10.99.0.1", "rate-limited", FAULT_ROUTE,
        KEPT},
    {STAGE_RCPT, "450 4.7.1 Error: too many recipients from 10.99.0.1", "rate-limited", FAULT_ROUTE,
        KEPT},
    {STAGE_BANNER, "421 4.7.0 postfix.example.net Error: too many connections from 10.99.0.1",
        "too-many-connections", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "550 5.5.2 postfix.example.net Error: bare <LF> received",
        "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "554 5.4.0 Error: too many hops", "loop", FAULT_MESSAGE, BOUNCES},
    {STAGE_RCPT, "501 5.7.1 DSN support is disabled", "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "450 4.1.2 <x@nosuch.test>: Recipient address rejected: Domain not found",
        "recipient-domain", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT,
        "550 5.1.0 <root@pf.test>: Sender address rejected: User unknown in local recipient table",
        "sender-unknown", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "553 5.7.1 <x@y.test>: Sender address rejected: not owned by user joe",
        "sender-not-owned", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "553 5.7.1 <x@y.test>: Sender address rejected: not logged in", "auth-required",
        FAULT_CREDENTIAL, KEPT},
    {STAGE_RCPT, "554 5.7.1 <x@y.test>: Recipient address rejected: Access denied",
        "recipient-forbidden", FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT,
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "listed", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "450 4.7.25 Client host rejected: cannot find your hostname, [10.99.0.1]",
        "no-reverse-name", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "451 4.3.0 <a@pf.test>: Temporary lookup failure", "server-trouble",
        FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "451 4.3.5 Server configuration error", "server-trouble", FAULT_RECIPIENT, KEPT},
    {STAGE_END_OF_DATA, "451 4.7.1 Service unavailable - try again later", "filter-down",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "452 4.3.1 Insufficient system storage", "storage-full", FAULT_ROUTE, KEPT},

    /* Exim 4.96 */
    {STAGE_RCPT, "550 relay not permitted", "relay-denied", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "550 Unrouteable address", "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_BANNER, "550 Your host is blocked here", "client-refused", FAULT_ROUTE, KEPT},
    {STAGE_BANNER, "451 come back later", "server-busy", FAULT_ROUTE, KEPT},
    {STAGE_EHLO, "421 4.7.1 mail.test Error: No client certificate presented",
        "tls-client-certificate", FAULT_ROUTE, KEPT},
    {STAGE_EHLO, "421 4.7.1 mail.test Error: Client certificate not trusted",
        "tls-certificate-refused", FAULT_ROUTE, KEPT},
    {STAGE_BANNER,
        "421 Too many concurrent SMTP connections from this IP address; please try again later.",
        "too-many-connections", FAULT_ROUTE, KEPT},
    {STAGE_STARTTLS, "503 STARTTLS command used when not advertised", "starttls-refused",
        FAULT_ROUTE, KEPT},
    {STAGE_AUTH, "503 AUTH command used when not advertised", "auth-missing", FAULT_CREDENTIAL,
        KEPT},
    {STAGE_AUTH, "535 Incorrect authentication data", "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_RCPT,
        "550-Verification failed for <x@nosuchdomain.test>\n550-Unrouteable address\n550 Sender "
        "verify failed",
        "sender-unknown", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "451 Temporary local problem - please try later", "server-trouble",
        FAULT_RECIPIENT, KEPT},
    {STAGE_DATA,
        "503-All RCPT commands were rejected with this error:\n503-Unrouteable address\n503 Valid "
        "RCPT command must precede DATA",
        "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "552 Message size exceeds maximum permitted", "size-exceeded", FAULT_MESSAGE,
        BOUNCES},
    {STAGE_END_OF_DATA, "550 maximum allowed line length is 998 octets, got 5000", "lines-too-long",
        FAULT_MESSAGE, BOUNCES},
    {STAGE_RCPT, "451 4.2.0 mailbox being moved, try tomorrow", "reply-4xx", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT, "550 gone away", "reply-5xx", FAULT_RECIPIENT, BOUNCES},
    {STAGE_MAIL, "500 Too many unrecognized commands", "too-many-errors", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "421 exim.example.net: SMTP command timeout - closing connection", "closing",
        FAULT_ROUTE, KEPT},
    {STAGE_RCPT,
        "550-Please turn on SMTP Authentication in your mail client.\n550 (mon1) [192.0.2.1] is "
        "not permitted to relay through this server without authentication.",
        "relay-denied", FAULT_ROUTE, KEPT},

    /* OpenSMTPD 7.6: one answer for two things */
    {STAGE_RCPT, "550 Invalid recipient: <x@elsewhere.example>", "relay-or-unknown", FAULT_ROUTE,
        KEPT},
    {STAGE_MAIL, "530 5.5.1 Invalid command: Must issue a STARTTLS command first", "tls-required",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "530 5.5.1 Invalid command: Must issue an AUTH command first", "auth-required",
        FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "503 5.5.1 Invalid command: Command not supported", "auth-missing",
        FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "535 Authentication failed", "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_END_OF_DATA, "554 5.3.4 Message too big for system: Transaction failed, message too big",
        "size-exceeded", FAULT_MESSAGE, BOUNCES},
    {STAGE_DATA, "503 5.5.4 Invalid command arguments: No recipient specified", "protocol-refused",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "553 5.1.0 Sender address syntax error", "sender-refused", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "500 5.0.0 Line too long", "lines-too-long", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "500 5.4.6 Routing loop detected: Loop detected", "loop", FAULT_MESSAGE,
        BOUNCES},

    /* Exchange and Microsoft 365 */
    {STAGE_MAIL,
        "530 5.7.57 Client not authenticated to send mail. "
        "[AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
        "auth-required", FAULT_CREDENTIAL, KEPT},
    {STAGE_MAIL, "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "sender-not-owned", FAULT_CONFIG, KEPT},
    {STAGE_END_OF_DATA,
        "554 5.2.252 SendAsDenied; cacti@example.org not allowed to send as root@example.org; "
        "STOREDRV.Submission.Exception",
        "sender-not-owned", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "relay-denied", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "550 5.7.64 TenantAttribution; Relay Access Denied SMTP.", "relay-denied",
        FAULT_ROUTE, KEPT},
    {STAGE_RCPT,
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. For "
        "more information please go to http://go.microsoft.com/fwlink/?LinkId=526653",
        "listed", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "550 5.7.606 Access denied, banned sending IP [192.0.2.1].", "listed", FAULT_ROUTE,
        KEPT},
    {STAGE_RCPT,
        "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your "
        "Internet service provider since part of their network is on our block list (S3140).",
        "listed", FAULT_ROUTE, KEPT},
    {STAGE_AUTH,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        "Tenant.",
        "auth-disabled", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "auth-retired", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "550 5.7.30 Basic authentication is not supported for Client Submission.",
        "auth-retired", FAULT_CREDENTIAL, KEPT},
    {STAGE_MAIL, "550 5.7.30 Basic authentication is not supported for Client Submission.",
        "auth-retired", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. "
        "[AM0PR01CA0001.eurprd01.prod.outlook.com]",
        "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security "
        "defaults policy. Contact your administrator.",
        "auth-policy", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be "
        "authenticated successfully. Contact your administrator.",
        "auth-policy", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "535 5.7.3 Authentication unsuccessful", "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "504 5.7.4 Unrecognized authentication type", "auth-missing", FAULT_CREDENTIAL,
        KEPT},
    {STAGE_MAIL, "451 5.7.3 STARTTLS is required to send mail", "tls-required", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
        "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT,
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; not allowed to send to this "
        "group",
        "recipient-forbidden", FAULT_RECIPIENT, BOUNCES},
    {STAGE_END_OF_DATA, "552 5.2.2 STOREDRV.Deliver; mailbox full", "recipient-full",
        FAULT_RECIPIENT, BOUNCES},
    {STAGE_END_OF_DATA, "552 5.2.3 STOREDRV.Deliver; message too large for the mailbox",
        "size-exceeded", FAULT_MESSAGE, BOUNCES},
    {STAGE_MAIL, "452 4.3.1 Insufficient system resources", "storage-full", FAULT_ROUTE, KEPT},
    {STAGE_BANNER,
        "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, "
        "closing transmission channel",
        "too-many-connections", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
        "too-many-connections", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "451 4.7.500 Server busy. Please try again later from [192.0.2.1].",
        "rate-limited", FAULT_ROUTE, KEPT},
    {STAGE_MAIL,
        "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP "
        "reputation.",
        "rate-limited", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        "sending-quota", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "550 5.1.8 Access denied, bad outbound sender AS(42004)", "account-blocked",
        FAULT_CREDENTIAL, KEPT},
    {STAGE_MAIL,
        "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
        "account-blocked", FAULT_CREDENTIAL, KEPT},
    {STAGE_END_OF_DATA,
        "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
        "spf-dmarc", FAULT_CONFIG, KEPT},
    {STAGE_END_OF_DATA, "554 5.4.14 Hop count exceeded - possible mail loop", "loop", FAULT_MESSAGE,
        BOUNCES},

    /* Google */
    {STAGE_MAIL,
        "530-5.7.0 Authentication Required. For more information, go to\n530 5.7.0  "
        "https://support.google.com/mail/?p=WantAuthError x1 - gsmtp",
        "auth-required", FAULT_CREDENTIAL, KEPT},
    {STAGE_MAIL, "530 5.5.1 Authentication Required.", "auth-required", FAULT_CREDENTIAL, KEPT},
    {STAGE_MAIL, "503 5.5.1 EHLO/HELO first. x1 - gsmtp", "protocol-refused", FAULT_ROUTE, KEPT},
    {STAGE_AUTH,
        "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  "
        "https://support.google.com/mail/?p=BadCredentials x1 - gsmtp",
        "auth-refused", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  "
        "https://support.google.com/mail/?p=InvalidSecondFactor x1 - gsmtp",
        "auth-app-password", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH,
        "534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via\n534-5.7.14 "
        "your web browser and then try again.\n534 5.7.14  Learn more",
        "auth-app-password", FAULT_CREDENTIAL, KEPT},
    {STAGE_AUTH, "454 4.7.0 Too many login attempts, please try again later. x1 - gsmtp",
        "auth-unavailable", FAULT_CREDENTIAL, KEPT},
    {STAGE_END_OF_DATA,
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 "
        "Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 x1 - "
        "gsmtp",
        "spf-dmarc", FAULT_CONFIG, KEPT},
    {STAGE_END_OF_DATA,
        "421-4.7.28 Gmail has detected an unusual rate of email originating from your IP\n421 "
        "4.7.28 address. x1 - gsmtp",
        "rate-limited", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA,
        "550-5.7.28 [192.0.2.1] Our system has detected an unusual rate of\n550 5.7.28 unsolicited "
        "mail originating from your IP address.",
        "rate-limited", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "550 5.4.5 Daily SMTP relay sending limit exceeded for user. x1 - gsmtp",
        "sending-quota", FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA,
        "421-4.7.0 [192.0.2.1] Our system has detected that this message is\n421 4.7.0 suspicious "
        "due to the very low reputation of the sending IP address.",
        "listed", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "421 4.7.0 Temporary System Problem.  Try again later. x1 - gsmtp",
        "server-trouble", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT,
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 "
        "double-checking the recipient's email address.\n550 5.1.1 x1 - gsmtp",
        "recipient-unknown", FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT,
        "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452 4.2.2 "
        "recipient to https://support.google.com/mail/?p=OverQuotaTemp",
        "recipient-full", FAULT_RECIPIENT, KEPT},
    {STAGE_RCPT,
        "552-5.2.2 The recipient's inbox is out of storage space and inactive.\n552 5.2.2 x1 - "
        "gsmtp",
        "recipient-full", FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT, "550 5.2.1 The email account that you tried to reach is inactive. x1 - gsmtp",
        "recipient-disabled", FAULT_RECIPIENT, BOUNCES},
    {STAGE_END_OF_DATA,
        "550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR\n550 "
        "5.7.25 record setup",
        "no-reverse-name", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "421 4.7.29 This message wasn't sent over a TLS connection.", "tls-required",
        FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA,
        "550 5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited "
        "mail (spam).",
        "content-refused", FAULT_MESSAGE, BOUNCES},

    /* Sendmail, qmail, and relays for hire */
    {STAGE_RCPT, "550 5.7.1 <x@y.test>... Relaying denied. Proper authentication required.",
        "relay-denied", FAULT_ROUTE, KEPT},
    {STAGE_MAIL,
        "553 5.1.8 <root@mon.localdomain>... Domain of sender address root@mon.localdomain does "
        "not exist",
        "sender-domain", FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "553 5.5.4 <root>... Domain name required for sender address root",
        "sender-unqualified", FAULT_CONFIG, KEPT},
    {STAGE_RCPT, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "relay-denied", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "550 sorry, no mailbox here by that name (#5.1.1)", "recipient-unknown",
        FAULT_RECIPIENT, BOUNCES},
    {STAGE_RCPT, "550 5.7.30 REQUIRETLS support required", "requiretls-missing", FAULT_MESSAGE,
        BOUNCES},
    {STAGE_END_OF_DATA, "554 Message rejected: Email address is not verified.", "sender-not-owned",
        FAULT_CONFIG, KEPT},
    {STAGE_END_OF_DATA, "454 Throttling failure: Maximum sending rate exceeded.", "rate-limited",
        FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "550 The from address does not match a verified Sender Identity.",
        "sender-not-owned", FAULT_CONFIG, KEPT},
    {STAGE_MAIL, "550 5.7.1 You are over your relay quota", "sending-quota", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "552 5.2.2 Only 200 messages a day are allowed for this account", "sending-quota",
        FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "454 Throttling failure: Daily message quota exceeded.", "sending-quota",
        FAULT_ROUTE, KEPT},
    {STAGE_END_OF_DATA, "552 5.2.2 Monthly sending quota exceeded", "sending-quota", FAULT_ROUTE,
        KEPT},
    {STAGE_END_OF_DATA, "554 Sending paused for this account.", "account-blocked", FAULT_CREDENTIAL,
        KEPT},
    {STAGE_MAIL, "555 5.5.4 Unsupported option: SIZE=1000", "parameter-refused", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "555 MAIL FROM/RCPT TO parameters not recognized or not implemented",
        "parameter-refused", FAULT_ROUTE, KEPT},
    {STAGE_MAIL, "501 5.5.4 Unrecognized parameter BODY=8BITMIME", "parameter-refused", FAULT_ROUTE,
        KEPT},
    {STAGE_RCPT, "555 5.5.4 Unsupported option: NOTIFY", "parameter-refused", FAULT_ROUTE, KEPT},
    {STAGE_RCPT, "555 5.5.2 Syntax error, cannot decode response. x1 - gsmtp", "recipient-bad",
        FAULT_RECIPIENT, BOUNCES},
    {STAGE_END_OF_DATA,
        "552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 "
        "security issue. x1 - gsmtp",
        "content-refused", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "552 5.7.1 virus found", "content-refused", FAULT_MESSAGE, BOUNCES},
    {STAGE_END_OF_DATA, "552 5.3.4 Message size exceeds fixed limit", "size-exceeded",
        FAULT_MESSAGE, BOUNCES},
    {STAGE_AUTH, "451 Authentication failed: Maximum credits exceeded", "sending-quota",
        FAULT_ROUTE, KEPT},
    {STAGE_MAIL,
        "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed.",
        "sender-not-owned", FAULT_CONFIG, KEPT},
    {STAGE_BANNER,
        "554-gmx.net (mxgmx101) Nemesis ESMTP Service not available\n554-No SMTP service\n554 IP "
        "address is black listed.",
        "listed", FAULT_ROUTE, KEPT},
    {STAGE_EHLO, "501 5.0.0 Invalid domain name", "helo-refused", FAULT_CONFIG, KEPT},

    /* Addresses are no words of the server. */
    {STAGE_END_OF_DATA, "554 5.0.0 <spam@dmarc.example>: no", "reply-5xx", FAULT_MESSAGE, BOUNCES},
    {STAGE_RCPT, "550 5.1.1 <blacklist@spf.example>: unknown", "recipient-unknown", FAULT_RECIPIENT,
        BOUNCES},
};

static void read_reply(struct reply *r, const char *lines)
{
	struct buffer in = {0};
	const char *problem = "";
	buffer_printf(&in, "%s\r\n", lines);
	if (reply_take(r, &in, &problem) != REPLY_WHOLE)
		fail_msg("%s: %s", lines, problem);
	buffer_free(&in);
}

static void check(const struct answer_of *a)
{
	const struct session_policy policy = {.name = "me.example"};
	struct session s = {.policy = &policy};
	struct diagnosis d = {0};
	read_reply(&s.reply, a->reply);
	session_diagnose(&s, &d, a->stage);
	reply_clear(&s.reply);
	const struct reason *row = catalogue_row(d.key);
	if (strcmp(diag_key(&d), a->key) != 0)
		fail_msg("%s %s\n  is taken for %s, and not for %s", stage_name(a->stage), a->reply,
		    diag_key(&d), a->key);
	assert_non_null(row);
	if (d.fault != a->fault)
		fail_msg("%s: fault %s", a->reply, fault_name(d.fault));
	bool bounces = deed_decide(&d) == DEED_RETURN;
	if (bounces != (a->bounces == BOUNCES))
		fail_msg("%s: %s", a->reply, bounces ? "bounces" : "is kept");
	/* What only a change of configuration mends is not tried again every few minutes, and is said
	 * to need one. */
	if (d.fault == FAULT_CONFIG && !(row->needs_admin && row->wait_s >= 1800))
		fail_msg("%s: %s is not said to stay", a->reply, diag_key(&d));
}

static void servers_are_understood(void **state)
{
	(void)state;
	assert_true(sizeof answers / sizeof answers[0] >= 120);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		check(&answers[i]);
}

/* --- delivery and explain -------------------------------------------------------------------- */

static void finished(void *context, struct transaction *t)
{
	(void)context, (void)t;
}

static bool body(void *context, struct buffer *out)
{
	(void)context;
	buffer_puts(out, "x\r\n.\r\n");
	return false;
}

static void server(struct session *s, const char *lines)
{
	struct buffer in = {0};
	for (; *lines != '\0'; lines++)
		buffer_printf(&in, *lines == '\n' ? "\r\n" : "%c", *lines);
	buffer_puts(&in, "\r\n");
	session_receive(s, in.data, in.length, 0);
	session_pump(s, 0);
	s->out.length = 0;
	buffer_free(&in);
}

/* A whole session that goes well until the stage, where the answer comes. */
static void hear(const struct answer_of *a, struct diagnosis *d)
{
	static const struct {
		enum stage stage;
		const char *words;
	} steps[] = {{STAGE_BANNER, "220 hi"}, {STAGE_EHLO, "250-hi\n250-STARTTLS\n250 AUTH PLAIN"},
	    {STAGE_STARTTLS, NULL}, {STAGE_AUTH, "235 in"}, {STAGE_MAIL, "250 ok"},
	    {STAGE_RCPT, "250 ok"}, {STAGE_DATA, "354 go"}, {STAGE_END_OF_DATA, "250 ok"}};
	const struct session_policy policy = {.name = "me.example",
	    .tls = a->stage == STAGE_STARTTLS ? SMARTHOST_TLS_VERIFY : SMARTHOST_TLS_OFF,
	    .login = a->stage == STAGE_AUTH ? "joe" : "",
	    .password = "x",
	    .auth_without_tls = true,
	    .finished = finished};
	struct session_rcpt rcpt = {.address = "a@b.example"};
	struct transaction t = {.sender = "me@x.example",
	    .rcpts = &rcpt,
	    .rcpt_count = 1,
	    .size_bytes = 3,
	    .ret = "",
	    .envid = "",
	    .body = body};
	struct session s;
	session_start(&s, &policy, 0);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && steps[i].stage < a->stage; i++) {
		bool skipped = steps[i].words == NULL || (steps[i].stage == STAGE_AUTH && !*policy.login);
		if (steps[i].stage == STAGE_MAIL || (steps[i].stage == STAGE_AUTH && skipped))
			assert_int_equal(s.state, SESSION_READY);
		if (!skipped)
			server(&s, steps[i].words);
		if (s.state == SESSION_READY && s.taken_count == 0) {
			session_take(&s, &t);
			session_pump(&s, 0);
			s.out.length = 0;
		}
	}
	server(&s, a->reply);
	if (a->stage == STAGE_EHLO && s.state == SESSION_HELO)
		server(&s, a->reply);
	*d = rcpt.result.verdict != VERDICT_NONE ? rcpt.result : s.failure;
	session_free(&s);
}

/* What delivery makes of each recorded answer is what explain says of it, and what mailq and a
   bounce read from the journal. */
static void all_say_the_same(void **state)
{
	size_t guessed = 0, count = sizeof answers / sizeof answers[0];
	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct answer_of *a = &answers[i];
		struct diagnosis heard = {0}, quoted = {0}, noted, guess = {0};
		struct judgement j, of_quoted, of_noted, of_guess;
		struct buffer line = {0};
		struct answer read;
		hear(a, &heard);
		deed_judge(&heard, &j);
		assert_true(answer_read(&read, a->reply));
		answer_diagnose(&read, a->stage, &quoted);
		deed_judge(&quoted, &of_quoted);
		diag_write(&heard, &line);
		diag_read(&noted, buffer_string(&line));
		buffer_free(&line);
		deed_judge(&noted, &of_noted);
		if (heard.stage != a->stage || j.reason == NULL || j.reason != of_quoted.reason ||
		    j.reason != of_noted.reason)
			fail_msg("%s %s: delivery says %s at %s, explain %s, the journal %s",
			    stage_name(a->stage), a->reply, diag_key(&heard), stage_name(heard.stage),
			    diag_key(&quoted), diag_key(&noted));
		assert_string_equal(diag_key(&heard), a->key);
		assert_string_equal(heard.text, quoted.text);
		assert_string_equal(heard.status, quoted.status);
		if (j.deed != of_quoted.deed || j.deed != of_noted.deed || j.wait_s != of_quoted.wait_s ||
		    j.needs_admin != of_quoted.needs_admin || heard.verdict != quoted.verdict)
			fail_msg("%s: delivery does %d, explain says %d, the journal %d", a->reply, j.deed,
			    of_quoted.deed, of_noted.deed);
		answer_diagnose(&read, answer_stage(&read), &guess);
		deed_judge(&guess, &of_guess);
		bool right = of_guess.reason == j.reason &&
		             (of_guess.deed == DEED_RETURN) == (j.deed == DEED_RETURN);
		guessed += right;
		if (!right)
			print_message("# %s: at %s %s, guessed %s %s\n", a->reply, stage_name(a->stage),
			    diag_key(&heard), stage_name(guess.stage), diag_key(&guess));
	}
	/* Without the stage some answers say nothing: "550 no". */
	print_message("# the stage of %zu of %zu answers was guessed\n", guessed, count);
	assert_true(guessed * 100 >= count * 95);
}

/* No reason for which waiting is all there is to do is said to need a change, and the other way
 * round. */
static void what_waiting_does_is_said(void **state)
{
	static const char *const heal[] = {"greylisted", "too-many-connections", "connect-refused",
	    "address-blocked", "server-busy", "dns-timeout", "recipient-full"};
	static const char *const stay[] = {"relay-denied", "sender-domain", "auth-refused",
	    "auth-required", "client-refused", "tls-untrusted", "dns-nxdomain"};
	(void)state;
	for (size_t i = 0; i < sizeof heal / sizeof heal[0]; i++)
		assert_false(catalogue_row(reason_find(heal[i]))->needs_admin);
	for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
		assert_true(catalogue_row(reason_find(stay[i]))->needs_admin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(servers_are_understood), TEST(all_say_the_same),
	    TEST(what_waiting_does_is_said)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
