/* Maps that several programs have: where mail of a domain or a sender goes, logins by host, addresses in place of others. */
#ifndef IMPORT_MAPS_H
#define IMPORT_MAPS_H
#include "relayconf/import/pairs.h"

/* A map of routes: "domain  mailer:[host]:port" (mailertable, transport) or "sender  [host]:port" (sender_dependent_relayhost_maps).
   Each server becomes a smarthost that takes only that mail.  prefix: "" or "from:" before the pattern. */
void maps_routes(struct import *im, const char *path, enum pairs_form form, const char *prefix);

/* Logins: "[host]:port  user:password" (Postfix).  For each smarthost whose server is written the same way. */
void maps_passwords(struct import *im, const char *path);

/* A generic map of senders: named as the file of [rewrite senders]. */
void maps_generic(struct import *im, const char *path);

/* "hash:/etc/postfix/transport" and "texthash:...": the text file behind it; NULL (and a note) when there is none. */
const char *maps_text(struct import *im, struct pairs *p, const char *key);
#endif
