/* Wording of findings. */
#include "relayconf/findings.h"
#include "base/compat.h"
#include "base/json.h"
#include "base/output.h"
#include "base/paths.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *const grade_names[] = {"ok", "note", "problem"};

void finding(struct check *c, enum grade grade, const char *fix, const char *format, ...)
{
	char words[1200];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	c->found++;
	c->counts[grade]++;
	if (c->json) {
		output_to(stdout, "{\"rule\": ");
		json_string(stdout, c->rule);
		json_pair(stdout, "grade", grade_names[grade]);
		json_pair(stdout, "text", words);
		json_pair(stdout, "fix", fix);
		output_to(stdout, "}\n");
		return;
	}
	output_to(stdout, "%-8s %-14s %s\n", grade_names[grade], c->rule, words);
	if (*fix != '\0')
		output_to(stdout, "%-8s %-14s fix: %s\n", "", "", fix);
}

void findings_of(struct check *c, const struct check_rule *rule)
{
	c->rule = rule->id;
	c->found = 0;
	rule->test(c);
	if (c->found == 0)
		finding(c, GRADE_OK, "", "%s", rule->message);
}

void check_path(struct text *t, const char *path)
{
	text_printf(t, "%s%s", paths_root(), path);
}

bool check_is_elsewhere(void)
{
	return paths_private() && *paths_root() == '\0';
}

const char *check_rights_fix(const char *more)
{
	static const char *const packages[][2] = {{"/usr/share/doc/firsthop/copyright",
	                                              "dpkg-reconfigure firsthop"},
	    {"/usr/local/share/examples/firsthop/mailer.conf", "pkg install -f firsthop"}};
	static char words[200];
	const char *how = COMPAT_MAKE " install-rights";
	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
		TEXT(path, 1100);
		check_path(&path, packages[i][0]);
		if (!check_is_elsewhere() && access(path.data, F_OK) == 0)
			how = packages[i][1];
	}
	snprintf(words, sizeof words, "%s, as root%s%s", how, more != NULL ? "; " : "",
	    more != NULL ? more : "");
	return words;
}
