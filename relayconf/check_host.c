/* Rules about the machine: names that lead to us, what former mail programs left, the clock. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/paths.h"
#include "relayconf/findings.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024
#define LINKS_MAX 32

static bool is_ours(const char *target)
{
	size_t length = strlen(paths_libexec());
	return strncmp(target, paths_libexec(), length) == 0 && target[length] == '/';
}

/* Puts a link's target in place of its name: path is what was resolved so far, rest the names
 * after it.  False when it is too long. */
static bool put_target(char *path, char *rest, const char *target, size_t size)
{
	char behind[PATH_BYTES];
	text_copy(behind, sizeof behind, rest);
	if (target[0] == '/')
		path[0] = '\0';
	return snprintf(rest, size, "%s%s%s", target, behind[0] != '\0' ? "/" : "", behind) < (int)size;
}

/* Takes the first name of rest to path.  False at a name that does not exist, or after too many
 * links. */
static bool step(char *path, char *rest, size_t size, int *links)
{
	char name[256], target[PATH_BYTES];
	size_t length = strcspn(rest, "/"), end = strlen(path);
	TEXT(seen, 2 * PATH_BYTES);
	snprintf(name, sizeof name, "%.*s", (int)length, rest);
	memmove(rest, rest + length + (rest[length] == '/'),
	    strlen(rest + length + (rest[length] == '/')) + 1);
	if (name[0] == '\0' || strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		char *slash = strrchr(path, '/');
		if (slash != NULL)
			*slash = '\0';
		return true;
	}
	if (snprintf(path + end, size - end, "/%s", name) >= (int)(size - end))
		return false;
	check_path(&seen, path);
	ssize_t n = readlink(seen.data, target, sizeof target - 1);
	if (n < 0)
		return access(seen.data, F_OK) == 0;
	target[n] = '\0';
	path[end] = '\0';
	return ++*links <= LINKS_MAX && put_target(path, rest, target, size);
}

/* Where a name leads, as seen from the root at hand.  False when it leads nowhere.  What is ours is
 * not followed further. */
static bool follow(const char *name, struct text *target)
{
	char path[PATH_BYTES] = "", rest[PATH_BYTES];
	int links = 0;
	text_copy(rest, sizeof rest, name);
	while (rest[0] != '\0') {
		if (path[0] == '\0' && is_ours(rest)) {
			text_put(target, rest);
			return access(rest, F_OK) == 0;
		}
		if (!step(path, rest, sizeof path, &links)) {
			text_put(target, path);
			return false;
		}
	}
	text_put(target, path);
	return true;
}

#define SAMPLE "/usr/local/share/examples/firsthop/mailer.conf"

/* How the system's names are brought here: a port has its sample of mailer.conf. */
static const char *links_fix(void)
{
	TEXT(path, 1100);
	check_path(&path, SAMPLE);
	return access(path.data, F_OK) == 0 ? "install -d /usr/local/etc/mail; install -m 0644 " SAMPLE
	                                      " /usr/local/etc/mail/mailer.conf"
	                                    : TR(COMPAT_MAKE " install-links, as root");
}

void check_places(struct check *c)
{
	static const char *const places[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail",
	    "/usr/bin/mailq", "/usr/bin/newaliases"};
	for (size_t i = 0; i < sizeof places / sizeof places[0] && !check_is_elsewhere(); i++) {
		TEXT(target, 1100);
		bool there = follow(places[i], &target);
		const char *base = strrchr(target.data, '/');
		if (base != NULL && strcmp(base, "/mailwrapper") == 0)
			continue; /* mailer.conf decides */
		if (!there && i == 0)
			finding(c, GRADE_PROBLEM, links_fix(),
			    "%s is missing: programs that send mail find none", places[i]);
		else if (there && !is_ours(target.data))
			finding(c, GRADE_PROBLEM, links_fix(),
			    "%s is another program (%s): mail given to it never comes here", places[i],
			    target.data);
	}
}

/* The program of a name: the first line that has it counts. */
static void find_mapping(char *text, const char *name, struct text *program)
{
	for (char *line = text; line != NULL && program->length == 0;) {
		char *end = strchr(line, '\n');
		size_t length = end != NULL ? (size_t)(end - line) : strlen(line);
		size_t at = strspn(line, " \t"), word = strcspn(line + at, " \t\n#");
		if (at + word < length && strlen(name) == word && strncmp(line + at, name, word) == 0) {
			at += word;
			at += strspn(line + at, " \t");
			text_put_n(program, line + at, strcspn(line + at, " \t\n#"));
		}
		line = end != NULL ? end + 1 : NULL;
	}
}

/* hoststat and purgestat, which periodic(8) calls every day: what is amiss with them costs a line
 * in its mail, and no mail. */
static void check_daily_mapping(struct check *c, const char *file, char *text, const char *name)
{
	TEXT(program, 1100);
	find_mapping(text, name, &program);
	if (program.length == 0 || !is_ours(program.data))
		finding(c, GRADE_NOTE, links_fix(),
		    "%s: %s %s%s: 150.clean-hoststat will complain in each daily run of periodic", file,
		    name, program.length == 0 ? TR("has no line") : TR("leads to "), program.data);
}

/* mailwrapper stops at a name without a program. */
static void check_lines(struct check *c, const char *file, const char *text)
{
	int number = 1;
	for (const char *line = text; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n', number++) {
		size_t at = strspn(line, " \t"), word = strcspn(line + at, " \t\n#");
		size_t rest = at + word + strspn(line + at + word, " \t");
		if (word > 0 && (line[rest] == '\n' || line[rest] == '\0' || line[rest] == '#'))
			finding(c, GRADE_PROBLEM, links_fix(),
			    "%s:%d: %.*s has no program: callers of this name, and of those below, get \"parse "
			    "error\" (exit 78)",
			    file, number, (int)word, line + at);
	}
}

static void check_mapping(struct check *c, const char *file, char *text, const char *name)
{
	TEXT(program, 1100);
	TEXT(path, 2200);
	find_mapping(text, name, &program);
	check_path(&path, program.data);
	if (program.length == 0)
		finding(c, GRADE_PROBLEM, links_fix(),
		    "%s has no line for %s: whoever calls it gets \"no mapping\" (exit 78)", file, name);
	else if (!is_ours(program.data) && access(path.data, X_OK) != 0)
		finding(c, GRADE_PROBLEM, links_fix(), "%s: %s leads to %s, which is not there any more",
		    file, name, program.data);
	else if (!is_ours(program.data))
		finding(c, GRADE_PROBLEM, links_fix(),
		    "%s: %s leads to %s: mail given to it never comes here", file, name, program.data);
	else
		finding(c, GRADE_OK, "", "%s: %s leads to %s", file, name, program.data);
}

/* mailwrapper(8) reads the first of these that it can open, as the user who calls it. */
void check_mailer_conf(struct check *c)
{
	static const char *const files[] = {"/usr/local/etc/mail/mailer.conf", "/etc/mail/mailer.conf"};
	static const char *const names[] = {"sendmail", "mailq", "newaliases"},
	                         *const daily[] = {"hoststat", "purgestat"};
	for (size_t i = 0; i < 2 && !check_is_elsewhere(); i++) {
		struct stat st;
		struct buffer text = {0};
		TEXT(path, 1100);
		check_path(&path, files[i]);
		if (stat(path.data, &st) != 0)
			continue;
		if (!(st.st_mode & S_IROTH)) {
			finding(c, GRADE_PROBLEM, "chmod 644 FILE",
			    "%s cannot be read by users: their mail goes to another program, without its "
			    "arguments",
			    files[i]);
			continue;
		}
		bool read = fdio_slurp_at(AT_FDCWD, path.data, &text, 65536);
		for (size_t k = 0; k < sizeof names / sizeof names[0] && read; k++)
			check_mapping(c, files[i], (char *)(uintptr_t)buffer_string(&text), names[k]);
		for (size_t k = 0; k < sizeof daily / sizeof daily[0] && read; k++)
			check_daily_mapping(c, files[i], (char *)(uintptr_t)buffer_string(&text), daily[k]);
		if (read)
			check_lines(c, files[i], buffer_string(&text));
		buffer_free(&text);
		if (read)
			return;
	}
}

/* Files in a folder and below whose names begin, or end, so. */
static int count_files(const char *folder, const char *begin, const char *end, int depth)
{
	int count = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		struct stat st;
		TEXT(path, 2200);
		text_printf(&path, "%s/%s", folder, e->d_name);
		size_t length = strlen(e->d_name), tail = strlen(end);
		/* What relayconf adopt has moved aside is taken care of. */
		if (e->d_name[0] == '.' || strcmp(e->d_name, "adopted") == 0 || lstat(path.data, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			count += count_files(path.data, begin, end, depth - 1);
		else if (S_ISREG(st.st_mode) && strncmp(e->d_name, begin, strlen(begin)) == 0 &&
		         length >= tail && strcmp(e->d_name + length - tail, end) == 0)
			count++;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

/* Those that relayconf adopt can read. */
static bool is_adopted(const char *program)
{
	return strcmp(program, "Exim") != 0 && strcmp(program, "OpenSMTPD") != 0;
}

void check_former_queues(struct check *c)
{
	static const struct {
		const char *program, *folder, *begin, *end;
		int depth;
	} queues[] = {
	    {"sendmail", "/var/spool/clientmqueue", "qf", "", 0},
	    {"sendmail", "/var/spool/mqueue", "qf", "", 1},
	    {"sendmail", "/var/spool/mqueue-client", "qf", "", 0},
	    {"dma", "/var/spool/dma", "Q", "", 0},
	    {"nullmailer", "/var/spool/nullmailer/queue", "", "", 0},
	    {"nullmailer", "/var/spool/nullmailer/failed", "", "", 0},
	    {"Postfix", "/var/spool/postfix/maildrop", "", "", 1},
	    {"Postfix", "/var/spool/postfix/incoming", "", "", 2},
	    {"Postfix", "/var/spool/postfix/active", "", "", 2},
	    {"Postfix", "/var/spool/postfix/deferred", "", "", 2},
	    {"Postfix", "/var/spool/postfix/hold", "", "", 2},
	    {"Exim", "/var/spool/exim4/input", "", "-H", 1},
	    {"Exim", "/var/spool/exim/input", "", "-H", 1},
	    {"OpenSMTPD", "/var/spool/smtpd/queue", "", "message", 2},
	};
	for (size_t i = 0; i < sizeof queues / sizeof queues[0] && !check_is_elsewhere(); i++) {
		TEXT(path, 1100);
		check_path(&path, queues[i].folder);
		if (access(path.data, F_OK) == 0 && access(path.data, R_OK | X_OK) != 0)
			finding(c, GRADE_NOTE, "run this check as root", "%s, of %s, cannot be looked at",
			    queues[i].folder, queues[i].program);
		int count = count_files(path.data, queues[i].begin, queues[i].end, queues[i].depth);
		if (count > 0)
			finding(c, GRADE_NOTE,
			    is_adopted(queues[i].program)
			        ? "stop that program; \"relayconf adopt\" shows them, and moves them here"
			        : "let that program send them once more, or give each to sendmail -t; then "
			          "remove them",
			    "%s holds %d message%s of %s, which nobody delivers unless it still runs",
			    queues[i].folder, count, count == 1 ? "" : "s", queues[i].program);
	}
}

void check_clock(struct check *c)
{
	struct stat st;
	TEXT(now, 64);
	int64_t now_s = clock_wall_s();
	clock_put_iso(&now, now_s);
	if (now_s < CLOCK_PLAUSIBLE_FROM_S)
		finding(c, GRADE_PROBLEM, "set the clock (ntpd, chronyd)",
		    "the clock says %s, a time before this program was made: certificates look not yet "
		    "valid",
		    now.data);
	else if (stat(c->path, &st) == 0 && st.st_mtime > now_s + 600)
		finding(c, GRADE_PROBLEM, "set the clock (ntpd, chronyd)",
		    "the clock says %s, and %s was written after that", now.data, c->path);
	else
		finding(c, GRADE_OK, "", "the clock says %s", now.data);
}
