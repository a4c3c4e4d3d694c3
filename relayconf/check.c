/* check: everything that delivery reads, looked at before mail has to wait for it. */
#include "base/compat.h"
#include "base/diag.h"
#include "base/paths.h"
#include "config/aliases.h"
#include "config/config.h"
#include "config/secret.h"
#include "relayconf/command.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static int wrong, doubtful;

static void say(const char *grade, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(const char *grade, const char *format, ...)
{
	va_list args;
	wrong += strcmp(grade, "wrong") == 0;
	doubtful += strcmp(grade, "look") == 0;
	printf("%-6s ", grade);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void check_aliases(const struct config *c)
{
	struct aliases *set = NULL;
	struct config defaults;
	struct diagnosis d = {0};
	config_defaults(&defaults);
	if (aliases_read(&set, c->aliases, strcmp(c->aliases, defaults.aliases) == 0, &d))
		say("ok", "aliases: %s, %d names", c->aliases, aliases_count(set));
	else
		say("wrong", "%s", d.text);
	for (int i = 0; i < aliases_problem_count(set); i++)
		say("wrong", "%s", aliases_problem(set, i));
	aliases_free(set);
	config_free(&defaults);
}

static void check_password(const struct hop *h)
{
	struct diagnosis d = {0};
	struct buffer password = {0};
	if (h->login[0] == '\0')
		return;
	if (secret_read(h, &password, &d))
		say("ok", "smarthost %s: password for %s can be read", h->name, h->login);
	else if (strcmp(d.key, "secret-unreadable") == 0 && geteuid() != 0)
		say("look", "smarthost %s: %s (run this check as root)", h->name, d.text);
	else
		say("wrong", "smarthost %s: %s", h->name, d.text);
	if (password.data != NULL)
		compat_wipe(password.data, password.size);
	buffer_free(&password);
	if (h->auth_without_tls || h->tls == HOP_TLS_OFF || h->tls == HOP_TLS_OPPORTUNISTIC)
		say("look", "smarthost %s: a login with tls = %s%s", h->name, hop_tls_name(h->tls),
		    h->auth_without_tls ? ": the password may cross the network in the clear" : ": without TLS the mail will wait");
}

static void check_hop(const struct hop *h)
{
	say("ok", "smarthost %s: %s, lookup = %s, port %u, tls = %s%s", h->name, h->host, hop_lookup_name(h->lookup), h->port,
	    hop_tls_name(h->tls), h->implicit ? " from the first byte" : "");
	if (h->tls_ca_file[0] != '\0' && access(h->tls_ca_file, R_OK) != 0)
		say("wrong", "smarthost %s: tls_ca_file %s cannot be read", h->name, h->tls_ca_file);
	check_password(h);
}

static void check_folder(const char *name, mode_t mode)
{
	char path[1100];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", paths_spool(), name);
	if (stat(path, &st) != 0)
		say("wrong", "spool: %s is missing; run \"make install-rights\"", path);
	else if ((st.st_mode & 07777) != mode && !paths_private())
		say("wrong", "spool: %s has mode %04o, needed is %04o; run \"make install-rights\"", path, (unsigned)st.st_mode & 07777u, (unsigned)mode);
	else if (st.st_uid == 0 && !paths_private())
		say("wrong", "spool: %s belongs to root; run \"make install-rights\"", path);
	else
		say("ok", "spool: %s", path);
}

static void check_sendmail(void)
{
	char path[1100];
	struct stat st;
	snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
	if (stat(path, &st) != 0)
		say("wrong", "%s is missing; run \"make install\"", path);
	else if (!(st.st_mode & S_ISGID) && !paths_private())
		say("wrong", "%s is not set-group-id, so users cannot submit; run \"make install-rights\"", path);
	else
		say("ok", "%s", path);
}

int command_check(const char *path)
{
	struct config c;
	struct diagnosis d = {0};
	if (config_read(&c, path, &d)) {
		say("ok", "configuration: %s, this host is %s, bare addresses get @%s", path, c.name, c.domain);
		if (strchr(c.name, '.') == NULL)
			say("look", "the name %s has no domain; many servers refuse it: set [host] name", c.name);
		for (int i = 0; i < c.hop_count; i++)
			check_hop(&c.hops[i]);
		if (c.hop_count == 0)
			say("wrong", "no smarthost: add [smarthost main] and host = NAME to %s", path);
		check_aliases(&c);
	} else {
		say("wrong", "%s", d.text);
	}
	config_free(&c);
	check_folder("drop", 01770);
	check_folder("mqueue", 0750);
	check_sendmail();
	if (wrong > 0)
		printf("\n%d thing%s to repair; until then mail waits in the queue.\n", wrong, wrong == 1 ? "" : "s");
	else
		printf("\nNothing is wrong%s. \"relayconf probe\" tries the smarthost itself.\n", doubtful ? ", but look at the lines above" : "");
	return wrong > 0 ? EX_CONFIG : EX_OK;
}
