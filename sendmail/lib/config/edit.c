/* Editing the configuration as a careful person would: one line changed, the rest as it was,
 * nothing half written. */
#include "config/edit.h"
#include "base/language.h"
#include "config/replace.h"
#include "base/fdio.h"
#include "base/way.h"
#include "base/text.h"
#include "config/config.h"
#include "config/source.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (1u << 20)
#define LOCK_TRIES 250

static void put_setting(const struct edit *c, struct buffer *out)
{
	buffer_printf(out, "%s = %s\n", c->key, c->value);
}

static void put_new_section(const struct edit *c, struct buffer *out)
{
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_puts(out, "\n");
	if (c->section_name != NULL)
		buffer_printf(out, "%s[%s %s]\n", out->length ? "\n" : "", c->section, c->section_name);
	else
		buffer_printf(out, "%s[%s]\n", out->length ? "\n" : "", c->section);
	put_setting(c, out);
}

/* Copies old to out with the change; at: line of the key, 0 when it is not there. */
static void rewrite(const struct edit *c, struct buffer *old, int at, struct buffer *out)
{
	int number = 0;
	bool inside = false, done = false;
	size_t gap = 0; /* in out: after the last line of our section that is not blank */
	for (size_t from = 0; from < old->length;) {
		const char *line = old->data + from;
		const char *end = memchr(line, '\n', old->length - from);
		size_t length = end != NULL ? (size_t)(end - line) + 1 : old->length - from;
		char *copy = mem_copy_n(line, length);
		number++;
		if (number == at) {
			if (c->value != NULL)
				put_setting(c, out);
			else
				buffer_printf(out, "#%s", copy);
			done = true;
		} else {
			buffer_add(out, line, length);
		}
		if (*text_skip_bom(copy) == '[')
			inside = source_is_section(copy, c->section, c->section_name);
		if (inside && *text_trim(copy) != '\0')
			gap = out->length;
		free(copy);
		from += length;
	}
	if (done || c->value == NULL)
		return;
	if (gap == 0) {
		put_new_section(c, out);
		return;
	}
	struct buffer rest = {0};
	buffer_add(&rest, out->data + gap, out->length - gap);
	out->length = gap;
	if (out->data[gap - 1] != '\n')
		buffer_puts(out, "\n");
	put_setting(c, out);
	buffer_add(out, rest.data, rest.length);
	buffer_free(&rest);
}

/* Errors were found in the new text; the reader knows it by the name of the file. */
static void name_file(struct diagnosis *d, const char *temp, const char *path)
{
	char rest[sizeof d->text];
	if (!text_starts(d->text, temp))
		return;
	text_copy(rest, sizeof rest, d->text + strlen(temp));
	snprintf(d->text, sizeof d->text, "%.200s%.300s", path, rest);
}

static bool check(const char *temp, const char *path, struct diagnosis *d)
{
	struct config config;
	bool good = config_read(&config, temp, d);
	config_free(&config);
	name_file(d, temp, path);
	return good;
}

static bool is_written_as_it_is(const char *value)
{
	return value == NULL || (!text_has_control(value) && strstr(value, " ;") == NULL);
}

/* What is there first: no line moves by that.  at: line of each. */
static void rewrite_all(const struct edit *edits, const int *at, int count, struct buffer *text)
{
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < count; i++) {
			struct buffer fresh = {0};
			if ((at[i] == 0) != (pass == 1))
				continue;
			rewrite(&edits[i], text, at[i], &fresh);
			buffer_free(text);
			*text = fresh;
		}
	}
}

/* The file as it is; none is an empty one.  For root it must not be one that somebody else has
   chosen, such as a link to a secret: its text is written again. */
static bool read_old(const char *path, struct stat *st, struct buffer *text, struct diagnosis *d)
{
	TEXT(why, 300);
	int fd = geteuid() == 0 ? way_open(path, 0, st, &why) : open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 ? fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	                          fdio_slurp(fd, text, FILE_LIMIT_BYTES)
	                    : errno == ENOENT;
	int saved = errno;
	if (fd >= 0 && !good && !S_ISREG(st->st_mode))
		diag_set(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, TR("%s is not a file"),
		    path);
	else if (!good)
		diag_set(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNREADABLE, "%.300s: %s", path,
		    why.length > 0 ? why.data : strerror(saved));
	d->error_no = good ? d->error_no : saved;
	if (fd >= 0)
		close(fd);
	return good;
}

/* One edit at a time: each begins with what the one before has written.  Whoever can read the
   folder can hold this lock, so it is waited for a while only.  -1: there is no such folder. */
static int lock_folder(const char *path)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	const char *slash = strrchr(path, '/');
	char folder[1100];
	snprintf(folder, sizeof folder, "%.*s",
	    slash == NULL || slash == path ? 1 : (int)(slash - path), slash != NULL ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; fd >= 0 && i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0; i++)
		nanosleep(&pause, NULL);
	return fd;
}

static bool apply(const char *path, const struct edit *edits, int count, struct diagnosis *d)
{
	int at[EDITS_MAX];
	struct buffer text = {0};
	struct stat st = {.st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid()};
	for (int i = 0; i < count; i++) {
		if (!is_written_as_it_is(edits[i].value)) {
			diag_set(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_SYNTAX,
			    TR("a value cannot hold control characters, or a blank before ';'"));
			return false;
		}
		at[i] = source_line(path, edits[i].section, edits[i].section_name, edits[i].key);
	}
	bool good = read_old(path, &st, &text, d);
	if (good) {
		rewrite_all(edits, at, count, &text);
		good = replace_file(&(struct replacement){.path = path,
		                        .mode = st.st_mode,
		                        .uid = st.st_uid,
		                        .gid = st.st_gid,
		                        .check = check},
		    &text, d);
	}
	buffer_free(&text);
	return good;
}

bool edit_apply(const char *path, const struct edit *edits, int count, struct diagnosis *d)
{
	int lock = lock_folder(path);
	bool good = apply(path, edits, count, d);
	if (lock >= 0)
		close(lock);
	return good;
}
