/* Rules about the machine: rights, names that lead to us, what former mail programs left, the clock. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "relayconf/findings.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RIGHTS_FIX check_rights_fix(NULL)

static bool look(const char *folder, const char *name, struct text *path, struct stat *st)
{
	text_printf(path, "%s/%s", folder, name);
	return stat(path->data, st) == 0;
}

static void check_folder(struct check *c, const char *name, mode_t mode)
{
	struct stat st;
	TEXT(path, 1100);
	if (!look(paths_spool(), name, &path, &st))
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s: %s", path.data, strerror(errno));
	else if ((st.st_mode & 07777) != mode && !paths_private())
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s has mode %04o, needed is %04o", path.data, (unsigned)st.st_mode & 07777u, (unsigned)mode);
	else if (st.st_uid == 0 && !paths_private())
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s belongs to root", path.data);
}

void check_spool(struct check *c)
{
	struct stat st;
	struct statvfs fs;
	TEXT(path, 1100);
	check_folder(c, "drop", 01770);
	check_folder(c, "mqueue", 0750);
	if (look(paths_spool(), "trigger", &path, &st) && !S_ISFIFO(st.st_mode))
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s is no FIFO: new mail wakes nobody", path.data);
	if (statvfs(paths_spool(), &fs) == 0 && fs.f_blocks > 0 && fs.f_bavail * 100 / fs.f_blocks < 5)
		finding(c, GRADE_NOTE, "make room there", "the disk of %s has %llu %% left", paths_spool(), (unsigned long long)(fs.f_bavail * 100 / fs.f_blocks));
}

static void check_program(struct check *c, const char *name, mode_t needed, const char *why)
{
	struct stat st;
	TEXT(path, 1100);
	if (!look(paths_libexec(), name, &path, &st))
		finding(c, GRADE_PROBLEM, "make install", "%s: %s", path.data, strerror(errno));
	else if (!paths_private() && (st.st_uid != 0 || (st.st_mode & 022)))
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s has mode %04o, owner %lu: root starts it, and somebody else could change it", path.data, (unsigned)st.st_mode & 07777u,
		        (unsigned long)st.st_uid);
	else if (!paths_private() && (st.st_mode & needed) != needed)
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s has mode %04o: %s", path.data, (unsigned)st.st_mode & 07777u, why);
	else if (!paths_private() && needed == 0 && (st.st_mode & (S_ISUID | S_ISGID)))
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s has mode %04o: %s", path.data, (unsigned)st.st_mode & 07777u, why);
}

void check_programs(struct check *c)
{
	struct statvfs fs;
	check_program(c, "sendmail", S_ISGID | S_IXOTH, "without its group, users cannot submit mail");
	check_program(c, "mailq", S_ISGID | S_IXOTH, "without its group, users see no queue");
	check_program(c, "runner", S_IXUSR, "it cannot be started");
	check_program(c, "relay", 0, "it holds the password and must lend nobody its rights");
	check_program(c, "mbox", 0, "it must lend nobody its rights");
	check_program(c, "mailbox", 0, "it must lend nobody its rights");
	if (!paths_private() && statvfs(paths_libexec(), &fs) == 0 && (fs.f_flag & ST_NOSUID))
		finding(c, GRADE_PROBLEM, "install on a file system without nosuid (PREFIX), or mount it so", "%s is mounted nosuid: users cannot submit mail", paths_libexec());
}

static bool is_ours(const char *target)
{
	return strncmp(target, paths_libexec(), strlen(paths_libexec())) == 0;
}

/* Where a name leads, link by link, as seen from the root at hand.  False when it leads nowhere. */
static bool follow(const char *name, struct text *target)
{
	char at[1024], next[1024];
	text_copy(at, sizeof at, name);
	for (int i = 0; i < 10; i++) {
		TEXT(path, 2100);
		if (is_ours(at)) {
			text_put(target, at);
			return access(at, F_OK) == 0;
		}
		check_path(&path, at);
		ssize_t n = readlink(path.data, next, sizeof next - 1);
		if (n < 0) {
			text_put(target, at);
			return access(path.data, F_OK) == 0;
		}
		next[n] = '\0';
		if (next[0] != '/') {
			TEXT(whole, 2100);
			text_printf(&whole, "%.*s%s", (int)(strrchr(at, '/') - at + 1), at, next);
			text_copy(next, sizeof next, whole.data);
		}
		text_copy(at, sizeof at, next);
	}
	return false;
}

#define SAMPLE "/usr/local/share/examples/firsthop/mailer.conf"

/* How the system's names are brought here: a port has its sample of mailer.conf. */
static const char *links_fix(void)
{
	TEXT(path, 1100);
	check_path(&path, SAMPLE);
	return access(path.data, F_OK) == 0 ? "install -d /usr/local/etc/mail; install -m 0644 " SAMPLE " /usr/local/etc/mail/mailer.conf" : "make install-links, as root";
}

void check_places(struct check *c)
{
	static const char *const places[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail", "/usr/bin/mailq", "/usr/bin/newaliases"};
	for (size_t i = 0; i < sizeof places / sizeof places[0] && !check_is_elsewhere(); i++) {
		TEXT(target, 1100);
		bool there = follow(places[i], &target);
		const char *base = strrchr(target.data, '/');
		if (base != NULL && strcmp(base, "/mailwrapper") == 0)
			continue; /* mailer.conf decides */
		if (!there && i == 0)
			finding(c, GRADE_PROBLEM, links_fix(), "%s is missing: programs that send mail find none", places[i]);
		else if (there && !is_ours(target.data))
			finding(c, GRADE_PROBLEM, links_fix(), "%s is another program (%s): mail given to it never comes here", places[i], target.data);
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

/* hoststat and purgestat, which periodic(8) calls every day: what is amiss with them costs a line in its mail, and no mail. */
static void check_daily_mapping(struct check *c, const char *file, char *text, const char *name)
{
	TEXT(program, 1100);
	find_mapping(text, name, &program);
	if (program.length == 0 || !is_ours(program.data))
		finding(c, GRADE_NOTE, links_fix(), "%s: %s %s%s: 150.clean-hoststat will complain in each daily run of periodic", file, name,
		        program.length == 0 ? "has no line" : "leads to ", program.data);
}

/* mailwrapper stops at a name without a program. */
static void check_lines(struct check *c, const char *file, const char *text)
{
	int number = 1;
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n', number++) {
		size_t at = strspn(line, " \t"), word = strcspn(line + at, " \t\n#");
		size_t rest = at + word + strspn(line + at + word, " \t");
		if (word > 0 && (line[rest] == '\n' || line[rest] == '\0' || line[rest] == '#'))
			finding(c, GRADE_PROBLEM, links_fix(), "%s:%d: %.*s has no program: callers of this name, and of those below, get \"parse error\" (exit 78)",
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
		finding(c, GRADE_PROBLEM, links_fix(), "%s has no line for %s: whoever calls it gets \"no mapping\" (exit 78)", file, name);
	else if (!is_ours(program.data) && access(path.data, X_OK) != 0)
		finding(c, GRADE_PROBLEM, links_fix(), "%s: %s leads to %s, which is not there any more", file, name, program.data);
	else if (!is_ours(program.data))
		finding(c, GRADE_PROBLEM, links_fix(), "%s: %s leads to %s: mail given to it never comes here", file, name, program.data);
	else
		finding(c, GRADE_OK, "", "%s: %s leads to %s", file, name, program.data);
}

/* mailwrapper(8) reads the first of these that it can open, as the user who calls it. */
void check_mailer_conf(struct check *c)
{
	static const char *const files[] = {"/usr/local/etc/mail/mailer.conf", "/etc/mail/mailer.conf"};
	static const char *const names[] = {"sendmail", "mailq", "newaliases"}, *const daily[] = {"hoststat", "purgestat"};
	for (size_t i = 0; i < 2 && !check_is_elsewhere(); i++) {
		struct stat st;
		struct buffer text = {0};
		TEXT(path, 1100);
		check_path(&path, files[i]);
		if (stat(path.data, &st) != 0)
			continue;
		if (!(st.st_mode & S_IROTH)) {
			finding(c, GRADE_PROBLEM, "chmod 644 FILE", "%s cannot be read by users: their mail goes to another program, without its arguments", files[i]);
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
		else if (S_ISREG(st.st_mode) && strncmp(e->d_name, begin, strlen(begin)) == 0 && length >= tail && strcmp(e->d_name + length - tail, end) == 0)
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
		{"sendmail", "/var/spool/clientmqueue", "qf", "", 0}, {"sendmail", "/var/spool/mqueue", "qf", "", 1},
		{"sendmail", "/var/spool/mqueue-client", "qf", "", 0}, {"dma", "/var/spool/dma", "Q", "", 0},
		{"nullmailer", "/var/spool/nullmailer/queue", "", "", 0}, {"nullmailer", "/var/spool/nullmailer/failed", "", "", 0},
		{"Postfix", "/var/spool/postfix/maildrop", "", "", 1}, {"Postfix", "/var/spool/postfix/incoming", "", "", 2},
		{"Postfix", "/var/spool/postfix/active", "", "", 2}, {"Postfix", "/var/spool/postfix/deferred", "", "", 2},
		{"Postfix", "/var/spool/postfix/hold", "", "", 2}, {"Exim", "/var/spool/exim4/input", "", "-H", 1},
		{"Exim", "/var/spool/exim/input", "", "-H", 1}, {"OpenSMTPD", "/var/spool/smtpd/queue", "", "message", 2},
	};
	for (size_t i = 0; i < sizeof queues / sizeof queues[0] && !check_is_elsewhere(); i++) {
		TEXT(path, 1100);
		check_path(&path, queues[i].folder);
		if (access(path.data, F_OK) == 0 && access(path.data, R_OK | X_OK) != 0)
			finding(c, GRADE_NOTE, "run this check as root", "%s, of %s, cannot be looked at", queues[i].folder, queues[i].program);
		int count = count_files(path.data, queues[i].begin, queues[i].end, queues[i].depth);
		if (count > 0)
			finding(c, GRADE_NOTE, is_adopted(queues[i].program) ? "stop that program; \"relayconf adopt\" shows them, and takes them over" : "let that program send them once more, or give each to sendmail -t; then remove them",
			        "%s holds %d message%s of %s, which nobody delivers unless it still runs", queues[i].folder, count, count == 1 ? "" : "s", queues[i].program);
	}
}

void check_clock(struct check *c)
{
	struct stat st;
	TEXT(now, 64);
	int64_t now_s = clock_wall_s();
	clock_put_iso(&now, now_s);
	if (now_s < CLOCK_PLAUSIBLE_FROM_S)
		finding(c, GRADE_PROBLEM, "set the clock (ntpd, chronyd)", "the clock says %s, a time before this program was made: certificates look not yet valid", now.data);
	else if (stat(c->path, &st) == 0 && st.st_mtime > now_s + 600)
		finding(c, GRADE_PROBLEM, "set the clock (ntpd, chronyd)", "the clock says %s, and %s was written after that", now.data, c->path);
	else
		finding(c, GRADE_OK, "", "the clock says %s", now.data);
}
