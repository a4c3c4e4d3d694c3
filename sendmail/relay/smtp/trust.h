/* The authorities that this system trusts. */
#ifndef SMTP_TRUST_H
#define SMTP_TRUST_H
#include "base/text.h"
#include <openssl/x509_vfy.h>
#include <stdbool.h>

/* Reads them all into the store now; a confined session could open no file later.  What
   SSL_CERT_FILE or SSL_CERT_DIR name, when set, and nothing else; otherwise the bundle of the
   system's package and, unless that is known to hold it all, the folder of hashed names that
   certctl(8) and openssl-rehash(1) keep (FreeBSD has nothing but this folder, unless ca_root_nss is
   installed).  False when there is not one.  Where file is not "", of that file alone; why not, in
   words. */
bool trust_load(X509_STORE *store, const char *file, struct text *why);
#endif
