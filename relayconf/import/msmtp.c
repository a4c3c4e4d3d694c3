/* msmtp: msmtprc.  Each account becomes a smarthost; the default one takes all mail, the others
 * that of their sender. */
#include "base/compat.h"
#include "relayconf/import/pairs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 16

/* One account's lines, with those of "defaults", and of the accounts that it is like, before
   them. */
struct account {
	char name[64], own_name[64]; /* as our smarthost, as in the file; "" = defaults */
	char port[8], from_header[8];
	enum answer {
		UNSAID,
		YES,
		NO
	} tls,
	    starttls, certcheck, auth, clear; /* clear: AUTH PLAIN or LOGIN is asked for by name */
	const char *token;                    /* oauthbearer or xoauth2, asked for by name; NULL */
	bool changed;
	char host[256], from[321], user[256], ca_file[1024], cert_file[1024], key_file[1024],
	    domain[256], bind[64], tls_name[256], password_eval[1024], password[1024], proxy[200],
	    proxy_port[8], fingerprint[200];
	char password_host[256],
	    password_user[256]; /* whose it was, when the account that had it ended */
	int line, password_line;
};

struct accounts {
	struct account defaults, list[LIMIT];
	int count;
	char standard[64]; /* our name for the account "default" */
};

static void unquote(char *value)
{
	size_t length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		memmove(value, value + 1, length - 2);
		value[length - 2] = '\0';
	}
}

static enum answer answer_of(const char *value)
{
	return strcmp(value, "off") == 0 ? NO : YES;
}

static struct account *find_account(struct accounts *all, const char *own_name)
{
	for (int i = 0; i < all->count; i++) {
		if (strcmp(all->list[i].own_name, own_name) == 0)
			return &all->list[i];
	}
	return NULL;
}

static void take_text(char *place, size_t size, const char *value)
{
	if (*value != '\0')
		text_copy(place, size, value);
}

static void take_answer(enum answer *place, enum answer value)
{
	*place = value != UNSAID ? value : *place;
}

/* What an account says takes the place of what was said before; its password stays that of its
 * server and user. */
static void inherit(struct account *a, const struct account *base)
{
	enum answer *const answers[] = {&a->tls, &a->starttls, &a->certcheck, &a->auth, &a->clear};
	const enum answer said[] = {base->tls, base->starttls, base->certcheck, base->auth,
	    base->clear};
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		take_answer(answers[i], said[i]);
	a->token = base->token != NULL ? base->token : a->token;
	take_text(a->port, sizeof a->port, base->port);
	take_text(a->from_header, sizeof a->from_header, base->from_header);
	take_text(a->host, sizeof a->host, base->host);
	take_text(a->from, sizeof a->from, base->from);
	take_text(a->user, sizeof a->user, base->user);
	take_text(a->ca_file, sizeof a->ca_file, base->ca_file);
	take_text(a->cert_file, sizeof a->cert_file, base->cert_file);
	take_text(a->key_file, sizeof a->key_file, base->key_file);
	take_text(a->domain, sizeof a->domain, base->domain);
	take_text(a->bind, sizeof a->bind, base->bind);
	take_text(a->tls_name, sizeof a->tls_name, base->tls_name);
	take_text(a->proxy, sizeof a->proxy, base->proxy);
	take_text(a->proxy_port, sizeof a->proxy_port, base->proxy_port);
	take_text(a->fingerprint, sizeof a->fingerprint, base->fingerprint);
	take_text(a->password_eval, sizeof a->password_eval, base->password_eval);
	if (*base->password == '\0')
		return;
	text_copy(a->password, sizeof a->password, base->password);
	a->password_line = base->password_line;
	text_copy(a->password_host, sizeof a->password_host,
	    *base->password_host != '\0' ? base->password_host : base->host);
	text_copy(a->password_user, sizeof a->password_user,
	    *base->password_host != '\0' ? base->password_user : base->user);
}

/* "account NAME [: BASE,...]"; "account default : NAME" alone is another name for that account.
 * NULL when there are too many. */
static struct account *begin_account(struct accounts *all, char *words, int line)
{
	char *bases = strchr(words, ':'), *base;
	if (all->count == LIMIT)
		return NULL;
	if (bases != NULL)
		*bases++ = '\0';
	struct account *a = &all->list[all->count];
	*a = all->defaults;
	a->line = line;
	text_copy(a->own_name, sizeof a->own_name, text_trim(words));
	import_name(a->own_name, a->name, sizeof a->name);
	while (bases != NULL && (base = strsep(&bases, ",")) != NULL) {
		const struct account *like = find_account(all, text_trim(base));
		if (like != NULL)
			inherit(a, like);
		if (like != NULL && strcmp(a->own_name, "default") == 0)
			text_copy(all->standard, sizeof all->standard, like->name);
	}
	a->changed = false;
	all->count++;
	return a;
}

static bool set_text(struct account *a, const char *key, const char *value)
{
	const struct {
		const char *key;
		char *place;
		size_t size;
	} rows[] = {
	    {"host", a->host, sizeof a->host},
	    {"port", a->port, sizeof a->port},
	    {"from", a->from, sizeof a->from},
	    {"user", a->user, sizeof a->user},
	    {"tls_trust_file", a->ca_file, sizeof a->ca_file},
	    {"tls_cert_file", a->cert_file, sizeof a->cert_file},
	    {"tls_key_file", a->key_file, sizeof a->key_file},
	    {"domain", a->domain, sizeof a->domain},
	    {"source_ip", a->bind, sizeof a->bind},
	    {"tls_host_override", a->tls_name, sizeof a->tls_name},
	    {"proxy_host", a->proxy, sizeof a->proxy},
	    {"proxy_port", a->proxy_port, sizeof a->proxy_port},
	    {"tls_fingerprint", a->fingerprint, sizeof a->fingerprint},
	    {"passwordeval", a->password_eval, sizeof a->password_eval},
	    {"set_from_header", a->from_header, sizeof a->from_header},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].key, key) == 0)
			return text_copy(rows[i].place, rows[i].size,
			    strcmp(value, "system") == 0 ? "" : value);
	}
	return false;
}

/* False when the line is not carried over. */
static bool set_line(struct account *a, const char *key, const char *value, int line)
{
	if (strcmp(key, "tls") == 0)
		a->tls = answer_of(value);
	else if (strcmp(key, "tls_starttls") == 0)
		a->starttls = answer_of(value);
	else if (strcmp(key, "tls_certcheck") == 0)
		a->certcheck = answer_of(value);
	else if (strcmp(key, "auth") == 0) {
		a->auth = answer_of(value);
		a->clear = strcmp(value, "plain") == 0 || strcmp(value, "login") == 0 ? YES : NO;
		a->token = strcmp(value, "oauthbearer") == 0 ? "oauthbearer"
		           : strcmp(value, "xoauth2") == 0   ? "xoauth2"
		                                             : NULL;
	} else if (strcmp(key, "password") == 0) {
		a->password_line = line;
		*a->password_host = *a->password_user = '\0';
		return text_copy(a->password, sizeof a->password, value);
	} else
		return set_text(a, key, value);
	return true;
}

/* What changes nothing here: in msmtp's words, what is so in any case. */
static bool is_so_anyhow(const char *key, const char *value)
{
	static const char *const usual[] = {"set_date_header", "set_msgid_header",
	    "add_missing_date_header", "add_missing_from_header", "remove_bcc_headers",
	    "undisclosed_recipients", "syslog", "allow_from_override"};
	if (strcmp(key, "protocol") == 0)
		return strcmp(value, "smtp") == 0;
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		if (strcmp(usual[i], key) == 0)
			return true;
	}
	return false;
}

static void read_lines(struct accounts *all, struct pairs *p, struct import *im)
{
	struct account *a = &all->defaults;
	for (int i = 0; i < p->count; i++) {
		struct pair *line = &p->list[i];
		unquote(line->value);
		line->used = true;
		if (strcmp(line->key, "defaults") == 0) {
			all->defaults = (struct account){0};
			a = &all->defaults;
		} else if (strcmp(line->key, "account") == 0) {
			a = begin_account(all, line->value, line->line);
			if (a == NULL)
				import_note(im, p->file, line->line, line->value,
				    "more accounts than smarthosts can be (16)");
		} else if (strcmp(line->key, "aliases") == 0) {
			import_set(im, "host", "", "aliases", line->value);
		} else {
			line->used = is_so_anyhow(line->key, line->value) ||
			             (a != NULL && set_line(a, line->key, line->value, line->line));
			if (a != NULL)
				a->changed = true;
		}
	}
}

/* "account default : NAME" without lines of its own is that account. */
static void find_standard(struct accounts *all, struct import *im, const char *file)
{
	struct account *a = find_account(all, "default");
	if (a != NULL && (a->changed || all->standard[0] == '\0'))
		text_copy(all->standard, sizeof all->standard, a->name);
	else if (a != NULL)
		*a->host = '\0';
	if (all->standard[0] != '\0' || all->count == 0)
		return;
	text_copy(all->standard, sizeof all->standard, all->list[0].name);
	if (all->count > 1)
		import_note(im, file, all->list[0].line, all->list[0].own_name,
		    "there is no account default; the first one gets all mail that no other one gets");
}

static const char set_from_header[] = "set_from_header on"; /* as its file has it */

/* The account's own: one that it has of an account with another server or another user stays
   there. */
static void put_login(const struct account *a, const struct pairs *p, struct import *im)
{
	bool foreign = *a->password_host != '\0' && (strcmp(a->password_host, a->host) != 0 ||
	                                                strcmp(a->password_user, a->user) != 0);
	if (a->auth != YES)
		return;
	import_set(im, "smarthost", a->name, "login", a->user);
	import_set(im, "smarthost", a->name, "auth", a->token);
	if (a->tls != YES && a->clear == YES) {
		import_set(im, "smarthost", a->name, "auth_without_tls", "yes");
		import_note(im, p->file, a->line, a->own_name,
		    "the password goes over the network unencrypted, as msmtp sent it; tls = verify would "
		    "be better");
	}
	if (*a->password != '\0' && !foreign)
		import_secret(im, a->name, a->password, p->file, a->password_line);
	else
		import_set(im, "smarthost", a->name, "password_command", a->password_eval);
	if (*a->password != '\0' && foreign)
		import_note(im, p->file, a->line, a->own_name,
		    "has the password of an account with another server or user; it is not written for "
		    "this one");
}

static void put_server(const struct account *a, const struct pairs *p, struct import *im)
{
	import_server(im, a->name, a->host, false);
	import_set(im, "smarthost", a->name, "port",
	    *a->port != '\0'                     ? a->port
	    : a->tls == YES && a->starttls == NO ? "465"
	                                         : "25");
	import_set(im, "smarthost", a->name, "tls",
	    a->tls != YES        ? "off"
	    : a->certcheck != NO ? "verify"
	                         : "encrypt");
	if (a->tls == YES)
		import_set(im, "smarthost", a->name, "implicit", a->starttls != NO ? "no" : "yes");
	import_set(im, "smarthost", a->name, "tls_name", a->tls_name);
	import_set(im, "smarthost", a->name, "tls_ca_file", a->ca_file);
	import_set(im, "smarthost", a->name, "tls_cert_file", a->cert_file);
	import_set(im, "smarthost", a->name, "tls_key_file", a->key_file);
	import_set(im, "smarthost", a->name, "bind_address", a->bind);
	if (*a->fingerprint != '\0' && !import_fingerprints(im, a->name, a->fingerprint))
		import_note(im, p->file, a->line, a->fingerprint, "a fingerprint here is of SHA-256");
	import_socks(im, a->name, a->proxy, a->proxy_port);
	put_login(a, p, im);
}

/* What follows "%U@" or "*@" when that is a domain; NULL otherwise. */
static const char *domain_behind(const char *from, const char *start)
{
	const char *domain = text_starts(from, start) ? from + strlen(start) : "";
	return *domain != '\0' && strpbrk(domain, "*?[%@") == NULL ? domain : NULL;
}

/* The sender of the account that takes all mail.  only: there is no other, so that one sender for
 * all mail hides none of theirs. */
static void put_sender(const struct account *a, bool only, const struct pairs *p, struct import *im)
{
	bool pattern = strpbrk(a->from, "*?[") != NULL,
	     plain = !pattern && strchr(a->from, '%') == NULL;
	if (domain_behind(a->from, "%U@") != NULL)
		import_set(im, "host", "", "domain", domain_behind(a->from, "%U@"));
	else if (*a->from != '\0' && !plain && !pattern && strcmp(a->from, "%U@%H") != 0 &&
	         strcmp(a->from, "%U@%C") != 0)
		import_note(im, p->file, a->line, a->from, "this pattern has no counterpart; see [sender]");
	if (*a->from != '\0' && plain && only)
		import_set(im, "sender", "", "envelope_from", a->from);
	else if (*a->from != '\0' && plain)
		import_note(im, p->file, 0, a->from,
		    "the default account's sender; not set for all mail, because the accounts are "
		    "distinguished by their senders");
	if (strcmp(a->from_header, "on") != 0)
		return;
	if (*a->from != '\0' && plain && only)
		import_set(im, "sender", "", "header_from", a->from);
	else
		import_note(im, p->file, a->line, set_from_header,
		    "the sender is no single address; [sender] header_from or [rewrite senders] can set "
		    "From");
}

/* The mail that another account takes. */
static void put_route(const struct account *a, const struct pairs *p, struct import *im)
{
	char pattern[340];
	const char *sender = strpbrk(a->from, "*?[%") == NULL ? a->from : domain_behind(a->from, "*@");
	import_set(im, "smarthost", a->name, "default", "no");
	if (sender == NULL && text_starts(a->from, "*@*.") && strpbrk(a->from + 3, "*?[%@") == NULL)
		sender = a->from + 3;
	if (sender != NULL && *sender != '\0') {
		snprintf(pattern, sizeof pattern, "from:%s", sender);
		if (import_get(im, "route", pattern, "via") == NULL)
			import_set(im, "route", pattern, "via", a->name);
	} else if (*a->from != '\0') {
		import_note(im, p->file, a->line, a->from,
		    "this pattern of senders has no counterpart; write a [route from:...] for the mail "
		    "that this account should send");
	} else {
		import_note(im, p->file, 0, a->own_name,
		    "this account was chosen with msmtp -a; write a [route] for the mail that it should "
		    "send");
	}
	if (strcmp(a->from_header, "on") == 0)
		import_note(im, p->file, a->line, set_from_header,
		    "only for the mail of this account; [rewrite senders] can set From");
}

static int usable_accounts(const struct accounts *all)
{
	int count = 0;
	for (int i = 0; i < all->count; i++)
		count += all->list[i].host[0] != '\0';
	return count;
}

bool import_msmtp(struct import *im, const char *path)
{
	struct accounts *all = mem_alloc(sizeof *all);
	struct pairs p;
	bool done = pairs_read(&p, im, path, PAIRS_BLANK);
	if (done) {
		read_lines(all, &p, im);
		find_standard(all, im, path);
		bool only = usable_accounts(all) < 2;
		for (int pass = 0; pass < 2; pass++) {
			for (int i = 0; i < all->count; i++) {
				const struct account *a = &all->list[i];
				bool standard = strcmp(a->name, all->standard) == 0;
				if (standard != (pass == 0) || a->host[0] == '\0')
					continue;
				put_server(a, &p, im);
				if (!standard)
					put_route(a, &p, im);
				else
					put_sender(a, only, &p, im);
				if (standard)
					import_set(im, "host", "", "name", a->domain);
			}
		}
		pairs_note_rest(&p, im, "no counterpart");
	}
	compat_wipe(all, sizeof *all);
	pairs_free(&p);
	free(all);
	return done;
}
