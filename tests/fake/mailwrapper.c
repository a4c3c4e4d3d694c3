/* A stand-in for FreeBSD's mailwrapper(8), from what mailer.conf(5) says: the program of the name
   it was called by, the line's own arguments before it, argv[0] and the environment as they came.
   MAILER_CONF names the file.  Without one the default program would be run, with no argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define WORDS_MAX 64

static int fail(int code, const char *what, const char *file)
{
	fprintf(stderr, "mailwrapper: %s %s\n", what, file);
	return code;
}

static int split(char *line, char **words)
{
	int count = 0;
	char *comment = strchr(line, '#');
	if (comment != NULL)
		*comment = '\0';
	for (char *word = strtok(line, " \t\n"); word != NULL && count < WORDS_MAX;
	     word = strtok(NULL, " \t\n"))
		words[count++] = word;
	return count;
}

int main(int argc, char **argv)
{
	const char *file = getenv("MAILER_CONF");
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	char line[4096], *words[WORDS_MAX], *arguments[WORDS_MAX * 4];
	FILE *conf = file != NULL ? fopen(file, "r") : NULL;
	if (conf == NULL)
		return fail(EX_OSERR, "no mailer.conf: the default program would run, without arguments;",
		    file != NULL ? file : "");
	while (fgets(line, sizeof line, conf) != NULL) {
		int count = split(line, words), at = 0;
		if (count == 1)
			return fail(EX_CONFIG, "parse error in", file);
		if (count == 0 || strcmp(words[0], name) != 0)
			continue;
		arguments[at++] = argv[0];
		for (int i = 2; i < count; i++)
			arguments[at++] = words[i];
		for (int i = 1; i < argc && at < WORDS_MAX * 4 - 1; i++)
			arguments[at++] = argv[i];
		arguments[at] = NULL;
		fclose(conf);
		execv(words[1], arguments);
		return fail(EX_OSERR, "cannot exec", words[1]);
	}
	return fail(EX_CONFIG, "no mapping in", file);
}
