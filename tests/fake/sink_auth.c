/* The server's side of AUTH for one login: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM-SHA-256 (RFC 5802, 7677).
   Written from the RFCs and apart from the client in smtp/auth.c, so that each checks the other. */
#include "sink.h"
#include "base/base64.h"
#include "base/compat.h"
#include "base/text.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ITERATIONS 4096
#define HASH_BYTES 32

static const struct {
	const char *name;
	int mechanism;
} mechanisms[] = {{"PLAIN", SINK_PLAIN}, {"LOGIN", SINK_LOGIN}, {"CRAM-MD5", SINK_CRAM_MD5}, {"SCRAM-SHA-256", SINK_SCRAM}};

int sink_auth_mechanism(const char *name)
{
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
		if (text_equal_ci(name, mechanisms[i].name))
			return mechanisms[i].mechanism;
	}
	return 0;
}

void sink_auth_offer(const struct sink *s, struct buffer *line)
{
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
		if (s->mechanisms & mechanisms[i].mechanism)
			buffer_printf(line, " %s", mechanisms[i].name);
	}
}

void sink_auth_free(struct sink_auth *a)
{
	buffer_free(&a->challenge);
	buffer_free(&a->nonce);
	buffer_free(&a->first_bare);
	buffer_free(&a->server_first);
	*a = (struct sink_auth){0};
}

static void ask(struct sink_conn *c, const void *bytes, size_t length)
{
	buffer_puts(&c->out, "334 ");
	base64_encode(&c->out, bytes, length);
	buffer_puts(&c->out, "\r\n");
}

static void verdict(struct sink_conn *c, bool right)
{
	sink_auth_free(&c->auth);
	c->mode = SINK_COMMAND;
	c->authenticated = right;
	sink_reply(c, right ? "235 2.7.0 Authentication successful" : "535 5.7.8 Error: authentication failed");
}

static bool same(const char *wanted, const char *bytes, size_t length)
{
	return strlen(wanted) == length && memcmp(wanted, bytes, length) == 0;
}

static void plain(struct sink *s, struct sink_conn *c, const char *bytes, size_t length)
{
	const char *login = length > 0 ? memchr(bytes, '\0', length) : NULL;
	const char *end = bytes + length;
	const char *password = login != NULL ? memchr(login + 1, '\0', (size_t)(end - login - 1)) : NULL;
	verdict(c, password != NULL && same(s->login, login + 1, (size_t)(password - login - 1)) &&
	           same(s->password, password + 1, (size_t)(end - password - 1)));
}

static void login(struct sink *s, struct sink_conn *c, const char *bytes, size_t length)
{
	if (c->auth.step++ == 0) {
		c->auth.login_right = same(s->login, bytes, length);
		ask(c, "Password:", 9);
		return;
	}
	verdict(c, c->auth.login_right && same(s->password, bytes, length));
}

static void hex(struct buffer *to, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		buffer_printf(to, "%02x", bytes[i]);
}

static void cram_ask(struct sink_conn *c)
{
	buffer_printf(&c->auth.challenge, "<%08x.%lld@sink.test>", (unsigned)compat_random(), (long long)time(NULL));
	ask(c, c->auth.challenge.data, c->auth.challenge.length);
}

static void cram(struct sink *s, struct sink_conn *c, const char *bytes, size_t length)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct buffer want = {0};
	HMAC(EVP_md5(), s->password, (int)strlen(s->password), (const unsigned char *)c->auth.challenge.data,
	     c->auth.challenge.length, digest, &size);
	buffer_printf(&want, "%s ", s->login);
	hex(&want, digest, size);
	bool right = want.length == length && memcmp(want.data, bytes, length) == 0;
	buffer_free(&want);
	verdict(c, right);
}

/* client-first: "n,[a=...],n=login,r=nonce" */
static void scram_first(struct sink *s, struct sink_conn *c, const char *message)
{
	struct sink_auth *a = &c->auth;
	const char *bare = text_starts(message, "n,") || text_starts(message, "y,") ? strchr(message + 2, ',') : NULL;
	const char *nonce = bare != NULL ? strstr(bare, ",r=") : NULL;
	if (nonce == NULL || !text_starts(bare, ",n=") || nonce[3] == '\0') {
		verdict(c, false);
		return;
	}
	bare++;
	/* a later extension is not ours to understand; the nonce ends at a comma */
	a->login_right = same(s->login, bare + 2, (size_t)(nonce - bare - 2));
	buffer_puts(&a->first_bare, bare);
	buffer_printf(&a->nonce, "%.*s%08x%08x", (int)strcspn(nonce + 3, ","), nonce + 3, (unsigned)compat_random(),
	              (unsigned)compat_random());
	for (size_t i = 0; i < sizeof a->salt; i++)
		a->salt[i] = (unsigned char)compat_random();
	buffer_printf(&a->server_first, "r=%s,s=", buffer_string(&a->nonce));
	base64_encode(&a->server_first, a->salt, sizeof a->salt);
	buffer_printf(&a->server_first, ",i=%d", ITERATIONS);
	a->step = 1;
	ask(c, a->server_first.data, a->server_first.length);
}

static void sign(const unsigned char *key, const void *bytes, size_t length, unsigned char out[HASH_BYTES])
{
	unsigned size = HASH_BYTES;
	HMAC(EVP_sha256(), key, HASH_BYTES, bytes, length, out, &size);
}

/* What the client has to prove, and what we prove to it (RFC 5802 section 3). */
static void scram_compute(const struct sink *s, const struct sink_auth *a, const char *final, size_t final_length,
                          unsigned char proof[HASH_BYTES], unsigned char server_signature[HASH_BYTES])
{
	unsigned char salted[HASH_BYTES], client_key[HASH_BYTES], stored[HASH_BYTES], server_key[HASH_BYTES];
	struct buffer message = {0};
	PKCS5_PBKDF2_HMAC(s->password, (int)strlen(s->password), a->salt, sizeof a->salt, ITERATIONS, EVP_sha256(), HASH_BYTES,
	                  salted);
	buffer_add(&message, a->first_bare.data, a->first_bare.length);
	buffer_puts(&message, ",");
	buffer_add(&message, a->server_first.data, a->server_first.length);
	buffer_puts(&message, ",");
	buffer_add(&message, final, final_length);
	sign(salted, "Client Key", 10, client_key);
	EVP_Digest(client_key, HASH_BYTES, stored, NULL, EVP_sha256(), NULL);
	sign(stored, message.data, message.length, proof);
	for (int i = 0; i < HASH_BYTES; i++)
		proof[i] ^= client_key[i];
	sign(salted, "Server Key", 10, server_key);
	sign(server_key, message.data, message.length, server_signature);
	buffer_free(&message);
}

/* client-final: "c=biws,r=nonce,p=proof"; c repeats the first message's "n,," (or "y,,") in base64. */
static void scram_final(struct sink *s, struct sink_conn *c, const char *message)
{
	unsigned char proof[HASH_BYTES], signature[HASH_BYTES];
	struct sink_auth *a = &c->auth;
	struct buffer given = {0}, start = {0};
	const char *at = strstr(message, ",p=");
	buffer_printf(&start, "c=biws,r=%s", buffer_string(&a->nonce));
	bool right = at != NULL && a->login_right && same(buffer_string(&start), message, (size_t)(at - message)) &&
	             base64_decode(&given, at + 3, strlen(at + 3)) && given.length == HASH_BYTES;
	if (right) {
		scram_compute(s, a, message, (size_t)(at - message), proof, signature);
		right = memcmp(proof, given.data, HASH_BYTES) == 0;
	}
	buffer_free(&start);
	buffer_free(&given);
	if (!right) {
		verdict(c, false);
		return;
	}
	struct buffer answer = {0};
	buffer_puts(&answer, "v=");
	base64_encode(&answer, signature, HASH_BYTES);
	a->step = 2;
	ask(c, answer.data, answer.length);
	buffer_free(&answer);
}

static void scram(struct sink *s, struct sink_conn *c, const char *bytes, size_t length)
{
	if (length > 0 && memchr(bytes, '\0', length) != NULL)
		verdict(c, false);
	else if (c->auth.step == 0)
		scram_first(s, c, bytes);
	else if (c->auth.step == 1)
		scram_final(s, c, bytes);
	else
		verdict(c, length == 0);
}

static void answer_bytes(struct sink *s, struct sink_conn *c, const char *bytes, size_t length)
{
	switch (c->auth.mechanism) {
	case SINK_PLAIN: plain(s, c, bytes, length); break;
	case SINK_LOGIN: login(s, c, bytes, length); break;
	case SINK_CRAM_MD5: cram(s, c, bytes, length); break;
	default: scram(s, c, bytes, length); break;
	}
}

void sink_auth_line(struct sink *s, struct sink_conn *c, const char *line)
{
	struct buffer bytes = {0};
	if (strcmp(line, "*") == 0 || !base64_decode(&bytes, line, strlen(line))) {
		buffer_free(&bytes);
		sink_auth_free(&c->auth);
		c->mode = SINK_COMMAND;
		sink_reply(c, strcmp(line, "*") == 0 ? "501 5.7.0 Authentication cancelled" : "501 5.5.2 Not base64");
		return;
	}
	buffer_string(&bytes);
	answer_bytes(s, c, bytes.data, bytes.length);
	buffer_free(&bytes);
}

void sink_auth_begin(struct sink *s, struct sink_conn *c, const char *arguments)
{
	char name[32];
	size_t length = strcspn(arguments, " ");
	const char *initial = arguments + length + strspn(arguments + length, " ");
	snprintf(name, sizeof name, "%.*s", (int)(length < 31 ? length : 31), arguments);
	int mechanism = sink_auth_mechanism(name) & s->mechanisms;
	if (mechanism == 0) {
		sink_reply(c, "504 5.5.4 Unrecognized authentication type");
		return;
	}
	c->auth = (struct sink_auth){.mechanism = mechanism};
	c->mode = SINK_AUTH;
	if (mechanism == SINK_CRAM_MD5)
		cram_ask(c);
	else if (*initial != '\0')
		sink_auth_line(s, c, strcmp(initial, "=") == 0 ? "" : initial);
	else if (mechanism == SINK_LOGIN)
		ask(c, "Username:", 9);
	else
		ask(c, "", 0);
}
