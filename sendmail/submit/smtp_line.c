/* Reading command lines. */
#include "submit/smtp_line.h"
#include "base/text.h"
#include <string.h>

static const struct {
	const char *word;
	enum smtp_verb verb;
} verbs[] = {
	{"EHLO", SMTP_EHLO}, {"HELO", SMTP_HELO}, {"MAIL", SMTP_MAIL}, {"RCPT", SMTP_RCPT}, {"DATA", SMTP_DATA}, {"RSET", SMTP_RSET},
	{"NOOP", SMTP_NOOP}, {"VRFY", SMTP_VRFY}, {"HELP", SMTP_HELP}, {"QUIT", SMTP_QUIT}, {"STARTTLS", SMTP_ELSEWHERE},
	{"AUTH", SMTP_ELSEWHERE}, {"EXPN", SMTP_ELSEWHERE}, {"ETRN", SMTP_ELSEWHERE}, {"TURN", SMTP_ELSEWHERE}, {"BDAT", SMTP_ELSEWHERE},
};

enum smtp_verb smtp_line_verb(char *line, char **rest)
{
	char *at = line + strcspn(line, " \t");
	*rest = at;
	if (*at != '\0') {
		*at++ = '\0';
		*rest = text_trim(at);
	}
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (text_equal_ci(verbs[i].word, line))
			return verbs[i].verb;
	}
	return SMTP_NONE;
}

/* The '>' that ends a path: quoted local parts may hold one of their own. */
static char *path_end(char *at)
{
	bool quoted = false;
	for (; *at != '\0' && (quoted || *at != '>'); at++) {
		if (quoted && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return at;
}

char *smtp_line_path(char *rest, const char *word, char **parameters)
{
	if (!text_starts_ci(rest, word))
		return NULL;
	char *path = rest + strlen(word);
	path += strspn(path, " \t");
	bool brackets = *path == '<';
	char *end = brackets ? path_end(++path) : path + strcspn(path, " \t");
	if (brackets ? *end != '>' : end == path)
		return NULL;
	*parameters = *end != '\0' ? end + 1 : end;
	*end = '\0';
	char *colon = *path == '@' ? strchr(path, ':') : NULL;
	return colon != NULL ? colon + 1 : path;
}

bool smtp_line_parameter(char **parameters, char **name, char **value)
{
	char *at = *parameters + strspn(*parameters, " \t");
	char *end = at + strcspn(at, " \t");
	*parameters = *end != '\0' ? end + 1 : end;
	*end = '\0';
	*name = at;
	char *equals = strchr(at, '=');
	*value = equals != NULL ? equals + 1 : end;
	if (equals != NULL)
		*equals = '\0';
	return end > at;
}
