/* Looking at the form of names and addresses. */
#include "config/form.h"
#include "base/language.h"
#include "config/smarthost.h"
#include "message/address.h"
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define LABEL_MAX 63
#define DIGITS "0123456789"

static bool is_label(const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)label[i];
		bool letter =
		    c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && c != '-' && c != '_')
			return false;
	}
	return true;
}

/* "192.0.2.300" looks like an address and is none. */
static const char *name_problem(const char *name)
{
	const char *label = name;
	for (size_t length; *label != '\0'; label += length + (label[length] == '.')) {
		length = strcspn(label, ".");
		if (length == 0)
			return TR("a part of the name is empty (a dot too many)");
		if (length > LABEL_MAX)
			return TR("a part of the name is longer than 63 bytes");
		if (!is_label(label, length) || *label == '-')
			return TR("a name has letters, digits, '-', '_' and dots, and nothing else");
		bool last = label[length] == '\0' || label[length + 1] == '\0';
		if (last && strspn(label, DIGITS) >= length)
			return TR("it looks like an IPv4 address, and is none: four numbers from 0 to 255, "
			          "without a zero in front");
	}
	return NULL;
}

static const char *scheme_problem(const char *value)
{
	static const char *const implicit[] = {"smtps", "ssl", "submissions", NULL};
	for (int i = 0; implicit[i] != NULL; i++) {
		if (text_starts_ci(value, implicit[i]))
			return TR("write the name alone in host; for smtps:// add: port = 465");
	}
	if (text_starts_ci(value, "smtp+notls:"))
		return TR("write the name alone in host; for smtp+notls:// add: port = 25, and tls = off");
	return TR("write the name alone in host; for smtp:// add: port = 587 (or 25)");
}

/* After the last colon: a number, or the name of a port. */
static bool ends_in_port(const char *value)
{
	static const char *const ports[] = {"smtp", "smtps", "submission", "submissions", NULL};
	const char *port = strrchr(value, ':') + 1;
	for (int i = 0; ports[i] != NULL; i++) {
		if (strcasecmp(port, ports[i]) == 0)
			return true;
	}
	return strspn(port, DIGITS) == strlen(port);
}

static const char *colon_problem(const char *value)
{
	if (strchr(value, '%') != NULL)
		return TR(
		    "an address that holds on one link only (fe80::) cannot be used: name the server, "
		    "or another address of it");
	return ends_in_port(value)
	           ? TR("write the name alone in host; the number has its own key: port = NUMBER")
	           : TR("a ':' is in no name: write the name alone in host");
}

const char *form_host_problem(const char *value)
{
	char bare[256];
	if (*value == '\0' || smarthost_is_literal(value, bare, sizeof bare))
		return NULL;
	if (strstr(value, "://") != NULL)
		return scheme_problem(value);
	if (*value == '[')
		return TR("write the name without brackets: lookup = host, the default, asks for no MX; a "
		          "port "
		          "has its own key: port = NUMBER");
	if (*value == '"' || *value == '\'')
		return TR("write it without quotes");
	if (strchr(value, '$') != NULL)
		return TR("variables are not replaced in this file: write the name itself");
	if (strpbrk(value, " \t,;") != NULL)
		return TR("this is not one name or address; a further server has a [smarthost NAME] of its "
		          "own");
	if (strchr(value, '@') != NULL)
		return TR("write the name alone in host; who logs in has keys of its own: login and "
		          "password_file");
	if (strchr(value, ':') != NULL)
		return colon_problem(value);
	return strchr(value, '/') != NULL ? TR("a '/' is in no name and no address")
	                                  : name_problem(value);
}

const char *form_domain_problem(const char *value)
{
	char bare[256];
	if (*value == '\0' || (*value == '[' && smarthost_is_literal(value, bare, sizeof bare)))
		return NULL;
	if (*value == '@')
		return TR("write the domain alone, without the '@'");
	return strpbrk(value, " \t,;@") != NULL ? TR("this is not one name or address")
	                                        : name_problem(value);
}

const char *form_bind_problem(const char *value)
{
	unsigned char address[16];
	bool right = *value == '\0' || inet_pton(AF_INET, value, address) == 1 ||
	             inet_pton(AF_INET6, value, address) == 1;
	return right ? NULL
	             : TR("this is not an address; write an address of this machine, such as "
	                  "192.0.2.1, and "
	                  "not an interface, a name or a network");
}

/* What is compared with the domain of an address, which has no dot at its end. */
static const char *compared_problem(const char *domain)
{
	size_t length = strlen(domain);
	return length > 1 && domain[length - 1] == '.' ? TR("leave out the '.' at its end")
	                                               : form_domain_problem(domain);
}

const char *form_pattern_problem(const char *pattern)
{
	const char *at = strrchr(pattern, '@');
	return compared_problem(at != NULL ? at + 1 : pattern + (*pattern == '.'));
}

static const char *sender_problem(const char *word)
{
	if (strcmp(word, "self") == 0)
		return NULL;
	return *word == '@' ? compared_problem(word + 1) : address_problem(word);
}

static bool words_ok(const char *list, const char *problem_of(const char *word),
    struct text *problem)
{
	for (const char *at = list; *(at += strspn(at, " ,\t")) != '\0';) {
		size_t n = strcspn(at, " ,\t");
		TEXT(word, 400);
		text_put_n(&word, at, n);
		const char *wrong = problem_of(word.data);
		if (wrong != NULL)
			text_printf(problem, "\"%.80s\": %s", word.data, wrong);
		if (wrong != NULL)
			return false;
		at += n;
	}
	return true;
}

bool form_domains_ok(const char *list, struct text *problem)
{
	return words_ok(list, compared_problem, problem);
}

bool form_senders_ok(const char *list, struct text *problem)
{
	return words_ok(list, sender_problem, problem);
}

bool form_fingerprints(char *place, size_t size, const char *value, struct text *problem)
{
	char wanted[4 * 65] = "";
	struct text list;
	text_init(&list, wanted, size < sizeof wanted ? size : sizeof wanted);
	for (const char *at = value; *(at += strspn(at, " ,\t")) != '\0';) {
		size_t n = strcspn(at, " ,\t"), digits = 0;
		text_put(&list, list.length > 0 ? " " : "");
		for (size_t i = 0; i < n; i++) {
			const char *digit = strchr("0123456789abcdef0123456789ABCDEF", at[i]);
			digits += digit != NULL;
			if (digit != NULL)
				text_printf(&list, "%c", at[i] >= 'A' && at[i] <= 'F' ? at[i] + 32 : at[i]);
			else if (at[i] != ':')
				digits = 100;
		}
		if (digits != 64) {
			text_printf(problem,
			    TR("\"%.*s\" is not a SHA-256 fingerprint: 64 hexadecimal digits, with or without "
			       "colons; \"relayconf probe\" shows it"),
			    n < 100 ? (int)n : 100, at);
			return false;
		}
		at += n;
	}
	if (list.overflow)
		text_put(problem, TR("there may be four fingerprints"));
	else
		text_copy(place, size, wanted);
	return !list.overflow;
}
