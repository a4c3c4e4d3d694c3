/* The reasons: whose name it is that DNS cannot help with, and whose server is not reached. */
/* The smarthost's */
REASON(DNS_MX_MISSING, "dns-mx-missing", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The domain in host does not exist, or has no mail server (MX) and no address in DNS.",
    "Check host for a spelling mistake. If host is the name of a server, set lookup = host. "
    "Ask DNS yourself: host -t MX NAME")
REASON(DNS_SRV_MISSING, "dns-srv-missing", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The domain in host has no SRV record for mail submission (_submissions._tcp or "
    "_submission._tcp).",
    "Set host to the name of the server, and lookup = host. Or add the SRV record to the DNS "
    "zone of that domain.")
REASON(DNS_SRV_NULL, "dns-srv-null", FAULT_ROUTE, 3600, NEEDS_ADMIN,
    "The domain in host says in DNS that it offers no mail submission (SRV record with a "
    "dot).",
    "Ask the owner of that domain for the name of its mail server. Set host to that name, and "
    "lookup = host.")
REASON(DNS_TARGET_MISSING, "dns-target-missing", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "DNS names a server for the domain in host (MX or SRV), but that server's name does not "
    "exist, or has no address.",
    "Ask the owner of that domain to correct the MX or SRV record. Or set host to the name of "
    "a server, and lookup = host.")
REASON(DNS_ZONE_FAILING, "dns-zone-failing", FAULT_ROUTE, 0, RETRY_HELPS,
    "The name servers of the smarthost's domain do not answer, or answer with an error. The "
    "DNS server of this machine works: it knows other names.",
    "Ask the owner of that domain to repair its name servers. The mail goes out when they "
    "answer.")
/* The recipient's */
REASON(DOMAIN_MISSING, "domain-missing", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The recipient's domain does not exist in DNS.",
    "Check the part of the address after the @. Then send the message again to the right "
    "address.")
REASON(DOMAIN_NO_SERVER, "domain-no-server", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The recipient's domain exists, but it has no mail server (MX) and no address in DNS.",
    "Check the part of the address after the @. Then send the message again to the right "
    "address.")
REASON(DOMAIN_NULL_MX, "domain-null-mx", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The recipient's domain says in DNS that it accepts no mail (null MX).",
    "Check the part of the address after the @. Ask the recipient for another address.")
REASON(DOMAIN_DOUBTFUL, "domain-doubtful", FAULT_ROUTE, 600, RETRY_HELPS,
    "The DNS server says that the recipient's domain does not exist. But it knows no other "
    "name either, so firsthop does not believe it.",
    "Check the servers in /etc/resolv.conf. Ask one of them for a name that exists: host NAME "
    "SERVER")
REASON(DOMAIN_TARGET_MISSING, "domain-target-missing", FAULT_ROUTE, 600, RETRY_HELPS,
    "DNS names a mail server (MX) for the recipient's domain, but that server's name does not "
    "exist, or has no address.",
    "Check the part of the address after the @. If it is right, ask the owner of that domain "
    "to correct its MX record: the mail is tried again until then.")
REASON(DOMAIN_ZONE_FAILING, "domain-zone-failing", FAULT_ROUTE, 0, RETRY_HELPS,
    "The name servers of the recipient's domain do not answer, or answer with an error. The "
    "DNS server of this machine works: it knows other names.",
    "Wait: the mail goes out when they answer. If it lasts, ask the owner of that domain to "
    "repair its name servers.")
REASON(DOMAIN_NO_IPV6, "domain-no-ipv6", FAULT_ROUTE, 600, NEEDS_ADMIN,
    "The mail server of the recipient's domain has only IPv6 addresses, and this machine has "
    "no IPv6 network.",
    "Give this machine IPv6. Or send mail for that domain through a smarthost ([route] in "
    "firsthop.conf).")
REASON(DOMAIN_UNREACHABLE, "domain-unreachable", FAULT_ROUTE, 0, RETRY_HELPS,
    "The mail server of the recipient's domain does not accept the connection: it is down, or "
    "something on the way blocks port 25.",
    "Wait: the mail goes out when that server is back. If mail to every domain fails like "
    "this, the provider of this machine blocks port 25: use a smarthost.")
REASON(CONNECT_HOST_DOWN, "connect-host-down", FAULT_ROUTE, 0, RETRY_HELPS,
    "No machine answers at the server's address: the network reports that the host is "
    "unreachable.",
    "Check that the server is switched on and connected: ping ADDRESS. Check host and the "
    "address in DNS. Check the routes, and a firewall that may reject the connection.")
