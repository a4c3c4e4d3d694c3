/* The table of relayconf's commands: what main.c runs by. */
#ifndef RELAYCONF_RELAYCONF_COMMANDS_H
#define RELAYCONF_RELAYCONF_COMMANDS_H
#include "base/usage.h"

extern const struct usage relayconf_usage;

/* Options, by their place in the command's list. */
enum { CHECK_JSON, CHECK_VERBOSE };
enum { SHOW_JSON };
enum { PROBE_FROM, PROBE_TO, PROBE_TO_SHORT, PROBE_JSON };
enum { ROUTE_FROM, ROUTE_USER };
enum { EXPLAIN_STAGE };
enum { IMPORT_OUTPUT, IMPORT_ROOT };
enum { ADOPT_YES, ADOPT_ROOT };
enum {
	SETUP_SERVER,
	SETUP_TLS,
	SETUP_CA_FILE,
	SETUP_LOGIN,
	SETUP_NO_LOGIN,
	SETUP_PASSWORD_FILE,
	SETUP_PASSWORD_COMMAND,
	SETUP_ROOT,
	SETUP_NO_ALIAS,
	SETUP_NAME,
	SETUP_NO_NAMES,
	SETUP_NO_BOOT,
	SETUP_NO_TEST,
	SETUP_YES
};
enum { TEST_FROM, TEST_JSON };
#endif
