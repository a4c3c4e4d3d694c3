/* Trying servers: a probe with a configuration of its own. */
#include "relayconf/setup/setup.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/diag.h"
#include "relayconf/helper.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static void put_config(const struct setup *s, const struct server *server, bool login,
    struct buffer *text)
{
	buffer_printf(text, "[host]\nname = %s\n[smarthost try]\nhost = %s\nport = %d\ntls = %s\n",
	    s->name[0] != '\0' ? s->name : s->config.name, server->host, server->port, s->tls);
	if (server->implicit && server->port != 465)
		buffer_puts(text, "implicit = yes\n");
	if (s->ca_file[0] != '\0')
		buffer_printf(text, "tls_ca_file = %s\n", s->ca_file);
	if (s->configured && strcmp(server->host, s->config.smarthosts[0].host) == 0 &&
	    s->config.smarthosts[0].tls_name[0] != '\0')
		buffer_printf(text, "tls_name = %s\n", s->config.smarthosts[0].tls_name);
	if (login) {
		buffer_printf(text, "login = %s\n", s->login);
		if (strcmp(s->tls, "encrypt") == 0)
			buffer_puts(text, "auth_to_unverified_server = yes\n");
		if (s->command[0] != '\0')
			buffer_printf(text, "password_command = %s\n", s->command);
		else
			buffer_printf(text, "password_file = %s\n",
			    s->password.length > 0 ? s->secret_new : s->secret);
	}
	buffer_puts(text, "[relay]\nconnect_s = 8\nreply_s = 20\n");
}

/* One probe; its line of JSON in *answer.  The file holds no secret: the user firsthop reads it. */
static int probe(const struct setup *s, const struct server *server, bool login, const char *sender,
    struct buffer *answer)
{
	char path[] = "/tmp/firsthop-setup-XXXXXX";
	struct buffer text = {0};
	int code = EX_OSERR, fd = mkstemp(path);
	put_config(s, server, login, &text);
	answer->length = 0;
	if (fd >= 0 && fchmod(fd, 0644) == 0 && fdio_write(fd, text.data, text.length))
		code = helper_relay((const char *const[]){"--probe-json", path, "try", sender, s->address,
		                        NULL},
		    answer);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	buffer_free(&text);
	return code;
}

/* The reply to EHLO is shown in one line, "< 250 NAME KEYWORD ...". */
static bool offers_login(const char *answer)
{
	for (const char *at = answer; (at = strstr(at, "\"< 250")) != NULL; at += 6) {
		const char *end = strchr(at + 1, '"'), *found = strstr(at, " AUTH");
		if (found != NULL && end != NULL && found < end)
			return true;
	}
	return false;
}

/* The child's words have the values of this case filled in, and are English. */
static void take_words(struct server *server, const char *answer)
{
	char key[40] = "";
	helper_json(answer, "key", key, sizeof key);
	helper_json(answer, "reply", server->words, sizeof server->words);
	helper_json(answer, "remedy", server->remedy, sizeof server->remedy);
	const struct reason *row = catalogue_row(reason_find(key));
	if (row != NULL && TR(row->remedy) != row->remedy)
		text_copy(server->remedy, sizeof server->remedy, TR(row->remedy));
}

static void take_answer(struct server *server, const char *answer, int code)
{
	char stage[40] = "", key[40] = "";
	helper_json(answer, "stage", stage, sizeof stage);
	helper_json(answer, "key", key, sizeof key);
	helper_json(answer, "tls", server->tls, sizeof server->tls);
	take_words(server, answer);
	server->offers_login = offers_login(answer);
	server->accepts = code == EX_OK;
	enum stage at = stage_find(stage);
	if (reason_find(key) == REASON_STARTTLS_MISSING)
		server->state = SERVER_PLAIN;
	else if (reason_find(key) == REASON_TLS_TRUST)
		server->state = SERVER_UNASKED;
	else if (at == STAGE_TLS || at == STAGE_STARTTLS)
		server->state = SERVER_DOUBTED;
	else if (code == EX_OK || at >= STAGE_AUTH)
		server->state = SERVER_GOOD;
	else
		server->state = SERVER_DEAD;
}

static void own_sender(const struct setup *s, char *sender, size_t size)
{
	snprintf(sender, size, "root@%.300s",
	    s->configured || s->name[0] == '\0' ? s->config.domain : s->name);
}

/* The line that says what is tried. */
static void clear_progress(void)
{
	int width = terminal_width(stderr);
	if (width > 0)
		fprintf(stderr, "\r%*s\r", width - 1, "");
}

void session_try(struct setup *s, struct server *server)
{
	static const int usual[] = {465, 587, 25};
	struct server best = *server;
	char sender[330];
	bool all = server->port == 0;
	own_sender(s, sender, sizeof sender);
	for (size_t i = 0; i < (all ? sizeof usual / sizeof usual[0] : 1); i++) {
		struct server one = *server;
		struct buffer answer = {0};
		one.port = all ? usual[i] : server->port;
		clear_progress();
		if (terminal_width(stderr) > 0)
			output_to(stderr, TR("trying %.40s, port %d ..."), one.host, one.port);
		int code = probe(s, &one, false, sender, &answer);
		take_answer(&one, buffer_string(&answer), code);
		bool unknown = strstr(buffer_string(&answer), "\"stage\": \"lookup\"") != NULL;
		buffer_free(&answer);
		if (one.state > best.state)
			best = one;
		/* A name that leads nowhere does so at each port. */
		if (one.state == SERVER_GOOD || unknown)
			break;
	}
	clear_progress();
	*server = best;
}

int session_login(struct setup *s, struct server *server, bool *only_own)
{
	struct buffer answer = {0};
	char sender[330], stage[40] = "";
	bool login = s->login[0] != '\0';
	own_sender(s, sender, sizeof sender);
	*only_own = false;
	int code = probe(s, server, login, sender, &answer);
	helper_json(buffer_string(&answer), "stage", stage, sizeof stage);
	if (code != EX_OK && stage_find(stage) >= STAGE_MAIL) {
		/* Many let in nobody but the owner of the login. */
		struct buffer second = {0};
		if (probe(s, server, login, s->address, &second) == EX_OK) {
			*only_own = true;
			code = EX_OK;
		}
		buffer_free(&second);
	}
	if (code != EX_OK)
		take_words(server, buffer_string(&answer));
	buffer_free(&answer);
	return code;
}
