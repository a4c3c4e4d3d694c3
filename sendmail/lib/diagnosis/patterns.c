/* What is particular is before what is general, and what speaks of this machine or of the
   sender before what speaks of the recipient: a refusal that somebody can repair must not be taken
   for a wrong address, because that sends the mail back. */
#include "diagnosis/patterns.h"

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

const struct pattern patterns[] = {
    /* TLS and login */
    {AUTH_ON, 0, 0, "x.7.29", "", REASON_TLS_REQUIRED},
    {AUTH_ON, 0, 0, "",
        "a starttls command|starttls first|starttls is required|starttls required|encryption "
        "required|encryption is required|tls is required|tls required|requires tls|must use "
        "tls|encrypted connection|secure connection required|ssl required",
        REASON_TLS_REQUIRED},
    {AUTH, 0, 0, "", "too weak", REASON_AUTH_TOO_WEAK},
    {AUTH_ON, 0, 0, "x.7.13", "", REASON_ACCOUNT_BLOCKED},
    {AUTH, 0, 0, "5.7.9|5.7.14", "", REASON_AUTH_APP_PASSWORD},
    /* Brevo and its like: a list of addresses for each account */
    {AUTH_ON, 0, 0, "",
        "unauthorized ip|ip address is not authorized|ip not authorized|ip address not "
        "authorized|ip is not authorized|not an authorized ip|ip restriction|from this ip address "
        "is not allowed",
        REASON_AUTH_ADDRESS},
    {AUTH, 0, 0, "",
        "application-specific|app password|with your web browser|via your web "
        "browser|app-specific|authorization code|授权码|weblogin",
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
    {AUTH, 0, 0, "",
        "account suspended|account is suspended|account has been suspended|account "
        "disabled|account is disabled|account has been disabled|account blocked|account is "
        "blocked|not activated|not yet activated|not been activated|credits blocked",
        REASON_ACCOUNT_BLOCKED},
    {AUTH, 500, 599, "",
        "system busy|temporarily unavailable|temporary|try again later|internal error|internal "
        "server",
        REASON_AUTH_UNAVAILABLE},
    {AUTH, 534, 534, "", "", REASON_AUTH_TOO_WEAK},
    {AUTH, 538, 538, "", "", REASON_AUTH_TOO_WEAK},
    {AUTH, 0, 0, "", "authentication rejected", REASON_AUTH_MISSING},
    {AUTH, 501, 501, "", "", REASON_AUTH_PROTOCOL},
    {AUTH, 500, 504, "", "", REASON_AUTH_MISSING},
    {AUTH, 400, 499, "", "", REASON_AUTH_UNAVAILABLE},
    {AUTH, 500, 599, "", "", REASON_AUTH_REFUSED},
    {STAGE_STARTTLS, STAGE_STARTTLS, 400, 599, "", "", REASON_STARTTLS_REFUSED},

    /* How much and how often */
    {ANY, 500, 599, "", "requiretls", REASON_REQUIRETLS_MISSING},
    {ANY, 0, 0, "",
        "too many connections|too many concurrent|concurrent connection|concurrent server "
        "connection|connection rate|too many sessions|thread limit exceeded|maximum number of "
        "connections|connection limit|simultaneous|parallel connection|parallel session|number of "
        "sessions|too frequent connect|connections from your|trop de connexion|zu viele "
        "verbindungen|同時接続",
        REASON_TOO_MANY_CONNECTIONS},
    {ANY, 0, 0, "",
        "too many errors|too many bad commands|too many unrecognized|too many syntax|too many "
        "invalid",
        REASON_TOO_MANY_ERRORS},
    {ANY, 0, 0, "",
        "sending paused|sending is paused|sending has been paused|paused for this account|account "
        "is paused|account has been paused|sending suspended|sending is suspended",
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
        "quota|submissionquota|quota of messages|maximum credits|outgoing message|outgoing mail "
        "limit|outgoing email limit|outbound message limit|message limit|messages limit|sender "
        "quota|out of credits|credits exhausted|credits expired|not enough "
        "credits|送信通数|送信数の上限|1日の送信",
        REASON_SENDING_QUOTA},
    {ANY, 421, 421, "", "temporarily deferred", REASON_RATE_LIMITED},
    {ANY, 0, 0, "x.7.28|x.7.500|x.7.650|5.1.90", "", REASON_RATE_LIMITED},
    {ANY, 0, 0, "",
        "rate limit|throttl|too much mail|too many messages|too many recipients from|too many new "
        "tls|too many auth|unusual rate|unusual sending activity|sending rate|sending "
        "limit|message rate|too fast|too quickly|per hour|per minute|an hour|a minute|temporarily "
        "deferred due to|user complaints|too frequent|per second|zu viele nachrichten|zu viele "
        "mails|trop de messages|送信制限|发送频率|频率",
        REASON_RATE_LIMITED},
    {MAIL_ON, 0, 0, "", "too many recipients", REASON_TOO_MANY_RECIPIENTS},
    {RCPT_ON, 0, 0, "x.5.3", "", REASON_TOO_MANY_RECIPIENTS},
    {MAIL_ON, 0, 0, "",
        "message header size exceeds|line length exceed|header too large|headers too large|allowed "
        "line length|line too long|lines too long",
        REASON_LINES_TOO_LONG},
    {MAIL_ON, 0, 0, "5.3.4|5.2.3", "", REASON_SIZE_EXCEEDED},
    {MAIL_ON, 523, 523, "", "", REASON_SIZE_EXCEEDED},
    {MAIL_ON, 0, 0, "",
        "message size exceeds|message too big|message file too big|message too large|message is "
        "too large|administrative limit|message length exceeds|message exceeds|mail size|size "
        "limit|exceeds the maximum|exceeded the maximum size|exceeds size|nachricht zu gro|trop "
        "volumineux|サイズが|maximum message size",
        REASON_SIZE_EXCEEDED},
    {MAIL_ON, 0, 0, "4.3.1", "", REASON_STORAGE_FULL},
    {MAIL_ON, 0, 0, "",
        "insufficient system|insufficient disk|mail system full|disk full|no space left",
        REASON_STORAGE_FULL},
    {MAIL, 0, 0, "", "quota|mailbox is full|storage is full", REASON_SENDING_QUOTA},
    {ANY, 0, 0, "", "greylist|graylist|grey-list|gray-list|grey list|gray list|postgrey",
        REASON_GREYLISTED},
    {RCPT_ON, 400, 499, "",
        "try again in |retry in |come back in |retry after |deferred for |first seen|new "
        "sender|unknown triplet",
        REASON_GREYLISTED},

    /* This machine, and what it may do there */
    {ANY, 0, 0, "x.7.606|x.7.708", "", REASON_LISTED},
    {ANY, 0, 0, "",
        "spamhaus|spamcop|barracudacentral|blacklist|black list|blocklist|block list|temporarily "
        "blocked|ip address has been blocked|your ip|blocked using|dnsbl|banned sending "
        "ip|permanently deferred|low reputation|poor reputation|bad "
        "reputation|rbl|rbls|pbl|sbl|xbl|cbl|sorbs|uceprotect|abusix|spamrats|mailspike|"
        "invaluement|policyblock|is listed|listed by|listed in|listed at|listed "
        "on|block-list|spamming|spam source|dynamic ip|dynamic/residential|residential ip|from "
        "dynamic|senderscore|ip reputation|sperrliste|gelistet|bloquée pour|bloquee "
        "pour|ブラックリスト|拒否リスト|黑名单",
        REASON_LISTED},
    {ANY, 0, 0, "x.7.25", "", REASON_NO_REVERSE_NAME},
    {ANY, 0, 0, "",
        "cannot find your hostname|cannot find your reverse|reverse dns|reverse lookup|ptr "
        "record|no ptr|reverse hostname|reverse name|dns ptr|ptr resource|inverse "
        "dns|rdns|fcrdns|逆引き",
        REASON_NO_REVERSE_NAME},
    {MAIL_ON, 0, 0, "x.7.26|x.7.23|x.7.30|x.7.32|x.7.509|x.7.515", "", REASON_SPF_DMARC},
    {MAIL_ON, 0, 0, "", "dmarc|dkim|spf|openspf", REASON_SPF_DMARC},
    /* Before what speaks of relaying: Zoho's words for a sender that is not the account's */
    {MAIL_ON, 0, 0, "",
        "relaying disallowed as|must equal authorized|must match authorized|must match the "
        "authenticated|does not match authenticated|does not match the authenticated|must be the "
        "same as|sender mismatch|not match a verified|from address is not|not allowed to use this "
        "sender|sender not allowed|sender is not allowed|not a verified|sender signature",
        REASON_SENDER_NOT_OWNED},
    {MAIL_ON, 0, 0, "x.7.54|x.7.64", "", REASON_RELAY_DENIED},
    {RCPT, 513, 513, "", "", REASON_RELAY_DENIED},
    {MAIL_ON, 0, 0, "",
        "relaying denied|relay access denied|relay not permitted|relaying not allowed|relaying is "
        "not allowed|unable to relay|permitted to relay|relaying temporarily denied|relaying "
        "prohibited|relay denied|relaying is denied|allowed to relay|rcpthosts|to be relayed|do "
        "not relay|not relay|credentials for relay|relaying disallowed|relay disallowed|no "
        "relay|not a relay|cannot relay|unauthorized relay|relay prohibited|authorized to "
        "relay|中継",
        REASON_RELAY_DENIED},
    {MAIL_ON, 0, 0, "x.7.57", "", REASON_AUTH_REQUIRED},
    {MAIL_ON, 0, 0, "",
        "authentication required|authentication is required|requires authentication|smtp "
        "authentication|not authenticated|must authenticate|please authenticate|authenticate "
        "first|auth command first|auth first|need auth|not logged in|pop/apop authorization|pop "
        "before smtp|your mail before sending|unauthenticated senders|must be "
        "authenticated|authentication needed|permissions to submit|unauthenticated commands|login "
        "required|please login|please log in|must log in|smtp-auth|auth "
        "required|認証が必要|認証して|anmeldung erforderlich|authentification requise",
        REASON_AUTH_REQUIRED},
    {ANY, 530, 530, "", "", REASON_AUTH_REQUIRED},
    {ANY, 535, 535, "", "", REASON_AUTH_REFUSED},
    {ANY, 534, 534, "", "", REASON_AUTH_TOO_WEAK},
    {ANY, 538, 538, "", "", REASON_AUTH_TOO_WEAK},
    {MAIL_ON, 0, 0, "x.7.501|x.7.502|x.7.503|x.7.705|x.7.750", "", REASON_ACCOUNT_BLOCKED},
    {MAIL_ON, 0, 0, "",
        "bad outbound sender|outgoing blocked|blocked from sending|account has been "
        "blocked|account is blocked|account has been suspended|sending paused|account "
        "suspended|account is suspended|account disabled|account has been disabled|sender address "
        "blocked|sender blocked|not activated|not yet activated|compromised",
        REASON_ACCOUNT_BLOCKED},
    {ANY, 0, 0, "",
        "helo command rejected|invalid helo|invalid ehlo|helo name|helo should|helo argument|ehlo "
        "name|helo rejected|ehlo rejected|bad helo|bad ehlo|helo must|ehlo must|invalid "
        "hostname|helo domain|ehlo domain|helo host",
        REASON_HELO_REFUSED},
    {ANY, 0, 0, "",
        "client host rejected|command rejected|host is blocked|host rejected|not allowed to "
        "connect|not authorized to use this",
        REASON_CLIENT_REFUSED},
    {STAGE_EHLO, STAGE_EHLO, 500, 599, "", "", REASON_HELO_REFUSED},
    {STAGE_BANNER, STAGE_BANNER, 500, 599, "", "", REASON_CLIENT_REFUSED},

    /* The sender */
    {MAIL_ON, 0, 0, "x.7.60|5.2.252", "", REASON_SENDER_NOT_OWNED},
    {MAIL_ON, 0, 0, "",
        "not owned by user|sender address rejected: not owned|sendasdenied|not one of your "
        "addresses|allowed to use this address|unconfigured sending domain|until it is "
        "verified|send as this|not allowed to send as|not verified|verified sender|is not allowed "
        "to send|authorized to perform|sender address is not allowed|sender address not "
        "allowed|authorized to send from|authorized to send as",
        REASON_SENDER_NOT_OWNED},
    {MAIL_ON, 0, 0, "",
        "sender address rejected: need fully|domain name required for sender|sender address must "
        "contain|sender unqualified|unqualified sender|sender is not fully|sender domain missing",
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
        "undeliverable|sender address rejected: unverified",
        REASON_SENDER_UNKNOWN},
    {MAIL_ON, 0, 0, "", "sender rejected|sender address rejected|sender denied|sender refused",
        REASON_SENDER_REFUSED},
    {MAIL_ON, 517, 517, "", "", REASON_SENDER_REFUSED},

    {MAIL, 500, 504, "x.1.7", "", REASON_SENDER_REFUSED},
    {MAIL, 500, 504, "",
        "bad sender|invalid sender|invalid address|malformed address|syntax error in parameters "
        "scanning mail|sender address syntax",
        REASON_SENDER_REFUSED},

    /* The recipient */
    {MAIL, 555, 555, "", "syntax error", REASON_SENDER_REFUSED},
    {RCPT, 555, 555, "", "syntax error", REASON_RECIPIENT_BAD},
    {MAIL, 500, 504, "", "smtputf8", REASON_SMTPUTF8_REFUSED},
    {MAIL, 555, 555, "", "smtputf8", REASON_SMTPUTF8_REFUSED},
    {MAIL, 550, 554, "x.6.7", "", REASON_SMTPUTF8_MISSING},
    {RCPT, 550, 554, "x.6.7", "", REASON_SMTPUTF8_MISSING},
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
        "nullmx|null mx|recipient address rejected: domain|unrouteable domain|unroutable domain|no "
        "mail hosts|host unknown|unknown host|domain unknown|unknown domain|no such domain|no such "
        "host|domain not found|domain does not exist|dns domain|domain lookup failed|unable to "
        "route|name server timeout|host not found|does not accept mail|unbekannte domain|domain "
        "unbekannt|domaine inconnu|ドメインが",
        REASON_RECIPIENT_DOMAIN},
    {RCPT, 0, 0, "x.4.4|5.4.310", "", REASON_RECIPIENT_DOMAIN},
    {RCPT_ON, 0, 0, "x.2.2", "", REASON_RECIPIENT_FULL},
    {RCPT_ON, 0, 0, "",
        "mailbox full|mailbox is full|over quota|out of storage|inbox is full|exceeded "
        "storage|quota exceeded|exceeded quota|exceeds quota|over its storage|over the "
        "storage|storage limit|quota limit|postfach voll|postfach ist voll|boîte pleine|boite "
        "pleine|buzón lleno|buzon lleno|casella piena|容量|一杯|いっぱい|已满",
        REASON_RECIPIENT_FULL},
    {RCPT_ON, 0, 0, "5.1.1|5.1.10|5.4.1", "", REASON_RECIPIENT_UNKNOWN},
    {RCPT, 550, 550, "", "invalid recipient", REASON_RELAY_OR_UNKNOWN},
    {RCPT_ON, 550, 559, "",
        "user unknown|unknown user|user <> unknown|unknown recipient|recipient unknown|no such "
        "user|no such recipient|no such mailbox|no such address|unrouteable address|unroutable "
        "address|no mailbox|mailbox not found|mailbox unavailable|recipient not found|user not "
        "found|does not exist|doesn't exist|doesn't have|not a valid mailbox|invalid mailbox|not a "
        "known user|unknown address|address unknown|unknown mailbox|unbekannt|existiert "
        "nicht|nicht gefunden|inconnu|introuvable|existe pas|desconocid|no existe|sconosciut|non "
        "esiste|存在しません|存在しない|見つかりません|不存在|无效",
        REASON_RECIPIENT_UNKNOWN},
    {RCPT, 450, 459, "",
        "user unknown|unknown user|no such user|unknown recipient|recipient unknown|user not found",
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
    {MAIL_ON, 400, 499, "",
        "filter|milter|scanner|clamav|clamd|spamd|rspamd|amavis|antivirus|anti-virus|virus "
        "check|spam check",
        REASON_FILTER_DOWN},
    {MAIL_ON, 451, 451, "4.7.1", "service unavailable", REASON_FILTER_DOWN},
    {MAIL_ON, 400, 499, "4.3.0|4.3.5|4.4.3", "", REASON_SERVER_TROUBLE},
    {MAIL_ON, 400, 499, "",
        "local problem|temporary problem|lookup failure|server configuration|dns failure|dns "
        "error|dns lookup|database|local error|internal error|system problem|queue file",
        REASON_SERVER_TROUBLE},
    {MAIL_ON, 0, 0, "", "violates rfc|bare <>|bare newline|dsn support|helo first",
        REASON_PROTOCOL_REFUSED},
    {MAIL, 500, 509, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 500, 500, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 502, 503, "", "", REASON_PROTOCOL_REFUSED},
    {STAGE_DATA, STAGE_DATA, 500, 509, "", "", REASON_PROTOCOL_REFUSED},
    {RCPT, 501, 501, "", "", REASON_RECIPIENT_BAD},
    {RCPT, 553, 553, "", "", REASON_RECIPIENT_BAD},
    {DATA, 500, 599, "",
        "spam|virus|malware|content "
        "rejected|suspicious|infected|policy|phish|unsolicited|junk|attachment|executable|banned|"
        "forbidden",
        REASON_CONTENT_REFUSED},
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
    {STAGE_BANNER, STAGE_QUIT, 500, 599, "4.", "", REASON_REPLY_4XX},
    {STAGE_BANNER, STAGE_QUIT, 500, 599, "", "", REASON_REPLY_5XX},
};

const size_t pattern_count = sizeof patterns / sizeof patterns[0];
