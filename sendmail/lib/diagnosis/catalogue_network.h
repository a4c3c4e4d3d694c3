/* Reasons between this machine and the server: DNS, connection, TLS, password file. */
REASON(DNS_BOGUS, "dns-bogus", FAULT_ROUTE, 600, RETRY_HELPS,
    "The DNS server has an answer for the name and holds it back, because DNSSEC says that it is "
    "forged or signed wrongly.",
    "Check the clock of this machine: date. Look at the log of the DNS server (unbound: "
    "val-log-level: 2), and compare dig NAME with dig +cd NAME. If only this one domain fails, "
    "inform "
    "its administrator. If many do, the DNS server's trust anchor is old: unbound-anchor -a "
    "/var/lib/unbound/root.key")
REASON(TLS_UNTRUSTED, "tls-untrusted", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate is not signed by an authority that this machine trusts.",
    "Set tls_ca_file = FILE with the authority's certificate, or " COMPAT_GET_AUTHORITIES
    ". Only if you accept an unverified server, set tls = encrypt.")
REASON(TLS_CHAIN, "tls-chain", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server sends its certificate without the intermediate certificate that signed it, so "
    "it cannot be verified.",
    "On the server, add the issuer's certificate behind the server's own in the file that it "
    "uses (Let's Encrypt: fullchain.pem; Postfix: smtpd_tls_chain_files; Exim: "
    "tls_certificate; Courier: TLS_CERTFILE), and restart it. If the issuer is an authority of "
    "your own, set tls_ca_file = FILE with its certificate.")
REASON(TLS_CLIENT_CERTIFICATE, "tls-client-certificate", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server wants a client certificate. None is configured for it.",
    "Set tls_cert_file = FILE and tls_key_file = FILE with a certificate that the server accepts. "
    "Or "
    "use a port of the server that accepts a login instead: port = 587 or 465, with login and "
    "password_file. Or have the server accept this machine without a certificate (Postfix: "
    "smtpd_tls_req_ccert = no).")
REASON(TLS_CERTIFICATE_REFUSED, "tls-certificate-refused", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server does not accept the client certificate of this machine.",
    "Compare the dates of the certificate in the reason with the clock: date. Have the server "
    "trust "
    "its issuer, or know its fingerprint (Postfix: smtpd_tls_CAfile, relay_clientcerts). If the "
    "issuer is an intermediate authority, add its certificate behind the first one in "
    "tls_cert_file.")
REASON(TLS_OWN_CERTIFICATE, "tls-own-certificate", FAULT_CONFIG, 600, NEEDS_ADMIN,
    "The client certificate of this machine, or its key, cannot be used.",
    "Check tls_cert_file and tls_key_file: both in PEM form, and the key for this certificate. If "
    "the key has a passphrase, write it again without: openssl pkey -in OLD -out NEW. Run: chown "
    "root:firsthop FILE && chmod 0640 FILE")
REASON(TLS_FINGERPRINT, "tls-fingerprint", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server shows another certificate than the one that tls_fingerprint names: it has been "
    "renewed, or somebody on the way answers in the server's place.",
    "Ask the server's administrator whether the certificate was renewed, and for its fingerprint. "
    "Only if it was, write the new one into tls_fingerprint, beside the old one as long as both "
    "are "
    "in use.")
REASON(DANE_MISMATCH, "dane-mismatch", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate is not one of those that its TLSA records in DNS name: it was "
    "renewed "
    "and DNS was not, or somebody on the way answers in the server's place.",
    "Show the reason to the server's administrator: the record that fits is in the reason. If the "
    "record was "
    "corrected since, wait until the old one has left the caches of DNS (its TTL). Only if you "
    "trust "
    "the certificate by other means, set dane = no.")
REASON(DANE_LOOKUP, "dane-lookup", FAULT_ROUTE, 600, RETRY_HELPS,
    "The server's TLSA records cannot be looked up although its zone is signed. Without them "
    "nothing "
    "is sent, because somebody on the way may be hiding them.",
    "Compare: dig +dnssec TLSA NAME, and the same with +cd; if only the second one answers, the "
    "records are forged, or the server's zone is signed wrongly. Inform the administrator of the "
    "zone. "
    "Look "
    "at the log of the DNS server of this machine. Only if you accept mail without DANE, set dane "
    "= no.")
REASON(DANE_INSECURE, "dane-insecure", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "dane = require, and DNSSEC does not vouch for the way to this server.",
    "Let a DNS server on this machine validate DNSSEC (unbound), with nameserver 127.0.0.1 in "
    "/etc/resolv.conf. If the one that is there validates and the way to it is safe, write options "
    "trust-ad into /etc/resolv.conf. If the server's zone is not signed, set dane = "
    "opportunistic.")
REASON(DANE_MISSING, "dane-missing", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "dane = require, and the server has no TLSA records.",
    "Ask the server's administrator to publish them. Or set dane = opportunistic.")
REASON(DANE_UNUSABLE, "dane-unusable", FAULT_CONFIG, 1800, NEEDS_ADMIN,
    "dane = require, and none of the server's TLSA records can be used for mail: only DANE-TA (2) "
    "and "
    "DANE-EE (3) can.",
    "Ask the server's administrator for a record 3 1 1. Or set dane = opportunistic.")
REASON(TLS_SELF_SIGNED, "tls-self-signed", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate is self-signed, or its authority is unknown here.",
    "Copy that certificate to this machine and set tls_ca_file = FILE. Or set tls_fingerprint = "
    "its "
    "SHA-256, once the server's administrator has confirmed it. Or have the server get "
    "a certificate of a public authority.")
REASON(TLS_EXPIRED, "tls-expired", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate has expired, or the clock of this machine is wrong.",
    "Compare the date in the reason with this machine's clock: date. Have the certificate "
    "renewed on the server.")
REASON(TLS_NOT_YET_VALID, "tls-not-yet-valid", FAULT_ROUTE, 600, RETRY_HELPS,
    "The server's certificate is not valid yet. The usual cause is that the clock of this "
    "machine is behind.",
    "Check the clock of this machine: date. Set the clock (ntpd or chronyd); the mail then "
    "goes out by itself.")
REASON(TLS_WRONG_NAME, "tls-wrong-name", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server's certificate is for another name than the configured one.",
    "Set host to a name in the certificate. Or set tls_name to a name in the certificate.")
REASON(TLS_PROTOCOL, "tls-protocol", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server has no safe version of TLS (1.2 or later).",
    "Update the server. Only in a network that nobody else can read, set tls = off.")
REASON(TLS_IMPLICIT_MISSING, "tls-implicit-missing", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server expects TLS from the first byte on this port, and implicit = no.",
    "Set implicit = yes for this smarthost. Or use the port for STARTTLS: port = 587 with most "
    "servers.")
REASON(TLS_IMPLICIT_WRONG, "tls-implicit-wrong", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server does not begin with TLS on this port, and implicit = yes.",
    "Set implicit = no for this smarthost: TLS then begins with STARTTLS. Or use the port that "
    "begins with TLS: port = 465 with most servers.")
REASON(OTHER_PROTOCOL, "other-protocol", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "Another service than a mail server (SMTP) answers on this port.",
    "Check host and port of this smarthost: mail servers use port 587, 465 or 25. If the port "
    "is right, start the mail server there in the place of that service.")
REASON(TLS_HANDSHAKE, "tls-handshake", FAULT_ROUTE, 600, RETRY_HELPS,
    "This machine and the server could not agree on TLS.",
    "Check that port and implicit fit: port 465 needs implicit = yes; ports 587 and 25 need "
    "implicit = no. If they fit, look in the server's log: its key may be unreadable, or its "
    "TLS library broken.")
REASON(TLS_TIMEOUT, "tls-timeout", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server stopped answering while TLS started.",
    "Check that port and implicit fit: port 465 needs implicit = yes; ports 587 and 25 need "
    "implicit = no. Check for a firewall that inspects the connection.")
REASON(TLS_CLOSED, "tls-closed", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server closed the connection while TLS started.",
    "Look in the server's log. Check that port and implicit fit: port 465 needs implicit = "
    "yes; ports 587 and 25 need implicit = no.")
REASON(TLS_TRUST, "tls-trust", FAULT_CONFIG, 600, NEEDS_ADMIN,
    "The file with the trusted certificates cannot be read.",
    "Check tls_ca_file: the file must exist, and user firsthop must be able to read it. "
    "Without tls_ca_file, " COMPAT_GET_AUTHORITIES ".")
REASON(STARTTLS_MISSING, "starttls-missing", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "TLS is required here, but the server does not offer it.",
    "Check host and port (port = 587 is usual). Only if you accept mail without encryption, "
    "set tls = opportunistic.")
REASON(STARTTLS_REMOVED, "starttls-removed", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "Something on the way to the server, such as a firewall, removes STARTTLS from what the "
    "server offers. Mail is not sent without TLS there: others could read it.",
    "Turn off the inspection of SMTP in the firewall on the way (Cisco: no inspect esmtp). Or "
    "set port = 465 and implicit = yes, if the server has that port: nobody on the way can "
    "change what is encrypted.")
REASON(TLS_REQUIRED, "tls-required", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server accepts logins and mail only over TLS.",
    "Set tls = verify for this smarthost. If its certificate cannot be verified, set tls = "
    "encrypt.")
REASON(STARTTLS_REFUSED, "starttls-refused", FAULT_ROUTE, 600, RETRY_HELPS,
    "The server offers TLS but cannot start it now.",
    "Look in the server's log: its certificate or key may be unreadable.")
REASON(STARTTLS_INJECTION, "starttls-injection", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The server sent data before TLS began. Somebody between this machine and the server may "
    "be adding commands.",
    "Update the server. If it is up to date, look for a proxy or a firewall between this "
    "machine and the server.")
REASON(PACE, "pace", FAULT_CONFIG, 0, RETRY_HELPS,
    "The smarthost is given as much mail as this machine's configuration allows, and this mail "
    "waits "
    "for its turn.",
    "Nothing needs to be done: it goes when its time has come. If the server accepts more, raise "
    "max_messages, max_recipients or burst of this smarthost. If too much mail is sent, look who "
    "sends it: mailq summary.")
REASON(PACE_LEARNT, "pace-learnt", FAULT_ROUTE, 0, RETRY_HELPS,
    "The smarthost has answered that mail comes too fast. It is given as much as it accepted "
    "before "
    "that, and this mail waits for its turn.",
    "Nothing needs to be done: it goes when its time has come, and the pace grows again while the "
    "server does not complain. If much mail is sent, look who sends it: mailq summary. Ask the "
    "provider for a higher limit, or set max_messages to what it allows.")
REASON(PROXY_UNREACHABLE, "proxy-unreachable", FAULT_ROUTE, 0, RETRY_HELPS,
    "The proxy that leads to the server cannot be reached.",
    "Check proxy of this smarthost: its kind (socks5:// or http://), host and port. Check that the "
    "proxy is running there. Check the firewall between this machine and the proxy.")
REASON(PROXY_FAILED, "proxy-failed", FAULT_ROUTE, 0, RETRY_HELPS,
    "The proxy is there, and it cannot reach the server.",
    "Check host and port of this smarthost: the proxy looks the name up, so it has to be known "
    "there. Look in the log of the proxy. If the server can be reached without it, remove proxy.")
REASON(PROXY_REFUSED, "proxy-refused", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The proxy does not allow connections to this server or port.",
    "Have the proxy allow connections to host and port of this smarthost (Squid: acl SSL_ports "
    "port "
    "465 587, and http_access allow CONNECT). Or use another port: port = 465.")
REASON(PROXY_LOGIN, "proxy-login", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "The proxy wants another login than the one that is configured, or none is.",
    "Check proxy_login and proxy_password_file of this smarthost. If they are right, ask the "
    "administrator of the proxy.")
REASON(PROXY_BAD, "proxy-bad", FAULT_ROUTE, 1800, NEEDS_ADMIN,
    "Another service than a proxy of the configured kind answers at the address of the proxy.",
    "Check proxy of this smarthost: socks5:// for SOCKS5, http:// for HTTP CONNECT, and the port "
    "of "
    "that service.")
REASON(SECRET_MISSING, "secret-missing", FAULT_CREDENTIAL, 600, NEEDS_ADMIN,
    "The password file does not exist.",
    "Create the file named by password_file, with the password in its first line. Run: chown "
    "root:firsthop FILE && chmod 0640 FILE")
REASON(SECRET_UNREADABLE, "secret-unreadable", FAULT_CREDENTIAL, 600, NEEDS_ADMIN,
    "The user firsthop cannot read the password file.",
    "Run: chown root:firsthop FILE && chmod 0640 FILE")
REASON(SECRET_OPEN_TO_ALL, "secret-open-to-all", FAULT_CREDENTIAL, 600, NEEDS_ADMIN,
    "The password file can be read by other users, so it is not used.",
    "Run: chgrp firsthop FILE && chmod 0640 FILE")
REASON(SECRET_EMPTY, "secret-empty", FAULT_CREDENTIAL, 600, NEEDS_ADMIN,
    "The first line of the password file is empty.",
    "Write the password into the first line of the file.")
REASON(SECRET_COMMAND, "secret-command", FAULT_CREDENTIAL, 600, NEEDS_ADMIN,
    "The password command failed.",
    "Run password_command by hand as user firsthop, and read its error message.")
REASON(DNS_NXDOMAIN, "dns-nxdomain", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The smarthost's name does not exist in DNS.",
    "Check host for a spelling mistake. Ask DNS yourself: host NAME")
REASON(DNS_NODATA, "dns-nodata", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The smarthost's name exists in DNS, but it has no address, or no record of the kind that "
    "lookup asks for.",
    "Check host. Check lookup: lookup = host for the name of a server, lookup = mx for a mail "
    "domain.")
REASON(DNS_TIMEOUT, "dns-timeout", FAULT_ROUTE, 0, RETRY_HELPS,
    "The DNS servers of this machine do not answer.",
    "Check the network, and the servers in /etc/resolv.conf. The mail goes out when they "
    "answer.")
REASON(DNS_SERVFAIL, "dns-servfail", FAULT_ROUTE, 0, RETRY_HELPS,
    "The DNS server could not look up the name. The domain's own DNS is broken, or its servers "
    "do not answer.",
    "Ask the same yourself: host NAME SERVER. If other names work, ask the owner of that "
    "domain to repair its DNS.")
REASON(DNS_LAME, "dns-lame", FAULT_ROUTE, 600, RETRY_HELPS,
    "The DNS server refuses to look up names for this machine, or only refers to other "
    "servers.",
    "Put a DNS server that serves this machine into /etc/resolv.conf. Or allow this machine on "
    "that DNS server (recursion).")
REASON(DNS_BAD, "dns-bad", FAULT_ROUTE, 600, RETRY_HELPS,
    "The DNS server's answer makes no sense, or the name is not valid.",
    "Check host for a spelling mistake. Ask the same yourself: host NAME SERVER")
REASON(DNS_SELF, "dns-self", FAULT_ROUTE, 3600, NEEDS_ADMIN,
    "DNS says that this machine receives the mail of that domain, but firsthop is not "
    "configured to deliver it here.",
    "Let the MX record of the domain point to its mail server. Or name that server as a "
    "smarthost, or in a [route] for the domain.")
REASON(DNS_NULL_MX, "dns-null-mx", FAULT_ROUTE, 3600, NEEDS_ADMIN,
    "The domain says in DNS that it accepts no mail (null MX).", "Set host to another server.")
REASON(NO_IPV6_ROUTE, "no-ipv6-route", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The server has only IPv6 addresses, and this machine has no IPv6 network.",
    "Set host to a server that has an IPv4 address. Or give this machine IPv6.")
REASON(CONNECT_SELF, "connect-self", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The smarthost's name leads to this machine, and no mail server listens here on that port.",
    "Look for an old entry of that name in /etc/hosts and in DNS, and correct it. Or start the "
    "mail server on this machine.")
REASON(CONNECT_REFUSED, "connect-refused", FAULT_ROUTE, 0, RETRY_HELPS,
    "Nothing listens on that port of the server, or a firewall refuses the connection.",
    "Check host and port. Start the mail server on that machine.")
REASON(CONNECT_TIMEOUT, "connect-timeout", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server does not answer: the machine is down, or a firewall drops the packets.",
    "Check that the machine is on, and the network between. If port is 25, set port = 587: "
    "many providers block port 25.")
REASON(CONNECT_UNREACHABLE, "connect-unreachable", FAULT_ROUTE, 0, RETRY_HELPS,
    "The network cannot reach the server's address.",
    "Check that the machine is on. Check the network and the routes of this machine. If the "
    "address is IPv6, check that this machine has IPv6.")
REASON(CONNECT_RESET, "connect-reset", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server, or a firewall before it, cut the connection.",
    "Search the server's log for this machine's address.")
REASON(CONNECT_FAILED, "connect-failed", FAULT_ROUTE, 0, RETRY_HELPS,
    "The connection could not be made.", "Check host, port and bind_address of this smarthost.")
REASON(NO_GREETING, "no-greeting", FAULT_ROUTE, 300, RETRY_HELPS,
    "The server closed the connection without a greeting. Its access list blocks this machine, "
    "or it has too many connections from here.",
    "Lower max_sessions in [queue] (Courier allows 5: MAXPERIP). Search the server's "
    "log for this machine's address (Courier: a deny line in smtpaccess).")
REASON(PEER_CLOSED, "peer-closed", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server closed the connection in the middle of the session.",
    "Search the server's log for this machine's address.")
REASON(REPLY_TIMEOUT, "reply-timeout", FAULT_ROUTE, 0, RETRY_HELPS,
    "The server did not answer in time.", "Check the load of the server, and its filters.")
REASON(BATCH_TIMEOUT, "batch-timeout", FAULT_ROUTE, 0, RETRY_HELPS,
    "One session lasted longer than session_s allows.",
    "Check the speed of the network and of the server. Or raise session_s.")
REASON(REPLY_BAD, "reply-bad", FAULT_ROUTE, 600, NEEDS_ADMIN, "The server's answer is not SMTP.",
    "Check that host and port are those of a mail server. If they are, look in the server's log, "
    "and for a firewall or a proxy on the way that changes what it says.")
REASON(ALL_TRIED, "all-tried", FAULT_ROUTE, 0, RETRY_HELPS,
    "Every address of every smarthost has failed.",
    "Read each server's own answer: it gives the reason.")
