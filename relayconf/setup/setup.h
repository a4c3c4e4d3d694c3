/* relayconf setup: from an empty machine to a delivered test mail.  setup_command.c asks and leads;
   say.c words; machine.c what it is called; servers.c knows where mail is given; authorities.c has
   the certificates that are trusted; trial.c tries a server; write.c and system.c change this
   machine; leftovers.c removes what was tried only. */
#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "relayconf/verbs.h"

#define SERVERS_MAX 24

/* What came of trying a server. */
enum server_state {
	SERVER_UNTRIED,
	SERVER_DEAD,    /* no connection, or no mail server */
	SERVER_PLAIN,   /* without TLS */
	SERVER_UNASKED, /* this machine trusts nobody, so that no server can be verified */
	SERVER_DOUBTED, /* TLS, with a certificate that cannot be verified */
	SERVER_GOOD     /* TLS, verified */
};

struct server {
	char host[256];
	int port;         /* 0: those that are usual */
	bool implicit;    /* TLS from the first byte, also where the port does not say so */
	char origin[100]; /* how it was found, in words */
	enum server_state state;
	bool offers_login, accepts; /* accepts: a recipient without a login */
	char tls[64];               /* kind of TLS, and of its verification */
	char words[700];            /* why it cannot be used */
	char remedy[900];
};

struct setup {
	const struct setup_wish *wish;
	const char *path;     /* of the configuration */
	bool asks;            /* a person answers */
	bool changed;         /* something was written */
	struct config config; /* as it was before */
	bool configured;      /* it could be read, and has a smarthost */
	char section[256];    /* name of the section */
	char address[321], login[321], root[321];
	char name[256]; /* [host] name to be set; "" = none */
	char secret[1100],
	    secret_new[1110];   /* files of the password; the second until it is known to be right */
	const char *command;    /* that prints the password; "" = none */
	bool has_secret;        /* the first is there, or a command is */
	struct buffer password; /* wiped */
	struct server servers[SERVERS_MAX];
	int server_count;
	struct server *server;             /* the one that is taken */
	const char *ca_file;               /* "" = the system's authorities */
	char ca[1100];                     /* the file that was named */
	char ca_new[1110], ca_place[1100]; /* its copies: while it is tried, and then; "" = none */
	struct buffer authorities;         /* its text */
	const char *tls;                   /* verify, encrypt or off */
	bool own_sender;                   /* it takes mail from address only */
};

/* Fills s->servers for the domain of s->address: from DNS, from what is known of providers, and
 * names that are usual. */
void servers_find(struct setup *s);

/* One server that was named: HOST, HOST:PORT, [HOST]:PORT.  False: it is none. */
bool servers_name(struct setup *s, const char *text);

/* Tries a server with the code that delivers, without a login: fills state and what follows it.
   A server without a port becomes the best of the usual ports. */
void session_try(struct setup *s, struct server *server);

/* The same with the login.  EX_OK, or the code of probe with words and remedy.  *own_sender: the
   server refused this machine's own sender, and takes the login's address. */
int session_login(struct setup *s, struct server *server, bool *own_sender);

/* The file of authorities that was named with an option; or that a person names, who is asked:
 * false when there is none.  s->ca_file is then one that the user firsthop can read: where only
 * root can read it, a copy.  EX_OK, or a code after a message. */
int authorities_find(struct setup *s);
int authorities_use(struct setup *s, const char *given);
bool authorities_ask(struct setup *s);

/* The copy gets its place. */
bool write_authorities(struct setup *s);

/* Files that are removed at the end, and when a signal ends this process. */
void leftovers_watch(const char *secret, const char *authorities);
void leftovers_remove(void);

/* Writes the password to s->secret_new, with the rights that the runner needs; then to its place.
 * False after a message. */
bool write_new_secret(struct setup *s);
bool write_secret(struct setup *s);

/* The settings; the alias for root.  False after a message.  Each says what it did. */
bool write_config(struct setup *s);
bool write_alias(struct setup *s);

/* The system's names for sendmail; the start at boot; a running runner. */
void system_names(struct setup *s);
void system_boot(struct setup *s);
bool system_runner(struct setup *s);

/* "name     words" on standard output, wrapped on a terminal. */
void setup_say(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "relayconf: setup: words" on standard error; the code. */
int setup_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for the end of input at a question. */
int setup_fail_unanswered(void);

/* verify, encrypt, off, or NULL; false after a message. */
bool setup_tls_mode(const char *word);

/* A value that may be in the configuration: shorter than size, without blanks, semicolons and
 * control characters. */
bool setup_fits(const char *value, size_t size);

/* The machine's full name into s->name, where the system has none: servers refuse another.  EX_OK,
 * or a code after a message. */
int machine_find_name(struct setup *s);
#endif
