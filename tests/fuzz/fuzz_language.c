/* A translation, as a catalogue has it: the first line is the English, the rest is said in its
   place only if printf(3) takes the same values for it. */
#include "base/language.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *words = fuzz_string(bytes, length), *other = strchr(words, '\n');
	language_is_name(words);
	if (other != NULL) {
		*other++ = '\0';
		/* Widths that a damaged file asks for would only need time. */
		bool wide = strpbrk(other, "0123456789*") != NULL;
		if (language_fits("%s: %d of %lld %c%%", other) && !wide) {
			char out[200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(out, sizeof out, other, "words", 7, 8LL, 'c');
#pragma GCC diagnostic pop
		}
		MUST(!language_fits("no values", "%s") && !language_fits("%s", "%n"));
		MUST(strchr(other, '%') != NULL || !language_fits("%s", other));
		MUST(language_fits(words, other) == language_fits(other, words));
	}
	free(words);
	return 0;
}
