/* SASL mechanisms of the client's side.  What was computed from a password is wiped when it is no
 * longer needed. */
#include "relay/smtp/auth.h"
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
#define CHALLENGE_LIMIT_BYTES 8192

static const char out_of_turn[] = "the server asks for more than the login mechanism has to say";
static const char not_base64[] = "the server's challenge is not base64";
static const char no_crypto[] =
    "the cryptographic library refuses to compute the answer (is its FIPS mode on?)";

static const char *name_of(int mechanism)
{
	switch (mechanism) {
	case EHLO_AUTH_PLAIN: return "PLAIN";
	case EHLO_AUTH_LOGIN: return "LOGIN";
	case EHLO_AUTH_CRAM_MD5: return "CRAM-MD5";
	case EHLO_AUTH_SCRAM_SHA_256: return "SCRAM-SHA-256";
	default: return "none";
	}
}

static int choose_wanted(int offered, const char *wanted)
{
	static const int all[] = {EHLO_AUTH_SCRAM_SHA_256, EHLO_AUTH_CRAM_MD5, EHLO_AUTH_PLAIN,
	    EHLO_AUTH_LOGIN};
	while (*(wanted += strspn(wanted, " ")) != '\0') {
		char word[32];
		size_t length = strcspn(wanted, " ");
		text_copy(word, length < sizeof word ? length + 1 : sizeof word, wanted);
		for (int i = 0; i < 4; i++) {
			if ((offered & all[i]) && text_equal_ci(word, name_of(all[i])))
				return all[i];
		}
		wanted += length;
	}
	return 0;
}

int auth_choose(int offered, bool tls, const char *wanted)
{
	static const int clear[] = {EHLO_AUTH_SCRAM_SHA_256, EHLO_AUTH_CRAM_MD5, EHLO_AUTH_PLAIN,
	    EHLO_AUTH_LOGIN};
	static const int secured[] = {EHLO_AUTH_SCRAM_SHA_256, EHLO_AUTH_PLAIN, EHLO_AUTH_CRAM_MD5,
	    EHLO_AUTH_LOGIN};
	if (wanted != NULL && *wanted != '\0')
		return choose_wanted(offered, wanted);
	const int *order = tls ? secured : clear;
	for (int i = 0; i < 4; i++) {
		if (offered & order[i])
			return order[i];
	}
	return 0;
}

void auth_start(struct auth *a, int mechanism, const char *login, const char *password)
{
	*a = (struct auth){.mechanism = mechanism, .login = login, .password = password};
}

static void wipe_buffer(struct buffer *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->size);
	buffer_free(b);
}

static void put_plain(struct auth *a, struct buffer *line)
{
	struct buffer words = {0};
	buffer_add(&words, "", 1);
	buffer_puts(&words, a->login);
	buffer_add(&words, "", 1);
	buffer_puts(&words, a->password);
	base64_encode(line, words.data, words.length);
	wipe_buffer(&words);
}

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

static void make_nonce(struct auth *a)
{
	unsigned char random[18];
	struct buffer text = {0};
	if (RAND_bytes(random, sizeof random) != 1)
		abort(); /* without random numbers nothing that follows would be safe */
	base64_encode(&text, random, sizeof random);
	a->nonce = mem_copy_n(text.data, text.length);
	buffer_free(&text);
}

static void put_scram_first(struct auth *a, struct buffer *line)
{
	struct buffer bare = {0}, message = {0};
	if (a->nonce == NULL)
		make_nonce(a);
	buffer_puts(&bare, "n=");
	put_saslname(&bare, a->login);
	buffer_printf(&bare, ",r=%s", a->nonce);
	free(a->first_bare);
	a->first_bare = mem_copy_n(bare.data, bare.length);
	buffer_puts(&message, "n,,");
	buffer_puts(&message, a->first_bare);
	base64_encode(line, message.data, message.length);
	buffer_free(&bare);
	buffer_free(&message);
}

/* The first response; PLAIN and SCRAM have one. */
static void put_initial(struct auth *a, struct buffer *line)
{
	if (a->mechanism == EHLO_AUTH_PLAIN)
		put_plain(a, line);
	else if (a->mechanism == EHLO_AUTH_SCRAM_SHA_256)
		put_scram_first(a, line);
}

void auth_first(struct auth *a, struct buffer *line)
{
	struct buffer initial = {0};
	put_initial(a, &initial);
	buffer_printf(line, "AUTH %s", name_of(a->mechanism));
	if (initial.length > 0) {
		buffer_add(line, " ", 1);
		buffer_add(line, initial.data, initial.length);
	}
	wipe_buffer(&initial);
}

/* Some servers pass over the initial response and ask for it with an empty challenge: it is said
 * once more. */
static bool next_plain(struct auth *a, struct buffer *line, const char **problem)
{
	if (a->step++ > 0) {
		*problem = out_of_turn;
		return false;
	}
	put_plain(a, line);
	return true;
}

/* The words of the challenge are not looked at: "Username:" and "Password:" come in many spellings,
 * but in this order. */
static bool next_login(struct auth *a, struct buffer *line, const char **problem)
{
	const char *word = a->step == 0 ? a->login : a->password;
	if (a->step++ > 1) {
		*problem = out_of_turn;
		return false;
	}
	base64_encode(line, word, strlen(word));
	return true;
}

static bool next_cram(struct auth *a, const struct buffer *challenge, struct buffer *line,
    const char **problem)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	struct buffer answer = {0};
	if (a->step++ > 0 || challenge->length == 0) {
		*problem = challenge->length == 0 ? "the server's challenge is empty" : out_of_turn;
		return false;
	}
	if (HMAC(EVP_md5(), a->password, (int)strlen(a->password),
	        (const unsigned char *)challenge->data, challenge->length, digest, &length) == NULL) {
		*problem = no_crypto;
		return false;
	}
	buffer_printf(&answer, "%s ", a->login);
	for (unsigned int i = 0; i < length; i++) {
		buffer_add(&answer, &hex[digest[i] >> 4], 1);
		buffer_add(&answer, &hex[digest[i] & 15], 1);
	}
	base64_encode(line, answer.data, answer.length);
	wipe_buffer(&answer);
	return true;
}

/* What the server says in its first SCRAM message, "r=...,s=...,i=..." (RFC 5802 5.1). */
struct scram_first {
	char *nonce;
	struct buffer salt;
	int iterations;
};

static void free_scram_first(struct scram_first *f)
{
	free(f->nonce);
	buffer_free(&f->salt);
}

static bool read_iterations(struct scram_first *f, const char *number, const char **problem)
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

static bool read_scram_field(struct scram_first *f, const char *field, const char **problem)
{
	const char *value = field + 2;
	if (field[0] == '\0' || field[1] != '=' || field[0] == 'm' || field[0] == 'e') {
		*problem = "the server's SCRAM message has a field that is not known";
		return false;
	}
	if (field[0] == 'r' && f->nonce == NULL)
		f->nonce = mem_copy(value);
	if (field[0] == 's' && f->salt.length == 0 && !base64_decode(&f->salt, value, strlen(value))) {
		*problem = not_base64;
		return false;
	}
	if (field[0] == 'i' && f->iterations == 0)
		return read_iterations(f, value, problem);
	return true;
}

static bool read_scram_first(const struct auth *a, const char *message, struct scram_first *f,
    const char **problem)
{
	char *copy = mem_copy(message), *rest = copy;
	bool good = true;
	while (good && rest != NULL)
		good = read_scram_field(f, strsep(&rest, ","), problem);
	free(copy);
	if (!good)
		return false;
	size_t ours = strlen(a->nonce);
	if (f->nonce == NULL || strncmp(f->nonce, a->nonce, ours) != 0 || f->nonce[ours] == '\0') {
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
static bool compute_scram(struct auth *a, const struct scram_first *f, const char *auth_message,
    unsigned char *proof)
{
	unsigned char salted[SHA_BYTES], client[SHA_BYTES], stored[SHA_BYTES], server[SHA_BYTES],
	    signature[SHA_BYTES];
	size_t length = strlen(auth_message);
	bool done = PKCS5_PBKDF2_HMAC(a->password, (int)strlen(a->password),
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
		free(a->server_signature);
		a->server_signature = mem_copy_n(text.data, text.length);
		buffer_free(&text);
	}
	OPENSSL_cleanse(salted, sizeof salted);
	OPENSSL_cleanse(client, sizeof client);
	OPENSSL_cleanse(stored, sizeof stored);
	OPENSSL_cleanse(server, sizeof server);
	return done;
}

static bool scram_final(struct auth *a, const char *server_first, struct buffer *line,
    const char **problem)
{
	struct scram_first f = {0};
	struct buffer bare = {0}, signed_text = {0};
	unsigned char proof[SHA_BYTES];
	bool good = read_scram_first(a, server_first, &f, problem);
	if (good) {
		buffer_printf(&bare, "c=biws,r=%s", f.nonce); /* biws: "n,,", no channel binding */
		buffer_printf(&signed_text, "%s,%s,%s", a->first_bare, server_first, buffer_string(&bare));
		good = compute_scram(a, &f, buffer_string(&signed_text), proof);
		if (!good)
			*problem = no_crypto;
	}
	if (good) {
		buffer_puts(&bare, ",p=");
		base64_encode(&bare, proof, sizeof proof);
		base64_encode(line, bare.data, bare.length);
	}
	free_scram_first(&f);
	OPENSSL_cleanse(proof, sizeof proof);
	wipe_buffer(&bare);
	buffer_free(&signed_text);
	return good;
}

/* "v=SIGNATURE", or "e=reason".  The answer is an empty line (RFC 4954 4). */
static bool check_server(struct auth *a, const char *server_final, const char **problem)
{
	size_t length = strcspn(server_final, ",");
	if (server_final[0] == 'e' && server_final[1] == '=') {
		*problem = "the server refuses the login (SCRAM error): most often the login or the "
		           "password is wrong";
		return false;
	}
	if (length != 2 + strlen(a->server_signature) || strncmp(server_final, "v=", 2) != 0 ||
	    CRYPTO_memcmp(server_final + 2, a->server_signature, length - 2) != 0) {
		*problem = "the server could not prove that it knows the password: this may not be the "
		           "server it claims to be";
		return false;
	}
	a->server_proved = true;
	return true;
}

static bool next_scram(struct auth *a, struct buffer *challenge, struct buffer *line,
    const char **problem)
{
	if (challenge->length == 0 && a->step == 0) {
		/* The initial response was passed over. */
		a->step = 1;
		put_scram_first(a, line);
		return true;
	}
	if (challenge->length == 0 || memchr(challenge->data, '\0', challenge->length) != NULL) {
		*problem = "the server's challenge is empty or has a NUL byte";
		return false;
	}
	if (a->step <= 1) {
		a->step = 2;
		return scram_final(a, buffer_string(challenge), line, problem);
	}
	if (a->step++ == 2)
		return check_server(a, buffer_string(challenge), problem);
	*problem = out_of_turn;
	return false;
}

bool auth_next(struct auth *a, const char *challenge, struct buffer *line, const char **problem)
{
	struct buffer decoded = {0};
	size_t length = strlen(challenge);
	bool good = false;
	if (a->mechanism == EHLO_AUTH_LOGIN)
		return next_login(a, line, problem);
	if (length > CHALLENGE_LIMIT_BYTES || !base64_decode(&decoded, challenge, length))
		*problem =
		    length > CHALLENGE_LIMIT_BYTES ? "the server's challenge is too long" : not_base64;
	else if (a->mechanism == EHLO_AUTH_CRAM_MD5)
		good = next_cram(a, &decoded, line, problem);
	else if (a->mechanism == EHLO_AUTH_SCRAM_SHA_256)
		good = next_scram(a, &decoded, line, problem);
	else
		good = next_plain(a, line, problem);
	buffer_free(&decoded);
	return good;
}

bool auth_finished(const struct auth *a)
{
	return a->mechanism != EHLO_AUTH_SCRAM_SHA_256 || a->server_proved;
}

void auth_free(struct auth *a)
{
	free(a->nonce);
	free(a->first_bare);
	if (a->server_signature != NULL)
		OPENSSL_cleanse(a->server_signature, strlen(a->server_signature));
	free(a->server_signature);
	*a = (struct auth){0};
}
