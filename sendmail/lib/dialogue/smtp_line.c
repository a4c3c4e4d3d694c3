/* Reading command lines. */
#include "dialogue/smtp_line.h"
#include "base/text.h"
#include "message/address.h"
#include <string.h>

static const struct {
	const char *word;
	enum smtp_verb verb;
} verbs[] = {
    {"EHLO", SMTP_EHLO},
    {"HELO", SMTP_HELO},
    {"LHLO", SMTP_LHLO},
    {"MAIL", SMTP_MAIL},
    {"RCPT", SMTP_RCPT},
    {"DATA", SMTP_DATA},
    {"RSET", SMTP_RSET},
    {"NOOP", SMTP_NOOP},
    {"VRFY", SMTP_VRFY},
    {"HELP", SMTP_HELP},
    {"QUIT", SMTP_QUIT},
    {"STARTTLS", SMTP_ELSEWHERE},
    {"AUTH", SMTP_ELSEWHERE},
    {"EXPN", SMTP_ELSEWHERE},
    {"ETRN", SMTP_ELSEWHERE},
    {"TURN", SMTP_ELSEWHERE},
    {"BDAT", SMTP_ELSEWHERE},
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

/* The first c that is not in quotes. */
static char *find_bare(char *at, char c)
{
	bool quoted = false;
	for (; *at != '\0' && (quoted || *at != c); at++) {
		if (quoted && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return at;
}

char *smtp_line_path(char *rest, const char *word, char **parameters)
{
	size_t length = strlen(word);
	if (!text_starts_ci(rest, word))
		return NULL;
	/* "MAIL FROM :<x>", "RCPT TO: Joe <joe@x>", "RCPT TO:joe@x": as sendmail reads them. */
	char *path = rest + length + strspn(rest + length, " \t");
	if (*path != ':')
		return NULL;
	path++;
	path += strspn(path, " \t");
	char *open = find_bare(path, '<');
	bool brackets = *open == '<';
	char *end = brackets ? find_bare(open + 1, '>') : path + strcspn(path, " \t");
	if (brackets ? *end != '>' : end == path)
		return NULL;
	*parameters = *end != '\0' ? end + 1 : end;
	/* With its brackets, one byte to the left, so that the end has room. */
	if (brackets)
		path = memmove(open - 1, open, (size_t)(end - open) + 1);
	*end = '\0';
	return path;
}

char *smtp_line_address(const char *path, bool may_be_null, const char **what)
{
	*what = "";
	if (path == NULL)
		return NULL;
	return may_be_null && strcmp(path, "<>") == 0 ? mem_copy("") : address_one(path, true, what);
}

void smtp_line_note(struct buffer *said, const char *who, const char *path, const char *what)
{
	TEXT(shown, 200);
	if (*what == '\0' || said->length > 2000)
		return;
	text_escape(&shown, path, strlen(path) < 100 ? strlen(path) : 100);
	buffer_printf(said, "%s%s %s: %s", said->length > 0 ? "; " : "", who, shown.data, what);
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
