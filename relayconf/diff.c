/* diff: which of the messages that wait would go another way with another configuration. */
#include "diagnosis/diag.h"
#include "base/language.h"
#include "base/complaint.h"
#include "base/output.h"
#include "base/paths.h"
#include "config/recipients.h"
#include "config/rules.h"
#include "relayconf/verbs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct side {
	struct config config;
	struct aliases *aliases;
};

/* Undoes the escapes of "mailq --json" up to the closing quote; false when there is none. */
static bool take_string(const char **at, char *value, size_t size)
{
	size_t length = 0;
	const char *c = *at;
	for (; *c != '"' && *c != '\0'; c++) {
		char byte = *c;
		if (*c == '\\' && c[1] == 'u') {
			char hex[5];
			snprintf(hex, sizeof hex, "%.4s", c + 2);
			byte = (char)strtol(hex, NULL, 16);
			c += strlen(hex) + 1;
		} else if (*c == '\\' && c[1] != '\0') {
			byte = *++c;
		}
		if (length + 1 < size)
			value[length++] = byte;
	}
	value[length] = '\0';
	*at = c;
	return *c == '"';
}

/* The next string under a key, from *at on. */
static bool find_string(const char **at, const char *key, char *value, size_t size)
{
	TEXT(head, 80);
	text_printf(&head, "\"%s\": \"", key);
	const char *found = strstr(*at, head.data);
	if (found == NULL)
		return false;
	*at = found + head.length;
	return take_string(at, value, size);
}

static void put_smarthost(const struct config *c, const char *name, size_t length,
    struct buffer *words)
{
	const struct smarthost *h = smarthost_find(c->smarthosts, c->smarthost_count, name, length);
	if (h != NULL)
		buffer_printf(words, TR("smarthost %s (%s, lookup %s, port %u, TLS %s%s%s%s)"), h->name,
		    h->host, smarthost_lookup_name(h->lookup), h->port, smarthost_tls_name(h->tls),
		    h->implicit ? TR(" from the first byte") : "", h->login[0] ? TR(", login ") : "",
		    h->login);
}

static void put_path(const struct config *c, const char *path, struct buffer *words)
{
	if (*path == '@') {
		buffer_printf(words, TR("the MX of %s"), path + 1);
		return;
	}
	for (const char *at = path; *at != '\0'; at += *at == ',') {
		size_t length = strcspn(at, ",");
		if (at != path)
			buffer_puts(words, TR(", then "));
		put_smarthost(c, at, length, words);
		at += length;
	}
}

/* The whole way of one message as text, a line for each final recipient. */
static void put_way(const struct side *s, const struct envelope *e, struct buffer *words)
{
	struct recipients all;
	char *sender = recipients_sender(e, &s->config);
	recipients_expand(&all, e, s->aliases, &s->config);
	for (int i = 0; i < all.count; i++) {
		struct paths_of p;
		rules_paths(&s->config, sender, e->uid, all.addresses[i], &p);
		buffer_printf(words, TR("<%s> from <%s>: "), all.addresses[i], sender);
		for (int k = 0; k < p.count; k++) {
			buffer_puts(words, k > 0 ? TR(", then ") : "");
			put_path(&s->config, p.paths[k], words);
		}
		buffer_puts(words, p.count > 0 ? "\n" : TR("no server, it waits\n"));
	}
	for (int i = 0; i < all.held_count; i++)
		buffer_printf(words, TR("<%s> waits: %s\n"), all.held[i].what, all.held[i].why);
	for (int i = 0; i < all.discarded_count; i++)
		buffer_printf(words, "%s\n", all.discarded[i]);
	recipients_free(&all);
	free(sender);
}

static void put_lines(const char *head, const char *words)
{
	while (*words != '\0') {
		int length = (int)strcspn(words, "\n");
		output_to(stdout, "  %-5s %.*s\n", head, length, words);
		words += length + (words[length] == '\n');
		head = "";
	}
}

/* One line of the queue's list; true when the two ways differ. */
static bool compare(const struct side *now, const struct side *then, char *whole)
{
	const char *line = whole;
	char id[32], value[400];
	struct envelope e;
	struct buffer a = {0}, b = {0};
	/* What was tried before says nothing about the way; and no string holds this, for quotes in
	 * strings are escaped. */
	char *attempts = strstr(whole, "\"attempts\": [");
	if (attempts != NULL)
		*attempts = '\0';
	envelope_init(&e);
	if (!find_string(&line, "queue_id", id, sizeof id) ||
	    !find_string(&line, "sender", value, sizeof value)) {
		envelope_free(&e);
		return false;
	}
	free(e.sender);
	e.sender = mem_copy(value);
	while (find_string(&line, "address", value, sizeof value))
		envelope_add_recipient(&e, value);
	put_way(now, &e, &a);
	put_way(then, &e, &b);
	bool differ = strcmp(buffer_string(&a), buffer_string(&b)) != 0;
	if (differ) {
		output_to(stdout, "%s\n", id);
		put_lines("now", buffer_string(&a));
		put_lines("then", buffer_string(&b));
	}
	buffer_free(&a);
	buffer_free(&b);
	envelope_free(&e);
	return differ;
}

static bool read_side(struct side *s, const char *path)
{
	struct diagnosis d = {0};
	s->aliases = NULL;
	if (config_read(&s->config, path, &d) && aliases_read(&s->aliases, s->config.aliases, true, &d))
		return true;
	complaint_say("relayconf", "%s", d.text);
	return false;
}

static int compare_all(const struct side *now, const struct side *then)
{
	TEXT(command, 1200);
	char *line = NULL;
	size_t size = 0;
	int count = 0, differ = 0;
	text_printf(&command, "'%s/mailq' --json 2>/dev/null", paths_libexec());
	FILE *list = popen(command.data, "re");
	while (list != NULL && getline(&line, &size, list) >= 0) {
		count++;
		differ += compare(now, then, line);
	}
	free(line);
	if (list == NULL || pclose(list) != 0) {
		complaint_say("relayconf", "the queue cannot be listed; \"mailq\" shows why");
		return EX_UNAVAILABLE;
	}
	output_to(stdout, TR("%sMessages that would go another way: %d of %d that wait\n"),
	    differ > 0 ? "\n" : "", differ, count);
	return differ > 0 ? 1 : EX_OK;
}

int command_diff(const char *path, const char *new_path)
{
	static struct side now, then;
	int code = read_side(&now, path) ? EX_OK : EX_CONFIG;
	if (!read_side(&then, new_path))
		code = EX_CONFIG;
	if (code == EX_OK)
		code = compare_all(&now, &then);
	aliases_free(now.aliases);
	aliases_free(then.aliases);
	config_free(&now.config);
	config_free(&then.config);
	return code;
}
