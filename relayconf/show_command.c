/* show: what is in effect, and why. */
#include "diagnosis/diag.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/json.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "config/config.h"
#include "config/source.h"
#include "relayconf/verbs.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct showing {
	const struct config *config;
	const char *path;
	bool json;
};

#define KEY_COLUMNS 36
#define WIDE_COLUMNS 100 /* from here on three columns have room */

/* In columns; on a screen that is too narrow for them the origin comes after the value, or both
 * below the key. */
static void put_line(const char *key, const char *value, const char *origin)
{
	int width = terminal_width(stdout), indent = width < 60 ? 4 : KEY_COLUMNS + 1;
	TEXT(words, 2600);
	if (width == 0 || width >= WIDE_COLUMNS) {
		terminal_put_label(stdout, key, KEY_COLUMNS + 1);
		terminal_put_label(stdout, value, KEY_COLUMNS + 1);
		output_to(stdout, "%s\n", origin);
		return;
	}
	text_printf(&words, "%s  (%s)", value, origin);
	if (width < 60)
		output_to(stdout, "%s\n    ", key);
	else
		terminal_put_label(stdout, key, KEY_COLUMNS + 1);
	terminal_wrap(stdout, words.data, indent, indent);
}

static void show_key(const struct showing *s, const struct config_key *key, const char *named)
{
	TEXT(name, 500);
	TEXT(value, 1100);
	TEXT(origin, 1100);
	text_printf(&name, "%s%s%s.%s", key->section, named ? "." : "", named ? named : "", key->key);
	config_value(s->config, key->section, named, key->key, &value);
	int line = source_line(s->path, key->section, named, key->key);
	if (line > 0)
		text_printf(&origin, "%s:%d", s->path, line);
	else
		text_put(&origin, s->json ? "default" : TR("default"));
	for (int i = 0; i < s->config->old_key_count && !s->json; i++) {
		if (line > 0 && s->config->old_keys[i].line == line)
			text_printf(&origin, TR(", by its old name %s"), s->config->old_keys[i].key->old);
	}
	if (!s->json) {
		put_line(name.data, value.length ? value.data : "-", origin.data);
		return;
	}
	output_to(stdout, "{\"key\": ");
	json_string(stdout, name.data);
	json_pair(stdout, "value", value.data);
	json_pair(stdout, "from", origin.data);
	output_to(stdout, "}\n");
}

static void put_pair(const char *left, const char *right, const char *path, int line)
{
	TEXT(origin, 1200);
	text_printf(&origin, "%s:%d", path, line);
	put_line(left, right, origin.data);
}

/* A map: where its file is, and the pairs that are in the configuration. */
static void show_map(const struct showing *s, const struct config_key *key, const char *name,
    const struct rewrite *map)
{
	show_key(s, key, name);
	for (int i = 0; i < map->count && !s->json; i++) {
		TEXT(left, 500);
		text_printf(&left, "rewrite.%s.%s", name, map->pairs[i].left);
		if (!map->pairs[i].of_file)
			put_pair(left.data, map->pairs[i].right, s->path, map->pairs[i].line);
	}
}

/* The name of the section number h of a kind; NULL after the last. */
static const char *section_name(const struct config *c, const char *section, int h)
{
	if (strcmp(section, "smarthost") == 0)
		return h < c->smarthost_count ? c->smarthosts[h].name : NULL;
	if (strcmp(section, "route") == 0)
		return h < c->rule_count ? c->rules[h].pattern : NULL;
	if (strcmp(section, "filter") == 0)
		return h < c->filter_count ? c->filters[h].name : NULL;
	return h < c->submitter_count ? c->submitters[h].who : NULL;
}

/* All sections of one kind, each with its name. */
static void show_named(const struct showing *s, const struct config_key *keys, int count,
    const char *section)
{
	const char *name;
	for (int h = 0; (name = section_name(s->config, section, h)) != NULL; h++) {
		for (int i = 0; i < count; i++) {
			if (strcmp(keys[i].section, section) == 0)
				show_key(s, &keys[i], name);
		}
	}
}

int command_show(const char *path, bool json)
{
	struct config c;
	struct diagnosis d = {0};
	struct showing s = {&c, path, json};
	int count;
	const struct config_key *keys = config_keys(&count);
	bool good = config_read(&c, path, &d);
	if (!good && d.key != REASON_CONFIG_MISSING) {
		complaint_say("relayconf", "%s", d.text);
		config_free(&c);
		return command_code(&d);
	}
	if (!good)
		complaint_say("relayconf", "%s does not exist: what follows are the defaults", path);
	if (!json)
		put_line(TR("KEY"), TR("VALUE"), TR("FROM"));
	const char *shown = "";
	for (int i = 0; i < count; i++) {
		if (!config_section_is_named(keys[i].section)) {
			show_key(&s, &keys[i], NULL);
		} else if (strcmp(keys[i].section, "rewrite") == 0) {
			show_map(&s, &keys[i], "senders", &c.rewrite_senders);
			show_map(&s, &keys[i], "recipients", &c.rewrite_recipients);
		} else if (strcmp(shown, keys[i].section) != 0) {
			show_named(&s, keys, count, shown = keys[i].section);
		}
	}
	if (c.smarthost_count == 0 && !json)
		output_to(stdout, TR("\nNo smarthost is configured: mail is queued and waits.\n"));
	config_free(&c);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}
