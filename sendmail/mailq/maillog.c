/* Reading the mail log. */
#include "mailq/maillog.h"
#include "base/complaint.h"
#include "base/language.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/text.h"
#include "mailq/maillog_line.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX 400

struct log_file {
	char *path;
	int64_t changed_s;
};

struct files {
	struct log_file list[FILES_MAX];
	int count;
	int closed; /* that are there, and cannot be read */
};

static int by_time(const void *left, const void *right)
{
	const struct log_file *a = left, *b = right;
	return (a->changed_s > b->changed_s) - (a->changed_s < b->changed_s);
}

/* Why a file that was named cannot be read; "" when it can. */
static const char *why_not(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *words = fd < 0 ? strerror(errno) : "";
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		words = TR("it is not a file");
	if (fd >= 0)
		close(fd);
	return words;
}

static void add(struct files *f, const char *path, int64_t from_s)
{
	struct stat st;
	if (f->count == FILES_MAX || stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_mtime < from_s)
		return;
	if (access(path, R_OK) != 0) {
		f->closed++;
		return;
	}
	f->list[f->count++] = (struct log_file){mem_copy(path), st.st_mtime};
}

/* NAME, NAME.0, NAME.1.gz, NAME-20261130.xz. */
static bool is_rotation(const char *entry, const char *name)
{
	size_t n = strlen(name);
	return strncmp(entry, name, n) == 0 &&
	       (entry[n] == '\0' || ((entry[n] == '.' || entry[n] == '-') && entry[n + 1] >= '0' &&
	                                entry[n + 1] <= '9'));
}

static void find(struct files *f, int64_t from_s)
{
	TEXT(folder, 1100);
	text_printf(&folder, "%s/var/log", paths_root());
	DIR *dir = opendir(folder.data);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		TEXT(path, 1400);
		if (!is_rotation(entry->d_name, "mail.log") && !is_rotation(entry->d_name, "maillog"))
			continue;
		text_printf(&path, "%s/%s", folder.data, entry->d_name);
		add(f, path.data, from_s);
	}
	if (dir != NULL)
		closedir(dir);
	if (f->count > 1)
		qsort(f->list, (size_t)f->count, sizeof f->list[0], by_time);
}

/* A program's output; -1 when it cannot be had. */
static int start(const char *const words[], pid_t *pid)
{
	int out[2];
	char *argv[24] = {NULL};
	for (size_t i = 0; i + 1 < sizeof argv / sizeof argv[0] && words[i] != NULL; i++)
		memcpy(&argv[i], &words[i], sizeof argv[i]);
	if (compat_pipe(out) != 0)
		return -1;
	*pid = fork();
	if (*pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);
	if (*pid > 0)
		return out[0];
	close(out[0]);
	return -1;
}

/* The file, or what its program makes of it. */
static int open_file(const char *path, pid_t *pid)
{
	static const char *const programs[][2] = {{".gz", "gzip"}, {".bz2", "bzip2"}, {".xz", "xz"},
	    {".zst", "zstd"}};
	size_t n = strlen(path);
	*pid = 0;
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		size_t m = strlen(programs[i][0]);
		if (n > m && strcmp(path + n - m, programs[i][0]) == 0)
			return start((const char *const[]){programs[i][1], "-dc", path, NULL}, pid);
	}
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void read_lines(int fd, void (*each)(void *context, const struct maillog_line *line),
    void *context)
{
	char *line = NULL;
	size_t size = 0;
	struct buffer fields = {0};
	FILE *file = fdopen(fd, "r");
	while (file != NULL && getline(&line, &size, file) >= 0) {
		struct maillog_line one;
		line[strcspn(line, "\n")] = '\0';
		if (maillog_line_read(line, &fields, &one))
			each(context, &one);
	}
	free(line);
	buffer_free(&fields);
	if (file != NULL)
		fclose(file);
	else
		close(fd);
}

static bool read_journal(int64_t from_s,
    void (*each)(void *context, const struct maillog_line *line), void *context)
{
	pid_t pid;
	int status;
	TEXT(since, 40);
	text_printf(&since, "--since=@%lld", (long long)from_s);
	int fd = *paths_root() == '\0'
	             ? start((const char *const[]){"journalctl", "-q", "--no-pager", "-o", "short-iso",
	                         since.data, "-t", "firsthop", "-t", "firsthop/smtp", "-t",
	                         "firsthop/local", "-t", "firsthop/bounce", "-t", "firsthop/qmgr", "-t",
	                         "firsthop/pickup", NULL},
	                   &pid)
	             : -1;
	if (fd < 0)
		return false;
	read_lines(fd, each, context);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) != 127;
}

/* The log is read twice; what is wrong with it is said once. */
static void complain(const char *path, bool missing)
{
	static char said[1400];
	if (strcmp(said, path) == 0)
		return;
	text_copy(said, sizeof said, path);
	if (missing)
		complaint_say("mailq", "%s: install the program that unpacks it (gzip, bzip2, xz, zstd)",
		    path);
	else
		complaint_say("mailq", "%s cannot be read whole", path);
}

static int read_files(const struct files *f,
    void (*each)(void *context, const struct maillog_line *line), void *context)
{
	int read = 0;
	for (int i = 0; i < f->count; i++) {
		pid_t pid;
		int status = 0, fd = open_file(f->list[i].path, &pid);
		if (fd >= 0)
			read_lines(fd, each, context);
		if (pid > 0)
			waitpid(pid, &status, 0);
		bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
		if (fd < 0 || status != 0)
			complain(f->list[i].path, fd >= 0 && missing);
		read += fd >= 0 && !missing;
	}
	return read;
}

int maillog_each(const char *file, int64_t from_s,
    void (*each)(void *context, const struct maillog_line *line), void *context)
{
	static struct files files;
	files = (struct files){.count = 0};
	gid_t group = getgid();
	if (setregid(group, group) != 0)
		return 0;
	if (file != NULL && strcmp(file, "-") == 0) {
		read_lines(dup(STDIN_FILENO), each, context);
		return 1;
	}
	if (file != NULL && *why_not(file) != '\0') {
		complaint_say("mailq", "%s: %s", file, why_not(file));
		return 0;
	}
	if (file != NULL)
		add(&files, file, 0);
	else
		find(&files, from_s);
	int read = read_files(&files, each, context);
	if (read == 0 && file == NULL && files.closed == 0 && read_journal(from_s, each, context))
		read = 1;
	for (int i = 0; i < files.count; i++)
		free(files.list[i].path);
	if (read > 0)
		return read;
	if (files.closed > 0)
		complaint_say("mailq", "the mail log is not readable for you: ask as root");
	else if (file == NULL)
		complaint_say("mailq",
		    "no mail log was found in /var/log, and no journal; name it with --file");
	return 0;
}
