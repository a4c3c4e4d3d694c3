/* The commands of relayconf.  Each returns a sysexits code. */
#ifndef RELAYCONF_VERBS_H
#define RELAYCONF_VERBS_H
#include <stdbool.h>

struct diagnosis;

/* The exit code for a configuration that cannot be read or written: 77 when a right is missing, 73
 * when it cannot be written for another reason, else 78. */
int command_code(const struct diagnosis *d);

/* Reads everything that delivery depends on, and says what is wrong, one line each, then how many
 * things are right (everything: each of these, too). */
int command_check(const char *path, bool json, bool everything);

/* Values in effect, with where each comes from. */
int command_show(const char *path, bool json);

/* key: "queue.expire_after_h", "smarthost.main.port".  set: a value NULL comments the key out. */
int command_get(const char *path, const char *key);
int command_set(const char *path, int count,
    char *const *words); /* words: KEY VALUE, count times */

/* Has relay make a session up to RCPT with each smarthost, or one.  The worst of their exit
   codes. */
struct probe_wish {
	const char *smarthost;          /* NULL: all of them */
	const char *sender, *recipient; /* before policy and aliases; NULL: postmaster */
	bool json;
};
int command_probe(const char *path, const struct probe_wish *wish);

/* Sends one mail to address (from sender; NULL: the caller's own) and says in three lines how it
   went: EX_OK the server has it, EX_UNAVAILABLE refused for good, EX_TEMPFAIL it waits; other codes
   are those of sendmail, which did not take it. */
int command_test(const char *address, const char *sender, bool json);

/* From an empty machine to a delivered test mail.  What is not given is asked for at a terminal;
   without one, or with yes, it is found, or the preset holds.  NULL: not given. */
struct setup_wish {
	const char *address;                                  /* of the person */
	const char *server, *tls, *ca_file;                   /* HOST[:PORT]; verify, encrypt, off */
	const char *login, *password_file, *password_command; /* "-": standard input */
	const char *root, *name;                              /* who reads root's mail; [host] name */
	bool no_login, no_alias, no_names, no_boot, no_test, yes;
};
int command_setup(const char *path, const struct setup_wish *wish);

/* login, token or status of NAME.oauth: firsthop.conf(5), OAuth2. */
int command_oauth(const char *path, const char *verb, const char *name);

/* The way of mail to these addresses, from sender (NULL: any). */
int command_route(const char *path, const char *sender, const char *user, int count,
    char **addresses);

/* Which waiting messages would go another way with the configuration in new_path.  0: none, 1:
 * some. */
int command_diff(const char *path, const char *new_path);

/* Root's process becomes the user firsthop, as whom the runner works; nothing happens for others,
   or with a private spool.  False with errno. */
bool command_become_firsthop(void);

/* Runs relay, which is the user firsthop when we are root: its mode, and then the words of the
   request, NULL after them (relay/main.c).  Its exit code. */
int command_relay(const char *const arguments[]);

/* A reason by its key, or a server's words in quotes ("513 Relaying denied."), and what delivery
   would do.  stage: the name of the one at which they came; NULL: guessed. */
int command_explain(const char *what, const char *stage);

/* Another program's settings as firsthop.conf: on standard output, or to a file (with passwords in
   files beside it).  name: NULL: the one that is here; path: NULL: its usual place.  root is
   before every path that is read. */
int command_import(const char *root, const char *output, const char *name, const char *path);

/* Takes over mail from the queues of former mail programs: shows it, asks (unless yes), submits
 * each message and moves its files aside. */
int command_adopt(const char *root, bool yes);

/* Writes the configuration, its secrets and aliases, from variables: see environment/variables.h.
 */
int command_environment(const char *path);

/* A key in its parts. */
struct key_name {
	char section[16];
	char named[321]; /* name of a smarthost, pattern of a route; "" in other sections */
	char key[64];
};
#endif
