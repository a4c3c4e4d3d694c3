/* max_messages and max_recipients of a smarthost, as they are configured. */
#include "config/pace_rule.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *value = fuzz_string(bytes, length);
	struct pace_rule rule = {0}, again = {0};
	TEXT(problem, 400);
	TEXT(words, 200);
	if (pace_rule_read(value, &rule, &problem)) {
		pace_rule_put(&rule, &words);
		MUST(!words.overflow && pace_rule_read(words.data, &again, &problem));
		for (int unit = 0; unit < PACE_UNITS; unit++)
			MUST(rule.most[unit] >= 0 && rule.most[unit] == again.most[unit]);
	} else {
		MUST(problem.length > 0);
	}
	free(value);
	return 0;
}
