/* Reading where a proxy is. */
#include "config/proxy_url.h"
#include "base/language.h"
#include <stdio.h>
#include <string.h>

static bool fail(struct text *problem, const char *value, const char *what)
{
	if (problem != NULL)
		text_printf(problem, "\"%.80s\": %s", value, what);
	return false;
}

bool proxy_url_read(const char *value, struct proxy_url *url, struct text *problem)
{
	static const struct {
		const char *scheme;
		enum proxy_kind kind;
		uint16_t port;
	} rows[] = {{"socks5://", PROXY_SOCKS5, 1080}, {"socks5h://", PROXY_SOCKS5, 1080},
	    {"http://", PROXY_HTTP, 3128}};
	const char *at = NULL;
	long long port = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!text_starts_ci(value, rows[i].scheme))
			continue;
		url->kind = rows[i].kind;
		port = rows[i].port;
		at = value + strlen(rows[i].scheme);
	}
	if (at == NULL)
		return fail(problem, value, TR("write socks5://HOST:PORT or http://HOST:PORT"));
	if (strchr(at, '@') != NULL)
		return fail(problem, value,
		    TR("a login has keys of its own: proxy_login and proxy_password_file"));
	bool literal = *at == '[';
	size_t length = literal ? strcspn(++at, "]") : strcspn(at, ":/");
	snprintf(url->host, sizeof url->host, "%.*s", length < 255 ? (int)length : 255, at);
	at += length + (literal && at[length] == ']');
	if (*at == ':') {
		char digits[8];
		size_t n = strcspn(++at, "/");
		snprintf(digits, sizeof digits, "%.*s", n < 7 ? (int)n : 7, at);
		if (!text_number(digits, 1, 65535, &port))
			return fail(problem, value, TR("the port is a number from 1 to 65535"));
		at += n;
	}
	url->port = (uint16_t)port;
	if (url->host[0] == '\0' || strpbrk(url->host, " ,;\"<>") != NULL ||
	    text_has_control(url->host) || length > 255)
		return fail(problem, value, TR("there is no name and no address of a proxy in it"));
	return *at == '\0' || strcmp(at, "/") == 0 ||
	       fail(problem, value, TR("nothing may come behind the port"));
}
