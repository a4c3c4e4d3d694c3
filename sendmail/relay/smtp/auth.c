/* SASL mechanisms of the client's side.  What was computed from a password is wiped when it is no
 * longer needed. */
#include "relay/smtp/auth.h"
#include "base/base64.h"
#include "base/text.h"
#include "relay/smtp/bearer.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define CHALLENGE_LIMIT_BYTES 8192
#define COMMAND_LIMIT_BYTES 510 /* without CRLF: RFC 5321 4.5.3.1.4, which holds for AUTH, too */

static const char *name_of(int mechanism)
{
	switch (mechanism) {
	case EHLO_AUTH_PLAIN: return "PLAIN";
	case EHLO_AUTH_LOGIN: return "LOGIN";
	case EHLO_AUTH_CRAM_MD5: return "CRAM-MD5";
	case EHLO_AUTH_SCRAM_SHA_256: return "SCRAM-SHA-256";
	case EHLO_AUTH_XOAUTH2: return "XOAUTH2";
	case EHLO_AUTH_OAUTHBEARER: return "OAUTHBEARER";
	default: return "none";
	}
}

static int choose_wanted(int offered, const char *wanted)
{
	static const int all[] = {EHLO_AUTH_SCRAM_SHA_256, EHLO_AUTH_CRAM_MD5, EHLO_AUTH_PLAIN,
	    EHLO_AUTH_LOGIN, EHLO_AUTH_XOAUTH2, EHLO_AUTH_OAUTHBEARER};
	while (*(wanted += strspn(wanted, " ")) != '\0') {
		char word[32];
		size_t length = strcspn(wanted, " ");
		text_copy(word, length < sizeof word ? length + 1 : sizeof word, wanted);
		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
			if ((offered & all[i]) && text_equal_ci(word, name_of(all[i])))
				return all[i];
		}
		wanted += length;
	}
	return 0;
}

bool auth_is_token(int mechanism)
{
	return mechanism == EHLO_AUTH_XOAUTH2 || mechanism == EHLO_AUTH_OAUTHBEARER;
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
	*a = (struct auth){.mechanism = mechanism,
	    .login = login,
	    .password = password,
	    .scram = {.login = login, .password = password}};
}

static void put_plain(struct auth *a, struct buffer *line)
{
	struct buffer words = {0};
	buffer_add(&words, "", 1);
	buffer_puts(&words, a->login);
	buffer_add(&words, "", 1);
	buffer_puts(&words, a->password);
	base64_encode(line, words.data, words.length);
	buffer_wipe(&words);
}

/* The first response; PLAIN and SCRAM have one. */
static void put_initial(struct auth *a, struct buffer *line)
{
	if (a->mechanism == EHLO_AUTH_PLAIN)
		put_plain(a, line);
	else if (a->mechanism == EHLO_AUTH_SCRAM_SHA_256)
		scram_first(&a->scram, line);
	else if (auth_is_token(a->mechanism))
		bearer_first(a->mechanism == EHLO_AUTH_OAUTHBEARER, a->login, a->password, line);
}

void auth_first(struct auth *a, struct buffer *line)
{
	struct buffer initial = {0};
	put_initial(a, &initial);
	buffer_printf(line, "AUTH %s", name_of(a->mechanism));
	a->held_back = line->length + 1 + initial.length > COMMAND_LIMIT_BYTES;
	if (initial.length > 0 && !a->held_back) {
		buffer_add(line, " ", 1);
		buffer_add(line, initial.data, initial.length);
	}
	buffer_wipe(&initial);
}

/* Some servers pass over the initial response and ask for it with an empty challenge: it is said
 * once more. */
static bool next_plain(struct auth *a, struct buffer *line, const char **problem)
{
	if (a->step++ > 0) {
		*problem = SCRAM_OUT_OF_TURN;
		return false;
	}
	put_plain(a, line);
	return true;
}

/* An empty challenge asks for the token once more; any other says why it was refused. */
static bool next_token(struct auth *a, const struct buffer *challenge, struct buffer *line,
    const char **problem)
{
	struct text why;
	if (a->step++ > 1 || (a->step > 1 && challenge->length == 0)) {
		*problem = SCRAM_OUT_OF_TURN;
		return false;
	}
	if (challenge->length == 0) {
		put_initial(a, line);
		return true;
	}
	text_init(&why, a->refusal, sizeof a->refusal);
	bearer_refused(a->mechanism == EHLO_AUTH_OAUTHBEARER, challenge, &why, line);
	return true;
}

/* The words of the challenge are not looked at: "Username:" and "Password:" come in many spellings,
 * but in this order. */
static bool next_login(struct auth *a, struct buffer *line, const char **problem)
{
	const char *word = a->step == 0 ? a->login : a->password;
	if (a->step++ > 1) {
		*problem = SCRAM_OUT_OF_TURN;
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
		*problem = challenge->length == 0 ? "the server's challenge is empty" : SCRAM_OUT_OF_TURN;
		return false;
	}
	if (HMAC(EVP_md5(), a->password, (int)strlen(a->password),
	        (const unsigned char *)challenge->data, challenge->length, digest, &length) == NULL) {
		*problem = SCRAM_NO_CRYPTO;
		return false;
	}
	buffer_printf(&answer, "%s ", a->login);
	for (unsigned int i = 0; i < length; i++) {
		buffer_add(&answer, &hex[digest[i] >> 4], 1);
		buffer_add(&answer, &hex[digest[i] & 15], 1);
	}
	base64_encode(line, answer.data, answer.length);
	buffer_wipe(&answer);
	return true;
}

bool auth_next(struct auth *a, const char *challenge, struct buffer *line, const char **problem)
{
	struct buffer decoded = {0};
	size_t length = strlen(challenge);
	bool good = false;
	if (a->mechanism == EHLO_AUTH_LOGIN)
		return next_login(a, line, problem);
	if (a->held_back) {
		a->held_back = false;
		put_initial(a, line);
		return true;
	}
	if (length > CHALLENGE_LIMIT_BYTES || !base64_decode(&decoded, challenge, length))
		*problem = length > CHALLENGE_LIMIT_BYTES ? "the server's challenge is too long"
		                                          : SCRAM_NOT_BASE64;
	else if (a->mechanism == EHLO_AUTH_CRAM_MD5)
		good = next_cram(a, &decoded, line, problem);
	else if (a->mechanism == EHLO_AUTH_SCRAM_SHA_256)
		good = scram_next(&a->scram, &decoded, line, problem);
	else if (auth_is_token(a->mechanism))
		good = next_token(a, &decoded, line, problem);
	else
		good = next_plain(a, line, problem);
	buffer_free(&decoded);
	return good;
}

bool auth_finished(const struct auth *a)
{
	return a->mechanism != EHLO_AUTH_SCRAM_SHA_256 || a->scram.server_proved;
}

void auth_free(struct auth *a)
{
	scram_free(&a->scram);
	*a = (struct auth){0};
}
