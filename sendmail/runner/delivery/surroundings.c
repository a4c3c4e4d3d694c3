/* Looking at files. */
#include "runner/delivery/surroundings.h"
#include <sys/stat.h>

/* Times of change of the inode show new rights, too. */
static uint64_t add_file(uint64_t sum, const char *path)
{
	struct stat st;
	sum = sum * 31 + 7;
	if (*path == '\0' || stat(path, &st) != 0)
		return sum;
	sum = sum * 31 + (uint64_t)st.st_ino + (uint64_t)st.st_size + (uint64_t)st.st_mode;
	sum = sum * 31 + (uint64_t)st.st_uid * 65537 + (uint64_t)st.st_gid;
	sum = sum * 1000003 + (uint64_t)st.st_mtim.tv_sec * 1000000007 + (uint64_t)st.st_mtim.tv_nsec;
	return sum * 1000003 + (uint64_t)st.st_ctim.tv_sec * 1000000007 + (uint64_t)st.st_ctim.tv_nsec;
}

uint64_t surroundings_sum(const struct config *c)
{
	/* Where the systems keep their authorities (relay/smtp/trust.c), a folder changes with each of
	 * its files; and what names lead to. */
	static const char *const files[] = {"/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt",
	    "/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt", "/usr/local/etc/ssl/cert.pem",
	    "/usr/local/share/certs/ca-root-nss.crt", "/etc/hosts", "/etc/resolv.conf"};
	uint64_t sum = 1;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		sum = add_file(sum, files[i]);
	for (int i = 0; i < c->smarthost_count; i++) {
		sum = add_file(sum, c->smarthosts[i].password_file);
		sum = add_file(sum, c->smarthosts[i].proxy_password_file);
		sum = add_file(sum, c->smarthosts[i].tls_ca_file);
		sum = add_file(sum, c->smarthosts[i].tls_cert_file);
		sum = add_file(sum, c->smarthosts[i].tls_key_file);
	}
	return sum;
}
