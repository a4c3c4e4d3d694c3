/* Words in front of standard input. */
#include "base/words.h"
#include "base/fdio.h"
#include "base/text.h"
#include <string.h>
#include <unistd.h>

#define BYTES_MAX (64 << 20)

void words_pack(struct buffer *out, const char *const words[], int count)
{
	size_t bytes = 0;
	for (int i = 0; i < count; i++)
		bytes += strlen(words[i]) + 1;
	buffer_printf(out, "%zu\n", bytes);
	for (int i = 0; i < count; i++)
		buffer_add(out, words[i], strlen(words[i]) + 1);
}

static bool read_all(char *bytes, size_t length)
{
	for (size_t got = 0; got < length;) {
		ssize_t n = fdio_read(STDIN_FILENO, bytes + got, length - got);
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static int count_words(const char *bytes, size_t length)
{
	int count = 0;
	for (size_t i = 0; i < length; i++)
		count += bytes[i] == '\0';
	return count;
}

bool words_read(int *argc, char ***argv)
{
	char line[24];
	long long length;
	if (*argc != 2 || strcmp((*argv)[1], WORDS_OPTION) != 0)
		return true;
	if (!fdio_read_line(STDIN_FILENO, line, sizeof line) ||
	    !text_number(line, 1, BYTES_MAX, &length))
		return false;
	char *bytes = mem_alloc((size_t)length);
	if (!read_all(bytes, (size_t)length) || bytes[length - 1] != '\0') {
		mem_free(&bytes);
		return false;
	}
	int count = count_words(bytes, (size_t)length);
	char **words = mem_alloc(((size_t)count + 2) * sizeof *words);
	words[0] = (*argv)[0];
	for (int i = 1; i <= count; i++, bytes += strlen(bytes) + 1)
		words[i] = bytes;
	*argc = count + 1;
	*argv = words;
	return true;
}
