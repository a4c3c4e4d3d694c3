/* sendmail -bs: commands and the message after DATA. */
#include "dialogue/line_ends.h"
#include "dialogue/smtp_data.h"
#include "message/dsn.h"
#include "dialogue/smtp_line.h"
#include "tests/fuzz/fuzz.h"

static void command(const uint8_t *bytes, size_t length)
{
	char *line = fuzz_string(bytes, length), *rest, *parameters, *name, *value;
	enum smtp_verb verb = smtp_line_verb(line, &rest);
	if ((verb == SMTP_MAIL || verb == SMTP_RCPT) &&
	    smtp_line_path(rest, verb == SMTP_MAIL ? "FROM:" : "TO:", &parameters) != NULL) {
		while (smtp_line_parameter(&parameters, &name, &value)) {
			if (dsn_xtext_decode(value))
				MUST(!text_has_control(value));
		}
	}
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct smtp_data data = {.bare_lf = length > 0 && bytes[0] == 'l'};
	struct line_ends intake;
	struct buffer plain = {0}, stored = {0};
	command(bytes, length);
	size_t taken = smtp_data_put(&data, (const char *)bytes, length, &plain);
	MUST(taken <= length && (data.ended || taken == length));
	line_ends_start(&intake, length > 1 && bytes[1] == 'i');
	for (size_t at = 0; at < plain.length; at += 7)
		line_ends_put(&intake, plain.data + at, plain.length - at < 7 ? plain.length - at : 7,
		    &stored);
	line_ends_finish(&intake, &stored);
	MUST(stored.length <= plain.length);
	buffer_free(&plain);
	buffer_free(&stored);
	return 0;
}
