/* route: the way that a message to an address would take now.  Aliases and completion here; names
   and servers by relay, with the code that delivers. */
#include "diagnosis/diag.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/paths.h"
#include "config/aliases.h"
#include "config/idn.h"
#include "config/recipients.h"
#include "config/rules.h"
#include "message/address.h"
#include "relayconf/verbs.h"
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LABEL_COLUMN 13

static int indent(void)
{
	int width = terminal_width(stdout);
	return width > 0 && width < 60 ? 4 : LABEL_COLUMN;
}

/* "  label      words", broken between words on a terminal; the label is one for TR. */
static void put_words(const char *label, const char *words)
{
	output_to(stdout, "  ");
	int column = 2 + terminal_put_label(stdout, *label != '\0' ? TR(label) : "", LABEL_COLUMN - 2);
	terminal_wrap(stdout, words, indent(), column);
}

static void put_line(const char *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void put_line(const char *label, const char *format, ...)
{
	char words[2000];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	put_words(label, words);
}

#define PATHS_MAX 50

struct asking {
	const struct config *config;
	const struct aliases *set;
	const char *path;
	int64_t uid;            /* who hands the message in */
	char *sender;           /* as it goes out; "" = none was given */
	char *paths[PATHS_MAX]; /* each once, in the order in which they came up */
	int count;
	bool refused; /* an address cannot be one */
};

static void remember(struct asking *a, const char *path)
{
	for (int i = 0; i < a->count; i++) {
		if (strcmp(a->paths[i], path) == 0)
			return;
	}
	if (a->count < PATHS_MAX)
		a->paths[a->count++] = mem_copy(path);
}

static void put_path(const char *path, bool first)
{
	TEXT(words, 1200);
	text_printf(&words, *path == '@' ? TR("the MX of %s") : TR("smarthost %s"),
	    *path == '@' ? path + 1 : path);
	if (strchr(path, ',') != NULL)
		text_put(&words, TR(" (in this order)"));
	put_words(first ? TR_LATER("servers") : TR_LATER("then"), words.data);
}

static void put_filters(const struct asking *a)
{
	for (int i = 0; i < a->config->filter_count; i++)
		put_line(TR_LATER("filter"), "%s: %s", a->config->filters[i].name,
		    a->config->filters[i].socket[0] != '\0' ? a->config->filters[i].socket
		                                            : a->config->filters[i].command);
}

/* The rule, and the loud sentence for the case in which other agents decide by themselves that mail
 * is local. */
static void put_way(struct asking *a, const char *full)
{
	struct paths_of p;
	const char *domain = address_domain(full);
	rules_paths(a->config, a->sender, a->uid, full, &p);
	TEXT(words, 800);
	if (rules_own_name(a->config, domain, &words))
		put_words(TR_LATER("note"), words.data);
	put_filters(a);
	words.length = 0;
	if (rules_unsure(a->config, a->uid, &words)) {
		put_words(TR_LATER("waits"), words.data);
		return;
	}
	if (p.rule != NULL)
		put_line(TR_LATER("rule"), TR("[route %s] via = %s (line %d)"), p.rule->pattern,
		    p.rule->via, p.rule->line);
	else
		put_words("rule",
		    a->config->direct_mx
		        ? TR("no [route] fits: the smarthosts in their order, then the domain's own MX")
		        : TR("no [route] fits: the smarthosts in their order"));
	const char *archive = p.rule != NULL && p.rule->always_bcc[0] != '\0' ? p.rule->always_bcc
	                                                                      : a->config->always_bcc;
	if (*archive != '\0')
		put_line(TR_LATER("archive"), TR("a copy goes to %s (always_bcc)"), archive);
	for (int i = 0; i < p.count; i++) {
		put_path(p.paths[i], i == 0);
		remember(a, p.paths[i]);
	}
	if (p.count == 0) {
		put_words("servers", TR("none is configured: the mail waits"));
		remember(a, "");
	}
}

/* An address as it goes out, with what made it so. */
static void put_final(struct asking *a, const char *address)
{
	char *full = recipients_qualify(a->config, address);
	const struct rewrite_pair *pair =
	    rewrite_find(&a->config->rewrite_recipients, full, a->config->name, a->config->domain);
	if (pair != NULL) {
		char *other = rewrite_apply(pair, full, a->config->domain);
		put_line(TR_LATER("rewritten"), TR("<%s> becomes <%s> (%s:%d)"), full, other,
		    pair->of_file ? a->config->rewrite_recipients.file : a->path, pair->line);
		free(full);
		full = other;
	}
	bool completed = pair == NULL && strcmp(full, address) != 0;
	char *ascii = idn_to_ascii(full), *unicode = idn_to_unicode(ascii);
	put_line(TR_LATER("recipient"), "<%s>%s%s%s%s", ascii, unicode != NULL ? " (" : "",
	    unicode != NULL ? unicode : "", unicode != NULL ? ")" : "",
	    completed ? TR(" (completed with [host] domain)") : "");
	put_way(a, ascii);
	free(ascii);
	free(unicode);
	free(full);
}

static void put_end(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	(void)key;
	if (end == ALIAS_ADDRESS) {
		put_final(context, what);
	} else if (end == ALIAS_DISCARD) {
		put_line("recipient", TR("none: alias %s is /dev/null (%s), the mail is thrown away"), what,
		    why);
	} else {
		put_words(TR_LATER("waits"), what);
		put_words("", why);
	}
}

static void put_address(struct asking *a, const char *address)
{
	put_words(TR_LATER("aliases"), a->config->aliases);
	if (aliases_expand(a->set, a->config->name, address, put_end, a) > 0)
		return;
	put_line("", TR("has no entry for %s"), address);
	if (a->config->unknown[0] == '\0' || !aliases_is_here(address, a->config->name)) {
		put_final(a, address);
		return;
	}
	put_line(TR_LATER("unknown"), TR("goes to %s ([host] unknown)"), a->config->unknown);
	if (aliases_expand(a->set, a->config->name, a->config->unknown, put_end, a) == 0)
		put_final(a, a->config->unknown);
}

/* A recipient as sendmail understands it. */
static void see_recipient(void *context, const struct address *found)
{
	struct asking *a = context;
	TEXT(given, 400);
	if (found->state != ADDRESS_GOOD && found->state != ADDRESS_REPAIRED &&
	    found->state != ADDRESS_BAD)
		return;
	text_escape(&given, found->start, found->length < 300 ? found->length : 300);
	if (found->state == ADDRESS_BAD) {
		output_to(stdout, "%s\n", given.data);
		put_words(TR_LATER("refused"), found->what);
		a->refused = true;
		return;
	}
	output_to(stdout, "%s\n", found->text);
	if (found->state == ADDRESS_REPAIRED)
		put_line(TR_LATER("given as"), "%s (%s)", given.data, found->what);
	put_address(a, found->text);
}

static void put_list(struct asking *a, const char *list)
{
	struct address_counts counts =
	    address_read(list, strlen(list), ADDRESS_RECIPIENTS, see_recipient, a);
	if (counts.usable + counts.bad > 0)
		return;
	output_to(stdout, "%s\n", list);
	put_words("refused", TR("there is no address"));
	a->refused = true;
}

/* relay says each path. */
static int put_paths(const char *path, struct asking *a)
{
	int worst = EX_OK;
	output_to(stdout, "\n%s\n", TR("servers, in the order in which they are tried"));
	for (int i = 0; i < a->count; i++) {
		int code = command_relay((const char *const[]){"--route", path, a->paths[i], NULL});
		worst = code != EX_OK ? code : worst;
		free(a->paths[i]);
	}
	return worst;
}

static void put_sender(const struct config *c, const char *what, const char *before,
    const char *after, const char *key)
{
	TEXT(policy, 400);
	char *full = *before != '\0' ? recipients_qualify(c, before) : mem_copy("");
	const struct rewrite_pair *pair = rewrite_find(&c->rewrite_senders, full, c->name, c->domain);
	config_value(c, "sender", NULL, key, &policy);
	if (pair != NULL)
		put_line(what, TR("goes out as <%s> ([rewrite senders] %s = %s%s%s, line %d)"), after,
		    pair->left, pair->right, pair->of_file ? TR(" in ") : "",
		    pair->of_file ? c->rewrite_senders.file : "", pair->line);
	else
		put_line(what, TR("goes out as <%s> ([sender] %s = %s)"), after, key, policy.data);
	free(full);
}

/* The sender as the policy makes it. */
static char *take_sender(const struct config *c, const char *sender)
{
	struct envelope e;
	if (sender == NULL)
		return mem_copy("");
	envelope_init(&e);
	free(e.sender);
	e.sender = mem_copy(sender);
	char *result = recipients_sender(&e, c);
	envelope_free(&e);
	output_to(stdout, "%s\n", *sender != '\0' ? sender : "<>");
	put_sender(c, TR_LATER("sender"), sender, result, "envelope_from");
	if (*sender != '\0') {
		char *from = recipients_header_address(c, STAMP_FROM, sender);
		put_sender(c, TR_LATER("From field"), sender, from, "header_from");
		free(from);
	}
	return result;
}

/* One address a line, as "sendmail -bt" reads them. */
static void put_lines(struct asking *a)
{
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, stdin) >= 0) {
		char *address = text_trim(line);
		if (*address != '\0')
			put_list(a, address);
	}
	free(line);
}

int command_route(const char *path, const char *sender, const char *user, int count,
    char **addresses)
{
	struct config c;
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	struct asking a = {.config = &c, .path = path, .uid = getuid()};
	struct passwd *pw = user != NULL ? getpwnam(user) : NULL;
	if (user != NULL && pw == NULL) {
		complaint_say("relayconf", "there is no user %s on this machine", user);
		return EX_NOUSER;
	}
	a.uid = pw != NULL ? (int64_t)pw->pw_uid : a.uid;
	if (!config_read(&c, path, &d) || !aliases_read(&set, c.aliases, true, &d)) {
		complaint_say("relayconf", "%s", d.text);
		aliases_free(set);
		config_free(&c);
		return command_code(&d);
	}
	a.set = set;
	a.sender = take_sender(&c, sender);
	for (int i = 0; i < count; i++) {
		if (strcmp(addresses[i], "-") == 0)
			put_lines(&a);
		else
			put_list(&a, addresses[i]);
	}
	int code = a.count > 0 ? put_paths(path, &a) : EX_OK;
	code = a.refused ? EX_NOUSER : code;
	free(a.sender);
	aliases_free(set);
	config_free(&c);
	return code;
}
