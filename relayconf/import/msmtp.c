/* msmtp: msmtprc.  Each account becomes a smarthost; the default one takes all mail, the others that of their sender. */
#include "relayconf/import/pairs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One account's lines, with those of "defaults" before them. */
struct account {
	char name[64];       /* "" = defaults */
	char port[8];
	bool tls, starttls, certcheck, auth;
	char host[256], from[321], user[256], ca_file[1024], domain[256], bind[64], password_eval[1024];
	char *password;
	int password_line;
};

struct accounts {
	struct account defaults, list[16];
	int count;
	char standard[64];   /* account default : NAME */
};

static void unquote(char *value)
{
	size_t length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		memmove(value, value + 1, length - 2);
		value[length - 2] = '\0';
	}
}

static bool is_on(const char *value)
{
	return *value == '\0' || strcmp(value, "on") == 0;
}

/* "account NAME [: BASE]" */
static struct account *begin_account(struct accounts *all, char *words, bool *full)
{
	char *colon = strchr(words, ':');
	struct account base = all->defaults;
	if (colon != NULL) {
		*colon = '\0';
		const char *wanted = text_trim(colon + 1);
		for (int i = 0; i < all->count; i++) {
			if (strcmp(all->list[i].name, wanted) == 0)
				base = all->list[i];
		}
		if (strcmp(text_trim(words), "default") == 0) {
			import_name(wanted, all->standard, sizeof all->standard);
			return NULL;
		}
	}
	*full = all->count == (int)(sizeof all->list / sizeof all->list[0]);
	if (*full)
		return NULL;
	all->list[all->count] = base;
	struct account *a = &all->list[all->count++];
	import_name(text_trim(words), a->name, sizeof a->name);
	return a;
}

static bool set_text(struct account *a, const char *key, const char *value)
{
	const struct {
		const char *key;
		char *place;
		size_t size;
	} rows[] = {
		{"host", a->host, sizeof a->host}, {"port", a->port, sizeof a->port}, {"from", a->from, sizeof a->from},
		{"user", a->user, sizeof a->user}, {"tls_trust_file", a->ca_file, sizeof a->ca_file},
		{"domain", a->domain, sizeof a->domain}, {"source_ip", a->bind, sizeof a->bind},
		{"passwordeval", a->password_eval, sizeof a->password_eval},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].key, key) == 0)
			return text_copy(rows[i].place, rows[i].size, strcmp(value, "system") == 0 ? "" : value);
	}
	return false;
}

/* False when the line is not carried over. */
static bool set_line(struct account *a, const char *key, const char *value, int line)
{
	if (strcmp(key, "tls") == 0)
		a->tls = is_on(value);
	else if (strcmp(key, "tls_starttls") == 0)
		a->starttls = is_on(value);
	else if (strcmp(key, "tls_certcheck") == 0)
		a->certcheck = is_on(value);
	else if (strcmp(key, "auth") == 0)
		a->auth = strcmp(value, "off") != 0;
	else if (strcmp(key, "password") == 0) {
		a->password = mem_copy(value);
		a->password_line = line;
	} else
		return set_text(a, key, value);
	return true;
}

static void read_lines(struct accounts *all, struct pairs *p, struct import *im)
{
	struct account *a = &all->defaults;
	for (int i = 0; i < p->count; i++) {
		struct pair *line = &p->list[i];
		bool full = false;
		unquote(line->value);
		line->used = true;
		if (strcmp(line->key, "defaults") == 0)
			a = &all->defaults;
		else if (strcmp(line->key, "account") == 0) {
			a = begin_account(all, line->value, &full);
			if (full)
				import_note(im, p->file, line->line, line->value, "more accounts than smarthosts can be (16)");
		} else if (strcmp(line->key, "aliases") == 0)
			import_set(im, "host", "", "aliases", line->value);
		else
			line->used = a != NULL && set_line(a, line->key, line->value, line->line);
	}
}

static void put_account(const struct account *a, bool standard, const struct pairs *p, struct import *im)
{
	char pattern[340];
	import_server(im, a->name, a->host, false);
	import_set(im, "smarthost", a->name, "port", *a->port != '\0' ? a->port : a->tls && !a->starttls ? "465" : "25");
	import_set(im, "smarthost", a->name, "tls", !a->tls ? "off" : a->certcheck ? "verify" : "encrypt");
	if (a->tls)
		import_set(im, "smarthost", a->name, "implicit", a->starttls ? "no" : "yes");
	import_set(im, "smarthost", a->name, "tls_ca_file", a->ca_file);
	import_set(im, "smarthost", a->name, "bind_address", a->bind);
	if (a->auth) {
		import_set(im, "smarthost", a->name, "login", a->user);
		import_set(im, "smarthost", a->name, "password_command", a->password_eval);
		if (a->password != NULL)
			import_secret(im, a->name, a->password, p->file, a->password_line);
	}
	if (standard) {
		import_set(im, "host", "", "name", a->domain);
		import_set(im, "sender", "", "envelope_from", a->from);
		return;
	}
	import_set(im, "smarthost", a->name, "default", "no");
	snprintf(pattern, sizeof pattern, "from:%s", a->from);
	if (*a->from != '\0')
		import_set(im, "route", pattern, "via", a->name);
	else
		import_note(im, p->file, 0, a->name, "this account was chosen with msmtp -a; write a [route] for the mail that it is to take");
}

bool import_msmtp(struct import *im, const char *path)
{
	struct accounts *all = mem_alloc(sizeof *all);
	struct pairs p;
	all->defaults.starttls = all->defaults.certcheck = true;
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	if (done) {
		read_lines(all, &p, im);
		if (all->standard[0] == '\0' && all->count > 0)
			text_copy(all->standard, sizeof all->standard, all->list[0].name);
		for (int pass = 0; pass < 2; pass++) {
			for (int i = 0; i < all->count; i++) {
				bool standard = strcmp(all->list[i].name, all->standard) == 0;
				if (standard == (pass == 0) && all->list[i].host[0] != '\0')
					put_account(&all->list[i], standard, &p, im);
			}
		}
		/* One sender for all mail would hide those that the other accounts are chosen by. */
		if (all->count > 1 && import_get(im, "sender", "", "envelope_from") != NULL) {
			import_note(im, path, 0, import_get(im, "sender", "", "envelope_from"), "the default account's sender; not set for all mail, because the accounts are told apart by their senders");
			import_set(im, "sender", "", "envelope_from", "qualify");
		}
		pairs_note_rest(&p, im, "no counterpart");
	}
	pairs_free(&p);
	free(all);
	return done;
}
