/* The habits of other programs. */
#include "config/habit.h"
#include "base/language.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static const struct {
	const char *section, *theirs, *ours;
} keys[] = {
    {"smarthost", "user", "login"},
    {"smarthost", "username", "login"},
    {"smarthost", "auth_user", "login"},
    {"smarthost", "authuser", "login"},
    {"smarthost", "password", "password_file"},
    {"smarthost", "passwd", "password_file"},
    {"smarthost", "pass", "password_file"},
    {"smarthost", "auth_password", "password_file"},
    {"smarthost", "authpass", "password_file"},
    {"smarthost", "passwordeval", "password_command"},
    {"smarthost", "server", "host"},
    {"smarthost", "mailhub", "host"},
    {"smarthost", "relayhost", "host"},
    {"smarthost", "address", "host"},
    {"smarthost", "hostname", "host"},
    {"smarthost", "ssl", "tls"},
    {"smarthost", "smtps", "implicit"},
    {"smarthost", "starttls", "tls"},
    {"smarthost", "tls_starttls", "tls"},
    {"smarthost", "use_tls", "tls"},
    {"smarthost", "usetls", "tls"},
    {"smarthost", "usestarttls", "tls"},
    {"smarthost", "security", "tls"},
    {"smarthost", "tls_certcheck", "tls"},
    {"smarthost", "tls_trust_file", "tls_ca_file"},
    {"smarthost", "ca_file", "tls_ca_file"},
    {"smarthost", "cafile", "tls_ca_file"},
    {"smarthost", "from", "[sender] envelope_from"},
    {"smarthost", "timeout", "[relay] connect_s"},
    {"smarthost", "source_ip", "bind_address"},
    {"host", "hostname", "name"},
    {"host", "myhostname", "name"},
    {"host", "mailname", "domain"},
    {"host", "mydomain", "domain"},
    {"host", "myorigin", "domain"},
    {"host", "alias_maps", "aliases"},
    {"host", "relayhost", "smarthost.main.host"},
    {"host", "smarthost", "smarthost.main.host"},
    {"host", "mailhub", "smarthost.main.host"},
    {"sender", "from", "envelope_from"},
    {"queue", "lifetime", "expire_after_h"},
    {"queue", "interval", "retry_min"},
};

const char *habit_key(const char *section, const char *key)
{
	for (int i = 0; i < COUNT(keys); i++) {
		if (strcmp(keys[i].section, section) == 0 && strcasecmp(keys[i].theirs, key) == 0)
			return keys[i].ours;
	}
	return NULL;
}

/* A word may say yes or no, or how much TLS. */
static const struct {
	const char *theirs, *ours;
} said[] = {
    {"true", "yes"},
    {"on", "yes"},
    {"1", "yes"},
    {"enable", "yes"},
    {"enabled", "yes"},
    {"false", "no"},
    {"off", "no"},
    {"0", "no"},
    {"never", "no"},
    {"disable", "no"},
    {"disabled", "no"},
    {"none", "no"},
    {"yes", "verify"},
    {"true", "verify"},
    {"on", "verify"},
    {"1", "verify"},
    {"tls", "verify"},
    {"ssl", "verify"},
    {"starttls", "verify"},
    {"required", "verify"},
    {"must", "verify"},
    {"secure", "verify"},
    {"no", "off"},
    {"none", "off"},
    {"false", "off"},
    {"0", "off"},
    {"never", "off"},
    {"may", "opportunistic"},
    {"try", "opportunistic"},
    {"optional", "opportunistic"},
};

const char *habit_word(const char *const words[], const char *value)
{
	for (int i = 0; i < COUNT(said); i++) {
		for (int k = 0; strcasecmp(said[i].theirs, value) == 0 && words[k] != NULL; k++) {
			if (strcmp(words[k], said[i].ours) == 0)
				return words[k];
		}
	}
	return NULL;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	long long seconds, kilobytes;
} units[] = {
    {"s", 1, 0},
    {"sec", 1, 0},
    {"m", 60, 1024},
    {"min", 60, 0},
    {"h", 3600, 0},
    {"d", 86400, 0},
    {"w", 604800, 0},
    {"k", 0, 1},
    {"kb", 0, 1},
    {"kib", 0, 1},
    {"mb", 0, 1024},
    {"mib", 0, 1024},
    {"g", 0, 1048576},
    {"gb", 0, 1048576},
    {"gib", 0, 1048576},
};

/* What the last part of a key's name says that its numbers are. */
static const struct {
	const char *ending, *words;
	long long seconds, kilobytes;
} kinds[] = {
    {"_s", TR_LATER("seconds"), 1, 0},
    {"_min", TR_LATER("minutes"), 60, 0},
    {"_h", TR_LATER("hours"), 3600, 0},
    {"_d", TR_LATER("days"), 86400, 0},
    {"_kb", TR_LATER("kilobytes"), 0, 1},
    {"_mb", TR_LATER("megabytes"), 0, 1024},
};

static const struct {
	const char *name;
	int number;
} ports[] = {{"smtp", 25}, {"smtps", 465}, {"submissions", 465}, {"submission", 587}};

static int kind_of(const char *key)
{
	size_t length = strlen(key);
	for (int i = 0; i < COUNT(kinds); i++) {
		size_t n = strlen(kinds[i].ending);
		if (length > n && strcmp(key + length - n, kinds[i].ending) == 0)
			return i;
	}
	return -1;
}

/* The number in the unit of the key; 0: it is not a whole one, or the unit is not known. */
static long long convert(long long number, const char *unit, int kind)
{
	for (int i = 0; i < COUNT(units); i++) {
		long long theirs = kinds[kind].seconds > 0 ? units[i].seconds : units[i].kilobytes;
		long long ours = kinds[kind].seconds > 0 ? kinds[kind].seconds : kinds[kind].kilobytes;
		if (theirs > 0 && strcasecmp(units[i].name, unit) == 0)
			return number * theirs % ours == 0 ? number * theirs / ours : 0;
	}
	return 0;
}

void habit_number(const char *key, int low, int high, const char *value, struct text *problem)
{
	for (int i = 0; strcmp(key, "port") == 0 && i < COUNT(ports); i++) {
		if (strcasecmp(ports[i].name, value) == 0)
			text_printf(problem, TR("; write %lld"), (long long)ports[i].number);
	}
	int kind = kind_of(key);
	char *unit;
	long long number = strtoll(value, &unit, 10);
	if (kind < 0 || unit == value || *unit == '\0' || number < 0 || number > 100000000)
		return;
	long long here = convert(number, unit + strspn(unit, " \t"), kind);
	text_printf(problem, TR("; it is in %s, without a unit"), TR(kinds[kind].words));
	if (here >= low && here <= high && here > 0)
		text_printf(problem, TR(": write %lld"), here);
}
