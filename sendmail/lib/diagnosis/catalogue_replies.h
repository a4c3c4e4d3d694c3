/* Reasons in what a server answers. */
REASON(RELAY_DENIED, "relay-denied", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server does not relay mail for this machine. It does not serve the recipient's domain "
    "either.",
    "Set login and password_file for this smarthost, if you have an account there. Without an "
    "account, have the server allow this machine's address (Postfix: mynetworks; Exim: "
    "relay_from_hosts; Courier: a line ADDRESS TAB allow,RELAYCLIENT in smtpaccess/default, "
    "then makesmtpaccess). If the recipient's domain belongs to that server, add the domain "
    "there (Postfix: virtual_mailbox_domains or relay_domains; Courier: "
    "esmtpacceptmailfor.dir, then makeacceptmailfor).")
REASON(RELAY_OR_UNKNOWN, "relay-or-unknown", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server does not relay mail for this machine, or the mailbox does not exist. This "
    "server (OpenSMTPD) gives the same answer in both cases.",
    "Check the address. Set login and password_file for this smarthost, if you have an account "
    "there. Without an account, have the server relay for this machine (OpenSMTPD: match from "
    "src, or match auth). If the recipient's domain belongs to that server, add the domain "
    "there (OpenSMTPD: match for domain).")
REASON(CLIENT_REFUSED, "client-refused", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server refuses connections from this machine's address. On port 587 or 465 this "
    "means: no login was made.",
    "Set login and password_file for this smarthost. Without an account, have the server allow "
    "this machine's address (Postfix: mynetworks; Exim: host_reject_connection and the connect "
    "ACL; Courier: smtpaccess; Sakura: the filter for foreign addresses).")
REASON(ADDRESS_BLOCKED, "address-blocked", FAULT_ROUTE, 3600, RETRY_HELPS,
    "The server could not deliver to this address before, so it refuses new mail for it. "
    "Courier does this for 2 hours after its own last failed delivery. Our attempts do not "
    "change that.",
    "On the server, search the mail log for this address with status deferred. Repair the "
    "mailbox or the alias named there. Wait 2 hours, or run on the server: courier clear "
    "ADDRESS (it helps only in the hour of the failure, by the clock). To avoid the block, set "
    "login and password_file, or have the server relay for this machine.")
REASON(AUTH_REFUSED, "auth-refused", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The server refuses this login and password.",
    "Check login and password_file of this smarthost. If the provider wants a password for "
    "applications, make one in the account's security settings (Gmail, Yahoo, iCloud) or in "
    "the console (Amazon SES, SendGrid: the login is apikey). Test it: relayconf probe")
REASON(OAUTH_REFUSED, "oauth-refused", FAULT_CREDENTIAL, 900, NEEDS_ADMIN,
    "The server refuses the OAuth2 token: it has ended, was withdrawn, is for another account, or "
    "has no right to send mail.",
    "Run password_command of this smarthost by hand as user firsthop: it has to print a fresh "
    "access "
    "token for the account in login. Compare the token's scope with what the provider wants "
    "(Gmail: "
    "https://mail.google.com/; Microsoft 365: https://outlook.office.com/SMTP.Send). Have the "
    "account allow it (Microsoft 365: Authenticated SMTP for the mailbox; Google Workspace: the "
    "program as a trusted app). Check the clock of this machine: date")
REASON(AUTH_APP_PASSWORD, "auth-app-password", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The provider does not accept the account's own password from a program. It wants an app "
    "password.",
    "Make an app password in the account's security settings (Gmail: turn on 2-Step "
    "Verification, then App passwords). Write it into the file named by password_file. Test "
    "it: relayconf probe")
REASON(AUTH_DISABLED, "auth-disabled", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The provider has turned off SMTP logins for this account, or for all accounts.",
    "In Microsoft 365, turn on Authenticated SMTP for the mailbox (Exchange PowerShell: "
    "Set-CASMailbox LOGIN -SmtpClientAuthenticationDisabled $false). If it is off for the "
    "whole tenant, turn it on there (Set-TransportConfig -SmtpClientAuthenticationDisabled "
    "$false), or relay through a connector that accepts this machine's address. With another "
    "provider, ask its support.")
REASON(AUTH_POLICY, "auth-policy", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "A security policy of the provider forbids this login. The password may be right.",
    "In Microsoft Entra, look at the sign-in log of this account: it names the policy. Exclude "
    "the account from security defaults, or from the Conditional Access policy that blocks "
    "SMTP. Or relay through a connector that accepts this machine's address.")
REASON(AUTH_ADDRESS, "auth-address", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The provider accepts this login only from addresses that are on a list, and this machine's "
    "address is not on it.",
    "Add this machine's address to that list in the provider's console (Brevo: Settings, Security, "
    "Authorized IPs). If the provider sent a mail that asks to confirm a new address, follow it. "
    "Test it: relayconf probe")
REASON(AUTH_RETIRED, "auth-retired", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The provider does not accept a login with a password (basic authentication) any more.",
    "Use OAuth2 in place of the password: relayconf oauth login NAME (firsthop.conf(5), OAuth2). "
    "Or, in Microsoft 365, relay through a connector that accepts this machine's address, and "
    "remove login and password_file. Where Microsoft still lets the tenant choose, allow basic "
    "authentication for the mailbox (Exchange PowerShell: Set-AuthenticationPolicy NAME "
    "-AllowBasicAuthSmtp).")
REASON(ACCOUNT_BLOCKED, "account-blocked", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The provider has blocked this account from sending. The usual cause is spam, or too much "
    "mail, from the account.",
    "Find out what the account has sent. Change its password. Ask the provider to unblock it "
    "(Microsoft 365: Restricted entities in the Defender portal; Amazon SES: the account "
    "dashboard).")
REASON(AUTH_REQUIRED, "auth-required", FAULT_CREDENTIAL, 3600, NEEDS_ADMIN,
    "The server accepts mail only after a login, and no login was made.",
    "Set login and password_file for this smarthost. Use the submission port: port = 587, or "
    "port = 465. Without an account, have the server accept this machine's address without a "
    "login.")
REASON(AUTH_UNAVAILABLE, "auth-unavailable", FAULT_CREDENTIAL, 0, RETRY_HELPS,
    "The server cannot check logins now.",
    "Wait: the next attempt is automatic. If it lasts, look at the login service of the server "
    "(Dovecot, saslauthd, LDAP).")
REASON(AUTH_MISSING, "auth-missing", FAULT_CREDENTIAL, 1800, NEEDS_ADMIN,
    "A login is configured, but the server offers no login that can be used here.",
    "Use the submission port: port = 587 with STARTTLS, or port = 465. If this server needs no "
    "login, remove login and password_file.")
REASON(AUTH_NEEDS_TLS, "auth-needs-tls", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "A login is configured, but the connection has no TLS. The password is not sent "
    "unencrypted.",
    "Set tls = verify for this smarthost. Only in a network that nobody else can read, set "
    "auth_without_tls = yes.")
REASON(AUTH_UNVERIFIED, "auth-unverified", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate could not be verified, so the server may be an impostor. The "
    "password was not sent, and the mail waits.",
    "Set tls = verify. Set tls_ca_file = FILE with the certificate of the server or of its "
    "authority, or tls_name = NAME to a name in the certificate. Test it: relayconf probe. "
    "Only if you accept that any server may get the password, set auth_to_unverified_server = "
    "yes.")
REASON(AUTH_PROTOCOL, "auth-protocol", FAULT_CREDENTIAL, 1800, RETRY_HELPS,
    "The login failed because the server's answer does not follow the protocol.",
    "Look in the server's log. Test it: relayconf probe")
REASON(AUTH_SERVER_UNPROVED, "auth-server-unproved", FAULT_CREDENTIAL, 1800, RETRY_HELPS,
    "The server did not prove that it knows the password. It may be an impostor.",
    "Check host and tls of this smarthost. Ask the server's administrator before you send the "
    "password to it.")
REASON(AUTH_TOO_WEAK, "auth-too-weak", FAULT_CREDENTIAL, 1800, NEEDS_ADMIN,
    "The server refuses this kind of login as too weak.",
    "Set tls = verify for this smarthost. Or have the server offer another kind of login "
    "(PLAIN).")
REASON(TOO_MANY_CONNECTIONS, "too-many-connections", FAULT_ROUTE, 300, RETRY_HELPS,
    "The server refuses more connections from this machine.", "Lower max_sessions in [queue].")
REASON(TOO_MANY_ERRORS, "too-many-errors", FAULT_ROUTE, 60, RETRY_HELPS,
    "The server ended the session because it had refused too many commands.",
    "Wait: the next attempt is automatic. Read the earlier answers: they show what the server "
    "refused.")
REASON(RATE_LIMITED, "rate-limited", FAULT_ROUTE, 60, RETRY_HELPS,
    "The server limits how much mail it accepts from this machine or this account.",
    "Wait: the mail goes out when the limit allows it. If it happens often, send less, lower "
    "max_sessions, or ask the provider for a higher limit.")
REASON(SESSION_LIMIT, "session-limit", FAULT_ROUTE, 60, RETRY_HELPS,
    "The server accepts only so many messages in one session.",
    "Wait: the other messages go in new sessions.")
REASON(SENDING_QUOTA, "sending-quota", FAULT_ROUTE, 3600, RETRY_HELPS,
    "The account, or this machine, has sent as much as the provider allows for now. The mail "
    "is kept, and goes out when the provider counts anew.",
    "Wait: the mail goes out by itself. If it happens often, send less, or ask the provider "
    "for a higher limit.")
REASON(PARAMETER_REFUSED, "parameter-refused", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The server refuses a parameter of MAIL or RCPT that it offers itself in its answer to EHLO. "
    "The parameters that mail can do without were left out already.",
    "Look in the server's log. Check for a firewall or a proxy between this machine and the "
    "server: it may change what the server offers. Update the server.")
REASON(SMTPUTF8_REFUSED, "smtputf8-refused", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The server offers SMTPUTF8 and then refuses it. This message needs it: an address in it has "
    "letters beyond ASCII.",
    "Use addresses in ASCII only, if there are such, and send the message again. Or use a "
    "smarthost that accepts SMTPUTF8. Have the server's administrator turn SMTPUTF8 on, or stop "
    "offering it.")
REASON(GREYLISTED, "greylisted", FAULT_RECIPIENT, 300, RETRY_HELPS,
    "The server delays mail from unknown senders for some minutes (greylisting).",
    "Wait: the next attempt is automatic. If the smarthost is your own, exclude this machine "
    "from greylisting there.")
REASON(SERVER_BUSY, "server-busy", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server does not accept mail now.",
    "Wait: the next attempt is automatic. If it lasts, look at the server.")
REASON(SERVER_TROUBLE, "server-trouble", FAULT_NONE, 0, RETRY_HELPS,
    "The server has an internal error. Often a lookup in its DNS or its database failed.",
    "Wait: the next attempt is automatic. If it lasts, look in the server's log at the time of "
    "the attempt.")
REASON(FILTER_DOWN, "filter-down", FAULT_ROUTE, 600, RETRY_HELPS,
    "A mail filter of the server does not answer, so the server accepts no mail now.",
    "On the server, check its filters (spamd, rspamd, clamd, courierfilter, milters).")
REASON(LISTED, "listed", FAULT_ROUTE, 3600, NEEDS_ADMIN,
    "The address of this machine is on a block list of spam senders.",
    "Relay through a smarthost where this machine has a login. Or ask the block list to remove "
    "the address; its name is in the server's answer.")
REASON(NO_REVERSE_NAME, "no-reverse-name", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server wants this machine's address to have a name in DNS (a PTR record), and that "
    "name to have this address.",
    "Have the owner of the address (your provider) set its PTR record. Or relay with a login: "
    "port = 587, login and password_file.")
REASON(HELO_REFUSED, "helo-refused", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The server refuses the name with which this machine introduces itself (EHLO).",
    "Set [host] name to a full name that exists in DNS.")
REASON(SENDER_DOMAIN, "sender-domain", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The server refuses the sender, because the sender's domain has no mail server in DNS.",
    "Set [host] domain to a domain that can receive mail. Or set [sender] envelope_from to an "
    "address that can receive mail.")
REASON(SENDER_DNS, "sender-dns", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The server cannot look up the sender's domain: the name servers of that domain fail.",
    "Repair the DNS of the sender's domain. Or set [host] domain, or [sender] envelope_from, "
    "to an address that can receive mail.")
REASON(SENDER_UNQUALIFIED, "sender-unqualified", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The server refuses the sender, because its address has no full domain.",
    "Set [host] domain to a full domain. Or set [sender] envelope_from to a full address.")
REASON(SENDER_UNKNOWN, "sender-unknown", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The server has checked the sender's address and found no mailbox there.",
    "Set [sender] envelope_from to an address that can receive mail. Or create that mailbox, "
    "or an alias, on the server.")
REASON(SENDER_NOT_OWNED, "sender-not-owned", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "The account may not send with this sender address.",
    "Set [sender] envelope_from and header_from to the address of the account. Or have the "
    "provider allow the address (Amazon SES, SendGrid, Mailgun: verify the address or its "
    "domain; Microsoft 365: Send As; Gmail: an alias of the account).")
REASON(SENDER_REFUSED, "sender-refused", FAULT_MESSAGE, 0, RETRY_HELPS,
    "The server refuses the sender's address.",
    "Check the address given with -f. Check [sender] envelope_from. Then send the message "
    "again.")
REASON(RECIPIENT_UNKNOWN, "recipient-unknown", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The recipient's mailbox does not exist.",
    "Check the address. Then send the message again to the right address. If the address is right "
    "and its domain has moved to another server, have the smarthost stop treating the domain as "
    "its "
    "own (Postfix: mydestination and virtual_mailbox_domains; Exim: local_domains; Courier: "
    "locals, "
    "hosteddomains and esmtpacceptmailfor).")
REASON(RECIPIENT_DOMAIN, "recipient-domain", FAULT_RECIPIENT, 3600, RETRY_HELPS,
    "The recipient's domain does not exist, accepts no mail, or cannot be found by the server.",
    "Check the part of the address after the @. If it is right, look at the DNS of that "
    "domain.")
REASON(RECIPIENT_DISABLED, "recipient-disabled", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The recipient's mailbox is closed or does not accept mail.",
    "Ask the recipient for another address.")
REASON(RECIPIENT_FORBIDDEN, "recipient-forbidden", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The server does not allow this sender to write to this recipient.",
    "Ask the recipient, or the server's administrator, to allow it. Or set [sender] "
    "envelope_from to an address that may write there.")
REASON(RECIPIENT_FULL, "recipient-full", FAULT_RECIPIENT, 3600, RETRY_HELPS,
    "The recipient's mailbox is full.", "Ask the recipient to delete mail, or to get more space.")
REASON(RECIPIENT_BAD, "recipient-bad", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The server cannot read the recipient's address.",
    "Check the address for blanks and special characters. Then send the message again.")
REASON(TOO_MANY_RECIPIENTS, "too-many-recipients", FAULT_ROUTE, 60, RETRY_HELPS,
    "The server accepts fewer recipients in one transaction.",
    "Nothing to do: the other recipients follow at once, in another transaction.")
REASON(SIZE_EXCEEDED, "size-exceeded", FAULT_MESSAGE, 0, RETRY_HELPS,
    "The message is larger than the server accepts.",
    "Send a smaller message, or a link to the file. Or raise the limit on the server (Postfix: "
    "message_size_limit).")
REASON(LINES_TOO_LONG, "lines-too-long", FAULT_MESSAGE, 0, RETRY_HELPS,
    "The header of the message, or one of its lines, is longer than the server accepts.",
    "Change the program that writes the message: a line may have 998 characters.")
REASON(STORAGE_FULL, "storage-full", FAULT_ROUTE, 600, RETRY_HELPS, "The server's disk is full.",
    "Free disk space on the server. Then the mail goes out by itself.")
REASON(CONTENT_REFUSED, "content-refused", FAULT_MESSAGE, 0, RETRY_HELPS,
    "A filter of the server refuses the content of the message.",
    "Read the server's answer: it may name the rule. On the server, add an exception for this "
    "machine's mail.")
REASON(SPF_DMARC, "spf-dmarc", FAULT_CONFIG, 3600, NEEDS_ADMIN,
    "The sender's domain does not authorize this machine to send for it (SPF, DKIM or DMARC).",
    "Relay through the mail server of the sender's domain. Or set [sender] envelope_from and "
    "header_from to a domain that authorizes this machine. Or add this machine's address to "
    "the domain's SPF record.")
REASON(LOOP, "loop", FAULT_MESSAGE, 0, RETRY_HELPS,
    "The message goes round in a circle between servers.",
    "Look at the Received lines of the message: they name the servers. Correct the routes and "
    "aliases of these servers.")
REASON(LOOP_TO_SELF, "loop-to-self", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The smarthost is this machine itself.", "Set host to another machine.")
REASON(PROTOCOL_REFUSED, "protocol-refused", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The server refuses an SMTP command that every mail server must know.",
    "Look in the server's log. Check for a firewall or a proxy between this machine and the "
    "server.")
REASON(CLOSING, "closing", FAULT_ROUTE, 60, RETRY_HELPS, "The server is closing the connection.",
    "Wait: the next attempt is automatic.")
REASON(OUTCOME_UNKNOWN, "outcome-unknown", FAULT_ROUTE, 600, RETRY_HELPS,
    "The connection broke after the message was sent, before the server confirmed it. The "
    "message may arrive twice.",
    "Wait: the next attempt is automatic. If it happens often, look at how long the server's "
    "filters need for a message.")
REASON(EXPIRED, "expired", FAULT_ROUTE, 0, RETRY_HELPS,
    "The message could not be delivered in the time that [queue] expire_after_h allows.",
    "Fix the last reason. Then send the message again.")
REASON(REPLY_4XX, "reply-4xx", FAULT_NONE, 0, RETRY_HELPS,
    "The server cannot accept the message now.",
    "Read the server's answer: it gives the reason. Wait: the next attempt is automatic.")
REASON(REPLY_5XX, "reply-5xx", FAULT_NONE, 0, RETRY_HELPS, "The server refuses the message.",
    "Read the server's answer: it gives the reason. Fix that, then send the message again.")
