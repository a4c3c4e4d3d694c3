/* Reading aliases(5) text into the table: files and folders of files.  The right side of an entry
 * is alias_entry.c's. */
#include "base/fdio.h"
#include "base/language.h"
#include "base/text.h"
#include "config/alias_table.h"
#include "config/idn.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 1000

static bool fail(struct alias_reading *r, const char *what)
{
	diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_SYNTAX, "%s:%d: %s",
	    alias_path(r), r->line, what);
	return false;
}

/* End of the name: a colon outside quotes. */
static char *find_colon(char *entry)
{
	bool quoted = false;
	for (; *entry != '\0' && (quoted || *entry != ':'); entry++)
		quoted = quoted != (*entry == '"');
	return *entry == ':' ? entry : NULL;
}

/* An entry that is there, and that no address finds. */
static void add_odd_name(struct alias_reading *r, const char *name, const char *what)
{
	struct buffer words = {0};
	alias_put_place(r->set, r->source, r->line, &words);
	buffer_printf(&words, TR(": alias %s: %s; this one matches no mail"), name, what);
	alias_add_problem(r->set, mem_copy(buffer_string(&words)));
	buffer_free(&words);
}

/* "r*t" and "ro?t" of Exim, "/^ro/" of Postfix, "joe@" of MMDF: other mailers' ways to write many
   names at once. */
static bool is_pattern(const char *name)
{
	size_t length = strlen(name);
	const char *star = strchr(name, '*');
	bool known = star == NULL || strcmp(name, "*") == 0 || text_starts(name, "*@") ||
	             (star > name && star[-1] == '+' && star[1] == '\0');
	return !known || name[length - 1] == '@' ||
	       (length > 1 && name[0] == '/' && strchr(name + 1, '/') != NULL);
}

/* The name as it is looked for: without quotes or angle brackets around it, "*@domain" as
 * "@domain", and a name of this machine alone. */
static char *plain_name(struct alias_reading *r, char *name)
{
	size_t length = strlen(name);
	bool quoted = length > 1 && name[0] == '"' && strchr(name + 1, '"') == name + length - 1;
	if (quoted || (length > 2 && name[0] == '<' && name[length - 1] == '>')) {
		name[length - 1] = '\0';
		name++;
	}
	if (!quoted && strpbrk(name, " \t,") != NULL)
		add_odd_name(r, name,
		    TR("an entry has one name; put a name with blanks or commas in double quotes"));
	else if (!quoted && is_pattern(name))
		add_odd_name(r, name,
		    TR("a pattern is no name here; there are NAME, NAME@DOMAIN, @DOMAIN, NAME+*, and * "
		       "for each other name"));
	if (text_starts(name, "*@"))
		name++;
	char *at = strrchr(name, '@');
	if (at != NULL && at > name &&
	    (text_equal_ci(at, "@localhost") || text_equal_ci(at, "@localhost.localdomain")))
		*at = '\0';
	return name;
}

static bool take_entry(struct alias_reading *r, char *entry)
{
	struct aliases *set = r->set;
	char *colon = find_colon(entry);
	if (colon == NULL)
		return fail(r, TR("the line has no ':'; it is written as name: address"));
	*colon = '\0';
	char *name = plain_name(r, text_trim(entry));
	if (*name == '\0')
		return fail(r, TR("there is nothing before the ':'"));
	if (text_has_control(name))
		return fail(r, TR("the name has a control character"));
	set->rows = mem_grow(set->rows, set->count, sizeof *set->rows);
	struct alias row = {.name = arena_copy(&set->strings, name),
	    .source = r->source,
	    .line = r->line};
	r->row = &row;
	if (!alias_take_list(r, text_trim(colon + 1)))
		alias_add_held(r, "(nothing)", REASON_ALIASES_SYNTAX,
		    TR("there is no address after the ':'"));
	set->rows[set->count++] = row;
	return true;
}

static bool end_entry(struct alias_reading *r, struct buffer *entry, int start)
{
	int line = r->line;
	r->line = start;
	bool good = entry->length == 0 || take_entry(r, (char *)(uintptr_t)buffer_string(entry));
	r->line = line;
	entry->length = 0;
	return good;
}

/* A backslash at the end of a line, which is taken off, continues it with the next one. */
static bool ends_in_backslash(char *content)
{
	size_t length = strlen(content);
	if (length == 0 || content[length - 1] != '\\')
		return false;
	content[length - 1] = '\0';
	return true;
}

/* A comment at the end of a line begins after a blank, and outside of quotes. */
static void cut_comment(char *content)
{
	bool quoted = false;
	for (char *at = content; *at != '\0'; at++) {
		quoted = quoted != (*at == '"');
		if (*at == '#' && !quoted && at > content && (at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			text_trim(content);
			return;
		}
	}
}

/* Joins continuation lines (those that begin with a blank, or follow a backslash), and drops
 * comments. */
static bool take_text(struct alias_reading *r, struct buffer *text)
{
	struct buffer entry = {0};
	int start = 0;
	bool good = true, open = false;
	char *bytes, *rest = (char *)(uintptr_t)text_skip_bom(buffer_string(text));
	r->line = 0;
	while (good && (bytes = strsep(&rest, "\n")) != NULL) {
		r->line++;
		bool continues = *bytes == ' ' || *bytes == '\t' || open;
		char *content = text_trim(bytes);
		cut_comment(content);
		open = *content != '#' && ends_in_backslash(content);
		if (*content != '\0' && *content != '#') {
			if (continues && entry.length == 0) {
				good = fail(r,
				    TR("the line begins with a blank, but there is nothing that it continues"));
			} else if (continues) {
				buffer_printf(&entry, " %s", content);
			} else {
				good = end_entry(r, &entry, start);
				buffer_puts(&entry, content);
				start = r->line;
			}
		}
	}
	good = good && end_entry(r, &entry, start);
	buffer_free(&entry);
	return good;
}

/* Names a key of the catalogue for what errno says. */
static bool unreadable(struct alias_reading *r, const char *path)
{
	if (errno == EPERM && r->set->why[0] != '\0')
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_UNREADABLE,
		    TR("%s is not read: %s"), path, r->set->why);
	else if (errno == EFBIG)
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_UNREADABLE,
		    TR("%s is longer than 16 MiB, the most that is read: let [host] aliases name a folder, "
		       "and divide it among files there"),
		    path);
	else
		diag_set_errno(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_UNREADABLE, "%s", path);
	return false;
}

static bool take_file(struct alias_reading *r, const char *path, int fd)
{
	struct buffer text = {0};
	bool good = fdio_slurp(fd, &text, ALIAS_FILE_LIMIT_BYTES);
	int saved = errno;
	close(fd);
	errno = saved;
	if (!good) {
		buffer_free(&text);
		return unreadable(r, path);
	}
	if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL) {
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_SYNTAX,
		    TR("%s is not text; if it is an alias database, newaliases --from-db %s prints it as "
		       "text"),
		    path, path);
		good = false;
	}
	good = good && take_text(r, &text);
	buffer_free(&text);
	return good;
}

static int is_wanted(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	const char *dot = strrchr(entry->d_name, '.');
	static const char *const left_out[] = {".db", ".dat", ".bak", ".orig", ".rpmsave", ".rpmnew",
	    ".dpkg-old", ".dpkg-dist", ".dpkg-new", NULL};
	for (int i = 0; dot != NULL && left_out[i] != NULL; i++) {
		if (strcmp(dot, left_out[i]) == 0)
			return 0;
	}
	return entry->d_name[0] != '.' && entry->d_name[0] != '#' && entry->d_name[length - 1] != '~';
}

/* All files of a folder by name; those that are left behind by editors and packages do not
   count. */
static bool take_folder(struct alias_reading *r, const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, is_wanted, alphasort);
	if (count < 0)
		return unreadable(r, path);
	bool good = count <= FILES_MAX;
	if (!good)
		diag_set(r->d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_ALIASES_UNREADABLE,
		    TR("%s: the folder holds %d files, and at most %d are read: join some of them"), path,
		    count, FILES_MAX);
	for (int i = 0; i < count; i++) {
		char file[2048];
		struct stat st;
		snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
		free(names[i]);
		int fd = good ? alias_open(r->set, file, 0, &st) : -1;
		r->source = r->set->source_count - 1;
		if (good && fd < 0)
			good = unreadable(r, file);
		else if (good && S_ISREG(st.st_mode))
			good = take_file(r, file, fd);
		else if (fd >= 0)
			close(fd);
	}
	free(names);
	return good;
}

/* A domain beyond ASCII may be written in both of its forms: names are found by the ASCII one. */
static void name_in_ascii(struct aliases *set, struct alias *row)
{
	if (text_is_ascii(row->name))
		return;
	char *ascii = idn_to_ascii(row->name);
	row->name = arena_copy(&set->strings, ascii);
	free(ascii);
}

static void add_second(struct aliases *set, const struct alias *row, const struct alias *first)
{
	struct buffer words = {0};
	alias_put_place(set, row->source, row->line, &words);
	buffer_printf(&words, TR(": the name %s is at "), row->name);
	alias_put_place(set, first->source, first->line, &words);
	buffer_puts(&words, TR(" already: that entry counts, this one is passed over; join the two"));
	alias_add_problem(set, mem_copy(buffer_string(&words)));
	buffer_free(&words);
}

/* Leaves the first of several entries of one name, as newaliases of sendmail and Postfix does.  By
 * a table and not by sorting, which 100,000 entries make slow. */
static void make_known(struct aliases *set)
{
	int kept = 0;
	for (int i = 0; i < set->count; i++) {
		struct alias *row = &set->rows[i];
		name_in_ascii(set, row);
		const struct alias *first = alias_find(set, row->name);
		if (first == NULL) {
			set->rows[kept] = *row;
			alias_make_known(set, kept++);
			continue;
		}
		add_second(set, row, first);
		free(row->items);
	}
	set->count = kept;
}

bool aliases_read(struct aliases **set, const char *path, bool missing_ok, struct diagnosis *d)
{
	struct alias_reading r = {.set = mem_alloc(sizeof **set), .d = d};
	struct stat st;
	bool good;
	*set = r.set;
	int fd = alias_open(r.set, path, 0, &st);
	if (fd < 0) {
		good = (missing_ok && (errno == ENOENT || errno == ENOTDIR)) || unreadable(&r, path);
	} else if (S_ISDIR(st.st_mode)) {
		close(fd);
		good = take_folder(&r, path);
	} else {
		good = take_file(&r, path, fd);
	}
	if (good) {
		make_known(r.set);
		alias_find_loops(r.set);
	}
	return good;
}
