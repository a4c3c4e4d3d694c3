/* objects: sendmail/mailq/maillog_line */
/* Lines of a mail log, which every user of the machine may write with logger(1). */
#include "base/fields.h"
#include "mailq/maillog_line.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *log = fuzz_string(bytes, length);
	struct buffer fields = {0};
	for (char *line = log, *end; line != NULL; line = end) {
		struct maillog_line one;
		char value[300];
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		if (!maillog_line_read(line, &fields, &one))
			continue;
		MUST(id_valid(one.id) && one.text != NULL);
		fields_get(one.text, "to", value, sizeof value);
		fields_get(one.text, "text", value, sizeof value);
	}
	buffer_free(&fields);
	free(log);
	return 0;
}
