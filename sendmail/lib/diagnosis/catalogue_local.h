/* Reasons on this machine: configuration, aliases, queue, mailboxes. */
REASON(RELAY_DIED, "relay-died", FAULT_LOCAL, 60, RETRY_HELPS,
    "The process that sent the message ended unexpectedly.",
    "Look in the system's log for messages about memory or a crash.")
REASON(LOCAL, "local", FAULT_LOCAL, 60, RETRY_HELPS,
    "This machine could not do its part of the delivery.",
    "Check memory, processes and the system's log.")
REASON(RUNNER_GONE, "runner-gone", FAULT_LOCAL, 0, RETRY_HELPS,
    "The runner ended during this attempt.",
    "Wait: the next attempt is automatic when the runner is running.")
REASON(CONFIG_MISSING, "config-missing", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The configuration file does not exist.",
    "Run as root: relayconf setup. Or copy firsthop.conf.sample to firsthop.conf, and set host in "
    "[smarthost main]. Check it: "
    "relayconf check")
REASON(CONFIG_SYNTAX, "config-syntax", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "A line of the configuration is wrong. All mail waits until it is corrected.",
    "Correct the line that the reason names. Check it: relayconf check")
REASON(CONFIG_UNREADABLE, "config-unreadable", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The user firsthop cannot read the configuration. All mail waits.",
    "Run: chmod 0644 firsthop.conf. Check it: relayconf check")
REASON(NO_SMARTHOST, "no-smarthost", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "No smarthost is configured, so no mail can be sent.",
    "Run as root: relayconf setup. Or add to firsthop.conf: [smarthost main] and, in the next "
    "line, host = NAME. Check it: "
    "relayconf check")
REASON(SMTPUTF8_MISSING, "smtputf8-missing", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The address has letters beyond ASCII, and this server does not accept such addresses.",
    "Use the ASCII form of the address (a domain's begins with xn--). Or use a smarthost that "
    "offers SMTPUTF8.")
REASON(SMTPUTF8_DOMAIN, "smtputf8-domain", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The domain of the address has characters that no domain may have. So it has no ASCII form "
    "(xn--), and this server does not accept it.",
    "Check the spelling of the domain: a dash or a quote from a word processor is a frequent "
    "cause.")
REASON(RECIPIENTS_LIMIT, "recipients-limit", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The message has more recipients than [queue] max_recipients allows.",
    "Divide them among several messages. Or, as root, raise max_recipients in firsthop.conf.")
REASON(SMTPUTF8_HEADER, "smtputf8-header", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "From, Sender or Reply-To has an address with letters beyond ASCII, and this server does "
    "not accept that.",
    "Use the ASCII form of that address in the header. Or use a smarthost that offers "
    "SMTPUTF8.")
REASON(SMTPUTF8_WANTED, "smtputf8-wanted", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The sender asked for a server that offers SMTPUTF8, and this server does not.",
    "Send it without -O smtputf8=yes. Or use a smarthost that offers SMTPUTF8.")
REASON(REQUIRETLS_MISSING, "requiretls-missing", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The sender asked for REQUIRETLS (RFC 8689): servers that promise TLS on the whole way. This "
    "server does not promise it.",
    "Send it without REQUIRETLS, if it may be read on the way. Or use a smarthost that offers "
    "REQUIRETLS: \"relayconf probe\" shows what a server offers.")
REASON(REQUIRETLS_UNVERIFIED, "requiretls-unverified", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "The sender asked for REQUIRETLS (RFC 8689), and the server has no TLS, or its certificate is "
    "not verified.",
    "Set tls = verify for this smarthost, with tls_ca_file, tls_name or dane as \"relayconf "
    "probe\" asks. Or send it without REQUIRETLS, if it may be read on the way.")
REASON(ALIASES_SYNTAX, "aliases-syntax", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "A line of the aliases file is wrong.",
    "Correct the line that the reason names. Check it: newaliases")
REASON(ALIASES_PROGRAM, "aliases-program", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The aliases file sends mail to a program. This machine only relays mail, so no program is "
    "run.",
    "Replace the program by an address.")
REASON(ALIASES_FILE, "aliases-file", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The aliases file sends mail to a file. This machine only relays mail, so no file is "
    "written.",
    "Replace the file by an address.")
REASON(ALIASES_INCLUDE, "aliases-include", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "A list that the aliases file includes cannot be used.",
    "Correct what the reason names. The list must be a plain file that user firsthop can read "
    "and that not everybody can write. Every folder and link in its path must belong to root, "
    "or to the owner of the list.")
REASON(ALIASES_LOOP, "aliases-loop", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The aliases lead back to each other, and to no mailbox.",
    "Let one of the named aliases lead to an address. Check it: newaliases")
REASON(ALIASES_TOO_MANY, "aliases-too-many", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The aliases lead to more recipients than one message may have.",
    "Raise [queue] max_recipients in firsthop.conf. Or divide the list. The waiting mail is "
    "then tried again.")
REASON(ALIASES_UNREADABLE, "aliases-unreadable", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The aliases file cannot be read.",
    "Let user firsthop read the file. Or correct [host] aliases.")
REASON(ROUTE_UNSURE, "route-unsure", FAULT_CONFIG, 0, RETRY_HELPS,
    "A [route] is for a user or a group, and the system cannot say now who that is.",
    "Start the directory of users that nsswitch.conf names (LDAP, sssd, NIS); getent passwd shows "
    "whether it answers. The waiting mail is then tried again.")
REASON(SPOOL_DAMAGED, "spool-damaged", FAULT_LOCAL, 600, RETRY_HELPS,
    "The file of the message in the queue is damaged.", "It is kept as ID.dead. Check the disk.")
REASON(SPOOL_VERSION, "spool-version", FAULT_LOCAL, 600, RETRY_HELPS,
    "The file in the queue was written by another version of firsthop.",
    "It is kept as ID.dead for that version.")
REASON(SPOOL_WRITE, "spool-write", FAULT_LOCAL, 60, RETRY_HELPS, "The queue cannot be written.",
    "Check the disk. Set the rights of the spool again, as root: " COMPAT_MAKE " install-rights")
REASON(SPOOL_FULL, "spool-full", FAULT_LOCAL, 60, RETRY_HELPS,
    "The disk of the queue is full. A reserve is kept for what the queue itself has to write.",
    "Free space on the disk that holds the spool.")
REASON(GATHERED, "gathered", FAULT_CONFIG, 0, RETRY_HELPS,
    "Many messages came in a short time, and this one is gathered with others of them. They leave "
    "together, in one digest ([storm] in firsthop.conf).",
    "Nothing needs to be done: the digest leaves at its time. To let it go at once, as root: mailq "
    "retry ID. If messages should go by themselves, raise messages in [storm]. Look who sends so "
    "much: mailq summary")
REASON(FILTER_FAILED, "filter-failed", FAULT_LOCAL, 60, RETRY_HELPS,
    "A filter of this machine did not do its work ([filter NAME] in firsthop.conf). Mail waits "
    "for it.",
    "Run the filter's command by hand, with a message on standard input, and look at its exit "
    "code; with a socket, \"relayconf check\" says whether it answers. Or set when_down = pass in "
    "that section: mail then goes unfiltered.")
REASON(FILTER_LATER, "filter-later", FAULT_MESSAGE, 300, RETRY_HELPS,
    "A filter of this machine puts the message off ([filter NAME] in firsthop.conf): it works, and "
    "wants to see the message again.",
    "Read what the filter says, and its own log. \"mailq retry\" asks it again at once.")
REASON(FILTER_REFUSED, "filter-refused", FAULT_MESSAGE, 0, NEEDS_ADMIN,
    "A filter of this machine refuses the message (refuse in [filter NAME] of firsthop.conf).",
    "Read what the filter says. If it is wrong, correct the filter, or remove the exit code "
    "from refuse (with a socket: name the word in hold); then send the message again.")
REASON(MAILBOX_NOUSER, "mailbox-nouser", FAULT_RECIPIENT, 0, RETRY_HELPS,
    "The domain is local here ([local] domains), and no user has that name.",
    "Check the address. Or add an alias for that name.")
REASON(FORWARD_FAILED, "forward-failed", FAULT_LOCAL, 600, RETRY_HELPS,
    "The user's .forward names other addresses, and the message could not be handed to "
    "sendmail "
    "for them.",
    "Correct the file .forward in the user's home. Or set [local] forward = no in "
    "firsthop.conf.")
REASON(MAILBOX_FULL, "mailbox-full", FAULT_LOCAL, 600, RETRY_HELPS,
    "The disk of the mailbox is full, or the user's quota is used up.",
    "Free space on that disk. Or raise the user's quota.")
REASON(MAILBOX_LOCKED, "mailbox-locked", FAULT_LOCAL, 60, RETRY_HELPS,
    "Another program has locked the mailbox.",
    "End a mail reader that hangs. A file USER.lock beside the mailbox is removed by itself "
    "when it is 10 minutes old.")
REASON(MAILBOX_SILENT, "mailbox-silent", FAULT_LOCAL, 600, RETRY_HELPS,
    "The process that writes the mailbox does not continue. Its user stopped it, or the file "
    "system of the mailbox hangs.",
    "Run: ps -o pid,stat,comm -U USER. If a process mailbox has state T, continue it: kill "
    "-CONT PID. If it has state D, it waits for its disk: check the disk or the file server.")
REASON(MAILBOX_UNSAFE, "mailbox-unsafe", FAULT_LOCAL, 0, NEEDS_ADMIN,
    "The mailbox is a link, has a second name, or belongs to somebody else. Writing to it "
    "could change another file.",
    "Make it a plain file (or folder) that belongs to its user.")
REASON(MAILBOX_ROOT, "mailbox-root", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "There is no mailbox for root that the mail group may write. Nothing in firsthop writes "
    "with root's rights.",
    "Add an alias that sends root's mail to a person. Or run: install -o root -g mail -m 0660 "
    "/dev/null /var/mail/root")
REASON(LOCAL_REFUSED, "local-refused", FAULT_RECIPIENT, 0, NEEDS_ADMIN,
    "This machine is configured to refuse mail to that address ([local] deliver = refuse).",
    "If the mail should be sent, add its domain to [local] domains, or remove deliver = refuse "
    "in firsthop.conf.")
REASON(MAILBOX_RIGHTS, "mailbox-rights", FAULT_CONFIG, 0, NEEDS_ADMIN,
    "The program mailbox has no right to become the user.",
    "After a change of [local] deliver, run as root: " COMPAT_MAKE " install-rights")
REASON(MAILBOX_ERROR, "mailbox-error", FAULT_LOCAL, 60, RETRY_HELPS,
    "The mailbox cannot be written.",
    "Check its folder: it must exist, and the user must be allowed to write there.")
