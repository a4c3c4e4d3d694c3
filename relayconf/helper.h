/* Another program of ours, with its input and its output. */
#ifndef RELAYCONF_HELPER_H
#define RELAYCONF_HELPER_H
#include "base/mem.h"
#include <stdbool.h>

/* Runs libexec/NAME with these arguments (argv[0] first, NULL after the last): input (at most 4
   KiB; NULL: none) on its standard input, what it says on standard output goes to *output (NULL:
   to ours).  Standard error is ours.  Its exit code; EX_OSERR when it cannot be started. */
int helper_run(const char *name, const char *const argv[], const char *input,
    struct buffer *output);

/* command_relay (relayconf/verbs.h) with its standard output in *output. */
int helper_relay(const char *const arguments[], struct buffer *output);

/* The value of "key" in a line of JSON that mailq wrote, unescaped and cut to size; false when it
   is not there. */
bool helper_json(const char *line, const char *key, char *value, size_t size);
#endif
