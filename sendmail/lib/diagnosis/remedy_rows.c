/* Remedies for one kind of server.  {address}, {domain}, {recipient} and {login} are filled in. */
#include "diagnosis/remedy_rows.h"
#include <stddef.h>

const struct remedy_row remedy_rows[] = {
    {REASON_RELAY_DENIED, "courier",
        "If the server (Courier) should relay for this machine, run there as root: printf "
        "'{address}\\tallow,RELAYCLIENT\\n' "
        ">>/etc/courier/smtpaccess/default && makesmtpaccess. If {domain} is one of its own "
        "domains, run there as root: echo {domain} >>/etc/courier/esmtpacceptmailfor.dir/default "
        "&& makeacceptmailfor. Or set login and password_file for this smarthost, with port 587."},
    {REASON_RELAY_DENIED, "postfix",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, run on the server (Postfix) as root: postconf -e \"mynetworks = $(postconf -h "
        "mynetworks) {address}\" && postfix reload. If {domain} is one of its own domains, add it "
        "there to virtual_mailbox_domains, relay_domains or mydestination."},
    {REASON_RELAY_DENIED, "exim",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, add {address} to relay_from_hosts on the server (Exim; on Debian: "
        "dc_relay_nets in /etc/exim4/update-exim4.conf.conf, then update-exim4.conf and systemctl "
        "restart exim4). If {domain} is one of its own domains, add it there to local_domains or "
        "relay_to_domains (on Debian: dc_other_hostnames or dc_relay_domains)."},
    {REASON_RELAY_DENIED, "opensmtpd",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, add to smtpd.conf on the server: match from src {address} for any action "
        "\"relay\", then restart smtpd. If {domain} is one of its own domains, add there a rule: "
        "match from any for domain {domain} action \"local\"."},
    {REASON_RELAY_OR_UNKNOWN, "opensmtpd",
        "Check the address {recipient}. Set login and password_file for this smarthost, if you "
        "have an account there. Without an account, add to smtpd.conf on the server (OpenSMTPD): "
        "match from src {address} for any action \"relay\", then restart smtpd. If {domain} is "
        "one of its own domains, add there a rule: match from any for domain {domain} action "
        "\"local\"."},
    {REASON_RELAY_DENIED, "sendmail",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, add to /etc/mail/access on the server (Sendmail) the line: Connect:{address} "
        "RELAY, then run makemap hash /etc/mail/access </etc/mail/access. If {domain} is one of "
        "its own domains, add it there to /etc/mail/local-host-names or to "
        "/etc/mail/relay-domains."},
    {REASON_RELAY_DENIED, "exchange",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, make a receive connector on the server for the remote address {address} and let "
        "it relay: Get-ReceiveConnector NAME | Add-ADPermission -User 'NT AUTHORITY\\ANONYMOUS "
        "LOGON' -ExtendedRights ms-Exch-SMTP-Accept-Any-Recipient. If {domain} is one of its own "
        "domains, add it there: New-AcceptedDomain."},
    {REASON_RELAY_DENIED, "microsoft365",
        "Use host = smtp.office365.com, port = 587, login and password_file of a mailbox. Without "
        "a mailbox, add a connector in the Exchange admin center (Mail flow, Connectors: from your "
        "organization's email server) that accepts the address {address}. If {domain} is a domain "
        "of the tenant, check that it is an accepted domain there."},
    {REASON_RELAY_DENIED, "gmail",
        "Use host = smtp.gmail.com, port = 587, and login and password_file with an app password. "
        "Without an account, allow the address {address} in the Google Admin console (Apps, "
        "Google Workspace, Gmail, Routing, SMTP relay service) and use host = "
        "smtp-relay.gmail.com."},
    {REASON_RELAY_DENIED, "qmail",
        "Set login and password_file for this smarthost, if you have an account there. Without an "
        "account, add to /etc/tcp.smtp on the server (qmail) the line: "
        "{address}:allow,RELAYCLIENT=\"\", then run qmailctl cdb. If {domain} is one of its own "
        "domains, add it there to /var/qmail/control/rcpthosts."},

    {REASON_CLIENT_REFUSED, "courier",
        "On the server (Courier), look for {address} in /etc/courier/smtpaccess/default. Remove "
        "the line that denies or blocks it, and run makesmtpaccess as root."},
    {REASON_CLIENT_REFUSED, "postfix",
        "Set login and password_file for this smarthost, if the port is 587 or 465: Postfix "
        "refuses there who is not logged in. Without an account, have {address} added to "
        "mynetworks on the server. On port 25, have {address} allowed in the table of its "
        "check_client_access."},
    {REASON_CLIENT_REFUSED, "exim",
        "On the server (Exim), look for {address} in host_reject_connection, in the ACL of "
        "acl_smtp_connect and in its list of local blocks (on Debian: "
        "/etc/exim4/local_host_blacklist)."},
    {REASON_NO_GREETING, "courier",
        "Set max_sessions to 4 or less: Courier allows 5 connections from one address (MAXPERIP). "
        "On the server, look for {address} with deny in /etc/courier/smtpaccess/default."},
    {REASON_ADDRESS_BLOCKED, "courier",
        "On the server (Courier), search the mail log for: addr=<{recipient}> with status: "
        "deferred. Repair the mailbox or the alias named there. Wait 2 hours, or run there as "
        "root: courier clear {recipient} (it helps only in the hour of the failure, by the clock). "
        "To avoid the block, let {address} relay there "
        "(printf '{address}\\tallow,RELAYCLIENT\\n' >>/etc/courier/smtpaccess/default && "
        "makesmtpaccess), or set login and password_file."},

    {REASON_AUTH_REFUSED, "courier",
        "Check login ({login}) and password_file of this smarthost: Courier often wants the full "
        "address as login. On the server, test them as root: authtest -s smtp {login} PASSWORD."},
    {REASON_AUTH_REFUSED, "postfix",
        "Check login ({login}) and password_file of this smarthost. On the server, test the login "
        "as root: doveadm auth test {login} (Postfix with Dovecot), or testsaslauthd -u {login} -p "
        "PASSWORD (with saslauthd)."},
    {REASON_AUTH_REFUSED, "gmail",
        "Make an app password in the Google account of {login} (turn on 2-Step Verification, then "
        "App passwords). Write it into the file named by password_file, without blanks. Test it: "
        "relayconf probe"},
    {REASON_AUTH_REFUSED, "microsoft365",
        "Check login ({login}, the full address) and password_file of this smarthost. Look at the "
        "sign-in log of {login} in Microsoft Entra: it names the reason. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "ses",
        "Use SMTP credentials, made in the SES console under SMTP settings, in the region of this "
        "server: access keys of AWS do not work as login ({login}) and password. Test it: "
        "relayconf probe"},
    {REASON_AUTH_REFUSED, "sendgrid",
        "Set login = apikey, this very word (it is {login} now). Write an API key with the right "
        "Mail Send into the file named by password_file. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "mailgun",
        "Use the SMTP credentials of the sending domain (Mailgun console, Sending, Domain "
        "settings): the login is a full address of that domain (it is {login} now). Check that "
        "host fits the region: smtp.mailgun.org or smtp.eu.mailgun.org. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "brevo",
        "Use an SMTP key of Brevo as the password (Settings, SMTP & API, SMTP): API keys and "
        "the account's own password do not work. The login is shown there, too (it is {login} "
        "now). Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "mailjet",
        "Use the API key of Mailjet as login (it is {login} now) and the secret key as "
        "password (Account, API keys). Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "postmark",
        "Use the Server API token of Postmark as login and as password (server, API tokens): "
        "the token of the account does not work. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "zoho",
        "Check that host is that of the account's region (smtp.zoho.com, smtp.zoho.eu, "
        "smtp.zoho.in). With two-factor authentication, make an app password in the Zoho "
        "account of {login} (Security, App passwords). Write it into the file named by "
        "password_file. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "icloud",
        "Make an app-specific password for {login} (account.apple.com, Sign-In and Security). "
        "Write it into the file named by password_file. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "fastmail",
        "Make an app password for {login} at Fastmail (Settings, Privacy & Security, Manage "
        "app passwords), with the right to send by SMTP. Write it into the file named by "
        "password_file. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "yahoo",
        "Check login ({login}) of this smarthost. Make an app password for it (Yahoo account, "
        "Security) and write it into the file named by password_file. For an address of "
        "yahoo.co.jp, allow access by other programs (IMAP, POP, SMTP) in the settings of its "
        "mail, and use the Yahoo! JAPAN ID as login. Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "gmx",
        "Turn on POP3, IMAP and SMTP for {login} in the settings of the mailbox (GMX and "
        "WEB.DE: E-Mail, Settings, POP3/IMAP): they are off at first. With two-factor "
        "authentication, make an application-specific password there. Test it: relayconf "
        "probe"},
    {REASON_AUTH_REFUSED, "sakura",
        "Use the full address as login (it is {login} now) and the password of that mailbox. "
        "If the machine is outside Japan, turn off the filter for foreign addresses in the "
        "control panel (SMTP). Test it: relayconf probe"},
    {REASON_AUTH_REFUSED, "ocn",
        "Use the full address as login (it is {login} now) and the password of that mailbox, "
        "not that of the connection or the OCN ID. Set host and port as OCN recommends, with "
        "TLS: port = 465. Test it: relayconf probe"},
    {REASON_CLIENT_REFUSED, "sakura",
        "Set login and password_file for this smarthost, with port 587 or 465. If this "
        "machine ({address}) is outside Japan, turn off the filter for foreign addresses in "
        "the control panel of the server (SMTP)."},
    {REASON_SENDER_NOT_OWNED, "zoho",
        "Set [sender] envelope_from and header_from to {login}, or to an address or alias of "
        "that account at Zoho."},
    {REASON_SENDER_NOT_OWNED, "brevo",
        "Verify the sender or its domain at Brevo (Settings, Senders, Domains). Or set "
        "[sender] envelope_from and header_from to a verified address."},
    {REASON_AUTH_DISABLED, "microsoft365",
        "Turn on Authenticated SMTP for the mailbox (Exchange PowerShell: Set-CASMailbox {login} "
        "-SmtpClientAuthenticationDisabled $false). If it is off for the whole tenant, turn it on "
        "there (Set-TransportConfig -SmtpClientAuthenticationDisabled $false), or relay through a "
        "connector that accepts {address}."},
    {REASON_AUTH_MISSING, "courier",
        "Set tls = verify and port = 587 for this smarthost: Courier offers logins after STARTTLS. "
        "On the server, set ESMTPAUTH_TLS=\"PLAIN LOGIN\" in /etc/courier/esmtpd and restart "
        "esmtpd. Or remove login, and let {address} relay without one."},
    {REASON_AUTH_MISSING, "postfix",
        "Use port 587 (STARTTLS) or 465: Postfix often offers no logins on port 25. On the server, "
        "check smtpd_sasl_auth_enable = yes in the service of that port (postconf -P). Or remove "
        "login, if {address} is in its mynetworks."},

    {REASON_TOO_MANY_CONNECTIONS, "courier",
        "Set max_sessions to 4 or less: Courier allows 5 connections from one address. Or raise "
        "MAXPERIP in /etc/courier/esmtpd on the server, and restart esmtpd."},
    {REASON_TOO_MANY_CONNECTIONS, "postfix",
        "Lower max_sessions. Or exempt this machine on the server (Postfix): postconf -e "
        "'smtpd_client_event_limit_exceptions = $mynetworks {address}' && postfix reload."},
    {REASON_TOO_MANY_CONNECTIONS, "exim",
        "Lower max_sessions. Or raise smtp_accept_max_per_host on the server (Exim)."},
    {REASON_TOO_MANY_CONNECTIONS, "microsoft365",
        "Set max_sessions = 3: Microsoft 365 allows a mailbox no more at a time."},
    {REASON_RATE_LIMITED, "postfix",
        "Nothing has to be done: mail is sent at the pace that the server accepts. To raise the "
        "limit, exempt this machine on the server (Postfix): postconf -e "
        "'smtpd_client_event_limit_exceptions = $mynetworks {address}' && postfix reload."},
    {REASON_RATE_LIMITED, "exim",
        "Nothing has to be done: mail is sent at the pace that the server accepts. To raise the "
        "limit, exempt {address} in the ratelimit condition of the server's ACL (Exim)."},
    {REASON_RATE_LIMITED, "microsoft365",
        "Nothing has to be done: mail is sent at the pace that the server accepts. Microsoft 365 "
        "allows {login} 30 messages a minute and 10,000 recipients a day. Use Azure Communication "
        "Services or another relay for more."},
    {REASON_SENDING_QUOTA, "gmail",
        "Wait: Gmail counts 24 hours. Gmail allows {login} 500 recipients a day, Google Workspace "
        "2,000. Use the SMTP relay service of Google Workspace, or another relay, for more."},
    {REASON_SENDING_QUOTA, "ses",
        "Wait: Amazon SES counts 24 hours. Ask for a higher sending quota in the SES console "
        "(Account dashboard, Request production access or Limits)."},
    {REASON_GREYLISTED, "postfix",
        "Nothing has to be done: the server accepts it after some minutes. To avoid the delay, add "
        "{address} to /etc/postgrey/whitelist_clients on the server and restart postgrey."},

    {REASON_SIZE_EXCEEDED, "postfix",
        "Send a smaller message, or raise the limit on the server (Postfix): postconf -e "
        "message_size_limit=BYTES && postfix reload."},
    {REASON_SIZE_EXCEEDED, "exim",
        "Send a smaller message, or raise message_size_limit on the server (Exim)."},
    {REASON_SIZE_EXCEEDED, "courier",
        "Send a smaller message, or raise the limit on the server (Courier): echo BYTES "
        ">/etc/courier/sizelimit."},
    {REASON_SIZE_EXCEEDED, "opensmtpd",
        "Send a smaller message, or raise the limit on the server: smtp max-message-size in "
        "smtpd.conf."},
    {REASON_SIZE_EXCEEDED, "sendmail",
        "Send a smaller message, or raise the limit on the server: confMAX_MESSAGE_SIZE in "
        "sendmail.mc."},
    {REASON_SIZE_EXCEEDED, "exchange",
        "Send a smaller message, or raise the limit on the server: Set-ReceiveConnector NAME "
        "-MaxMessageSize 50MB."},
    {REASON_SIZE_EXCEEDED, "gmail",
        "Send a smaller message: Gmail accepts 25 MB with the attachments as they are encoded."},
    {REASON_SIZE_EXCEEDED, "microsoft365",
        "Send a smaller message, or raise the limit of the mailbox: Set-Mailbox {login} "
        "-MaxSendSize 50MB."},

    {REASON_SENDER_NOT_OWNED, "microsoft365",
        "Set [sender] envelope_from and header_from to {login}. Or let that account send as the "
        "other address (Exchange PowerShell: Add-RecipientPermission SENDER -Trustee {login} "
        "-AccessRights SendAs)."},
    {REASON_SENDER_NOT_OWNED, "ses",
        "Verify the sender's address or domain in the SES console (Identities), in the region of "
        "this server. Or set [sender] envelope_from and header_from to a verified address."},
    {REASON_SENDER_NOT_OWNED, "sendgrid",
        "Verify the sender in the SendGrid console (Settings, Sender Authentication). Or set "
        "[sender] envelope_from and header_from to a verified address."},
    {REASON_SENDER_NOT_OWNED, "postfix",
        "Set [sender] envelope_from and header_from to an address of {login}. Or add the sender "
        "for {login} to the table of smtpd_sender_login_maps on the server."},
    {REASON_RECIPIENT_UNKNOWN, "courier",
        "Check the address {recipient}. On the server (Courier), if it is an alias, run "
        "makealiases after a change of /etc/courier/aliases."},
    {REASON_RECIPIENT_UNKNOWN, "exim",
        "Check the address {recipient}. On the server, see how Exim routes it: exim -bt "
        "{recipient}."},
    {REASON_LISTED, "microsoft365",
        "Ask for the removal of {address}: https://sender.office.com. Relay through a smarthost "
        "with a login."},
    {REASON_NONE, NULL, NULL},
};
