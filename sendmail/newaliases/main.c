/* newaliases: there is nothing to rebuild; the file is checked, because a mistake in it holds mail up. */
#include "base/paths.h"
#include "config/aliases.h"
#include "config/config.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
	struct config c, defaults;
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return puts("usage: newaliases\n  checks the aliases file; it is read as it is, nothing is compiled") < 0 ? EX_IOERR : EX_OK;
	/* A broken configuration is another program's matter; then the usual place is looked at. */
	bool good = config_read(&c, paths_config(), &d);
	config_defaults(&defaults);
	const char *path = good ? c.aliases : defaults.aliases;
	if (!good && strcmp(d.key, "config-missing") != 0)
		fprintf(stderr, "newaliases: %s; %s is checked\n", d.text, path);
	bool missing_ok = strcmp(path, defaults.aliases) == 0;
	int code = EX_OK;
	if (aliases_read(&set, path, missing_ok, &d)) {
		printf("%s: %d aliases, all of them can be used\n", path, aliases_count(set));
	} else {
		fprintf(stderr, "newaliases: %s\n", d.text);
		code = EX_DATAERR;
	}
	aliases_free(set);
	config_free(&c);
	config_free(&defaults);
	return code;
}
