/* objects: sendmail/smtp/auth sendmail/base/base64 sendmail/base/text sendmail/base/mem */
/* libs: -lcrypto */
/* The login mechanisms against the examples of their RFCs. */
#include "base/base64.h"
#include "smtp/auth.h"
#include "tests/unit/unit.h"

static char *coded(const char *text)
{
	struct buffer b = {0};
	base64_encode(&b, text, strlen(text));
	char *copy = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return copy;
}

static char *decoded(const char *text)
{
	struct buffer b = {0};
	assert_true(base64_decode(&b, text, strlen(text)));
	char *copy = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return copy;
}

static void cram_md5_rfc_2195(void **state)
{
	struct auth a;
	struct buffer line = {0};
	const char *problem = NULL;
	(void)state;
	auth_start(&a, EHLO_AUTH_CRAM_MD5, "tim", "tanstaaftanstaaf");
	auth_first(&a, &line);
	assert_string_equal(buffer_string(&line), "AUTH CRAM-MD5");
	line.length = 0;
	char *challenge = coded("<1896.697170952@postoffice.reston.mci.net>");
	assert_true(auth_next(&a, challenge, &line, &problem));
	char *answer = decoded(buffer_string(&line));
	assert_string_equal(answer, "tim b913a602c7eda7a495b4e6e7334d3890");
	assert_true(auth_finished(&a));
	free(answer);
	free(challenge);
	buffer_free(&line);
	auth_free(&a);
}

static void login_asks_twice(void **state)
{
	struct auth a;
	struct buffer line = {0};
	const char *problem = NULL;
	(void)state;
	auth_start(&a, EHLO_AUTH_LOGIN, "joe", "secret");
	auth_first(&a, &line);
	line.length = 0;
	assert_true(auth_next(&a, "VXNlcm5hbWU6", &line, &problem));
	assert_string_equal(buffer_string(&line), "am9l");
	line.length = 0;
	assert_true(auth_next(&a, "UGFzc3dvcmQ6", &line, &problem));
	assert_string_equal(buffer_string(&line), "c2VjcmV0");
	assert_false(auth_next(&a, "bW9yZQ==", &line, &problem));
	assert_non_null(problem);
	buffer_free(&line);
	auth_free(&a);
}

/* A server that answers with a nonce of its own, too few rounds, or a proof that is not one, gets nothing. */
static void scram_distrusts(void **state)
{
	static const char *const bad[] = {"r=other,s=QSXCR+Q6sek8bf92,i=4096", "r=%s,s=QSXCR+Q6sek8bf92,i=4096", "nonsense", "r=%sX,s=!!!,i=4096",
	                                  "r=%sX,s=QSXCR+Q6sek8bf92,i=1", "r=%sX,s=QSXCR+Q6sek8bf92,i=999999999"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct auth a;
		struct buffer line = {0}, server = {0};
		const char *problem = NULL;
		auth_start(&a, EHLO_AUTH_SCRAM_SHA_256, "user", "pencil");
		auth_first(&a, &line);
		char *first = decoded(strrchr(buffer_string(&line), ' ') + 1);
		char *nonce = strstr(first, "r=") + 2;
		const char *mark = strstr(bad[i], "%s");
		buffer_add(&server, bad[i], mark != NULL ? (size_t)(mark - bad[i]) : strlen(bad[i]));
		if (mark != NULL) {
			buffer_puts(&server, nonce);
			buffer_puts(&server, mark + 2);
		}
		char *challenge = coded(buffer_string(&server));
		line.length = 0;
		assert_false(auth_next(&a, challenge, &line, &problem));
		assert_non_null(problem);
		assert_false(auth_finished(&a));
		free(challenge);
		free(first);
		buffer_free(&line);
		buffer_free(&server);
		auth_free(&a);
	}
}

static void the_best_is_chosen(void **state)
{
	(void)state;
	assert_int_equal(auth_choose(15, true), EHLO_AUTH_SCRAM_SHA_256);
	assert_int_equal(auth_choose(EHLO_AUTH_PLAIN | EHLO_AUTH_CRAM_MD5, true), EHLO_AUTH_PLAIN);
	assert_int_equal(auth_choose(EHLO_AUTH_PLAIN | EHLO_AUTH_CRAM_MD5, false), EHLO_AUTH_CRAM_MD5);
	assert_int_equal(auth_choose(0, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(cram_md5_rfc_2195), TEST(login_asks_twice), TEST(scram_distrusts), TEST(the_best_is_chosen)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
