/* One row per key. */
#include "config/keys.h"
#include "base/compat.h"
#include "config/form.h"
#include "message/address.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define IN_CONFIG(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)
#define IN_RULE(member) offsetof(struct rule, member), sizeof(((struct rule *)0)->member)
#define IN_SUBMITTER(member) \
	offsetof(struct submitter, member), sizeof(((struct submitter *)0)->member)
#define IN_REWRITE(member) offsetof(struct rewrite, member), sizeof(((struct rewrite *)0)->member)
#define IN_HOP(member) offsetof(struct hop, member), sizeof(((struct hop *)0)->member)

static const struct key_row rows[] = {
    {{"host", "name", "",
         "name given in EHLO, Message-ID and Received; default: the machine's own name"},
        KEY_NAME, IN_CONFIG(name), 0, 0},
    {{"host", "domain", "",
         "added to addresses without a domain (root becomes root@DOMAIN); default: the value of "
         "name"},
        KEY_NAME, IN_CONFIG(domain), 0, 0},
    {{"host", "aliases", ALIASES_DEFAULT,
         "aliases(5) file: bare names to addresses; or a folder of such files; need not exist "
         "unless it is set here"},
        KEY_PATH, IN_CONFIG(aliases), 0, 0},
    {{"host", "unknown", "",
         "address for local names that have no alias; default: the name completed with the domain"},
        KEY_ADDRESS, IN_CONFIG(unknown), 0, 0},
    {{"smarthost", "host", "", "name or address of the server; needed"}, KEY_NAME, IN_HOP(host), 0,
        0},
    {{"smarthost", "lookup", "host", "how the name is read: host (A and AAAA), mx, srv"},
        KEY_LOOKUP, IN_HOP(lookup), 0, 0},
    {{"smarthost", "port", "587", "TCP port; 465 by default when implicit = yes"}, KEY_PORT,
        IN_HOP(port), 1, 65535},
    {{"smarthost", "tls", "verify",
         "verify (certificate must be right), encrypt, opportunistic, off"},
        KEY_TLS, IN_HOP(tls), 0, 0},
    {{"smarthost", "implicit", "no", "yes: TLS from the first byte; the default with port 465"},
        KEY_YES, IN_HOP(implicit), 0, 0},
    {{"smarthost", "tls_name", "",
         "name to find in the certificate, or .DOMAIN for any name below it; default: host"},
        KEY_NAME, IN_HOP(tls_name), 0, 0},
    {{"smarthost", "tls_ca_file", "", "PEM file of trusted authorities; default: the system's"},
        KEY_PATH, IN_HOP(tls_ca_file), 0, 0},
    {{"smarthost", "login", "", "user name for AUTH; empty: none"}, KEY_TEXT, IN_HOP(login), 0, 0},
    {{"smarthost", "password_file", "",
         "file with the password, readable by root and group firsthop only"},
        KEY_PATH, IN_HOP(password_file), 0, 0},
    {{"smarthost", "password_command", "", "command that prints the password, instead of a file"},
        KEY_TEXT, IN_HOP(password_command), 0, 0},
    {{"smarthost", "auth", "",
         "ways to log in, the best first: scram-sha-256, plain, cram-md5, login; empty: as "
         "offered"},
        KEY_AUTH, IN_HOP(auth), 0, 0},
    {{"smarthost", "auth_without_tls", "no", "yes: send the password in the clear"}, KEY_YES,
        IN_HOP(auth_without_tls), 0, 0},
    {{"smarthost", "auth_to_unverified_server", "no",
         "yes: give the password to whoever answers in the server's place"},
        KEY_YES, IN_HOP(auth_to_unverified_server), 0, 0},
    {{"smarthost", "bind_address", "", "local address to connect from"}, KEY_NAME,
        IN_HOP(bind_address), 0, 0},
    {{"smarthost", "default", "yes", "no: gets only mail that a [route] sends to it"}, KEY_YES,
        IN_HOP(by_default), 0, 0},
    {{"route", "via", "",
         "smarthosts in order, by name, for mail that fits the pattern; or direct: the domain's "
         "own MX; needed"},
        KEY_TEXT, IN_RULE(via), 0, 0},
    {{"submit", "from", "",
         "senders that -f may name: addresses, @domains, self (the login name); empty: any"},
        KEY_TEXT, IN_SUBMITTER(from), 0, 0},
    {{"submit", "max_per_hour", "0", "messages an hour; 0: no limit"}, KEY_NUMBER,
        IN_SUBMITTER(max_per_hour), 0, 1000000},
    {{"submit", "max_waiting", "0", "messages that may wait in the queue; 0: no limit"}, KEY_NUMBER,
        IN_SUBMITTER(max_waiting), 0, 10000000},
    {{"submit", "max_waiting_mb", "0", "megabytes that may wait in the queue; 0: no limit"},
        KEY_NUMBER, IN_SUBMITTER(max_waiting_mb), 0, 1000000},
    {{"fallback", "direct_mx", "no",
         "yes: after the last smarthost, or without one, the recipient domain's own MX"},
        KEY_YES, IN_CONFIG(direct_mx), 0, 0},
    {{"fallback", "direct_port", "25", "TCP port of servers found that way"}, KEY_PORT,
        IN_CONFIG(direct_port), 1, 65535},
    {{"sender", "envelope_from", "qualify",
         "envelope sender: keep, qualify (complete with the domain), or one address for all mail"},
        KEY_SENDER, IN_CONFIG(envelope_from), 0, 0},
    {{"sender", "header_from", "qualify", "From field: keep, qualify, or one address for all mail"},
        KEY_SENDER, IN_CONFIG(header_from), 0, 0},
    {{"sender", "keep_original", "no",
         "where the From field's address goes when another one replaces it: no, reply-to, "
         "x-original-from"},
        KEY_ORIGINAL, IN_CONFIG(keep_original), 0, 0},
    {{"rewrite", "file", "",
         "text file of the map: address blank new-address; beside it, lines address = new-address "
         "in this section"},
        KEY_PATH, IN_REWRITE(file), 0, 0},
    {{"queue", "expire_after_h", "120",
         "hours after which undelivered mail goes back to its sender"},
        KEY_NUMBER, IN_CONFIG(expire_after_h), 1, 8760},
    {{"queue", "warn_after_h", "4",
         "hours after which the sender gets a warning of the delay; 0: never"},
        KEY_NUMBER, IN_CONFIG(warn_after_h), 0, 8760},
    {{"queue", "alarm_after_min", "240",
         "minutes after which waiting mail is complained about in the log (crit), once an hour; 0: "
         "never"},
        KEY_NUMBER, IN_CONFIG(alarm_after_min), 0, 525600},
    {{"queue", "max_sessions", "4", "sessions at a time"}, KEY_NUMBER, IN_CONFIG(max_sessions), 1,
        32},
    {{"queue", "batch_messages", "50", "waiting messages that justify one more session"},
        KEY_NUMBER, IN_CONFIG(batch_messages), 1, 100000},
    {{"queue", "keep_dead_d", "30", "days for which mail is kept that could not even be returned"},
        KEY_NUMBER, IN_CONFIG(keep_dead_d), 1, 3650},
    {{"queue", "waits_min", "1 2 5 10 20 30 60", "minutes between attempts; the last one repeats"},
        KEY_WAITS, IN_CONFIG(waits_min), 1, 10080},
    {{"queue", "list", "all",
         "who may list the queue: all, owner (own mail only), admin (root and group fhlist)"},
        KEY_LIST, IN_CONFIG(list), 0, 0},
    {{"queue", "format", "sendmail", "layout of mailq when none is given: sendmail, postfix, json"},
        KEY_FORMAT, IN_CONFIG(format), 0, 0},
    {{"queue", "max_recipients", "10000",
         "recipients that a message may have, as it is handed over and after the aliases"},
        KEY_NUMBER, IN_CONFIG(max_recipients), 1, ENVELOPE_RCPTS_MAX},
    {{"queue", "min_free_mb", "0",
         "megabytes of free disk below which mail is accepted from root only; 0: only the reserve "
         "that is always kept"},
        KEY_NUMBER, IN_CONFIG(min_free_mb), 0, 1000000},
    {{"log", "format", "text", "lines of the mail log: text, or json (an object on each line)"},
        KEY_LOG, IN_CONFIG(log_format), 0, 0},
    {{"local", "deliver", "no",
         "mbox or maildir: mail for the domains below is put into mailboxes of this machine; "
         "discard, refuse: it is thrown away, or returned; no: nothing is local"},
        KEY_LOCAL, IN_CONFIG(local_deliver), 0, 0},
    {{"local", "domains", "",
         "domains whose names are users of this machine; needed by mbox and maildir; discard and "
         "refuse: empty means all mail"},
        KEY_TEXT, IN_CONFIG(local_domains), 0, 0},
    {{"local", "forward", "yes",
         "yes: the file .forward of a user says where the user's mail goes; no: it is ignored"},
        KEY_YES, IN_CONFIG(local_forward), 0, 0},
    {{"local", "after_h", "0", "hours for which the servers are tried before; 0: none is"},
        KEY_NUMBER, IN_CONFIG(local_after_h), 0, 8760},
    {{"bounce", "per_hour", "100",
         "reports to senders that leave in an hour; further ones wait, and are merged"},
        KEY_NUMBER, IN_CONFIG(bounces_per_hour), 1, 1000},
    {{"bounce", "merge_min", "15",
         "minutes for which reports to the same sender are collected into one, after the first "
         "three of an hour"},
        KEY_NUMBER, IN_CONFIG(bounce_merge_min), 1, 1440},
    {{"bounce", "postmaster", "postmaster",
         "gets reports that cannot be returned to their sender; empty: they are set aside"},
        KEY_TEXT, IN_CONFIG(postmaster), 0, 0},
    {{"relay", "connect_s", "30", "seconds for connecting and for the TLS handshake"}, KEY_NUMBER,
        IN_CONFIG(connect_s), 1, 3600},
    {{"relay", "reply_s", "300", "seconds for an answer"}, KEY_NUMBER, IN_CONFIG(reply_s), 1, 3600},
    {{"relay", "data_s", "180",
         "seconds for the answer to DATA, and without progress while the message is sent"},
        KEY_NUMBER, IN_CONFIG(data_s), 1, 3600},
    {{"relay", "dot_s", "600", "seconds for the answer to the end of the message"}, KEY_NUMBER,
        IN_CONFIG(dot_s), 1, 3600},
    {{"relay", "batch_s", "3600", "seconds for one session as a whole"}, KEY_NUMBER,
        IN_CONFIG(batch_s), 10, 86400},
};
#define ROWS (int)(sizeof rows / sizeof rows[0])

static const char *const yes_words[] = {"no", "yes", NULL};
static const char *const lookup_words[] = {"host", "mx", "srv", NULL};
static const char *const tls_words[] = {"verify", "encrypt", "opportunistic", "off", NULL};
static const char *const local_words[] = {"no", "mbox", "maildir", "discard", "refuse", NULL};
static const char *const list_words[] = {"all", "owner", "admin", NULL};
static const char *const format_words[] = {"sendmail", "postfix", "json", NULL};
static const char *const log_words[] = {"text", "json", NULL};
static const char *const sender_words[] = {"keep", "qualify", NULL};
static const char *const auth_words[] = {"plain", "login", "cram-md5", "scram-sha-256", NULL};
static const char *const original_words[] = {"no", "reply-to", "x-original-from", NULL};

const char *hop_lookup_name(enum hop_lookup l)
{
	return lookup_words[l];
}

const char *hop_tls_name(enum hop_tls t)
{
	return tls_words[t];
}

const struct config_key *config_keys(int *count)
{
	static struct config_key keys[ROWS];
	for (int i = 0; i < ROWS; i++)
		keys[i] = rows[i].key;
	*count = ROWS;
	return keys;
}

const struct key_row *keys_find(const char *section, const char *key)
{
	for (int i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].key.section, section) == 0 && strcmp(rows[i].key.key, key) == 0)
			return &rows[i];
	}
	return NULL;
}

/* Letters of key that a candidate has too, in order: enough to find a slip of the finger. */
static int likeness(const char *a, const char *b)
{
	int same = 0;
	for (; *a != '\0'; a++) {
		const char *at = strchr(b, *a);
		if (at != NULL) {
			same++;
			b = at + 1;
		}
	}
	return same;
}

const char *keys_nearest(const char *section, const char *key)
{
	const char *best = NULL;
	int best_score = 0;
	for (int i = 0; i < ROWS; i++) {
		const char *name = rows[i].key.key;
		int longer = (int)(strlen(key) > strlen(name) ? strlen(key) : strlen(name));
		int score = likeness(key, name) * 100 / (longer ? longer : 1);
		if (strcmp(rows[i].key.section, section) == 0 && score >= 60 && score > best_score) {
			best = name;
			best_score = score;
		}
	}
	return best;
}

static int word_index(const char *const words[], const char *value)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (text_equal_ci(words[i], value))
			return i;
	}
	return -1;
}

static bool set_word(void *place, const char *const words[], const char *value,
    struct text *problem)
{
	int index = word_index(words, value);
	if (index >= 0) {
		memcpy(place, &index, sizeof index);
		return true;
	}
	text_printf(problem, "\"%.80s\" is not one of:", value);
	for (int i = 0; words[i] != NULL; i++)
		text_printf(problem, " %s", words[i]);
	return false;
}

static bool set_yes(void *place, const char *value, struct text *problem)
{
	int index;
	if (!set_word(&index, yes_words, value, problem))
		return false;
	*(bool *)place = index == 1;
	return true;
}

static bool set_number(const struct key_row *row, void *place, const char *value,
    struct text *problem)
{
	long long number;
	if (!text_number(value, row->low, row->high, &number)) {
		text_printf(problem, "\"%.80s\" is not a number from %d to %d", value, row->low, row->high);
		return false;
	}
	if (row->type == KEY_PORT)
		*(uint16_t *)place = (uint16_t)number;
	else
		*(int *)place = (int)number;
	return true;
}

static bool set_waits(const struct key_row *row, struct config *c, const char *value,
    struct text *problem)
{
	int waits[CONFIG_WAITS_MAX], count = 0;
	char word[16];
	for (const char *at = value; *(at += strspn(at, " ,\t")) != '\0';) {
		size_t n = strcspn(at, " ,\t");
		long long number = 0;
		snprintf(word, sizeof word, "%.*s", n < 15 ? (int)n : 15, at);
		if (count == CONFIG_WAITS_MAX || !text_number(word, row->low, row->high, &number)) {
			text_printf(problem, "\"%.80s\" is not a list of at most %d numbers from %d to %d",
			    value, CONFIG_WAITS_MAX, row->low, row->high);
			return false;
		}
		waits[count++] = (int)number;
		at += n;
	}
	if (count == 0) {
		text_put(problem, "at least one number is needed");
		return false;
	}
	memcpy(c->waits_min, waits, sizeof waits);
	c->wait_count = count;
	return true;
}

static char *sender_address(const struct key_row *row, const void *base, size_t *size)
{
	struct config *c = (struct config *)(uintptr_t)base;
	bool envelope = row->at == offsetof(struct config, envelope_from);
	*size = sizeof c->envelope_from_address;
	return envelope ? c->envelope_from_address : c->header_from_address;
}

static bool set_sender(const struct key_row *row, void *base, const char *value,
    struct text *problem)
{
	size_t size;
	char *address = sender_address(row, base, &size);
	int index = word_index(sender_words, value);
	const char *at = strchr(value, '@');
	if (index < 0 && (at == NULL || at == value || at[1] == '\0' ||
	                     strpbrk(value, " \t<>,;") != NULL || strlen(value) >= size)) {
		text_printf(problem, "\"%.80s\" is not keep, qualify, or one address with a domain", value);
		return false;
	}
	*(enum stamp_from *)((char *)base + row->at) =
	    index < 0 ? STAMP_FROM_REPLACE : (enum stamp_from)index;
	text_copy(address, size, index < 0 ? value : "");
	return true;
}

static bool set_address(const struct key_row *row, char *place, const char *value,
    struct text *problem)
{
	const char *wrong = *value != '\0' ? address_problem(value) : NULL;
	if (wrong != NULL)
		text_printf(problem, "\"%.80s\": %s", value, wrong);
	else
		text_copy(place, row->size, value);
	return wrong == NULL;
}

static const char *name_problem(const struct key_row *row, const char *value)
{
	if (strpbrk(value, " \t@<>,;\"") != NULL)
		return "this is not one name or address";
	if (strcmp(row->key.key, "bind_address") == 0)
		return form_bind_problem(value);
	bool host = strcmp(row->key.section, "smarthost") == 0 && strcmp(row->key.key, "host") == 0;
	return host ? form_host_problem(value) : NULL;
}

static bool set_text(const struct key_row *row, char *place, const char *value, const char *folder,
    struct text *problem)
{
	const char *wrong = row->type == KEY_NAME ? name_problem(row, value) : NULL;
	if (wrong != NULL) {
		text_printf(problem, "\"%.80s\": %s", value, wrong);
		return false;
	}
	bool relative = row->type == KEY_PATH && *value != '\0' && *value != '/';
	int n =
	    snprintf(place, row->size, "%s%s%s", relative ? folder : "", relative ? "/" : "", value);
	if (n >= 0 && (size_t)n < row->size)
		return true;
	text_printf(problem, "the value is longer than %zu bytes", row->size - 1);
	return false;
}

/* Kept with single blanks, in small letters. */
static bool set_auth(char *place, size_t size, const char *value, struct text *problem)
{
	struct text list;
	char word[32];
	char wanted[64] = "";
	text_init(&list, wanted, size);
	for (const char *at = value; *(at += strspn(at, " ,\t")) != '\0';) {
		size_t n = strcspn(at, " ,\t");
		int index;
		snprintf(word, sizeof word, "%.*s", n < sizeof word - 1 ? (int)n : (int)sizeof word - 1,
		    at);
		if (!set_word(&index, auth_words, word, problem))
			return false;
		text_printf(&list, "%s%s", list.length > 0 ? " " : "", auth_words[index]);
		at += n;
	}
	if (list.overflow) {
		text_put(problem, "a way to log in is named more than once");
		return false;
	}
	text_copy(place, size, wanted);
	return true;
}

bool keys_set(const struct key_row *row, void *base, const char *value, const char *folder,
    struct text *problem)
{
	void *place = (char *)base + row->at;
	switch (row->type) {
	case KEY_NUMBER:
	case KEY_PORT: return set_number(row, place, value, problem);
	case KEY_YES: return set_yes(place, value, problem);
	case KEY_LOOKUP: return set_word(place, lookup_words, value, problem);
	case KEY_TLS: return set_word(place, tls_words, value, problem);
	case KEY_LIST: return set_word(place, list_words, value, problem);
	case KEY_LOCAL: return set_word(place, local_words, value, problem);
	case KEY_FORMAT: return set_word(place, format_words, value, problem);
	case KEY_LOG: return set_word(place, log_words, value, problem);
	case KEY_ORIGINAL: return set_word(place, original_words, value, problem);
	case KEY_AUTH: return set_auth(place, row->size, value, problem);
	case KEY_ADDRESS: return set_address(row, place, value, problem);
	case KEY_SENDER: return set_sender(row, base, value, problem);
	case KEY_WAITS: return set_waits(row, base, value, problem);
	default: return set_text(row, place, value, folder, problem);
	}
}

static void put_waits(const struct config *c, struct text *value)
{
	for (int i = 0; i < c->wait_count; i++)
		text_printf(value, "%s%d", i ? " " : "", c->waits_min[i]);
}

/* Writes the value in effect. */
static void put_value(const struct key_row *row, const void *base, struct text *value)
{
	const void *place = (const char *)base + row->at;
	int index = 0;
	size_t size;
	if (row->type == KEY_LOOKUP || row->type == KEY_TLS || row->type == KEY_LIST ||
	    row->type == KEY_LOCAL || row->type == KEY_FORMAT || row->type == KEY_LOG ||
	    row->type == KEY_ORIGINAL || row->type == KEY_SENDER)
		memcpy(&index, place, sizeof index);
	switch (row->type) {
	case KEY_NUMBER: text_printf(value, "%d", *(const int *)place); break;
	case KEY_PORT: text_printf(value, "%u", *(const uint16_t *)place); break;
	case KEY_YES: text_put(value, yes_words[*(const bool *)place]); break;
	case KEY_LOOKUP: text_put(value, lookup_words[index]); break;
	case KEY_TLS: text_put(value, tls_words[index]); break;
	case KEY_LIST: text_put(value, list_words[index]); break;
	case KEY_LOCAL: text_put(value, local_words[index]); break;
	case KEY_FORMAT: text_put(value, format_words[index]); break;
	case KEY_LOG: text_put(value, log_words[index]); break;
	case KEY_ORIGINAL: text_put(value, original_words[index]); break;
	case KEY_SENDER:
		text_put(value,
		    index == STAMP_FROM_REPLACE ? sender_address(row, base, &size) : sender_words[index]);
		break;
	case KEY_WAITS: put_waits(base, value); break;
	default: text_put(value, place); break;
	}
}

bool config_section_is_named(const char *section)
{
	return strcmp(section, "smarthost") == 0 || strcmp(section, "route") == 0 ||
	       strcmp(section, "submit") == 0 || strcmp(section, "rewrite") == 0;
}

bool config_value(const struct config *c, const char *section, const char *name, const char *key,
    struct text *value)
{
	const struct key_row *row = keys_find(section, key);
	if (row == NULL)
		return false;
	const void *base = config_section_is_named(section) ? NULL : c;
	for (int i = 0; name != NULL && strcmp(section, "smarthost") == 0 && i < c->hop_count; i++) {
		if (strcmp(c->hops[i].name, name) == 0)
			base = &c->hops[i];
	}
	for (int i = 0; name != NULL && strcmp(section, "route") == 0 && i < c->rule_count; i++) {
		if (strcmp(c->rules[i].pattern, name) == 0)
			base = &c->rules[i];
	}
	for (int i = 0; name != NULL && strcmp(section, "submit") == 0 && i < c->submitter_count; i++) {
		if (strcmp(c->submitters[i].who, name) == 0)
			base = &c->submitters[i];
	}
	if (name != NULL && strcmp(section, "rewrite") == 0)
		base = strcmp(name, "senders") == 0      ? &c->rewrite_senders
		       : strcmp(name, "recipients") == 0 ? &c->rewrite_recipients
		                                         : NULL;
	if (base != NULL)
		put_value(row, base, value);
	return base != NULL;
}
