/* setup: asks what cannot be found, tries it, and only then writes. */
#include "relayconf/setup/setup.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/terminal.h"
#include "config/own_name.h"
#include "message/address.h"
#include "relayconf/setup/prompt.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define TRIES 3

static bool is_person(const char *address)
{
	return setup_fits(address, sizeof((struct setup *)0)->address) &&
	       address_problem(address) == NULL && *address_domain(address) != '\0';
}

/* Asks until the answer fits; preset "" = none.  False at the end of input. */
static bool ask_address(const char *question, const char *preset, char *to, size_t size)
{
	for (;;) {
		char *answer = ask_line(question, *preset != '\0' ? preset : NULL);
		if (answer == NULL)
			return false;
		bool good = is_person(answer);
		if (good)
			text_copy(to, size, answer);
		else
			output_to(stdout, TR("That is no address such as you@example.org.\n"));
		free(answer);
		if (good)
			return true;
	}
}

/* What is there already is the preset.  A file that cannot be read is not written over. */
static int read_present(struct setup *s)
{
	struct diagnosis d = {0};
	const char *slash = strrchr(s->path, '/');
	bool read = config_read(&s->config, s->path, &d);
	if (!read && d.key != REASON_CONFIG_MISSING)
		return setup_fail(EX_CONFIG, TR("%.600s; correct that first, or move the file away"),
		    d.text);
	if (!read) {
		config_free(&s->config);
		config_defaults(&s->config);
		own_name(s->config.name, sizeof s->config.name);
		text_copy(s->config.domain, sizeof s->config.domain, s->config.name);
	}
	s->configured = read && s->config.smarthost_count > 0;
	text_copy(s->section, sizeof s->section, s->configured ? s->config.smarthosts[0].name : "main");
	snprintf(s->secret, sizeof s->secret, "%.*ssecret",
	    slash != NULL ? (int)(slash - s->path) + 1 : 0, s->path);
	if (s->configured && s->config.smarthosts[0].password_file[0] != '\0')
		text_copy(s->secret, sizeof s->secret, s->config.smarthosts[0].password_file);
	/* Two at a time do not meet. */
	snprintf(s->secret_new, sizeof s->secret_new, "%.1000s.try.%ld", s->secret, (long)getpid());
	snprintf(s->ca_new, sizeof s->ca_new, "%.*sca.pem.try.%ld",
	    slash != NULL ? (int)(slash - s->path) + 1 : 0, s->path, (long)getpid());
	leftovers_watch(s->secret_new, s->ca_new);
	s->has_secret = access(s->secret, F_OK) == 0;
	s->command = s->wish->password_command != NULL ? s->wish->password_command
	             : s->configured && s->wish->password_file == NULL
	                 ? s->config.smarthosts[0].password_command
	                 : "";
	s->ca_file = s->configured ? s->config.smarthosts[0].tls_ca_file : "";
	return EX_OK;
}

static int find_address(struct setup *s)
{
	const char *given = s->wish->address;
	if (given != NULL && !is_person(given))
		return setup_fail(EX_USAGE, TR("%.200s is no address such as you@example.org"), given);
	text_copy(s->address, sizeof s->address, given != NULL ? given : "");
	if (given == NULL && !s->asks)
		return setup_fail(EX_USAGE,
		    TR("without a terminal your address is needed: relayconf setup --yes "
		       "you@example.org"));
	if (given == NULL && !ask_address(TR("Your mail address (the test mail goes there)"), "",
	                         s->address, sizeof s->address))
		return setup_fail_unanswered();
	return EX_OK;
}

static const char *state_words(const struct server *server)
{
	switch (server->state) {
	case SERVER_GOOD: return server->tls[0] != '\0' ? server->tls : TR("without TLS");
	case SERVER_PLAIN: return TR("it offers no TLS");
	case SERVER_UNASKED:
		return TR("it was not asked: this machine has no certificates of trusted authorities");
	case SERVER_DOUBTED: return TR("TLS, but its certificate cannot be verified");
	default: return TR("no answer");
	}
}

static void say_server(const struct server *server)
{
	bool good = server->state == SERVER_GOOD, why = !good && server->words[0] != '\0';
	setup_say(good ? TR_LATER("server") : TR_LATER(TR_LATER("not used")), "%s:%d (%s): %s%s%s%s%s",
	    server->host, server->port, TR(server->origin), state_words(server),
	    good && server->offers_login ? TR(", wants a login") : "", why ? " (" : "",
	    why ? server->words : "", why ? ")" : "");
}

/* A server that is not as it should be: a person may take it all the same. */
static bool accept(struct setup *s, struct server *server)
{
	bool plain = server->state == SERVER_PLAIN;
	if (!s->asks || server->state < SERVER_PLAIN)
		return false;
	if (!plain && authorities_ask(s)) {
		session_try(s, server);
		say_server(server);
		if (server->state == SERVER_GOOD)
			return true;
	}
	if (!ask_yes(plain ? TR("Mail would cross the network in the clear. Use this server all the "
	                        "same?")
	                   : TR("Nothing proves who this server is. Use it all the same?"),
	        false))
		return false;
	s->tls = plain ? "off" : "encrypt";
	session_try(s, server);
	return server->state == SERVER_GOOD;
}

/* None of those that were guessed: why the last one is not used counts for all, as when there is no
   DNS. */
static void say_last(const struct server *server)
{
	setup_say(TR_LATER("not used"), "%s: %s%s%s%s", server->host, state_words(server),
	    server->words[0] != '\0' ? " (" : "", server->words, server->words[0] != '\0' ? ")" : "");
}

static bool try_servers(struct setup *s)
{
	bool shown = false;
	for (int i = 0; i < s->server_count; i++) {
		session_try(s, &s->servers[i]);
		if (s->servers[i].port != 0 && (s->server_count == 1 || s->servers[i].state > SERVER_DEAD))
			say_server(&s->servers[i]), shown = true;
		if (s->servers[i].state == SERVER_GOOD || accept(s, &s->servers[i])) {
			s->server = &s->servers[i];
			return true;
		}
	}
	if (!shown && s->server_count > 0)
		say_last(&s->servers[s->server_count - 1]);
	return false;
}

/* The remedy is that of the server which came furthest. */
static int fail_without_server(const struct setup *s)
{
	const struct server *best = &s->servers[0];
	for (int i = 1; i < s->server_count; i++) {
		if (s->servers[i].state > best->state)
			best = &s->servers[i];
	}
	if (best->state == SERVER_UNASKED)
		return setup_fail(EX_UNAVAILABLE,
		    TR("this machine has no certificates of trusted authorities, so no server can be "
		       "verified: " COMPAT_GET_AUTHORITIES
		       ", then begin again. If the server has an authority of your own, name its file with "
		       "--ca-file FILE. Nothing was changed."));
	if (best->state == SERVER_DOUBTED)
		return setup_fail(EX_UNAVAILABLE,
		    TR("the certificate of %.200s cannot be verified. If its authority is your own, name "
		       "the file with --ca-file FILE. --tls encrypt trusts whoever answers, also with the "
		       "password. Another server is named with --server HOST:PORT. Nothing was changed."),
		    best->host);
	if (best->state == SERVER_PLAIN)
		return setup_fail(EX_UNAVAILABLE,
		    TR("%.200s offers no TLS. With --tls off mail crosses the network in the clear. "
		       "Another server is named with --server HOST:PORT. Nothing was changed."),
		    best->host);
	return setup_fail(EX_UNAVAILABLE,
	    TR("no server was found that can be used; name it with --server HOST:PORT%s%s"),
	    best->remedy[0] != '\0' && s->server_count == 1 ? ". " : "",
	    s->server_count == 1 ? best->remedy : "");
}

static bool name_server(struct setup *s)
{
	char *answer = ask_line(TR("The server that accepts your mail (HOST or HOST:PORT)"), NULL);
	bool named = answer != NULL && servers_name(s, answer);
	bool ended = answer == NULL;
	if (!named && !ended)
		output_to(stdout, TR("That is no name of a server.\n"));
	free(answer);
	return !ended;
}

static int find_server(struct setup *s)
{
	const struct smarthost *smarthost = s->configured ? &s->config.smarthosts[0] : NULL;
	TEXT(present, 300);
	s->tls = s->wish->tls != NULL ? s->wish->tls : "verify";
	if (s->wish->server != NULL) {
		if (!servers_name(s, s->wish->server))
			return setup_fail(EX_USAGE, TR("%.200s is no HOST or HOST:PORT"), s->wish->server);
	} else if (smarthost != NULL) {
		text_printf(&present, strchr(smarthost->host, ':') != NULL ? "[%s]:%u" : "%s:%u",
		    smarthost->host, smarthost->port);
		servers_name(s, present.data);
		text_copy(s->servers[0].origin, sizeof s->servers[0].origin, TR_LATER("as configured"));
		s->servers[0].implicit = smarthost->implicit;
		if (s->wish->tls == NULL)
			s->tls = smarthost->tls == SMARTHOST_TLS_OFF      ? "off"
			         : smarthost->tls == SMARTHOST_TLS_VERIFY ? "verify"
			                                                  : "encrypt";
	} else {
		setup_say(TR_LATER("search"), TR("for the server of %s"), address_domain(s->address));
		servers_find(s);
	}
	while (!try_servers(s)) {
		if (!s->asks)
			return fail_without_server(s);
		output_to(stdout, TR("No server was found that can be used.\n"));
		if (!name_server(s))
			return setup_fail_unanswered();
	}
	if (s->asks && s->wish->server == NULL && !ask_yes(TR("Use this server?"), true)) {
		if (!name_server(s))
			return setup_fail_unanswered();
		return try_servers(s) ? EX_OK
		                      : setup_fail(EX_UNAVAILABLE, TR("that server cannot be used"));
	}
	return EX_OK;
}

/* From a file, or standard input: its first line. */
static bool slurp_password(struct setup *s, const char *file)
{
	int fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	bool read = fd >= 0 && fdio_slurp(fd, &s->password, 4096);
	if (fd >= 0)
		close(fd);
	size_t n = 0;
	while (read && n < s->password.length && strchr("\r\n", s->password.data[n]) == NULL)
		n++;
	s->password.length = n;
	return read && n > 0;
}

static int find_login(struct setup *s)
{
	const struct setup_wish *w = s->wish;
	const char *present = s->configured ? s->config.smarthosts[0].login : "";
	bool wanted = w->login != NULL || w->password_file != NULL || s->command[0] != '\0' ||
	              *present != '\0' || s->server->offers_login;
	if (w->no_login || !wanted)
		return EX_OK;
	const char *preset = w->login != NULL ? w->login : *present != '\0' ? present : s->address;
	text_copy(s->login, sizeof s->login, preset);
	if (s->asks && w->login == NULL) {
		char *answer = ask_line(TR("Login name there (- for none)"), preset);
		if (answer == NULL)
			return setup_fail_unanswered();
		text_copy(s->login, sizeof s->login, strcmp(answer, "-") == 0 ? "" : answer);
		free(answer);
	}
	if (!setup_fits(s->login, sizeof s->login))
		return setup_fail(EX_USAGE, TR("the login name cannot have blanks or \";\""));
	if (w->password_file != NULL && !slurp_password(s, w->password_file))
		return setup_fail(EX_NOINPUT, TR("%.200s: no password can be read from it"),
		    w->password_file);
	if (s->login[0] == '\0' || s->command[0] != '\0' || s->password.length > 0 ||
	    (s->has_secret && !s->asks))
		return EX_OK;
	/* Nobody said that a login is wanted, and there is no password: the server may do without. */
	if (!s->asks && w->login == NULL && *present == '\0') {
		s->login[0] = '\0';
		return EX_OK;
	}
	return s->asks ? EX_OK
	               : setup_fail(EX_USAGE,
	                     TR("the login %.100s needs --password-file FILE (- reads it from "
	                        "standard input) or --password-command COMMAND"),
	                     s->login);
}

/* Asks for the password where one is needed: an empty answer keeps the one that is there. */
static int ask_for_password(struct setup *s)
{
	if (!s->asks || s->login[0] == '\0' || s->command[0] != '\0' || s->password.length > 0)
		return EX_OK;
	if (!ask_password(s->has_secret ? TR("Password (not shown; empty: the one that is there)")
	                                : TR("Password (not shown)"),
	        &s->password) ||
	    (s->password.length == 0 && !s->has_secret))
		return setup_fail(EX_NOINPUT, TR("no password was given"));
	return EX_OK;
}

static void forget_password(struct setup *s)
{
	if (s->password.data != NULL)
		compat_wipe(s->password.data, s->password.size);
	s->password.length = 0;
}

/* Nothing of the configuration is touched before the server has taken sender and recipient. */
static int prove(struct setup *s)
{
	for (int i = 1;; i++) {
		bool own = false;
		int code = ask_for_password(s);
		if (code != EX_OK)
			return code;
		if (!write_new_secret(s))
			return EX_CANTCREAT;
		code = session_login(s, s->server, &own);
		s->own_sender = own || (s->login[0] != '\0' && text_starts(s->server->origin, "known"));
		if (code == EX_OK) {
			setup_say(TR_LATER("probe"), TR("the server accepts mail for %s%s%s%s"), s->address,
			    s->login[0] != '\0' ? TR(", with the login ") : "", s->login,
			    s->own_sender ? TR(", from that address only") : "");
			return EX_OK;
		}
		setup_say("probe", TR("it does not accept mail: %s. %s"), s->server->words,
		    s->server->remedy);
		forget_password(s);
		unlink(s->secret_new);
		if (!s->asks || i == TRIES || s->login[0] == '\0')
			return setup_fail(code, TR("nothing was changed"));
	}
}

static int find_root(struct setup *s)
{
	const char *preset = s->wish->root != NULL ? s->wish->root : s->address;
	if (s->wish->no_alias)
		return EX_OK;
	if (!is_person(preset))
		return setup_fail(EX_USAGE, TR("--root: %.200s is no address"), preset);
	text_copy(s->root, sizeof s->root, preset);
	if (s->asks && s->wish->root == NULL &&
	    !ask_address(TR("Who reads the mail for root (cron's reports)"), preset, s->root,
	        sizeof s->root))
		return setup_fail_unanswered();
	return EX_OK;
}

static int write_all(struct setup *s)
{
	if (!write_secret(s) || !write_authorities(s) || !write_config(s))
		return EX_CANTCREAT;
	if (!write_alias(s))
		return EX_CANTCREAT;
	system_names(s);
	system_boot(s);
	return system_runner(s) ? EX_OK : EX_UNAVAILABLE;
}

static int run(struct setup *s)
{
	static int (*const steps[])(struct setup *) = {find_address, machine_find_name,
	    authorities_find, find_server, find_login, find_root, prove, write_all};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int code = steps[i](s);
		if (code != EX_OK)
			return code;
	}
	if (s->wish->no_test)
		return EX_OK;
	return command_test(s->address, NULL, false);
}

int command_setup(const char *path, const struct setup_wish *wish)
{
	static struct setup s; /* large, and the stack may be small */
	s = (struct setup){.wish = wish, .path = path, .asks = !wish->yes && ask_possible()};
	signal(SIGPIPE, SIG_IGN);
	if (!setup_tls_mode(wish->tls))
		return EX_USAGE;
	if (geteuid() != 0 && !paths_private())
		return setup_fail(EX_NOPERM, TR("it writes %s and a password file: run it as root"), path);
	int code = read_present(&s);
	code = code == EX_OK ? run(&s) : code;
	forget_password(&s);
	leftovers_remove();
	buffer_free(&s.password);
	buffer_free(&s.authorities);
	config_free(&s.config);
	return code;
}
