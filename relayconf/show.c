/* show: what is in effect, and why. */
#include "base/diag.h"
#include "base/text.h"
#include "config/config.h"
#include "config/source.h"
#include "relayconf/command.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct showing {
	const struct config *config;
	const char *path;
	bool json;
};

static void put_json_string(const char *value)
{
	putchar('"');
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			putchar('\\');
		putchar(*value);
	}
	putchar('"');
}

static void show_key(const struct showing *s, const struct config_key *key, const char *hop)
{
	TEXT(name, 200);
	TEXT(value, 1100);
	TEXT(origin, 1100);
	text_printf(&name, "%s%s%s.%s", key->section, hop ? "." : "", hop ? hop : "", key->key);
	config_value(s->config, key->section, hop, key->key, &value);
	int line = source_line(s->path, key->section, hop, key->key);
	if (line > 0)
		text_printf(&origin, "%s:%d", s->path, line);
	else
		text_put(&origin, "default");
	if (!s->json) {
		printf("%-36s %-36s %s\n", name.data, value.length ? value.data : "-", origin.data);
		return;
	}
	printf("{\"key\": ");
	put_json_string(name.data);
	printf(", \"value\": ");
	put_json_string(value.data);
	printf(", \"from\": ");
	put_json_string(origin.data);
	printf("}\n");
}

static void show_hops(const struct showing *s, const struct config_key *keys, int count)
{
	for (int h = 0; h < s->config->hop_count; h++) {
		for (int i = 0; i < count; i++) {
			if (strcmp(keys[i].section, "smarthost") == 0)
				show_key(s, &keys[i], s->config->hops[h].name);
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
	if (!good && strcmp(d.key, "config-missing") != 0) {
		fprintf(stderr, "relayconf: %s\n", d.text);
		config_free(&c);
		return EX_CONFIG;
	}
	if (!json)
		printf("%-36s %-36s %s\n", "KEY", "VALUE", "FROM");
	bool hops_shown = false;
	for (int i = 0; i < count; i++) {
		if (strcmp(keys[i].section, "smarthost") != 0) {
			show_key(&s, &keys[i], NULL);
		} else if (!hops_shown) {
			show_hops(&s, keys, count);
			hops_shown = true;
		}
	}
	if (c.hop_count == 0 && !json)
		printf("\nNo smarthost is configured: mail is queued and waits.\n");
	config_free(&c);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}
