/* Values of JSON, valid whatever bytes they come from. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include <stdio.h>

/* A string in quotes; bytes that are not UTF-8 are taken as ISO-8859-1. */
void json_string(FILE *out, const char *value);

/* ", "key": value" after an earlier pair. */
void json_pair(FILE *out, const char *key, const char *value);
void json_number(FILE *out, const char *key, long long value);
#endif
