/* get and set. */
#include "diagnosis/diag.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/text.h"
#include "config/rules.h"
#include "config/config.h"
#include "config/edit.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static bool is_known(const struct key_name *name)
{
	int count;
	const struct config_key *keys = config_keys(&count);
	for (int i = 0; i < count; i++) {
		if (strcmp(keys[i].section, name->section) == 0 && strcmp(keys[i].key, name->key) == 0)
			return true;
	}
	return false;
}

struct names {
	char (*list)[420];
	int count;
};

static const char *next_name(const void *context, int i)
{
	const struct names *names = context;
	return i < names->count ? names->list[i] : NULL;
}

/* What was written is no key: says so, and which was probably meant. */
static void say_unknown(const char *text, const struct key_name *name)
{
	int count;
	const struct config_key *keys = config_keys(&count);
	struct names names = {mem_alloc((size_t)count * sizeof *names.list), count};
	for (int i = 0; i < count; i++) {
		const char *named = !config_section_is_named(keys[i].section) ? ""
		                    : name->named[0] != '\0'                  ? name->named
		                                                              : "NAME";
		snprintf(names.list[i], sizeof names.list[i], "%s%s%s.%s", keys[i].section,
		    *named != '\0' ? "." : "", named, keys[i].key);
	}
	const char *near = nearest_word(text, next_name, &names);
	complaint_say("relayconf",
	    "%.100s is no key; %s%.400s%skeys are written as host.name, "
	    "smarthost.main.port; \"relayconf show\" lists them",
	    text, near != NULL ? TR("did you mean ") : "", near != NULL ? near : "",
	    near != NULL ? TR("? ") : "");
	free(names.list);
}

/* False (with a message) when it is not of that form, or unknown. */
static bool split_key(const char *text, struct key_name *name)
{
	const char *first = strchr(text, '.'), *last = strrchr(text, '.');
	*name = (struct key_name){{0}, {0}, {0}};
	if (first != NULL) {
		snprintf(name->section, sizeof name->section, "%.*s", (int)(first - text), text);
		if (last > first)
			snprintf(name->named, sizeof name->named, "%.*s", (int)(last - first - 1), first + 1);
		text_copy(name->key, sizeof name->key, last + 1);
	}
	const struct config_old_name *old = config_old_name(name->section, name->key);
	if (old != NULL)
		text_copy(name->key, sizeof name->key, old->name);
	bool in_named = config_section_is_named(name->section);
	if (first != NULL && in_named == (name->named[0] != '\0') && is_known(name))
		return true;
	say_unknown(text, name);
	return false;
}

int command_code(const struct diagnosis *d)
{
	bool file = d->key == REASON_CONFIG_UNREADABLE || d->key == REASON_CONFIG_UNWRITABLE;
	if (file && (d->error_no == EACCES || d->error_no == EPERM))
		return EX_NOPERM;
	return d->key == REASON_CONFIG_UNWRITABLE ? EX_CANTCREAT : EX_CONFIG;
}

int command_get(const char *path, const char *key)
{
	struct key_name name;
	struct config c;
	struct diagnosis d = {0};
	TEXT(value, 1100);
	if (!split_key(key, &name))
		return EX_USAGE;
	int code = EX_OK;
	bool read = config_read(&c, path, &d);
	bool found = read || d.key == REASON_CONFIG_MISSING;
	/* Without a file the defaults hold; a smarthost has none. */
	if (!found || (!read && name.named[0] != '\0')) {
		complaint_say("relayconf", "%s", d.text);
		code = command_code(&d);
	} else if (!config_value(&c, name.section, name.named[0] ? name.named : NULL, name.key,
	               &value)) {
		TEXT(near, 100);
		if (strcmp(name.section, "smarthost") == 0)
			nearest_ask(&near, rules_nearest_smarthost(&c, name.named));
		complaint_say("relayconf", "there is no [%s %s] in %s%s", name.section, name.named, path,
		    near.data);
		code = EX_CONFIG;
	} else {
		output_to(stdout, "%s\n", value.data);
	}
	config_free(&c);
	return code;
}

int command_set(const char *path, int count, char *const *words)
{
	static struct key_name names[EDITS_MAX];
	struct edit edits[EDITS_MAX];
	struct diagnosis d = {0};
	if (count > EDITS_MAX) {
		complaint_say("relayconf", "set accepts %d keys at a time", EDITS_MAX);
		return EX_USAGE;
	}
	for (int i = 0; i < count; i++) {
		const char *value = words[2 * i + 1];
		if (!split_key(words[2 * i], &names[i]))
			return EX_USAGE;
		edits[i] = (struct edit){names[i].section, names[i].named[0] ? names[i].named : NULL,
		    names[i].key, strcmp(value, "--default") == 0 ? NULL : value};
		for (int k = 0; k < i; k++) {
			if (memcmp(&names[k], &names[i], sizeof names[i]) == 0) {
				complaint_say("relayconf", "%.100s is given twice", words[2 * i]);
				return EX_USAGE;
			}
		}
	}
	if (edit_apply(path, edits, count, &d))
		return EX_OK;
	complaint_say("relayconf", "%s", d.text);
	complaint_say("relayconf", "%s is unchanged", path);
	return command_code(&d);
}
