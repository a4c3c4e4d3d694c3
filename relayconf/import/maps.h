/* Maps that several programs have: where mail of a domain or a sender goes, logins by host,
 * addresses in place of others. */
#ifndef IMPORT_MAPS_H
#define IMPORT_MAPS_H
#include "relayconf/import/pairs.h"

/* A map of routes: "domain  mailer:[host]:port" (mailertable, transport) or "sender  [host]:port"
   (sender_dependent_relayhost_maps). Each server becomes a smarthost that takes only that mail.
   prefix: "" or "from:" before the pattern. */
void maps_routes(struct import *im, const char *path, enum pairs_form form, const char *prefix);

/* Logins: "[host]:port  user:password" (Postfix).  For each smarthost whose server is written the
   same way.  by_sender: a key may be a sender, whose mail then goes by a smarthost of its own to
   the server where it would go. */
void maps_passwords(struct import *im, const char *path, bool by_sender);

/* One login for every smarthost. */
void maps_login_of_all(struct import *im, const char *user, const char *password, const char *file,
    int line);

/* Logins of Exim: "server:login:password" lines, the server with wildcards; the one for this
 * smarthost, others are named.  False when there is none. */
bool maps_exim_passwords(struct import *im, const char *path, const char *smarthost);

/* A map of addresses: named as the file of [rewrite senders] or [rewrite recipients]. */
void maps_addresses(struct import *im, const char *path, const char *whose);

/* "hash:/etc/postfix/transport" and "texthash:...": the text file after it; NULL (and a note) when
 * there is none. */
const char *maps_text(struct import *im, struct pairs *p, const char *key);
#endif
