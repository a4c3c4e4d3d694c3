/* The reasons, in plain words. */
#include "diagnosis/catalogue.h"
#include "base/compat.h"

/* Does it heal by waiting? */
#define HEALS false
#define STAYS true

static const struct reason rows[] = {
    {"relay-denied", FAULT_ROUTE, 1800, STAYS,
        "the server does not host the recipient's domain and did not recognise this machine, or "
        "its login, as one it relays for",
        "on the server, list this machine as a relay client (Postfix: mynetworks; Exim: "
        "relay_from_hosts; Courier: a line ADDRESS TAB allow,RELAYCLIENT in smtpaccess/default, "
        "then makesmtpaccess), or give this smarthost login and password_file; if the server "
        "should receive that domain itself, list the domain there (Postfix: "
        "virtual_mailbox_domains or relay_domains; Courier: esmtpacceptmailfor.dir, then "
        "makeacceptmailfor)"},
    {"relay-or-unknown", FAULT_ROUTE, 1800, STAYS,
        "the server says the same for two things: it does not relay mail of this machine to that "
        "domain, or there is no such mailbox (OpenSMTPD does so)",
        "check the address; if it is right, let the server relay for this machine (OpenSMTPD: "
        "match from src, or match auth), or give this smarthost login and password_file; if the "
        "domain is the server's own, list it there (OpenSMTPD: match for domain)"},
    {"client-refused", FAULT_ROUTE, 1800, STAYS,
        "the server refuses this machine as a client: on a submission port (587, 465) that means "
        "it is not logged in; elsewhere, that an access list bars its address",
        "set login and password_file for this smarthost; or have this machine's address let in on "
        "the server (Postfix: mynetworks; Exim: host_reject_connection and the connect ACL; "
        "Courier: smtpaccess)"},
    {"address-blocked", FAULT_ROUTE, 3600, HEALS,
        "the server has had trouble delivering to this very address and refuses more mail for it; "
        "Courier does so for 2 hours after its own last failed try, and our tries neither lift nor "
        "prolong that",
        "on the server, look in the mail log for this address with status deferred, and mend that "
        "mailbox or alias; then wait, or use courier clear ADDRESS (Courier), or let this machine "
        "relay or log in, which ends the block for it"},
    {"auth-refused", FAULT_CREDENTIAL, 3600, STAYS,
        "the server does not accept this login and password",
        "check login and password_file of this smarthost; some providers want an application "
        "password; then run relayconf probe"},
    {"auth-app-password", FAULT_CREDENTIAL, 3600, STAYS,
        "the provider wants a password made for this program, not the one of the account",
        "make an application password in the account's security settings and put it into "
        "password_file"},
    {"auth-disabled", FAULT_CREDENTIAL, 3600, STAYS,
        "the provider has switched off logging in with a password for this account, or for all of "
        "them",
        "Microsoft 365: switch on Authenticated SMTP for the mailbox, or relay through a connector "
        "that knows this machine's address; elsewhere ask the provider"},
    {"account-blocked", FAULT_CREDENTIAL, 3600, STAYS,
        "the provider has blocked this account from sending, mostly after spam, or too much mail, "
        "from it",
        "find out what was sent with the account, change its password, and have the provider "
        "unblock it"},
    {"auth-required", FAULT_CREDENTIAL, 3600, STAYS, "the server takes mail only after a login",
        "set login and password_file for this smarthost, and use the submission port (587 or 465); "
        "or have the server relay for this machine's address without"},
    {"auth-unavailable", FAULT_CREDENTIAL, 0, HEALS, "the server cannot check logins at the moment",
        "it is tried again; if it lasts, look at the authentication service of the server"},
    {"auth-missing", FAULT_CREDENTIAL, 1800, STAYS,
        "a login is configured, but the server offers no way to log in that can be used here",
        "use the submission port (587 with STARTTLS, or 465), or remove login if this server needs "
        "none"},
    {"auth-needs-tls", FAULT_CONFIG, 1800, STAYS,
        "a login is configured, but there is no TLS, and the password is not sent in the clear",
        "set tls = verify for this smarthost; auth_without_tls = yes only on a network that nobody "
        "else can read"},
    {"auth-unverified", FAULT_ROUTE, 1800, STAYS,
        "the certificate of the server could not be verified, so it may be anybody: the password "
        "was not sent, and the mail waits",
        "set tls = verify, and what the reason asks for: tls_ca_file = FILE with the certificate "
        "of the server or its authority, tls_name = NAME in the certificate; relayconf probe shows "
        "the result; auth_to_unverified_server = yes gives the password to whoever answers in the "
        "place of the server"},
    {"auth-protocol", FAULT_CREDENTIAL, 1800, HEALS, "the exchange of the login went wrong",
        "look at the server's log; try relayconf probe"},
    {"auth-server-unproved", FAULT_CREDENTIAL, 1800, HEALS,
        "the server did not prove that it knows the password",
        "it may not be the server that it claims to be; check host and tls"},
    {"auth-too-weak", FAULT_CREDENTIAL, 1800, STAYS,
        "the server refuses this way of logging in as too weak",
        "set tls = verify for this smarthost, or enable another way of logging in (PLAIN) on the "
        "server"},
    {"tls-untrusted", FAULT_ROUTE, 1800, STAYS,
        "nobody that this machine trusts has signed the server's certificate",
        "install the authority's certificate and name it with tls_ca_file, "
        "or " COMPAT_GET_AUTHORITIES "; tls = encrypt goes on without the check"},
    {"tls-self-signed", FAULT_ROUTE, 1800, STAYS,
        "the server's certificate is signed by itself, or by an authority unknown here",
        "copy that certificate to this machine and name it with tls_ca_file, or get the server a "
        "public one"},
    {"tls-expired", FAULT_ROUTE, 1800, STAYS,
        "the server's certificate is past its time, or the clock of this machine is wrong",
        "compare the date with this machine's clock (date); renew the certificate on the server"},
    {"tls-not-yet-valid", FAULT_ROUTE, 600, HEALS,
        "the server's certificate begins in the future: most often the clock of this machine is "
        "behind",
        "set the clock (date, ntpd or chronyd), then mail goes out by itself"},
    {"tls-wrong-name", FAULT_ROUTE, 1800, STAYS,
        "the server's certificate is for another name than the one that is configured",
        "set host to a name in the certificate, or tls_name to the name that it should have"},
    {"tls-protocol", FAULT_ROUTE, 1800, STAYS,
        "the server speaks no version of TLS that is still safe (1.2 or later)",
        "update the server; tls = off only on a network that nobody else can read"},
    {"tls-handshake", FAULT_ROUTE, 600, HEALS, "TLS could not be agreed on",
        "check that port and implicit fit: 465 begins with TLS, 587 and 25 use STARTTLS; if they "
        "do, and it fails each time, the fault is on the server: its log says why (a key that it "
        "cannot read, a TLS library that does not fit it)"},
    {"tls-timeout", FAULT_ROUTE, 0, HEALS, "the server fell silent while TLS was agreed on",
        "check that port and implicit fit, and that no firewall looks into the connection"},
    {"tls-closed", FAULT_ROUTE, 0, HEALS, "the server hung up while TLS was agreed on",
        "look at the server's log; check that port and implicit fit"},
    {"tls-trust", FAULT_CONFIG, 600, STAYS, "the file with the trusted certificates cannot be read",
        "check tls_ca_file, or " COMPAT_GET_AUTHORITIES},
    {"starttls-missing", FAULT_ROUTE, 1800, STAYS,
        "TLS is required, and the server does not offer it",
        "check host and port (587 is usual); tls = opportunistic goes on without TLS when there is "
        "none"},
    {"tls-required", FAULT_ROUTE, 1800, STAYS, "the server takes logins or mail only over TLS",
        "set tls = verify for this smarthost (tls = encrypt where the certificate cannot be "
        "checked)"},
    {"starttls-refused", FAULT_ROUTE, 600, HEALS, "the server offers TLS but cannot start it now",
        "look at the server's log: its certificate or key may be unreadable"},
    {"starttls-injection", FAULT_ROUTE, 1800, STAYS,
        "bytes stood where TLS should begin: someone on the way may be adding commands",
        "update the server; if it is up to date, look at what stands between it and this machine"},
    {"secret-missing", FAULT_CREDENTIAL, 600, STAYS, "the password file is not there",
        "write the password into the file named by password_file, mode 0640, group firsthop"},
    {"secret-unreadable", FAULT_CREDENTIAL, 600, STAYS,
        "the password file cannot be read by user firsthop",
        "chown root:firsthop and chmod 0640 the file"},
    {"secret-open-to-all", FAULT_CREDENTIAL, 600, STAYS,
        "the password file can be read by others, so it is not used",
        "chmod 0640 and chgrp firsthop the file"},
    {"secret-empty", FAULT_CREDENTIAL, 600, STAYS,
        "the password file has no password in its first line",
        "write the password into its first line"},
    {"secret-command", FAULT_CREDENTIAL, 600, STAYS, "the command for the password failed",
        "run password_command by hand as user firsthop"},
    {"dns-nxdomain", FAULT_ROUTE, 600, STAYS, "the name of the smarthost does not exist",
        "check host for a misspelling; ask: host NAME"},
    {"dns-nodata", FAULT_ROUTE, 600, STAYS,
        "the name of the smarthost exists but has no address (or no record of the kind that is "
        "asked for)",
        "check host and lookup: mx for a mail domain, host for the name of a server"},
    {"dns-timeout", FAULT_ROUTE, 0, HEALS, "the name servers do not answer",
        "check /etc/resolv.conf and the network; mail goes out when they answer"},
    {"dns-servfail", FAULT_ROUTE, 0, HEALS,
        "the name server tried to look the name up and failed: the zone is broken, or its own "
        "servers do not answer",
        "ask the same by hand: host NAME SERVER; if other names work, the fault lies with the zone "
        "of that domain"},
    {"dns-lame", FAULT_ROUTE, 600, HEALS,
        "the name server refuses to look names up for this machine, or only points to other "
        "servers",
        "name a resolver in /etc/resolv.conf that serves this machine; on the server, allow this "
        "address to ask (recursion)"},
    {"dns-bad", FAULT_ROUTE, 600, HEALS,
        "the name server's answer makes no sense, or the name cannot be asked for",
        "check host for a misspelling; ask the same by hand: host NAME SERVER"},
    {"dns-self", FAULT_ROUTE, 3600, STAYS,
        "DNS says that this very machine takes the mail of that domain, but no setting of firsthop "
        "has it delivered here",
        "let the MX of the domain lead to its mail server; or name that server as a smarthost, or "
        "in a [route] for the domain"},
    {"no-ipv6-route", FAULT_ROUTE, 600, STAYS,
        "the server has only IPv6 addresses, and this machine has no way to the IPv6 network",
        "give this machine IPv6, or name a server that has an IPv4 address"},
    {"connect-self", FAULT_ROUTE, 600, STAYS,
        "the smarthost's name leads to this very machine, and no mail server listens here on that "
        "port",
        "if the mail server moved away, mend the name: look into /etc/hosts and DNS for an old "
        "entry; else start the mail service here"},
    {"dns-null-mx", FAULT_ROUTE, 3600, STAYS, "the domain says in DNS that it takes no mail",
        "name another smarthost"},
    {"connect-refused", FAULT_ROUTE, 0, HEALS,
        "nothing listens on that port, or a firewall refuses",
        "check host and port; start the mail service on the server"},
    {"connect-timeout", FAULT_ROUTE, 0, HEALS,
        "no answer from that address: it is down, or a firewall drops the packets",
        "check the network; many providers block port 25, use 587"},
    {"connect-unreachable", FAULT_ROUTE, 0, HEALS, "there is no way to that address",
        "check the routes of this machine; for an IPv6 address, whether it has IPv6"},
    {"connect-reset", FAULT_ROUTE, 0, HEALS,
        "the server, or a firewall before it, cut the connection",
        "look at the server's log for this machine's address"},
    {"no-greeting", FAULT_ROUTE, 300, HEALS,
        "the server took the connection and closed it without a word: its access list bars this "
        "machine, or it has as many connections from here as it allows",
        "lower max_sessions (Courier allows 5: MAXPERIP); on the server, look in its log for this "
        "machine's address (Courier: smtpaccess with deny)"},
    {"connect-failed", FAULT_ROUTE, 0, HEALS, "the connection could not be made",
        "check host, port and bind_address of this smarthost"},
    {"peer-closed", FAULT_ROUTE, 0, HEALS, "the server hung up in the middle of the session",
        "look at the server's log for this machine's address"},
    {"reply-timeout", FAULT_ROUTE, 0, HEALS, "the server took too long to answer",
        "look at the load of the server, and at its filters"},
    {"batch-timeout", FAULT_ROUTE, 0, HEALS, "one session took longer than batch_s",
        "look at the speed of the network and the server"},
    {"reply-bad", FAULT_ROUTE, 600, STAYS, "what the server said is not SMTP",
        "check that host and port are those of a mail server"},
    {"all-tried", FAULT_ROUTE, 0, HEALS, "every address of every smarthost was tried",
        "the lines above tell what each of them said"},
    {"too-many-connections", FAULT_ROUTE, 300, HEALS,
        "the server has more connections from here than it wants", "lower max_sessions"},
    {"too-many-errors", FAULT_ROUTE, 60, HEALS,
        "the server had enough of refused commands in this session",
        "it is tried again; the lines above tell what it refused"},
    {"rate-limited", FAULT_ROUTE, 1800, HEALS,
        "the server takes only so much mail from here in a time",
        "send less, lower max_sessions, or ask its operator to raise the limit"},
    {"greylisted", FAULT_RECIPIENT, 300, HEALS,
        "the server wants to see the message again in some minutes",
        "nothing needs to be done; a smarthost of one's own should not greylist this machine"},
    {"server-busy", FAULT_ROUTE, 0, HEALS, "the server takes no mail at the moment",
        "it is tried again; look at the server if it lasts"},
    {"server-trouble", FAULT_NONE, 0, HEALS,
        "something in the server does not work at the moment, and it does not say what: often a "
        "lookup in its DNS or its database",
        "it is tried again; if it lasts, the server's log at that time tells more"},
    {"filter-down", FAULT_ROUTE, 600, HEALS,
        "a filter that the server asks about each message does not answer it",
        "on the server, look at its filters (spamd, rspamd, clamd, courierfilter, milters)"},
    {"listed", FAULT_ROUTE, 3600, STAYS,
        "the address of this machine is on a list of senders of spam",
        "relay through a smarthost that knows this machine (login); ask the list for removal"},
    {"no-reverse-name", FAULT_ROUTE, 1800, STAYS,
        "the server wants this machine's address to have a name in DNS, and that name the address",
        "set the PTR record of this machine, or relay with a login on port 587"},
    {"helo-refused", FAULT_CONFIG, 1800, STAYS,
        "the server does not like the name that this machine gives",
        "set [host] name to a full name that DNS knows"},
    {"sender-domain", FAULT_CONFIG, 1800, STAYS,
        "the server refuses the sender because it finds no mail server for the sender's domain in "
        "DNS",
        "set [host] domain, or [sender] envelope_from, to an address that can receive mail"},
    {"sender-dns", FAULT_CONFIG, 1800, STAYS,
        "the server cannot look up the domain of the sender: the name servers of that domain fail",
        "mend the DNS of the sender's domain; or set [host] domain, or [sender] envelope_from, to "
        "an address that can receive mail"},
    {"sender-unqualified", FAULT_CONFIG, 1800, STAYS,
        "the server refuses the sender because its address has no full domain",
        "set [host] domain to a full domain, or [sender] envelope_from to a full address"},
    {"sender-unknown", FAULT_CONFIG, 1800, STAYS,
        "the server has checked the sender's address, and finds no mailbox there that could get an "
        "answer",
        "set [sender] envelope_from to an address that can receive mail, or make that mailbox (or "
        "an alias) on the server"},
    {"sender-not-owned", FAULT_CONFIG, 1800, STAYS,
        "the login may not send with this sender address",
        "set [sender] envelope_from and header_from to the address of the account"},
    {"sender-refused", FAULT_MESSAGE, 0, HEALS, "the server refuses the sender's address",
        "check the address given with -f, and [sender] envelope_from"},
    {"recipient-unknown", FAULT_RECIPIENT, 0, HEALS, "there is no such mailbox",
        "check the address"},
    {"recipient-domain", FAULT_RECIPIENT, 3600, HEALS,
        "the domain of the recipient does not exist, takes no mail, or cannot be found by the "
        "server",
        "check the address; if it is right, look at the DNS of that domain"},
    {"recipient-disabled", FAULT_RECIPIENT, 0, HEALS,
        "the mailbox is closed or does not accept mail", "ask the recipient"},
    {"recipient-forbidden", FAULT_RECIPIENT, 0, HEALS,
        "the server does not let this sender write to this recipient",
        "ask the recipient, or the operator of the server, to allow it; or set [sender] "
        "envelope_from to an address that may"},
    {"recipient-full", FAULT_RECIPIENT, 3600, HEALS, "the mailbox is full",
        "the recipient has to make room"},
    {"recipient-bad", FAULT_RECIPIENT, 0, HEALS, "the server cannot read the recipient's address",
        "check the address for blanks and special characters"},
    {"too-many-recipients", FAULT_ROUTE, 60, HEALS, "the server takes fewer recipients at a time",
        "the rest follows at once in a transaction of its own, or in the next attempt"},
    {"size-exceeded", FAULT_MESSAGE, 0, HEALS, "the message is longer than the server takes",
        "send less, or raise the limit on the server (Postfix: message_size_limit)"},
    {"lines-too-long", FAULT_MESSAGE, 0, HEALS,
        "the header of the message, or one of its lines, is longer than the server takes",
        "let the program that writes the message break its lines (998 characters at most)"},
    {"storage-full", FAULT_ROUTE, 600, HEALS, "the server has no room on its disk",
        "make room on the server"},
    {"content-refused", FAULT_MESSAGE, 0, HEALS, "a filter of the server refuses the message",
        "look at the server's filter; mail of monitoring systems often needs an exception"},
    {"spf-dmarc", FAULT_CONFIG, 3600, STAYS,
        "the sender's domain does not allow this machine to send for it (SPF, DKIM or DMARC)",
        "relay through the domain's own server, or set [sender] envelope_from and header_from to a "
        "domain that allows it"},
    {"loop", FAULT_MESSAGE, 0, HEALS, "the message goes in circles",
        "two servers send it to each other: look at the routes of both"},
    {"loop-to-self", FAULT_ROUTE, 1800, STAYS, "the smarthost is this machine itself",
        "host must name another machine"},
    {"protocol-refused", FAULT_ROUTE, 600, STAYS,
        "the server refuses a command that every server knows",
        "look at the server's log; another program may be between"},
    {"closing", FAULT_ROUTE, 60, HEALS, "the server is closing the connection",
        "it is tried again"},
    {"outcome-unknown", FAULT_ROUTE, 600, HEALS,
        "the connection broke after the message was sent and before the server said that it has "
        "it: it may arrive twice",
        "nothing needs to be done; if it happens often, look at the time that the server's filters "
        "take"},
    {"relay-died", FAULT_LOCAL, 60, HEALS, "the process that was sending ended early",
        "look at the system's log for memory or crash messages"},
    {"local", FAULT_LOCAL, 60, HEALS, "this machine could not do its part",
        "look at memory, processes and the system's log"},
    {"runner-gone", FAULT_LOCAL, 0, HEALS, "the runner ended while this was under way",
        "it is tried again"},
    {"config-missing", FAULT_CONFIG, 0, STAYS, "there is no configuration",
        "copy firsthop.conf.sample to firsthop.conf and name a smarthost; relayconf check tells "
        "whether it is right"},
    {"config-syntax", FAULT_CONFIG, 0, STAYS,
        "a line of the configuration is wrong; mail waits until it is repaired",
        "repair the named line; relayconf check tells whether it is right"},
    {"config-unreadable", FAULT_CONFIG, 0, STAYS, "the configuration cannot be read",
        "make it readable for user firsthop (mode 0644)"},
    {"no-smarthost", FAULT_CONFIG, 0, STAYS,
        "no smarthost is configured, so nobody can be given the mail",
        "add to firsthop.conf: [smarthost main] and host = NAME"},
    {"smtputf8-missing", FAULT_MESSAGE, 0, STAYS,
        "the address has letters beyond ASCII, and this server cannot take such an address",
        "use the ASCII form of the address (for a domain, the one that begins with xn--), or a "
        "smarthost that offers SMTPUTF8"},
    {"smtputf8-domain", FAULT_MESSAGE, 0, STAYS,
        "the domain of the address has characters that no domain may have, so it has no ASCII form "
        "(xn--), and this server cannot take it",
        "check how the domain is spelt; a dash or a quote from a word processor is a frequent "
        "cause"},
    {"recipients-limit", FAULT_MESSAGE, 0, STAYS,
        "the message has more recipients than [queue] max_recipients allows",
        "divide them among several messages; root may raise max_recipients in firsthop.conf"},
    {"smtputf8-header", FAULT_MESSAGE, 0, STAYS,
        "From, Sender or Reply-To of the message has an address with letters beyond ASCII, and "
        "this server cannot take that",
        "use the ASCII form of that address in the header, or a smarthost that offers SMTPUTF8"},
    {"smtputf8-wanted", FAULT_MESSAGE, 0, STAYS,
        "the sender asked for a server that offers SMTPUTF8, and this one does not",
        "send it without -O smtputf8=yes, or use a smarthost that offers SMTPUTF8"},
    {"aliases-syntax", FAULT_CONFIG, 0, STAYS, "a line of the aliases file is wrong",
        "repair the named line; newaliases tells whether it is right"},
    {"aliases-program", FAULT_CONFIG, 0, STAYS,
        "the aliases file sends mail to a program, and mail is only relayed here",
        "replace it by an address"},
    {"aliases-file", FAULT_CONFIG, 0, STAYS,
        "the aliases file sends mail to a file, and mail is only relayed here",
        "replace it by an address"},
    {"aliases-include", FAULT_CONFIG, 0, STAYS,
        "a list that the aliases file includes cannot be used",
        "repair what is named; the list must be a file that user firsthop can read and that not "
        "everybody can write; no link and no folder on its way may belong to somebody else than "
        "root or the owner of the list"},
    {"aliases-loop", FAULT_CONFIG, 0, STAYS, "aliases lead back to each other and to no mailbox",
        "let one of the named aliases lead to an address; newaliases tells whether all is right"},
    {"aliases-too-many", FAULT_CONFIG, 0, STAYS,
        "the aliases lead to more recipients than one message may have",
        "raise [queue] max_recipients in firsthop.conf, or divide the list; what waits is tried "
        "again then"},
    {"aliases-unreadable", FAULT_CONFIG, 0, STAYS, "the aliases file cannot be read",
        "make it readable for user firsthop, or correct [host] aliases"},
    {"spool-damaged", FAULT_LOCAL, 600, HEALS, "the file of the message in the queue is damaged",
        "it is kept as ID.dead; look at the disk"},
    {"spool-version", FAULT_LOCAL, 600, HEALS,
        "the file in the queue was written by another version",
        "it is kept as ID.dead for that version"},
    {"spool-write", FAULT_LOCAL, 60, HEALS, "the queue cannot be written",
        "look at the disk and the rights of the spool (" COMPAT_MAKE " install-rights)"},
    {"spool-full", FAULT_LOCAL, 60, HEALS,
        "the disk of the queue is full (a reserve is kept for what the queue itself has to write)",
        "make room on the disk that holds the spool"},
    {"mailbox-nouser", FAULT_RECIPIENT, 0, HEALS,
        "the domain is local here ([local] domains), and no user has that name",
        "correct the address, or add an alias for the name"},
    {"mailbox-full", FAULT_LOCAL, 600, HEALS,
        "the disk of the mailbox, or the user's quota, is full", "make room, or raise the quota"},
    {"mailbox-locked", FAULT_LOCAL, 60, HEALS, "another program holds the mailbox",
        "end a mail reader that hangs; a USER.lock beside the mailbox that is older than 10 "
        "minutes is taken away"},
    {"mailbox-silent", FAULT_LOCAL, 600, HEALS,
        "the process that writes the mailbox stands still: its user stopped it, or the file system "
        "of the mailbox hangs",
        "see \"ps -o pid,stat,comm -U USER\": a mailbox in state T was stopped, and goes on after "
        "kill -CONT; one in state D waits for its disk"},
    {"mailbox-unsafe", FAULT_LOCAL, 0, STAYS,
        "the mailbox is a link, has a second name, or belongs to somebody else: writing there "
        "could change another file",
        "make it a plain file (or folder) of its user"},
    {"mailbox-root", FAULT_CONFIG, 0, STAYS,
        "nothing of firsthop writes with root's rights, and there is no mailbox for root that the "
        "mail group may write",
        "name a person for root in the aliases, or: install -o root -g mail -m 0660 /dev/null "
        "/var/mail/root"},
    {"local-refused", FAULT_RECIPIENT, 0, STAYS,
        "this machine is set up so that mail to that address neither leaves nor is stored",
        "[local] deliver = refuse in firsthop.conf says so; name its domains, or take it away, if "
        "mail is to go"},
    {"mailbox-rights", FAULT_CONFIG, 0, STAYS,
        "the program mailbox has no right to become the user",
        "run \"" COMPAT_MAKE " install-rights\" again after [local] deliver was changed"},
    {"mailbox-error", FAULT_LOCAL, 60, HEALS, "the mailbox cannot be written",
        "look at its folder: it must exist, and its user must be allowed to write there"},
    {"expired", FAULT_ROUTE, 0, HEALS, "it was tried for as long as expire_after_h allows",
        "the last reason tells what was wrong; send it again when that is repaired"},
    {"reply-4xx", FAULT_NONE, 0, HEALS, "the server cannot take it now",
        "it is tried again; the server's own words tell more"},
    {"reply-5xx", FAULT_NONE, 0, HEALS, "the server refuses it", "the server's own words tell why"},
};
#define ROWS (int)(sizeof rows / sizeof rows[0])

const struct reason *catalogue_all(int *count)
{
	*count = ROWS;
	return rows;
}
