#include "tests/fake/fault.h"
#include "tests/fake/failpoint.h"
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	int action;
	const char *calls; /* in letters */
} faults[] = {
    {"kill", FAILPOINT_KILL, "ocrwsnuxltSTp"},
    {"torn", FAILPOINT_TORN, "wT"},
    {"short", FAILPOINT_SHORT, "rwT"},
    {"ENOSPC", ENOSPC, "cwsn"},
    {"EDQUOT", EDQUOT, "cwsn"},
    {"EIO", EIO, "ocrwsnuxlt"},
    {"EMFILE", EMFILE, "ocS"},
    {"ENFILE", ENFILE, "ocS"},
    {"EINTR", EINTR, "ocrwslT"},
    {"ENOBUFS", ENOBUFS, "T"},
    {"meanwhile", FAILPOINT_MEANWHILE, "ocrwsnuxltSTp"},
};

static const char letters[] = "?ocrwsnuxltSTp";
static const char *const calls[] = {"?", "open", "create", "read", "write", "fsync", "rename",
    "unlink", "close", "lock", "stat", "socket", "talk", "process"};

int fault_find(const char *name, unsigned *kinds)
{
	*kinds = 0;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (strcmp(faults[i].name, name) != 0)
			continue;
		for (const char *at = faults[i].calls; *at != '\0'; at++)
			*kinds |= 1u << (strchr(letters, *at) - letters);
		return faults[i].action;
	}
	return 0;
}

const char *fault_call(int call)
{
	return calls[call >= 0 && call < (int)(sizeof calls / sizeof calls[0]) ? call : 0];
}
