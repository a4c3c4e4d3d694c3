/* The spool as a submission finds it. */
#include "mailq/trouble.h"
#include "base/clock.h"
#include "base/paths.h"
#include "config/listen.h"
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* False when there is nothing of that name, or it cannot be looked at. */
static bool look(const char *name, struct stat *st)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/%s", paths_spool(), name);
	return lstat(path, st) == 0;
}

static bool is_read_only(void)
{
	struct statvfs fs;
	return statvfs(paths_spool(), &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

static int put_disk(const struct listing *l, struct text *words)
{
	const struct disk_space *room = &l->room;
	if (is_read_only()) {
		text_printf(words, "; submissions are refused: the file system of %s is read-only",
		    paths_spool());
		return 2;
	}
	if (!l->room_known || disk_space_is_enough(room))
		return 0;
	if (room->free_bytes <= room->reserve_bytes)
		text_printf(words,
		    "; submissions are refused: the disk of %s is full (%llu KiB free, %llu KiB are "
		    "reserved for the queue)",
		    paths_spool(), room->free_bytes / 1024, room->reserve_bytes / 1024);
	else
		text_printf(words,
		    "; submissions are refused: the disk of %s has no room for new files (%llu free, %llu "
		    "are reserved)",
		    paths_spool(), room->free_files, room->reserve_files);
	return 2;
}

/* By systemd, for the first caller: the socket is enabled. */
static bool starts_when_called(void)
{
	struct stat st;
	return !paths_private() && lstat("/run/systemd/system", &st) == 0 &&
	       lstat("/etc/systemd/system/sockets.target.wants/firsthop-smtpd.socket", &st) == 0;
}

bool trouble_smtpd_is_up(const struct listing *l)
{
	return l->smtpd.running || starts_when_called();
}

/* Programs that send by SMTP reach nobody, and keep or lose what they have to say. */
static int put_smtpd(const struct listing *l, struct text *words)
{
	if (!listen_is_on(l->config) || trouble_smtpd_is_up(l))
		return 0;
	text_put(words, "; smtpd is not running, although [listen] is configured");
	return 1;
}

/* Before mail has to wait for it. */
static int put_tokens(const struct listing *l, struct text *words)
{
	int grade = 0;
	for (int i = 0; i < l->token_count; i++) {
		const char *trouble = token_trouble(&l->tokens[i], clock_wall_s());
		if (trouble == NULL)
			continue;
		text_printf(words, "; OAuth2 token %s: %s", l->tokens[i].name, trouble);
		grade = 1;
	}
	return grade;
}

int trouble_put(const struct listing *l, struct text *words)
{
	struct stat st;
	int grade = put_disk(l, words), smtpd = put_smtpd(l, words), tokens = put_tokens(l, words);
	grade = smtpd > grade ? smtpd : grade;
	grade = tokens > grade ? tokens : grade;
	if (!look("drop", &st) || !S_ISDIR(st.st_mode)) {
		text_printf(words, "; submissions are refused: the folder %s/drop is missing",
		    paths_spool());
		grade = 2;
	}
	if (look("trigger", &st) ? S_ISFIFO(st.st_mode) : !l->runner_lives)
		return grade;
	text_printf(words, "; %s/trigger is not a FIFO, so new mail waits for up to a minute",
	    paths_spool());
	return grade > 1 ? grade : 1;
}
