/* Files and folders of authorities, read to the end; OpenSSL itself would open the files of a
 * folder one by one when they are wanted. */
#include "relay/smtp/trust.h"
#include "base/fdio.h"
#include "base/text.h"
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "1a2b3c4d.0", or .1 where two have the same hash; "1a2b3c4d.r0" is a list of revocations. */
static bool is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] != '\0' &&
	       strspn(name + 9, "0123456789") == strlen(name + 9);
}

static bool load_file(X509_STORE *store, const char *file)
{
	TEXT(why, 100);
	return file != NULL && fdio_is_readable(file, &why) &&
	       X509_STORE_load_locations(store, file, NULL) == 1;
}

static bool load_folder(X509_STORE *store, const char *folder)
{
	bool loaded = false;
	DIR *dir = folder != NULL ? opendir(folder) : NULL;
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		TEXT(path, 1400);
		text_printf(&path, "%s/%s", folder, e->d_name);
		if (is_hashed(e->d_name) && load_file(store, path.data))
			loaded = true;
	}
	if (dir != NULL)
		closedir(dir);
	return loaded;
}

/* Debian's bundle is made of its folder. */
static bool load_whole_bundle(X509_STORE *store)
{
	return load_file(store, "/etc/ssl/certs/ca-certificates.crt") ||
	       load_file(store, "/etc/pki/tls/certs/ca-bundle.crt");
}

static bool load_places(X509_STORE *store)
{
	static const char *const bundles[] = {"/etc/ssl/cert.pem", "/usr/local/etc/ssl/cert.pem",
	    "/usr/local/share/certs/ca-root-nss.crt"};
	const char *folder = X509_get_default_cert_dir();
	bool loaded = load_file(store, X509_get_default_cert_file());
	for (size_t i = 0; i < sizeof bundles / sizeof bundles[0] && !loaded; i++)
		loaded = load_file(store, bundles[i]);
	loaded = load_folder(store, folder) || loaded;
	if (strcmp(folder, "/etc/ssl/certs") != 0)
		loaded = load_folder(store, "/etc/ssl/certs") || loaded;
	return loaded;
}

static bool load_system(X509_STORE *store)
{
	const char *file = getenv(X509_get_default_cert_file_env()),
	           *folder = getenv(X509_get_default_cert_dir_env());
	bool loaded;
	if (file != NULL || folder != NULL) {
		loaded = load_file(store, file);
		loaded = load_folder(store, folder) || loaded;
	} else {
		loaded = load_whole_bundle(store) || load_places(store);
	}
	ERR_clear_error();
	return loaded;
}

bool trust_load(X509_STORE *store, const char *file, struct text *why)
{
	if (*file == '\0')
		return load_system(store);
	bool loaded = fdio_is_readable(file, why) && X509_STORE_load_locations(store, file, NULL) == 1;
	if (!loaded && why->length == 0)
		text_put(why, "it holds none in PEM form");
	ERR_clear_error();
	return loaded;
}
