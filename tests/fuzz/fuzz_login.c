/* objects: sendmail/relay/smtp/auth sendmail/relay/smtp/bearer sendmail/relay/smtp/scram */
/* libs: -lcrypto */
/* What a server says during the login: challenges, a line each.  The first byte chooses the
   mechanism; with 128 in it the nonce of a challenge of SCRAM begins with ours, as it must. */
#include "base/base64.h"
#include "base/text.h"
#include "relay/smtp/auth.h"
#include "tests/fuzz/fuzz.h"

static const int mechanisms[] = {EHLO_AUTH_PLAIN, EHLO_AUTH_LOGIN, EHLO_AUTH_CRAM_MD5,
    EHLO_AUTH_SCRAM_SHA_256, EHLO_AUTH_XOAUTH2, EHLO_AUTH_OAUTHBEARER};

/* Base64 of "r=" with our nonce, and what the server adds. */
static char *with_nonce(const struct auth *a, const char *text)
{
	struct buffer plain = {0}, line = {0};
	/* The server that asks for many rounds only uses up time. */
	const char *rounds = strstr(text, "i=");
	if (rounds != NULL && strspn(rounds + 2, "0123456789") > 4)
		text = "";
	buffer_printf(&plain, "r=%s%s", a->scram.nonce, text);
	base64_encode(&line, plain.data, plain.length);
	char *copy = mem_copy(buffer_string(&line));
	buffer_free(&plain);
	buffer_free(&line);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct auth a = {0};
	struct buffer line = {0};
	if (length == 0)
		return 0;
	uint8_t how = bytes[0];
	int mechanism = mechanisms[how % (sizeof mechanisms / sizeof mechanisms[0])];
	char *text = fuzz_string(bytes + 1, length - 1), *rest = text, *challenge;
	bool good = true;
	auth_start(&a, mechanism, "joe", "geheim");
	auth_first(&a, &line);
	while (good && (challenge = strsep(&rest, "\n")) != NULL) {
		const char *problem = NULL;
		bool scram = (how & 128) != 0 && a.scram.nonce != NULL;
		char *sent = scram ? with_nonce(&a, challenge) : mem_copy(challenge);
		line.length = 0;
		good = auth_next(&a, sent, &line, &problem);
		MUST(good || problem != NULL);
		MUST(!text_has_control(buffer_string(&line)) && !text_has_control(a.refusal));
		free(sent);
	}
	/* Nobody but a server that knows the password has proved that. */
	MUST(mechanism != EHLO_AUTH_SCRAM_SHA_256 || !auth_finished(&a));
	auth_free(&a);
	buffer_free(&line);
	free(text);
	return 0;
}
