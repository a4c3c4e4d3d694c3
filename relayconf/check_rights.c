/* Rules about owner, group and mode of the queue's folders and of the programs, as
 * relayconf/system/rights.table has them. */
#include "base/compat.h"
#include "base/language.h"
#include "base/paths.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define RIGHTS_FIX check_rights_fix(NULL)
/* Whether root may write to its own programs does not matter; whether others may, does. */
#define MODE_BITS 07577u

struct row {
	const char *kind, *place, *owner, *group;
	unsigned mode;
	const char *when;
};

static const struct row rows[] = {
#include FH_RIGHTS
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* What a program with other rights cannot do. */
static const struct {
	const char *place, *why;
} reasons[] = {
    {"LIBEXEC/sendmail", TR_LATER(": without its group, users cannot submit mail")},
    {"LIBEXEC/mailq", TR_LATER(": without its group, users see no queue")},
    {"LIBEXEC/runner", TR_LATER(": root starts it, and somebody else could change it")},
    {"LIBEXEC/relay", TR_LATER(": it holds the password and must lend nobody its rights")},
};

static const char *reason_of(const char *place)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		if (strcmp(reasons[i].place, place) == 0)
			return TR(reasons[i].why);
	}
	return "";
}

/* False for a place that this program does not know. */
static bool path_of(const char *place, struct text *path)
{
	if (strncmp(place, "LIBEXEC", 7) == 0)
		text_printf(path, "%s%s", paths_libexec(), place + 7);
	else if (strncmp(place, "SPOOLDIR", 8) == 0)
		text_printf(path, "%s%s", paths_spool(), place + 8);
	else
		return false;
	return true;
}

static bool is_user(const char *name, uid_t uid)
{
	const struct passwd *pw = strcmp(name, "root") != 0 ? getpwnam(name) : NULL;
	return pw != NULL ? pw->pw_uid == uid : strcmp(name, "root") == 0 && uid == 0;
}

static bool is_group(const char *name, gid_t gid)
{
	const struct group *gr = strcmp(name, "root") != 0 ? getgrnam(name) : NULL;
	return gr != NULL ? gr->gr_gid == gid : strcmp(name, "root") == 0 && gid == 0;
}

static bool holds(const struct row *row, const struct stat *st)
{
	return (st->st_mode & MODE_BITS) == (row->mode & MODE_BITS) &&
	       is_user(row->owner, st->st_uid) && is_group(row->group, st->st_gid);
}

/* Some places have one row for each way of running: one of them has to hold. */
static bool one_holds(const char *place, const struct stat *st)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (strcmp(rows[i].place, place) == 0 && holds(&rows[i], st))
			return true;
	}
	return false;
}

static void say_wrong(struct check *c, const struct row *row, const char *path,
    const struct stat *st)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	char owner[64];
	if (pw != NULL)
		text_copy(owner, sizeof owner, pw->pw_name);
	else
		snprintf(owner, sizeof owner, "uid %lu", (unsigned long)st->st_uid);
	const struct group *gr = getgrgid(st->st_gid);
	finding(c, GRADE_PROBLEM, RIGHTS_FIX,
	    "%s belongs to %s:%s and has mode %04o, needed is %s:%s %04o%s", path, owner,
	    gr != NULL ? gr->gr_name : "?", (unsigned)st->st_mode & 07777u, row->owner, row->group,
	    row->mode, reason_of(row->place));
}

/* A private spool belongs to whoever made it. */
static void check_row(struct check *c, const struct row *row, const char *missing_fix)
{
	struct stat st;
	TEXT(path, 1100);
	if (!path_of(row->place, &path))
		return;
	/* A private spool has only what its owner works with. */
	if (paths_private() && strcmp(row->kind, "folder") == 0 && strcmp(row->owner, "root") == 0)
		return;
	bool fifo = strcmp(row->kind, "fifo") == 0;
	if (stat(path.data, &st) != 0)
		finding(c, GRADE_PROBLEM, missing_fix, "%s: %s", path.data, strerror(errno));
	else if (fifo && !S_ISFIFO(st.st_mode))
		finding(c, GRADE_PROBLEM, RIGHTS_FIX, "%s is no FIFO: new mail wakes nobody", path.data);
	else if (!paths_private() && !one_holds(row->place, &st))
		say_wrong(c, row, path.data, &st);
}

/* Each place once, by its first row. */
static void check_rows(struct check *c, bool programs)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if ((strcmp(rows[i].kind, "program") == 0) == programs &&
		    (i == 0 || strcmp(rows[i].place, rows[i - 1].place) != 0))
			check_row(c, &rows[i], programs ? COMPAT_MAKE " install" : RIGHTS_FIX);
	}
}

void check_spool(struct check *c)
{
	struct statvfs fs;
	check_rows(c, false);
	if (statvfs(paths_spool(), &fs) == 0 && fs.f_blocks > 0 && fs.f_bavail * 100 / fs.f_blocks < 5)
		finding(c, GRADE_NOTE, "make room there", "the disk of %s has %llu %% left", paths_spool(),
		    (unsigned long long)(fs.f_bavail * 100 / fs.f_blocks));
}

void check_programs(struct check *c)
{
	struct statvfs fs;
	check_rows(c, true);
	if (!paths_private() && statvfs(paths_libexec(), &fs) == 0 && (fs.f_flag & ST_NOSUID))
		finding(c, GRADE_PROBLEM,
		    "install on a file system without nosuid (PREFIX), or mount it so",
		    "%s is mounted nosuid: users cannot submit mail", paths_libexec());
}
