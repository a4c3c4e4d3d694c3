/* check: everything that delivery depends on, looked at before mail has to wait for it. */
#include "base/output.h"
#include "base/language.h"
#include "base/pager.h"
#include "base/paths.h"
#include "base/terminal.h"
#include "relayconf/helper.h"
#include "relayconf/verbs.h"
#include "relayconf/findings.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct check_rule rules[] = {
    {"readable", TR_LATER("the user firsthop can read configuration, aliases and certificates"),
        check_readable, true},
    {"key-names", TR_LATER("each key has the name of this version"), check_key_names, true},
    {"name", TR_LATER("the name that this machine gives to servers is a full one"), check_name,
        true},
    {"own-name", TR_LATER("no domain of the configuration holds this machine's own name"),
        check_own_name, true},
    {"smarthost", TR_LATER("there is a server to give mail to"), check_smarthosts, true},
    {"proxy", TR_LATER("no smarthost is behind a proxy"), check_proxy, true},
    {"tls-mode", TR_LATER("port and implicit fit each other"), check_tls_mode, true},
    {"tls-trust", TR_LATER("server certificates are verified; trusted authorities are installed"),
        check_tls_trust, true},
    {"tls-file", TR_LATER("each tls_ca_file has certificates"), check_ca_file, true},
    {"tls-own", TR_LATER("each tls_cert_file has a certificate, and its key"),
        check_own_certificate, true},
    {"bind-address", TR_LATER("no bind_address is set"), check_bind, true},
    {"tls-name", TR_LATER("certificates are checked for a name that the configuration gives"),
        check_tls_name, true},
    {"dane", TR_LATER("no TLSA records are asked for"), check_dane, true},
    {"password", TR_LATER("no login is configured"), check_password, true},
    {"token", TR_LATER("no OAuth2 token fails, or is about to end"), check_tokens, true},
    {"rewrite", TR_LATER("envelope and From field get the same sender"), check_rewrite, true},
    {"received", TR_LATER("mail that leaves has a Received field of this machine"), check_received,
        true},
    {"archive", TR_LATER("nobody gets a copy of all mail"), check_archive, true},
    {"storm", TR_LATER("all messages go by themselves, however many come"), check_storm, true},
    {"filter", TR_LATER("no filter is configured"), check_filters, true},
    {"listen", TR_LATER("nothing listens for mail by SMTP"), check_listen, true},
    {"route-users", TR_LATER("each user and group of a [route] or [submit] exists"),
        check_route_users, true},
    {"direct-25", TR_LATER("no mail is sent to foreign servers directly"), check_direct, true},
    {"local", TR_LATER("local delivery works as configured"), check_local, true},
    {"aliases", TR_LATER("no aliases file, and none is needed"), check_aliases, true},
    {"language", TR_LATER("reports are written in English"), check_language, true},
    {"dns", TR_LATER("no name server is configured"), check_resolver, true},
    {"lookup", TR_LATER("each smarthost's name leads to an address"), check_lookup, true},
    {"moved", TR_LATER("no smarthost's name leads to an old address, as far as can be seen"),
        check_moved, true},
    {"self", TR_LATER("no smarthost is this machine itself"), check_self, true},
    {"ipv6", TR_LATER("no address is left out because IPv6 is missing"), check_ipv6, true},
    {"clock", TR_LATER("the clock is right, as far as can be seen"), check_clock, false},
    {"spool", TR_LATER("the queue has its folders, with the right owners and modes"), check_spool,
        false},
    {"programs", TR_LATER("the programs are installed, with the right owners and modes"),
        check_programs, false},
    {"places", TR_LATER("sendmail, mailq and newaliases of this system lead to firsthop"),
        check_places, false},
    {"mailer.conf", TR_LATER("there is no mailer.conf, and none is needed"), check_mailer_conf,
        false},
    {"former-queue", TR_LATER("no other mail program has left mail behind"), check_former_queues,
        false},
    {"runner", TR_LATER("the runner is running"), check_runner, false},
    {"boot", TR_LATER("firsthop starts at boot, and no other mail program does"), check_boot,
        false},
    {"syslog", TR_LATER("log lines are read"), check_syslog, false},
    {"fallback", TR_LATER("no server fails"), check_fallback, false},
    {"submission", TR_LATER("new mail can be submitted"), check_submission, false},
    {"waiting", TR_LATER("no mail waits for long"), check_waiting, false},
    {"set-aside", TR_LATER("no mail is set aside"), check_dead, false},
};

/* The output of another program of ours, whole. */
static void ask(const char *command, struct buffer *out)
{
	char bytes[4096];
	size_t n;
	FILE *answer = popen(command, "re");
	while (answer != NULL && (n = fread(bytes, 1, sizeof bytes, answer)) > 0)
		buffer_add(out, bytes, n);
	if (answer != NULL)
		pclose(answer);
}

/* relay looks names up, and tries values, with the rights of the runner, as it does for mail. */
static void survey(struct check *c)
{
	int code = helper_relay((const char *const[]){"--survey", c->path, NULL}, &c->survey);
	c->surveyed = code == EX_OK && strstr(buffer_string(&c->survey), "\nend\n") != NULL;
}

static void ask_health(struct check *c)
{
	struct buffer out = {0};
	TEXT(command, 1300);
	text_printf(&command, "'%s/mailq' health 2>/dev/null", paths_libexec());
	ask(command.data, &out);
	text_copy(c->health, sizeof c->health, buffer_string(&out));
	c->health[strcspn(c->health, "\n")] = '\0';
	buffer_free(&out);
}

static void say_config(struct check *c, bool good, const struct diagnosis *d)
{
	c->rule = "config";
	if (good)
		finding(c, GRADE_OK, "", "%s: this host is %s, bare addresses get @%s", c->path,
		    c->config->name, c->config->domain);
	else
		finding(c, GRADE_PROBLEM,
		    "repair that, and check again: nothing else of the configuration is looked at before",
		    "%s", d->text);
}

static void say_sum(const struct check *c, bool everything)
{
	int problems = c->counts[GRADE_PROBLEM], notes = c->counts[GRADE_NOTE];
	TEXT(right, 300);
	TEXT(wrong, 500);
	text_printf(&right, TR("%s%d thing%s found right%s."), problems + notes > 0 ? "\n" : "",
	    c->counts[GRADE_OK], c->counts[GRADE_OK] == 1 ? "" : "s",
	    everything ? "" : TR("; \"relayconf check -v\" lists them"));
	if (problems > 0)
		text_printf(&wrong,
		    TR("%d problem%s to fix. Mail that cannot be sent because of it waits in the queue; it "
		       "is not lost."),
		    problems, problems == 1 ? "" : "s");
	else
		text_printf(&wrong,
		    TR("Nothing is wrong%s. \"relayconf probe\" tries the smarthosts themselves."),
		    notes > 0 ? TR(", but look at the notes above") : "");
	terminal_wrap(stdout, right.data, 0, 0);
	terminal_wrap(stdout, wrong.data, 0, 0);
}

/* On a screen: what takes so long.  words "": nothing any more. */
static void say_progress(const struct check *c, const char *words)
{
	if (terminal_width(stderr) > 0 && !c->json)
		fprintf(stderr, "\r%-40s\r%s", "", words);
}

int command_check(const char *path, bool json, bool everything)
{
	struct config config;
	struct diagnosis d = {0};
	struct check c = {.config = &config, .path = path, .json = json};
	bool good = config_read(&config, path, &d);
	say_config(&c, good, &d);
	say_progress(&c, TR("looking at servers and names ..."));
	if (good)
		survey(&c);
	say_progress(&c, TR("asking for the queue ..."));
	ask_health(&c);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (!good && rules[i].needs_config)
			continue;
		say_progress(&c, rules[i].id);
		findings_of(&c, &rules[i]);
	}
	say_progress(&c, "");
	if (!json)
		pager_begin();
	findings_say(&c, everything);
	if (!json)
		say_sum(&c, everything);
	config_free(&config);
	buffer_free(&c.survey);
	return c.counts[GRADE_PROBLEM] > 0 ? EX_CONFIG : EX_OK;
}
