/* probe: relay does it, with the rights of the runner, so that what works here works for mail. */
#include "base/complaint.h"
#include "base/language.h"
#include "base/nearest.h"
#include "base/accounts.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "diagnosis/diag.h"
#include "base/output.h"
#include "base/paths.h"
#include "config/rules.h"
#include "config/recipients.h"
#include "message/address.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

bool command_become_firsthop(void)
{
	struct passwd *pw = geteuid() == 0 && !paths_private() ? getpwnam(ACCOUNT_OWNER) : NULL;
	if (pw == NULL)
		return true;
	return setgroups(0, NULL) == 0 && compat_set_group(pw->pw_gid) == 0 &&
	       compat_set_user(pw->pw_uid) == 0;
}

/* The mode, and the words of the request on its standard input (relay/main.c). */
static int become_relay(const char *mode, int request)
{
	char program[1100], name[] = "relay";
	char *words[] = {name, (char *)(uintptr_t)mode, NULL};
	snprintf(program, sizeof program, "%s/relay", paths_libexec());
	dup2(request, STDIN_FILENO);
	fflush(stdout);
	execv(program, words);
	complaint_say("relayconf", "%s cannot be started: %s", program, strerror(errno));
	return EX_OSFILE;
}

/* A pipe has room for that much. */
static int request_pipe(const char *const arguments[])
{
	int ends[2];
	struct buffer words = {0};
	for (int i = 1; arguments[i] != NULL; i++)
		buffer_add(&words, arguments[i], strlen(arguments[i]) + 1);
	bool good = compat_pipe(ends) == 0;
	if (good && (!fdio_nonblocking(ends[1]) || !fdio_write(ends[1], words.data, words.length)))
		complaint_say("relayconf", "ask relay: %s", strerror(errno));
	buffer_free(&words);
	if (!good)
		return -1;
	close(ends[1]);
	return ends[0];
}

/* A process of its own, because relay takes on the rights of the runner. */
int command_relay(const char *const arguments[])
{
	int status = 0, request = request_pipe(arguments);
	fflush(stdout);
	pid_t pid = request >= 0 ? fork() : -1;
	if (pid == 0)
		_exit(become_relay(arguments[0], request));
	if (request >= 0)
		close(request);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
	                                                                       : EX_OSERR;
}

/* Sender and recipient as the runner would make them: policy, aliases, completion. */
static char *final_recipient(const struct config *c, const struct aliases *set,
    const struct envelope *e)
{
	struct recipients all;
	recipients_expand(&all, e, set, c);
	char *result = mem_copy(all.count > 0 ? all.addresses[0] : "");
	recipients_free(&all);
	return result;
}

/* Delivery has the right of the runner, and so has root's probe.  For another user the file that
 * they may not read is no fault of it. */
static bool may_read_password(const struct smarthost *smarthost)
{
	struct passwd *pw = geteuid() == 0 || paths_private() ? NULL : getpwnam(ACCOUNT_OWNER);
	if (pw == NULL || pw->pw_uid == geteuid() || smarthost->login[0] == '\0' ||
	    smarthost->password_file[0] == '\0' || access(smarthost->password_file, R_OK) == 0 ||
	    errno != EACCES)
		return true;
	complaint_say("relayconf",
	    "%s: you may not read its password file %s, which is as it should be; delivery "
	    "may. Run the probe as root",
	    smarthost->name, smarthost->password_file);
	return false;
}

/* Nobody reads postmaster's mail: it is root's that matters. */
static void follow_root(const struct config *c, const struct aliases *set, struct envelope *e,
    char **recipient)
{
	free(*recipient);
	envelope_free(e);
	envelope_init(e);
	envelope_add_recipient(e, "root");
	*recipient = final_recipient(c, set, e);
}

static int probe_all(const struct config *c, const char *path, const struct probe_wish *wish,
    const char *sender, const char *recipient)
{
	int worst = EX_OK, asked = 0;
	TEXT(direct, 400);
	const char *mode = wish->json ? "--probe-json" : "--probe";
	const char *by_default = wish->recipient == NULL ? "--default" : NULL;
	for (int i = 0; i < c->smarthost_count; i++) {
		if (wish->smarthost != NULL && strcmp(wish->smarthost, c->smarthosts[i].name) != 0)
			continue;
		if (asked++ > 0 && !wish->json)
			output_to(stdout, "\n\n");
		int code = may_read_password(&c->smarthosts[i])
		               ? command_relay((const char *const[]){mode, path, c->smarthosts[i].name,
		                     sender, recipient, by_default, NULL})
		               : EX_NOPERM;
		worst = worst == EX_OK || code == EX_TEMPFAIL ? code != EX_OK ? code : worst : worst;
	}
	if (asked > 0)
		return worst;
	if (wish->smarthost != NULL || !c->direct_mx) {
		TEXT(near, 100);
		if (wish->smarthost == NULL) {
			complaint_say("relayconf",
			    "no smarthost is configured: run relayconf setup as root, or add "
			    "[smarthost main] and host = NAME to %.500s",
			    path);
			return EX_CONFIG;
		}
		nearest_ask(&near, rules_nearest_smarthost(c, wish->smarthost));
		complaint_say("relayconf", "there is no [smarthost %.60s] in %.500s%s", wish->smarthost,
		    path, near.data);
		return EX_CONFIG;
	}
	text_printf(&direct, "@%s", address_domain(recipient));
	return command_relay(
	    (const char *const[]){mode, path, direct.data, sender, recipient, by_default, NULL});
}

int command_probe(const char *path, const struct probe_wish *wish)
{
	struct config c;
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	struct envelope e;
	if (!config_read(&c, path, &d) || !aliases_read(&set, c.aliases, true, &d)) {
		complaint_say("relayconf", "%s", d.text);
		config_free(&c);
		return command_code(&d);
	}
	envelope_init(&e);
	free(e.sender);
	e.sender = mem_copy(wish->sender != NULL ? wish->sender : "postmaster");
	envelope_add_recipient(&e, wish->recipient != NULL ? wish->recipient : "postmaster");
	const char *wrong = address_problem(e.recipients[0]);
	char *sender = recipients_sender(&e, &c), *recipient = final_recipient(&c, set, &e);
	if (wish->recipient == NULL && text_starts(recipient, "postmaster@"))
		follow_root(&c, set, &e, &recipient);
	int code = EX_DATAERR;
	if (wrong != NULL || *recipient == '\0')
		complaint_say("relayconf", "%.200s: %s", e.recipients[0],
		    wrong != NULL ? wrong : TR("leads to no address"));
	else
		code = probe_all(&c, path, wish, sender, recipient);
	free(sender);
	free(recipient);
	envelope_free(&e);
	aliases_free(set);
	config_free(&c);
	return code;
}
