/* Pieces and answers of submit.sock. */
#include "spool/submit_line.h"
#include "base/fields.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const struct protocol_row answered[] = {
    [SUBMIT_OK] = {"ok", "ID"},
    [SUBMIT_NO] = {"no", "CODE KEY WORDS"},
};
const struct protocol submit_answered = PROTOCOL("runner to sendmail", answered);

void submit_size_put(char bytes[SUBMIT_SIZE_BYTES + 1], size_t length)
{
	snprintf(bytes, SUBMIT_SIZE_BYTES + 1, "%08x\n", (unsigned)length);
}

bool submit_size_parse(const char bytes[SUBMIT_SIZE_BYTES], size_t limit_bytes, size_t *length)
{
	char digits[SUBMIT_SIZE_BYTES];
	memcpy(digits, bytes, sizeof digits);
	if (digits[SUBMIT_SIZE_BYTES - 1] != '\n')
		return false;
	digits[SUBMIT_SIZE_BYTES - 1] = '\0';
	*length = strtoul(digits, NULL, 16);
	return strspn(digits, "0123456789abcdef") == SUBMIT_SIZE_BYTES - 1 && *length <= limit_bytes;
}

static const struct protocol_row introduced[] = {[SUBMIT_FOR] = {"for", "uid= via="}};
const struct protocol submit_introduced = PROTOCOL("smtpd to runner", introduced);

void submit_for_put(struct buffer *out, const struct submit_for *f)
{
	struct buffer fields = {0};
	fields_put_number(&fields, "uid", (long long)f->uid);
	fields_put(&fields, "via", f->via);
	const char *behind = buffer_string(&fields);
	protocol_put(out, &submit_introduced, SUBMIT_FOR, behind + strspn(behind, " "));
	buffer_free(&fields);
}

bool submit_for_parse(struct submit_for *f, const char *line)
{
	const char *fields;
	if (protocol_find(&submit_introduced, line, &fields) != SUBMIT_FOR)
		return false;
	long long uid = fields_get_number(fields, "uid", -1);
	f->uid = (uid_t)uid;
	return uid >= 0 && uid < UINT32_MAX && fields_get(fields, "via", f->via, sizeof f->via) &&
	       !text_has_control(f->via);
}

void submit_answer_put_ok(struct buffer *out, const char *id)
{
	protocol_put(out, &submit_answered, SUBMIT_OK, id);
}

void submit_answer_put_no(struct buffer *out, int code, const struct diagnosis *d)
{
	TEXT(behind, 900);
	text_printf(&behind, "%d %s %s", code, diag_key(d), d->text);
	protocol_put(out, &submit_answered, SUBMIT_NO, behind.data);
}

bool submit_answer_parse(struct submit_answer *a, const char *line)
{
	const char *behind;
	int verb = protocol_find(&submit_answered, line, &behind), at = 0;
	*a = (struct submit_answer){.text = ""};
	if (verb == SUBMIT_OK && id_valid(behind)) {
		memcpy(a->id, behind, ID_SIZE);
		return true;
	}
	if (verb != SUBMIT_NO || sscanf(behind, "%2d %39s %n", &a->code, a->key, &at) != 2)
		return false;
	a->text = behind + at;
	return a->code >= EX__BASE && a->code <= EX__MAX && a->code != EX_TEMPFAIL;
}
