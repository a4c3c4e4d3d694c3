/* Wording of findings. */
#include "relayconf/findings.h"
#include "base/language.h"
#include "base/compat.h"
#include "base/json.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/terminal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const grade_names[] = {TR_LATER("ok"), TR_LATER("note"), TR_LATER("problem")};

void finding(struct check *c, enum grade grade, const char *fix, const char *format, ...)
{
	char words[1200];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof words, TR(format), args);
	va_end(args);
	fix = TR(fix);
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
	c->list = mem_resize(c->list, (size_t)c->list_count + 1, sizeof *c->list);
	c->list[c->list_count++] =
	    (struct kept_finding){grade, c->rule, mem_copy(words), mem_copy(fix)};
}

/* In columns; on a narrow screen the words are below their rule. */
static void say(const struct kept_finding *f)
{
	static const enum terminal_paint paints[] = {PAINT_GREEN, PAINT_YELLOW, PAINT_RED};
	int width = terminal_width(stdout);
	bool narrow = width > 0 && width < 60;
	int indent = narrow ? 2 : 24;
	TEXT(fix, 1400);
	const char *grade = TR(grade_names[f->grade]);
	terminal_put(stdout, paints[f->grade], grade);
	output_to(stdout, "%*s %-14s%s", 8 - terminal_columns(grade, strlen(grade)), "", f->rule,
	    narrow ? "\n  " : " ");
	terminal_wrap(stdout, f->words, indent, indent);
	text_printf(&fix, TR("fix: %s"), f->fix);
	if (*f->fix == '\0')
		return;
	output_to(stdout, "%*s", indent, "");
	terminal_wrap(stdout, fix.data, indent, indent);
}

void findings_say(struct check *c, bool everything)
{
	for (int grade = GRADE_PROBLEM; grade >= (everything ? GRADE_OK : GRADE_NOTE); grade--) {
		for (int i = 0; i < c->list_count; i++) {
			if (c->list[i].grade == (enum grade)grade)
				say(&c->list[i]);
		}
	}
	for (int i = 0; i < c->list_count; i++) {
		free(c->list[i].words);
		free(c->list[i].fix);
	}
	mem_free(&c->list);
	c->list_count = 0;
}

void findings_of(struct check *c, const struct check_rule *rule)
{
	c->rule = rule->id;
	c->found = 0;
	rule->test(c);
	if (c->found == 0)
		finding(c, GRADE_OK, "", "%s", TR(rule->message));
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
	snprintf(words, sizeof words, TR("%s, as root%s%s"), how, more != NULL ? "; " : "",
	    more != NULL ? more : "");
	return words;
}
