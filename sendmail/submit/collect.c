/* One message from standard input, with its recipients from the arguments or from its header. */
#include "submit/collect.h"
#include "base/fdio.h"
#include "message/address.h"
#include "message/header.h"
#include "submit/intake.h"
#include "submit/store.h"
#include "submit/submit.h"
#include "submit/unsent.h"
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#define CHUNK_BYTES 65536

struct collect {
	const struct options *options;
	const struct caller *caller;
	struct envelope *envelope;
	struct diagnosis *why;
	struct intake intake;
	struct store store;
};

static int problem(struct collect *c, int code, const char *key, const char *what)
{
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, key, "%s", what);
	return code;
}

/* One piece of standard input, as it is stored. */
static int read_piece(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	struct collect *c = context;
	static char bytes[CHUNK_BYTES];
	ssize_t n = fdio_read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0) {
		diag_set_errno(why, VERDICT_FAILED, STAGE_SUBMIT, "input-unreadable", "read the message from standard input");
		return EX_IOERR;
	}
	if (n > 0)
		unsent_copy(bytes, (size_t)n);
	if (n > 0)
		intake_put(&c->intake, bytes, (size_t)n, out);
	else
		intake_finish(&c->intake, out);
	*at_end = n == 0 || c->intake.ended;
	return EX_OK;
}

static void found_address(void *context, const char *address)
{
	struct collect *c = context;
	const char *wrong = address_problem(address);
	if (wrong == NULL)
		envelope_add_recipient(c->envelope, address);
	else if (c->why->verdict == VERDICT_NONE)
		diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "recipient <%.200s>: %s", address, wrong);
}

static int add_list(struct collect *c, const char *list)
{
	char words[200] = "";
	if (address_list(list, found_address, c, words, sizeof words) < 0 && c->why->verdict == VERDICT_NONE)
		diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "recipients \"%.150s\": %s", list, words);
	return c->why->verdict == VERDICT_NONE ? EX_OK : EX_DATAERR;
}

/* Resent- fields name the recipients when there are any (RFC 5322 3.6.6). */
static int extract_recipients(struct collect *c)
{
	static const char *const plain[] = {"To", "Cc", "Bcc", NULL};
	static const char *const resent[] = {"Resent-To", "Resent-Cc", "Resent-Bcc", NULL};
	const char *block = c->store.text.data + c->store.skip;
	struct header_field field;
	const char *const *names = plain;
	for (int i = 0; resent[i] != NULL; i++) {
		if (header_find(block, c->store.fields, resent[i], &field))
			names = resent;
	}
	for (size_t at = 0; header_next(block, c->store.fields, &at, &field);) {
		if (!header_is(&field, names[0]) && !header_is(&field, names[1]) && !header_is(&field, names[2]))
			continue;
		char *value = header_value(&field);
		int code = add_list(c, value);
		free(value);
		if (code != EX_OK)
			return code;
	}
	return EX_OK;
}

static int gather_recipients(struct collect *c)
{
	int code = c->options->extract ? extract_recipients(c) : EX_OK;
	for (int i = 0; code == EX_OK && i < c->options->recipient_count; i++)
		code = add_list(c, c->options->recipients[i]);
	if (code != EX_OK || c->envelope->recipient_count > 0)
		return code;
	if (c->options->extract)
		return problem(c, EX_USAGE, "no-recipients", "no recipients: the message has no address in To, Cc or Bcc, and none is on the command line");
	return problem(c, EX_USAGE, "no-recipients", "no recipients: name them on the command line, or use -t to take them from To, Cc and Bcc");
}

static void keep(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(text_has_control(value) ? "" : value);
}

static void first_address(void *context, const char *address)
{
	char **slot = context;
	if (**slot == '\0')
		keep(slot, address);
}

static int read_sender(struct collect *c)
{
	char words[200] = "";
	const char *given = c->options->sender;
	if (!c->options->sender_given) {
		keep(&c->envelope->sender, c->caller->login);
		return EX_OK;
	}
	if (*given == '\0')
		return EX_OK;
	if (text_has_control(given))
		return problem(c, EX_DATAERR, "address-bad", "the sender (option -f) holds a line break or another control character");
	int count = address_list(given, first_address, &c->envelope->sender, words, sizeof words);
	const char *wrong = count == 1 ? address_problem(c->envelope->sender) : words;
	if (count == 1 && wrong == NULL)
		return EX_OK;
	diag_set(c->why, VERDICT_FAILED, STAGE_SUBMIT, "address-bad", "sender \"%.150s\" (option -f): %s", given,
	         wrong != NULL && *wrong != '\0' ? wrong : "one address is expected");
	return EX_DATAERR;
}

static int set_sender(struct collect *c)
{
	int code = read_sender(c);
	if (code != EX_OK)
		return code;
	return submit_check(c->store.drop, c->caller, c->options->sender_given ? c->envelope->sender : NULL, c->why);
}

int collect_message(const struct options *o, const struct caller *caller, struct drop *drop, struct envelope *e,
                    struct diagnosis *why)
{
	struct collect c = {.options = o, .caller = caller, .envelope = e, .why = why};
	c.store = (struct store){.drop = drop, .envelope = e, .why = why, .read = read_piece, .context = &c};
	intake_start(&c.intake, o->ignore_dots);
	envelope_init(e);
	int code = set_sender(&c);
	if (code == EX_OK && !o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK)
		code = store_read_header(&c.store);
	if (code == EX_OK && o->extract)
		code = gather_recipients(&c);
	if (code == EX_OK) {
		store_facts(&c.store, o, caller);
		code = store_message(&c.store);
	}
	store_free(&c.store);
	return code;
}
