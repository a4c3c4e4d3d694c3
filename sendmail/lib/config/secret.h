/* The password of a smarthost: from a file of its own, or from a command. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H
#include "diagnosis/diag.h"
#include "config/smarthost.h"

/* Reads the password of a smarthost into a buffer (first line, without its line end; at most 16
   KiB). Errors, deferred at STAGE_AUTH: "secret-missing", "secret-unreadable", "secret-open-to-all"
   (readable or writable by others: st_mode & 07, or group-writable), "secret-empty",
   "secret-command" (exit status or 10 s deadline, with the first line of its error output). The
   caller frees it with secret_free. */
bool secret_read(const struct smarthost *smarthost, struct buffer *password, struct diagnosis *d);

/* The same for its proxy, from proxy_password_file. */
bool secret_read_proxy(const struct smarthost *smarthost, struct buffer *password,
    struct diagnosis *d);

/* Reads the whole file with the private key of a smarthost that has a tls_cert_file: tls_key_file,
   or that one.  It needs the rights of a password file.  Error: "tls-own-certificate", at
   STAGE_TLS.
 */
bool secret_read_key(const struct smarthost *smarthost, struct buffer *pem, struct diagnosis *d);

/* Wipes and frees what these have read. */
void secret_free(struct buffer *secret);
#endif
