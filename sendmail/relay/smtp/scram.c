/* SCRAM-SHA-256.  What was computed from a password is wiped when it is no longer needed. */
#include "relay/smtp/scram.h"
#include "base/base64.h"
#include "base/text.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define SHA_BYTES 32
#define ITERATIONS_LEAST 4096   /* RFC 7677 4: fewer would make it cheap to guess the password */
#define ITERATIONS_MOST 5000000 /* more would keep us busy longer than the server waits */

/* A name inside a SCRAM message: comma and equals sign have a meaning there (RFC 5802 5.1). */
static void put_saslname(struct buffer *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ',')
			buffer_puts(out, "=2C");
		else if (*name == '=')
			buffer_puts(out, "=3D");
		else
			buffer_add(out, name, 1);
	}
}

static void make_nonce(struct scram *s)
{
	unsigned char random[18];
	struct buffer text = {0};
	if (RAND_bytes(random, sizeof random) != 1)
		abort(); /* without random numbers nothing that follows would be safe */
	base64_encode(&text, random, sizeof random);
	s->nonce = mem_copy_n(text.data, text.length);
	buffer_free(&text);
}

void scram_first(struct scram *s, struct buffer *line)
{
	struct buffer bare = {0}, message = {0};
	if (s->nonce == NULL)
		make_nonce(s);
	buffer_puts(&bare, "n=");
	put_saslname(&bare, s->login);
	buffer_printf(&bare, ",r=%s", s->nonce);
	free(s->first_bare);
	s->first_bare = mem_copy_n(bare.data, bare.length);
	buffer_puts(&message, "n,,");
	buffer_puts(&message, s->first_bare);
	base64_encode(line, message.data, message.length);
	buffer_free(&bare);
	buffer_free(&message);
}

/* What the server says in its first SCRAM message, "r=...,s=...,i=..." (RFC 5802 5.1). */
struct server_first {
	char *nonce;
	struct buffer salt;
	int iterations;
};

static void free_server_first(struct server_first *f)
{
	free(f->nonce);
	buffer_free(&f->salt);
}

static bool read_iterations(struct server_first *f, const char *number, const char **problem)
{
	long long value;
	if (!text_number(number, 1, 2147483647, &value))
		*problem = "the server's SCRAM iteration count is no number";
	else if (value < ITERATIONS_LEAST)
		*problem = "the server's SCRAM iteration count is below 4096, which would make the "
		           "password easy to guess";
	else if (value > ITERATIONS_MOST)
		*problem = "the server's SCRAM iteration count is above 5000000";
	else
		f->iterations = (int)value;
	return f->iterations != 0;
}

static bool read_field(struct server_first *f, const char *field, const char **problem)
{
	const char *value = field + 2;
	if (field[0] == '\0' || field[1] != '=' || field[0] == 'm' || field[0] == 'e') {
		*problem = "the server's SCRAM message has a field that is not known";
		return false;
	}
	if (field[0] == 'r' && f->nonce == NULL)
		f->nonce = mem_copy(value);
	if (field[0] == 's' && f->salt.length == 0 && !base64_decode(&f->salt, value, strlen(value))) {
		*problem = SCRAM_NOT_BASE64;
		return false;
	}
	if (field[0] == 'i' && f->iterations == 0)
		return read_iterations(f, value, problem);
	return true;
}

static bool read_server_first(const struct scram *s, const char *message, struct server_first *f,
    const char **problem)
{
	char *copy = mem_copy(message), *rest = copy;
	bool good = true;
	while (good && rest != NULL)
		good = read_field(f, strsep(&rest, ","), problem);
	free(copy);
	if (!good)
		return false;
	size_t ours = strlen(s->nonce);
	if (f->nonce == NULL || strncmp(f->nonce, s->nonce, ours) != 0 || f->nonce[ours] == '\0') {
		*problem = "the server's SCRAM nonce does not continue ours";
		return false;
	}
	if (f->salt.length == 0 || f->iterations == 0) {
		*problem = "the server's SCRAM message has no salt or no iteration count";
		return false;
	}
	return true;
}

static bool keyed(const unsigned char *key, const char *text, size_t length, unsigned char *digest)
{
	return HMAC(EVP_sha256(), key, SHA_BYTES, (const unsigned char *)text, length, digest, NULL) !=
	       NULL;
}

/* The client's proof, and the signature that the server will have to show (RFC 5802 3). */
static bool compute(struct scram *s, const struct server_first *f, const char *auth_message,
    unsigned char *proof)
{
	unsigned char salted[SHA_BYTES], client[SHA_BYTES], stored[SHA_BYTES], server[SHA_BYTES],
	    signature[SHA_BYTES];
	size_t length = strlen(auth_message);
	bool done = PKCS5_PBKDF2_HMAC(s->password, (int)strlen(s->password),
	                (const unsigned char *)f->salt.data, (int)f->salt.length, f->iterations,
	                EVP_sha256(), SHA_BYTES, salted) == 1 &&
	            keyed(salted, "Client Key", 10, client) &&
	            EVP_Digest(client, SHA_BYTES, stored, NULL, EVP_sha256(), NULL) == 1 &&
	            keyed(stored, auth_message, length, proof);
	for (int i = 0; done && i < SHA_BYTES; i++)
		proof[i] ^= client[i];
	done = done && keyed(salted, "Server Key", 10, server) &&
	       keyed(server, auth_message, length, signature);
	if (done) {
		struct buffer text = {0};
		base64_encode(&text, signature, SHA_BYTES);
		free(s->server_signature);
		s->server_signature = mem_copy_n(text.data, text.length);
		buffer_free(&text);
	}
	OPENSSL_cleanse(salted, sizeof salted);
	OPENSSL_cleanse(client, sizeof client);
	OPENSSL_cleanse(stored, sizeof stored);
	OPENSSL_cleanse(server, sizeof server);
	return done;
}

static bool put_proof(struct scram *s, const char *server_first, struct buffer *line,
    const char **problem)
{
	struct server_first f = {0};
	struct buffer bare = {0}, signed_text = {0};
	unsigned char proof[SHA_BYTES];
	bool good = read_server_first(s, server_first, &f, problem);
	if (good) {
		buffer_printf(&bare, "c=biws,r=%s", f.nonce); /* biws: "n,,", no channel binding */
		buffer_printf(&signed_text, "%s,%s,%s", s->first_bare, server_first, buffer_string(&bare));
		good = compute(s, &f, buffer_string(&signed_text), proof);
		if (!good)
			*problem = SCRAM_NO_CRYPTO;
	}
	if (good) {
		buffer_puts(&bare, ",p=");
		base64_encode(&bare, proof, sizeof proof);
		base64_encode(line, bare.data, bare.length);
	}
	free_server_first(&f);
	OPENSSL_cleanse(proof, sizeof proof);
	buffer_wipe(&bare);
	buffer_free(&signed_text);
	return good;
}

/* "v=SIGNATURE", or "e=reason".  The answer is an empty line (RFC 4954 4). */
static bool check_server(struct scram *s, const char *server_final, const char **problem)
{
	size_t length = strcspn(server_final, ",");
	if (server_final[0] == 'e' && server_final[1] == '=') {
		*problem = "the server refuses the login (SCRAM error): most often the login or the "
		           "password is wrong";
		return false;
	}
	if (length != 2 + strlen(s->server_signature) || strncmp(server_final, "v=", 2) != 0 ||
	    CRYPTO_memcmp(server_final + 2, s->server_signature, length - 2) != 0) {
		*problem = "the server could not prove that it knows the password: this may not be the "
		           "server it claims to be";
		return false;
	}
	s->server_proved = true;
	return true;
}

bool scram_next(struct scram *s, struct buffer *challenge, struct buffer *line,
    const char **problem)
{
	if (challenge->length == 0 && s->step == 0) {
		/* The initial response was passed over. */
		s->step = 1;
		scram_first(s, line);
		return true;
	}
	if (challenge->length == 0 || memchr(challenge->data, '\0', challenge->length) != NULL) {
		*problem = "the server's challenge is empty or has a NUL byte";
		return false;
	}
	if (s->step <= 1) {
		s->step = 2;
		return put_proof(s, buffer_string(challenge), line, problem);
	}
	if (s->step++ == 2)
		return check_server(s, buffer_string(challenge), problem);
	*problem = SCRAM_OUT_OF_TURN;
	return false;
}

void scram_free(struct scram *s)
{
	free(s->nonce);
	free(s->first_bare);
	if (s->server_signature != NULL)
		OPENSSL_cleanse(s->server_signature, strlen(s->server_signature));
	free(s->server_signature);
	*s = (struct scram){0};
}
