/* Reading, checking and writing the value of a key by its row. */
#include "config/keys.h"
#include "base/language.h"
#include "base/nearest.h"
#include "config/form.h"
#include "config/habit.h"
#include "config/sections.h"
#include "message/address.h"
#include <stdio.h>
#include <string.h>

static const char *const yes_words[] = {"no", "yes", NULL};
static const char *const lookup_words[] = {"host", "mx", "srv", NULL};
static const char *const tls_words[] = {"verify", "encrypt", "opportunistic", "off", NULL};
static const char *const dane_words[] = {"no", "opportunistic", "require", NULL};
static const char *const local_words[] = {"no", "mbox", "maildir", "discard", "refuse", NULL};
static const char *const list_words[] = {"all", "owner", "admin", NULL};
static const char *const format_words[] = {"sendmail", "postfix", "json", NULL};
static const char *const storm_words[] = {"sender", "recipient", NULL};
static const char *const log_words[] = {"text", "json", NULL};
static const char *const sender_words[] = {"keep", "qualify", NULL};
static const char *const auth_words[] = {"plain", "login", "cram-md5", "scram-sha-256", "xoauth2",
    "oauthbearer", NULL};
static const char *const received_words[] = {"", "full", "short", "none", NULL};
static const char *const down_words[] = {"wait", "pass", NULL};
static const char *const original_words[] = {"no", "reply-to", "x-original-from", NULL};

const char *smarthost_lookup_name(enum smarthost_lookup l)
{
	return lookup_words[l];
}

const char *smarthost_tls_name(enum smarthost_tls t)
{
	return tls_words[t];
}

const char *smarthost_dane_name(enum smarthost_dane d)
{
	return dane_words[d];
}

const struct config_key *config_keys(int *count)
{
	static struct config_key keys[CONFIG_KEYS_MAX];
	for (int i = 0; i < key_row_count; i++)
		keys[i] = key_rows[i].key;
	*count = key_row_count;
	return keys;
}

const struct config_old_name *config_old_names(int *count)
{
	*count = key_old_name_count;
	return key_old_names;
}

const struct config_old_name *config_old_name(const char *section, const char *key)
{
	for (int i = 0; i < key_old_name_count; i++) {
		const struct config_old_name *o = &key_old_names[i];
		if (strcmp(o->section, section) == 0 && strcmp(o->old, key) == 0)
			return o;
	}
	return NULL;
}

const struct key_row *keys_find(const char *section, const char *key)
{
	for (int i = 0; i < key_row_count; i++) {
		if (strcmp(key_rows[i].key.section, section) == 0 && strcmp(key_rows[i].key.key, key) == 0)
			return &key_rows[i];
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

const char *keys_section_of(const char *key)
{
	for (int i = 0; i < key_row_count; i++) {
		if (strcmp(key_rows[i].key.key, key) == 0)
			return key_rows[i].key.section;
	}
	return NULL;
}

const char *keys_nearest(const char *section, const char *key)
{
	const char *best = NULL;
	int best_score = 0;
	for (int i = 0; i < key_row_count; i++) {
		const char *name = key_rows[i].key.key;
		int longer = (int)(strlen(key) > strlen(name) ? strlen(key) : strlen(name));
		int score = likeness(key, name) * 100 / (longer ? longer : 1);
		if (strcmp(key_rows[i].key.section, section) == 0 && score >= 60 && score > best_score) {
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
	text_printf(problem, TR("\"%.80s\" is not one of:"), value);
	for (int i = 0; words[i] != NULL; i++)
		text_printf(problem, "%s%s", words[i][0] != '\0' ? " " : "", words[i]);
	const char *habit = habit_word(words, value);
	nearest_ask(problem, habit != NULL ? habit : nearest_of(value, words));
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
		text_printf(problem, TR("\"%.80s\" is not a number from %d to %d"), value, row->low,
		    row->high);
		habit_number(row->key.key, row->low, row->high, value, problem);
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
			text_printf(problem, TR("\"%.80s\" is not a list of at most %d numbers from %d to %d"),
			    value, CONFIG_WAITS_MAX, row->low, row->high);
			habit_number(row->key.key, row->low, row->high, word, problem);
			return false;
		}
		waits[count++] = (int)number;
		at += n;
	}
	if (count == 0) {
		text_put(problem, TR("at least one number is needed"));
		return false;
	}
	memcpy(c->retry_min, waits, sizeof waits);
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
		text_printf(problem, TR("\"%.80s\" is not keep, qualify, or one address with a domain"),
		    value);
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
	if (strcmp(row->key.section, "smarthost") == 0 && strcmp(row->key.key, "host") == 0)
		return form_host_problem(value);
	if (strcmp(row->key.key, "domain") == 0)
		return form_domain_problem(value);
	if (strpbrk(value, " \t@<>,;\"") != NULL)
		return TR("this is not one name or address");
	if (strcmp(row->key.key, "bind_address") == 0)
		return form_bind_problem(value);
	if (strcmp(row->key.key, "language") == 0)
		return language_is_name(value) ? NULL
		                               : TR("a language is letters, such as en, ja or pt_BR");
	return NULL;
}

static bool set_text(const struct key_row *row, char *place, const char *value, const char *folder,
    struct text *problem)
{
	struct proxy_url url;
	const char *wrong = row->type == KEY_NAME ? name_problem(row, value) : NULL;
	if (row->type == KEY_PROXY && *value != '\0' && !proxy_url_read(value, &url, problem))
		return false;
	if ((row->type == KEY_DOMAINS && !form_domains_ok(value, problem)) ||
	    (row->type == KEY_SENDERS && !form_senders_ok(value, problem)))
		return false;
	if (wrong != NULL) {
		text_printf(problem, "\"%.80s\": %s", value, wrong);
		return false;
	}
	bool relative = row->type == KEY_PATH && *value != '\0' && *value != '/';
	int n =
	    snprintf(place, row->size, "%s%s%s", relative ? folder : "", relative ? "/" : "", value);
	if (n >= 0 && (size_t)n < row->size)
		return true;
	text_printf(problem, TR("the value is longer than %zu bytes"), row->size - 1);
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
		text_put(problem, TR("a way to log in is named more than once"));
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
	case KEY_DANE: return set_word(place, dane_words, value, problem);
	case KEY_LIST: return set_word(place, list_words, value, problem);
	case KEY_LOCAL: return set_word(place, local_words, value, problem);
	case KEY_FORMAT: return set_word(place, format_words, value, problem);
	case KEY_LOG: return set_word(place, log_words, value, problem);
	case KEY_STORM_BY: return set_word(place, storm_words, value, problem);
	case KEY_ORIGINAL: return set_word(place, original_words, value, problem);
	case KEY_RECEIVED: return set_word(place, received_words, value, problem);
	case KEY_DOWN: return set_word(place, down_words, value, problem);
	case KEY_AUTH: return set_auth(place, row->size, value, problem);
	case KEY_FINGERPRINT: return form_fingerprints(place, row->size, value, problem);
	case KEY_PACE: return pace_rule_read(value, place, problem);
	case KEY_ADDRESS: return set_address(row, place, value, problem);
	case KEY_SENDER: return set_sender(row, base, value, problem);
	case KEY_WAITS: return set_waits(row, base, value, problem);
	default: return set_text(row, place, value, folder, problem);
	}
}

static void put_waits(const struct config *c, struct text *value)
{
	for (int i = 0; i < c->wait_count; i++)
		text_printf(value, "%s%d", i ? " " : "", c->retry_min[i]);
}

/* Writes the value in effect. */
static void put_value(const struct key_row *row, const void *base, struct text *value)
{
	const void *place = (const char *)base + row->at;
	int index = 0;
	size_t size;
	if (row->type == KEY_LOOKUP || row->type == KEY_TLS || row->type == KEY_LIST ||
	    row->type == KEY_LOCAL || row->type == KEY_FORMAT || row->type == KEY_LOG ||
	    row->type == KEY_ORIGINAL || row->type == KEY_RECEIVED || row->type == KEY_DOWN ||
	    row->type == KEY_DANE || row->type == KEY_SENDER || row->type == KEY_STORM_BY)
		memcpy(&index, place, sizeof index);
	switch (row->type) {
	case KEY_NUMBER: text_printf(value, "%d", *(const int *)place); break;
	case KEY_PORT: text_printf(value, "%u", *(const uint16_t *)place); break;
	case KEY_YES: text_put(value, yes_words[*(const bool *)place]); break;
	case KEY_LOOKUP: text_put(value, lookup_words[index]); break;
	case KEY_TLS: text_put(value, tls_words[index]); break;
	case KEY_DANE: text_put(value, dane_words[index]); break;
	case KEY_LIST: text_put(value, list_words[index]); break;
	case KEY_LOCAL: text_put(value, local_words[index]); break;
	case KEY_FORMAT: text_put(value, format_words[index]); break;
	case KEY_LOG: text_put(value, log_words[index]); break;
	case KEY_STORM_BY: text_put(value, storm_words[index]); break;
	case KEY_DOWN: text_put(value, down_words[index]); break;
	case KEY_ORIGINAL: text_put(value, original_words[index]); break;
	case KEY_RECEIVED: text_put(value, received_words[index]); break;
	case KEY_SENDER:
		text_put(value,
		    index == STAMP_FROM_REPLACE ? sender_address(row, base, &size) : sender_words[index]);
		break;
	case KEY_WAITS: put_waits(base, value); break;
	case KEY_PACE: pace_rule_put(place, value); break;
	default: text_put(value, place); break;
	}
}

bool config_value(const struct config *c, const char *section, const char *name, const char *key,
    struct text *value)
{
	const struct key_row *row = keys_find(section, key);
	if (row == NULL)
		return false;
	const void *base = sections_find(c, section, name);
	if (base != NULL)
		put_value(row, base, value);
	return base != NULL;
}
