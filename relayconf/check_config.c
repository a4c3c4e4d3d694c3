/* Rules about the configuration itself: traps that are no errors of form. */
#include "base/accounts.h"
#include "base/compat.h"
#include "base/language.h"
#include "base/paths.h"
#include "config/aliases.h"
#include "config/rules.h"
#include "config/secret.h"
#include "config/source.h"
#include "relayconf/findings.h"
#include <dirent.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 5321 2.3.5, RFC 1123 2.1: labels of letters, digits and hyphens.  NULL when it is right. */
static const char *name_problem(const char *name)
{
	size_t label = 0;
	bool digits = true;
	if (strchr(name, '.') == NULL)
		return TR("it has no domain");
	for (const char *c = name;; c++) {
		if (*c == '.' || *c == '\0') {
			if (label == 0 || label > 63 || c[-1] == '-')
				return TR("a part of it is empty, too long, or ends in a hyphen");
			if (*c == '\0')
				return digits ? TR("it is an address, or ends in a number") : NULL;
			label = 0;
			digits = true;
			continue;
		}
		if (*c == '_')
			return TR("it has an underscore, which no host name may have");
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *c) == NULL ||
		    (*c == '-' && label == 0))
			return TR("it has a character that no host name may have, or a hyphen in front");
		digits = digits && strchr("0123456789", *c) != NULL;
		label++;
	}
}

void check_key_names(struct check *c)
{
	for (int i = 0; i < c->config->old_key_count; i++) {
		const struct config_old_name *key = c->config->old_keys[i].key;
		TEXT(fix, 200);
		text_printf(&fix, TR("write %s = in place of %s = in that line"), key->name, key->old);
		finding(c, GRADE_NOTE, fix.data,
		    "%s:%d: key %s of [%s] is named %s now; the old name still works", c->path,
		    c->config->old_keys[i].line, key->old, key->section, key->name);
	}
}

void check_name(struct check *c)
{
	const char *problem = name_problem(c->config->name);
	if (problem == NULL && (text_equal_ci(c->config->name, "localhost.localdomain") ||
	                           text_starts_ci(c->config->name, "localhost.")))
		problem = TR("every machine has that name");
	if (problem == NULL)
		return;
	bool configured = source_line(c->path, "host", NULL, "name") > 0;
	finding(c, GRADE_PROBLEM,
	    "set [host] name to the full name of this machine, or name the machine so (hostname in "
	    "rc.conf or /etc/hostname; ADDRESS FULL.NAME SHORT in /etc/hosts)",
	    "%s, given in EHLO: %s; many servers refuse it%s", c->config->name, problem,
	    configured ? ""
	               : TR(". It is what hostname(1) says, and neither /etc/hosts nor DNS "
	                    "(/etc/resolv.conf) has a full name for it"));
}

/* The story: a machine called like its domain, or below it, whose mail belongs to a server
 * elsewhere. */
void check_own_name(struct check *c)
{
	TEXT(words, 800);
	if (rules_own_name(c->config, c->config->domain, &words))
		finding(c, GRADE_NOTE, "", "%s", words.data);
}

void check_smarthosts(struct check *c)
{
	const struct config *config = c->config;
	for (int i = 0; i < config->smarthost_count; i++) {
		const struct smarthost *h = &config->smarthosts[i];
		finding(c, GRADE_OK, "", "%s: %s, lookup %s, port %u, TLS %s%s", h->name, h->host,
		    smarthost_lookup_name(h->lookup), h->port, smarthost_tls_name(h->tls),
		    h->implicit ? TR(" from the first byte") : "");
	}
	if (config->smarthost_count == 0 && !config->direct_mx)
		finding(c, GRADE_PROBLEM,
		    "relayconf setup YOU@YOUR.DOMAIN, as root; or add [smarthost main] and host = NAME",
		    "%s names no smarthost: all mail waits", c->path);
}

void check_tls_mode(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *h = &c->config->smarthosts[i];
		if (h->port == 465 && !h->implicit)
			finding(c, GRADE_PROBLEM, "remove implicit = no, or use port = 587",
			    "%s: port 465 expects TLS from the first byte, and implicit = no waits for a "
			    "greeting that never comes",
			    h->name);
		else if ((h->port == 587 || h->port == 25) && h->implicit)
			finding(c, GRADE_PROBLEM, "remove implicit = yes, or use port = 465",
			    "%s: port %u greets in the clear and then offers STARTTLS; implicit = yes begins "
			    "with TLS",
			    h->name, h->port);
	}
}

/* "1a2b3c4d.0": what certctl(8) makes of /usr/share/certs/trusted, where OpenSSL does not look. */
static bool has_hashed(const char *folder)
{
	bool found = false;
	TEXT(path, 1100);
	check_path(&path, folder);
	DIR *dir = opendir(path.data);
	for (struct dirent *e; dir != NULL && !found && (e = readdir(dir)) != NULL;)
		found = strspn(e->d_name, "0123456789abcdef") == 8 && e->d_name[8] == '.' &&
		        strspn(e->d_name + 9, "0123456789") > 0;
	if (dir != NULL)
		closedir(dir);
	return found;
}

/* The places of smtp/trust.c. */
static bool has_authorities(void)
{
	static const char *const files[] = {"/etc/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt",
	    "/etc/pki/tls/certs/ca-bundle.crt", "/usr/local/etc/ssl/cert.pem",
	    "/usr/local/share/certs/ca-root-nss.crt"};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		TEXT(path, 1100);
		check_path(&path, files[i]);
		if (access(path.data, R_OK) == 0)
			return true;
	}
	return has_hashed("/etc/ssl/certs");
}

void check_tls_trust(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *h = &c->config->smarthosts[i];
		if (h->tls != SMARTHOST_TLS_VERIFY)
			finding(c, GRADE_NOTE,
			    "set tls = verify, with tls_ca_file when the server's certificate is of your own "
			    "making",
			    "%s: tls = %s, so anyone on the way can be that server%s", h->name,
			    smarthost_tls_name(h->tls),
			    h->tls == SMARTHOST_TLS_ENCRYPT ? "" : TR(" and read the mail"));
		else if (h->tls_ca_file[0] != '\0' && access(h->tls_ca_file, R_OK) != 0)
			finding(c, GRADE_PROBLEM, "put the authority's certificate there, readable to all",
			    "%s: tls_ca_file %s cannot be read", h->name, h->tls_ca_file);
		else if (h->tls_ca_file[0] == '\0' && h->tls_fingerprint[0] == '\0' && !has_authorities())
			finding(c, GRADE_PROBLEM, COMPAT_GET_AUTHORITIES ", or set tls_ca_file",
			    "%s: tls = verify, and this system has no list of authorities", h->name);
	}
}

/* Root sees every file; the runner's user does not. */
static bool runner_may_read(const char *path)
{
	struct stat st;
	struct passwd *pw = geteuid() == 0 && !paths_private() ? getpwnam(ACCOUNT_OWNER) : NULL;
	if (pw == NULL || *path == '\0' || stat(path, &st) != 0)
		return true;
	/* The unit that talks with servers has that group, and is another user. */
	bool by_group = access("/run/firsthop-start/relay", F_OK) == 0;
	return (!by_group && st.st_uid == pw->pw_uid && (st.st_mode & S_IRUSR)) ||
	       (st.st_gid == pw->pw_gid && (st.st_mode & S_IRGRP));
}

/* relay --survey has run it, with the rights that it has for mail, and not root. */
static void look_at_command(struct check *c, const char *name, const char *said, const char *fields)
{
	(void)fields;
	if (strcmp(said, "works") == 0)
		finding(c, GRADE_OK, "", "%s: password_command prints a password", name);
	else
		finding(c, GRADE_PROBLEM,
		    "run password_command by hand as user firsthop, and read its error message", "%s: %s",
		    name, said);
}

static void check_one_password(struct check *c, const struct smarthost *h)
{
	struct diagnosis d = {0};
	struct buffer password = {0};
	bool read = secret_read(h, &password, &d);
	if (read && runner_may_read(h->password_file))
		finding(c, GRADE_OK, "", "%s: the password for %s can be read", h->name, h->login);
	else if (read)
		finding(c, GRADE_PROBLEM, "chgrp firsthop FILE; chmod 640 FILE",
		    "%s: the user firsthop, which delivers, cannot read %s", h->name, h->password_file);
	else if (d.key == REASON_SECRET_UNREADABLE && geteuid() != 0)
		finding(c, GRADE_NOTE, "run this check as root", "%s: %s", h->name, d.text);
	else
		finding(c, GRADE_PROBLEM,
		    d.key == REASON_SECRET_OPEN_TO_ALL
		        ? "chgrp firsthop FILE; chmod 640 FILE, and think of changing the password"
		        : "write the password into that file, owned by root and the group firsthop, mode "
		          "640",
		    "%s: %s", h->name, d.text);
	secret_free(&password);
}

void check_password(struct check *c)
{
	for (int i = 0; i < c->config->smarthost_count; i++) {
		const struct smarthost *h = &c->config->smarthosts[i];
		if (h->login[0] == '\0' && h->auth[0] != '\0')
			finding(c, GRADE_NOTE, "set login and password_file, or remove auth",
			    "%s: auth = %s has no effect without login", h->name, h->auth);
		if (h->login[0] == '\0' && (h->password_file[0] != '\0' || h->password_command[0] != '\0'))
			finding(c, GRADE_PROBLEM, "set login to the name of the account",
			    "%s: there is a password and no login: mail is sent without logging in", h->name);
		if (h->login[0] == '\0')
			continue;
		if (h->password_command[0] == '\0')
			check_one_password(c, h);
		if (h->auth_without_tls)
			finding(c, GRADE_NOTE, "set auth_without_tls = no, and tls = verify",
			    "%s: the password may cross the network in the clear", h->name);
		else if (h->tls == SMARTHOST_TLS_OFF)
			finding(c, GRADE_PROBLEM, "set tls = verify",
			    "%s: a login with tls = off: the password is not sent in the clear, so mail waits",
			    h->name);
		else if (h->auth_to_unverified_server)
			finding(c, GRADE_NOTE, "set auth_to_unverified_server = no, and tls = verify",
			    "%s: the password is given to whoever answers in the place of %s", h->name,
			    h->host);
		else if (h->tls != SMARTHOST_TLS_VERIFY)
			finding(c, GRADE_PROBLEM,
			    "set tls = verify, with tls_ca_file or tls_name as \"relayconf probe\" asks; "
			    "auth_to_unverified_server = yes would give the password to whoever answers",
			    "%s: a login with tls = %s: a server whose certificate cannot be verified does not "
			    "get the password, and mail waits",
			    h->name, smarthost_tls_name(h->tls));
	}
	check_each_smarthost(c, "command", look_at_command);
}

void check_rewrite(struct check *c)
{
	const struct config *config = c->config;
	if (config->envelope_from == STAMP_FROM_REPLACE && config->header_from != STAMP_FROM_REPLACE)
		finding(c, GRADE_NOTE, "set [sender] header_from to the same address",
		    "the envelope says %s, the From field something else: servers that check "
		    "who owns a sender look at both",
		    config->envelope_from_address);
	else if (config->header_from == STAMP_FROM_KEEP && config->envelope_from != STAMP_FROM_KEEP)
		finding(c, GRADE_NOTE, "set [sender] header_from = qualify",
		    "a From field like \"root\" goes out without a domain, and many servers refuse that");
}

void check_direct(struct check *c)
{
	const struct config *config = c->config;
	if (config->direct_mx && config->direct_port == 25)
		finding(c, GRADE_NOTE,
		    "if a probe of a foreign address times out, set direct_mx = no and use a smarthost",
		    "direct_mx sends to port 25 of foreign servers: many networks block it, and many "
		    "servers refuse mail from addresses without a name of their own");
}

static void ignore_end(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	(void)context, (void)end, (void)what, (void)key, (void)why;
}

/* Nothing says where mail for root is to go, so it goes to the smarthost under this machine's
 * domain. */
static bool root_is_bare(const struct config *c, const struct aliases *set)
{
	return c->local_deliver == CONFIG_LOCAL_NO && c->rewrite_recipients.count == 0 &&
	       aliases_expand(set, c->name, "root", ignore_end, NULL) == 0;
}

void check_aliases(struct check *c)
{
	struct aliases *set = NULL;
	struct config defaults;
	struct diagnosis d = {0};
	config_defaults(&defaults);
	if (!aliases_read(&set, c->config->aliases, strcmp(c->config->aliases, defaults.aliases) == 0,
	        &d))
		finding(c, GRADE_PROBLEM, "repair that; until then mail waits", "%s", d.text);
	else if (access(c->config->aliases, F_OK) == 0)
		finding(c, GRADE_OK, "", "%s: %d names", c->config->aliases, aliases_count(set));
	if (root_is_bare(c->config, set))
		finding(c, GRADE_NOTE, "add \"root: YOU@YOUR.DOMAIN\" there, then send a test mail to root",
		    "%s has no alias for root: mail of cron and periodic goes to root@%s, which the "
		    "smarthost may refuse",
		    c->config->aliases, c->config->domain);
	for (int i = 0; i < aliases_problem_count(set); i++)
		finding(c, GRADE_PROBLEM, "repair the named line; mail for that name waits until then",
		    "%s", aliases_problem(set, i));
	aliases_free(set);
	config_free(&defaults);
}
