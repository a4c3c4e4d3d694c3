/* The sink: a small, fast smarthost for tests, demonstration and benchmark.  One loop, no child, loopback only by default. */
#ifndef FAKE_SINK_H
#define FAKE_SINK_H
#include "base/mem.h"
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>

#define SINK_RULES_MAX 64

enum sink_mechanism { SINK_PLAIN = 1, SINK_LOGIN = 2, SINK_CRAM_MD5 = 4, SINK_SCRAM = 8, SINK_ALL = 15 };

/* --reject-rcpt PATTERN=REPLY */
struct sink_rule {
	char *pattern;
	const char *reply;
};

struct sink {
	const char *maildir;     /* NULL: messages are counted and thrown away */
	FILE *log;               /* NULL: none */
	bool quiet;              /* nothing on standard output for each message */
	SSL_CTX *tls;            /* NULL: no TLS */
	bool implicit;           /* TLS from the first byte */
	char *login;             /* NULL: no AUTH */
	const char *password;
	int mechanisms;          /* SINK_ values, or-ed */
	unsigned long long size_max; /* 0 = no limit */
	bool pipelining, eight_bit;
	struct sink_rule rules[SINK_RULES_MAX];
	int rule_count;
	unsigned long long stop_after, messages, connections;
};

/* What a connection waits for. */
enum sink_mode { SINK_COMMAND, SINK_DATA, SINK_AUTH, SINK_HANDSHAKE, SINK_CLOSING };

/* The server's side of one AUTH exchange. */
struct sink_auth {
	int mechanism;           /* one SINK_ value */
	int step;
	bool login_right;
	struct buffer challenge; /* CRAM-MD5: what was asked */
	struct buffer nonce, first_bare, server_first; /* SCRAM */
	unsigned char salt[16];
};

struct sink_conn {
	int fd;
	SSL *ssl;
	short events;            /* for poll(2) */
	unsigned long long number;
	enum sink_mode mode;
	bool greeted, authenticated, broken;
	bool tls_next;           /* STARTTLS was answered: handshake once the reply is out */
	struct sink_auth auth;
	struct buffer in, out;
	size_t in_at;            /* bytes of in that are used up */
	/* the transaction */
	bool have_sender;
	char *sender, *body;     /* address without <>; value of BODY= */
	struct buffer recipients; /* addresses, each with a LF */
	int recipient_count;
	/* the message under way */
	struct buffer message;   /* not yet written to file_fd */
	int file_fd;             /* -1 = none */
	char file[80];
	bool inside_line, high_bytes, store_failed;
	unsigned long long bytes, bare_lf, bare_cr;
};

/* sink_smtp.c: uses up what is in c->in, adds replies to c->out. */
void sink_smtp_greet(struct sink *s, struct sink_conn *c);
void sink_smtp_input(struct sink *s, struct sink_conn *c);

/* Adds one reply line. */
void sink_reply(struct sink_conn *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* sink_data.c: the lines after DATA.  The second returns false when it needs more input. */
void sink_data_start(struct sink *s, struct sink_conn *c);
bool sink_data_take(struct sink *s, struct sink_conn *c);
void sink_data_forget(struct sink *s, struct sink_conn *c); /* ends the transaction, removes what is half written */

/* sink_auth.c: arguments of AUTH (after "AUTH "), and further lines of the client. */
int sink_auth_mechanism(const char *name); /* 0 = unknown */
void sink_auth_offer(const struct sink *s, struct buffer *line);
void sink_auth_begin(struct sink *s, struct sink_conn *c, const char *arguments);
void sink_auth_line(struct sink *s, struct sink_conn *c, const char *line);
void sink_auth_free(struct sink_auth *a);

/* sink_store.c */
bool sink_store_prepare(const char *maildir);
void sink_store_open(struct sink *s, struct sink_conn *c);
void sink_store_flush(struct sink_conn *c);
bool sink_store_finish(struct sink *s, struct sink_conn *c);
void sink_store_drop(struct sink *s, struct sink_conn *c);
void sink_store_log(struct sink *s, struct sink_conn *c);
#endif
