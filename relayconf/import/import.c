/* Settings, notes and passwords on their way from another program's files. */
#include "relayconf/import/import.h"
#include "base/language.h"
#include "base/fdio.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct setting *find(const struct import *im, const char *section, const char *name,
    const char *key)
{
	for (int i = 0; i < im->setting_count; i++) {
		struct setting *s = &im->settings[i];
		if (strcmp(s->section, section) == 0 && strcmp(s->name, name) == 0 &&
		    strcmp(s->key, key) == 0)
			return s;
	}
	return NULL;
}

/* firsthop.conf has one line for a value, and a blank before ';' would begin a comment. */
static char *fit_value(const char *value)
{
	char *fit = mem_copy(value);
	for (char *at = fit; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f || (*at == ' ' && at[1] == ';'))
			*at = at[1] == ';' ? '_' : ' ';
	}
	char *trimmed = mem_copy(text_trim(fit));
	free(fit);
	return trimmed;
}

/* What cannot be between the brackets of a section, and would be obeyed by a terminal. */
static bool is_no_name(struct import *im, const char *section, const char *name)
{
	TEXT(safe, 400);
	if (!text_has_control(name) && strchr(name, ']') == NULL)
		return false;
	text_escape(&safe, name, strlen(name));
	buffer_printf(&im->notes, "[%s %s] -- %s\n", section, safe.data,
	    TR("a name cannot have a bracket or control characters"));
	return true;
}

void import_set(struct import *im, const char *section, const char *name, const char *key,
    const char *value)
{
	if (value == NULL || *value == '\0' || is_no_name(im, section, name))
		return;
	struct setting *s = find(im, section, name, key);
	if (s == NULL) {
		im->settings =
		    mem_resize(im->settings, (size_t)im->setting_count + 1, sizeof *im->settings);
		s = &im->settings[im->setting_count++];
		*s = (struct setting){mem_copy(section), mem_copy(name), mem_copy(key), NULL};
	}
	free(s->value);
	s->value = fit_value(value);
}

const char *import_get(const struct import *im, const char *section, const char *name,
    const char *key)
{
	const struct setting *s = find(im, section, name, key);
	return s != NULL ? s->value : NULL;
}

void import_note(struct import *im, const char *file, int line, const char *words, const char *why)
{
	TEXT(safe, 400);
	text_escape(&safe, words, strlen(words));
	buffer_printf(&im->notes, "%s:%d: %s -- %s\n", file, line, safe.data, TR(why));
}

static bool is_sha256(const char *words, size_t length)
{
	size_t digits = 0;
	for (size_t i = 0; i < length; i++) {
		if (words[i] == ':')
			continue;
		if (strchr("0123456789abcdefABCDEF", words[i]) == NULL)
			return false;
		digits++;
	}
	return digits == 64;
}

bool import_fingerprints(struct import *im, const char *smarthost, const char *list)
{
	TEXT(good, 400);
	while (*(list += strspn(list, ", |\t")) != '\0') {
		size_t length = strcspn(list, ", |\t");
		if (!is_sha256(list, length))
			return false;
		text_printf(&good, "%s%.*s", good.length > 0 ? " " : "", (int)length, list);
		list += length;
	}
	if (good.length == 0 || good.overflow)
		return false;
	import_set(im, "smarthost", smarthost, "tls", "verify");
	import_set(im, "smarthost", smarthost, "tls_fingerprint", good.data);
	return true;
}

void import_socks(struct import *im, const char *smarthost, const char *host, const char *port)
{
	TEXT(url, 300);
	text_printf(&url, strchr(host, ':') != NULL ? "socks5://[%s]:%s" : "socks5://%s:%s", host,
	    *port != '\0' ? port : "1080");
	if (*host != '\0')
		import_set(im, "smarthost", smarthost, "proxy", url.data);
}

char *import_next(const struct import *im, const char *key, int *at)
{
	while (*at < im->setting_count) {
		const struct setting *s = &im->settings[(*at)++];
		if (strcmp(s->section, "smarthost") == 0 && strcmp(s->key, key) == 0)
			return mem_copy(s->name);
	}
	return NULL;
}

void import_secret(struct import *im, const char *smarthost, const char *password, const char *file,
    int line)
{
	char origin[1100];
	if (*password == '\0')
		return;
	snprintf(origin, sizeof origin, "%.1000s:%d", file, line);
	for (int i = 0; i < im->secret_count; i++) {
		struct secret *known = &im->secrets[i];
		if (strcmp(known->smarthost, smarthost) != 0)
			continue;
		free(known->password);
		free(known->origin);
		known->password = mem_copy(password);
		known->origin = mem_copy(origin);
		return;
	}
	im->secrets = mem_resize(im->secrets, (size_t)im->secret_count + 1, sizeof *im->secrets);
	im->secrets[im->secret_count++] =
	    (struct secret){mem_copy(smarthost), mem_copy(password), mem_copy(origin)};
}

void import_server(struct import *im, const char *smarthost, const char *server,
    bool mx_without_brackets)
{
	char host[256];
	bool brackets = *server == '[';
	const char *start = server + brackets;
	size_t length = strcspn(start, brackets ? "]" : ":");
	/* An IPv6 address without brackets has more than one colon, and no port. */
	if (!brackets && strchr(start, ':') != strrchr(start, ':'))
		length = strlen(start);
	snprintf(host, sizeof host, "%.*s", (int)(length < 255 ? length : 255), start);
	const char *rest = start + length + (brackets && start[length] == ']');
	import_set(im, "smarthost", smarthost, "host", text_starts(host, "IPv6:") ? host + 5 : host);
	if (mx_without_brackets && !brackets)
		import_set(im, "smarthost", smarthost, "lookup", "mx");
	if (*rest == ':' && strcmp(rest + 1, "smtp") == 0)
		import_set(im, "smarthost", smarthost, "port", "25");
	else if (*rest == ':' && strcmp(rest + 1, "submission") == 0)
		import_set(im, "smarthost", smarthost, "port", "587");
	else if (*rest == ':' &&
	         (strcmp(rest + 1, "smtps") == 0 || strcmp(rest + 1, "submissions") == 0))
		import_set(im, "smarthost", smarthost, "port", "465");
	else if (*rest == ':')
		import_set(im, "smarthost", smarthost, "port", rest + 1);
}

void import_word(struct import *im, const char *path, char *word, size_t size)
{
	char whole[2048];
	struct buffer text = {0};
	snprintf(whole, sizeof whole, "%s%s", im->root, path);
	text_copy(word, size, "");
	if (fdio_slurp_at(AT_FDCWD, whole, &text, 65536)) {
		char *copy = mem_copy(buffer_string(&text)), *start = text_trim(copy);
		start[strcspn(start, " \t\r\n#")] = '\0';
		text_copy(word, size, start);
		free(copy);
		buffer_printf(&im->sources, "%s\n", path);
	}
	buffer_free(&text);
}

void import_name(const char *from, char *name, size_t size)
{
	size_t length = 0;
	for (; *from != '\0' && length + 1 < size; from++) {
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *from) !=
		    NULL)
			name[length++] = *from;
		else if (*from == '.' || *from == ':')
			name[length++] = '-';
	}
	name[length] = '\0';
	if (length == 0)
		text_copy(name, size, "server");
}

void import_free(struct import *im)
{
	for (int i = 0; i < im->setting_count; i++) {
		free(im->settings[i].section);
		free(im->settings[i].name);
		free(im->settings[i].key);
		free(im->settings[i].value);
	}
	for (int i = 0; i < im->secret_count; i++) {
		free(im->secrets[i].smarthost);
		free(im->secrets[i].password);
		free(im->secrets[i].origin);
	}
	free(im->settings);
	free(im->secrets);
	buffer_free(&im->notes);
	buffer_free(&im->sources);
}
