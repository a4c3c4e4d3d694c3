/* objects: sendmail/relay/smtp/auth sendmail/relay/smtp/bearer sendmail/relay/smtp/scram */
/* libs: -lcrypto */
/* The login mechanisms against the examples of their RFCs. */
#include "base/base64.h"
#include "base/text.h"
#include "relay/smtp/auth.h"
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

/* A server that answers with a nonce of its own, too few rounds, or a proof that is not one, gets
 * nothing. */
static void scram_distrusts(void **state)
{
	static const char *const bad[] = {"r=other,s=QSXCR+Q6sek8bf92,i=4096",
	    "r=%s,s=QSXCR+Q6sek8bf92,i=4096", "nonsense", "r=%sX,s=!!!,i=4096",
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

/* The exchange of RFC 7677 3, up to the server's last word. */
static void start_scram(struct auth *a, struct buffer *line)
{
	static const char first[] =
	    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
	const char *problem = NULL;
	auth_start(a, EHLO_AUTH_SCRAM_SHA_256, "user", "pencil");
	a->scram.nonce = mem_copy("rOprNGfwEbeRWgbNEkqO");
	auth_first(a, line);
	char *said = decoded(strrchr(buffer_string(line), ' ') + 1), *challenge = coded(first);
	assert_string_equal(said, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
	line->length = 0;
	assert_true(auth_next(a, challenge, line, &problem));
	assert_false(auth_finished(a)); /* the server has not proved itself */
	free(said);
	free(challenge);
}

static void scram_rfc_7677(void **state)
{
	struct auth a;
	struct buffer line = {0};
	const char *problem = NULL;
	(void)state;
	start_scram(&a, &line);
	char *answer = decoded(buffer_string(&line)),
	     *last = coded("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
	assert_string_equal(answer, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p="
	                            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	line.length = 0;
	assert_true(auth_next(&a, last, &line, &problem));
	assert_int_equal(line.length, 0);
	assert_true(auth_finished(&a));
	assert_false(auth_next(&a, last, &line, &problem)); /* nothing is left to say */
	assert_non_null(problem);
	free(answer);
	free(last);
	buffer_free(&line);
	auth_free(&a);
}

static void scram_server_without_proof(void **state)
{
	static const struct {
		const char *last, *words;
	} bad[] = {{"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "could not prove"},
	    {"v=", "could not prove"},
	    {"x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "could not prove"},
	    {"e=invalid-proof", "login or the password"}, {"", "empty"}};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct auth a;
		struct buffer line = {0};
		const char *problem = NULL;
		start_scram(&a, &line);
		char *last = coded(bad[i].last);
		assert_false(auth_next(&a, last, &line, &problem));
		assert_non_null(strstr(problem, bad[i].words));
		assert_false(auth_finished(&a));
		free(last);
		buffer_free(&line);
		auth_free(&a);
	}
}

/* A name's comma and equals sign would be read as the end of it. */
static void scram_names_are_quoted(void **state)
{
	struct auth a;
	struct buffer line = {0};
	const char *problem = NULL;
	(void)state;
	auth_start(&a, EHLO_AUTH_SCRAM_SHA_256, "a,b=c", "x");
	auth_first(&a, &line);
	char *said = decoded(strrchr(buffer_string(&line), ' ') + 1);
	assert_true(text_starts(said, "n,,n=a=2Cb=3Dc,r="));
	line.length = 0;
	assert_true(
	    auth_next(&a, "", &line, &problem)); /* a server that passed over it hears the same */
	char *again = decoded(buffer_string(&line));
	assert_string_equal(again, said);
	free(said);
	free(again);
	buffer_free(&line);
	auth_free(&a);
}

static void odd_challenges_get_no_answer(void **state)
{
	static const int mechanisms[] = {EHLO_AUTH_CRAM_MD5, EHLO_AUTH_SCRAM_SHA_256};
	char giant[9000];
	memset(giant, 'A', sizeof giant);
	giant[sizeof giant - 1] = '\0';
	const char *bad[] = {"?not base64?", giant};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct auth a;
		struct buffer line = {0};
		const char *problem = NULL;
		auth_start(&a, mechanisms[i / 2], "user", "pencil");
		auth_first(&a, &line);
		line.length = 0;
		assert_false(auth_next(&a, bad[i % 2], &line, &problem));
		assert_non_null(problem);
		assert_int_equal(line.length, 0);
		buffer_free(&line);
		auth_free(&a);
	}
}

static void plain_and_cram_speak_once(void **state)
{
	struct auth a;
	struct buffer line = {0};
	const char *problem = NULL;
	(void)state;
	auth_start(&a, EHLO_AUTH_PLAIN, "tim", "tanstaaftanstaaf"); /* RFC 4616 4 */
	auth_first(&a, &line);
	assert_string_equal(buffer_string(&line), "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
	line.length = 0;
	assert_true(auth_next(&a, "", &line, &problem));
	assert_string_equal(buffer_string(&line), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
	assert_false(auth_next(&a, "", &line, &problem));
	auth_free(&a);
	auth_start(&a, EHLO_AUTH_CRAM_MD5, "tim", "x");
	assert_false(auth_next(&a, "", &line, &problem));
	assert_string_equal(problem, "the server's challenge is empty");
	buffer_free(&line);
	auth_free(&a);
}

/* RFC 4954 4: a command has 512 octets at most; Postfix cuts longer ones, Dovecot refuses them. */
static void what_is_too_long_for_the_command_waits_for_its_challenge(void **state)
{
	static const int mechanisms[] = {EHLO_AUTH_OAUTHBEARER, EHLO_AUTH_XOAUTH2, EHLO_AUTH_PLAIN};
	static const char *const commands[] = {"AUTH OAUTHBEARER", "AUTH XOAUTH2", "AUTH PLAIN"};
	static const char *const challenges[] = {"", "Z28gb24=", "no base64"};
	char token[3000];
	(void)state;
	memset(token, 't', sizeof token);
	token[sizeof token - 1] = '\0';
	for (size_t i = 0; i < 9; i++) {
		struct auth a;
		struct buffer line = {0};
		const char *problem = NULL;
		auth_start(&a, mechanisms[i / 3], "joe@example.org", token);
		auth_first(&a, &line);
		assert_string_equal(buffer_string(&line), commands[i / 3]);
		line.length = 0;
		assert_true(auth_next(&a, challenges[i % 3], &line, &problem));
		assert_true(line.length > strlen(token) * 4 / 3);
		char *said = decoded(buffer_string(&line)); /* that of PLAIN begins with a NUL */
		assert_true(mechanisms[i / 3] == EHLO_AUTH_PLAIN || strstr(said, token) != NULL);
		assert_string_equal(a.refusal, "");
		free(said);
		buffer_free(&line);
		auth_free(&a);
	}
	for (size_t length = 330; length < 380; length++) {
		struct auth a;
		struct buffer line = {0};
		token[length] = '\0';
		auth_start(&a, EHLO_AUTH_PLAIN, "joe", token);
		auth_first(&a, &line);
		assert_true(line.length == strlen("AUTH PLAIN") || line.length <= 510);
		assert_int_equal(line.length == strlen("AUTH PLAIN"), length > 367);
		token[length] = 't';
		buffer_free(&line);
		auth_free(&a);
	}
}

static void the_best_is_chosen(void **state)
{
	(void)state;
	assert_int_equal(auth_choose(15, true, NULL), EHLO_AUTH_SCRAM_SHA_256);
	assert_int_equal(auth_choose(EHLO_AUTH_PLAIN | EHLO_AUTH_CRAM_MD5, true, NULL),
	    EHLO_AUTH_PLAIN);
	assert_int_equal(auth_choose(EHLO_AUTH_PLAIN | EHLO_AUTH_CRAM_MD5, false, NULL),
	    EHLO_AUTH_CRAM_MD5);
	assert_int_equal(auth_choose(0, true, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(cram_md5_rfc_2195),
	    TEST(login_asks_twice),
	    TEST(scram_distrusts),
	    TEST(scram_rfc_7677),
	    TEST(scram_server_without_proof),
	    TEST(scram_names_are_quoted),
	    TEST(odd_challenges_get_no_answer),
	    TEST(plain_and_cram_speak_once),
	    TEST(what_is_too_long_for_the_command_waits_for_its_challenge),
	    TEST(the_best_is_chosen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
