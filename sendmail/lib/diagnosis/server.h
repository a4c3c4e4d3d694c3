/* The kind of server, and this machine as the server saw it: both by the server's own words. */
#ifndef DIAGNOSIS_SERVER_H
#define DIAGNOSIS_SERVER_H
#include <stdbool.h>
#include <stddef.h>

/* Where words come from; signs of a kind are looked for in words of their own place only. */
enum server_words { SERVER_GREETING = 1, SERVER_OFFER = 2, SERVER_ANSWER = 4 };

/* The key of the kind that these words show ("courier"), NULL when they show none.  An offer is
   the answer to EHLO, its lines joined by LF or blanks. */
const char *server_kind(enum server_words from, const char *words);

/* The name of a kind for people, "Courier"; NULL for one that is not known. */
const char *server_name(const char *kind);

/* True for providers that always offer STARTTLS. */
bool server_has_tls(const char *kind);

/* The client address that a server names in brackets ("Hello mon1 [192.0.2.1]"), as inet_ntop(3)
   writes it; false when there is none.  own: an address of the server itself, which does not
   count. */
bool server_saw(const char *words, const char *own, char *address, size_t size);
#endif
