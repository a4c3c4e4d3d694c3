/* Reading alias databases with the tools of their makers, run without a shell. */
#include "newaliases/database.h"
#include "base/base64.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define OUTPUT_LIMIT_BYTES (64u << 20)

enum outcome { TOOL_MISSING, TOOL_FAILS, TOOL_DONE };
enum form { FORM_DB_DUMP, FORM_GDBM_DUMP, FORM_WORDS };

struct tool {
	const char *magic;   /* "db" or "gdbm" */
	const char *argv[4]; /* the database behind them */
	const char *prefix;  /* of the last argument */
	enum form form;
};

/* Postfix wants the type and the name without its ".db". */
static const struct tool tools[] = {
    {"db", {"db_dump", "-p"}, "", FORM_DB_DUMP},
    {"db", {"db5.3_dump", "-p"}, "", FORM_DB_DUMP},
    {"db", {"db_dump-5", "-p"}, "", FORM_DB_DUMP},
    {"db", {"db_dump-18", "-p"}, "", FORM_DB_DUMP},
    {"db", {"postalias", "-s"}, "hash:", FORM_WORDS},
    {"db", {"postalias", "-s"}, "btree:", FORM_WORDS},
    {"db", {"makemap", "-u", "hash"}, "", FORM_WORDS},
    {"db", {"makemap", "-u", "btree"}, "", FORM_WORDS},
    {"gdbm", {"gdbm_dump"}, "", FORM_GDBM_DUMP},
};

/* What the file is: the magic numbers that file(1) knows too. */
static const char *kind_of(const unsigned char *head, size_t length)
{
	static const uint32_t db[] = {0x00053162, 0x00061561, 0x00042253, 0x00052444};
	static const uint32_t gdbm[] = {0x13579ace, 0x13579acd, 0x13579acf, 0x13579ad0, 0x13579ad1};
	for (size_t at = 0; at <= 12; at += 12) {
		uint32_t word, swapped;
		if (length < at + 4)
			return NULL;
		memcpy(&word, head + at, 4);
		swapped = word >> 24 | (word >> 8 & 0xff00) | (word << 8 & 0xff0000) | word << 24;
		for (size_t i = 0; i < sizeof db / sizeof db[0]; i++) {
			if (word == db[i] || swapped == db[i])
				return "db";
		}
		for (size_t i = 0; at == 0 && i < sizeof gdbm / sizeof gdbm[0]; i++) {
			if (word == gdbm[i] || swapped == gdbm[i])
				return "gdbm";
		}
	}
	return NULL;
}

/* The name as a tool wants it: never one that looks like an option. */
static char *name_for(const struct tool *tool, const char *path)
{
	struct buffer name = {0};
	size_t length = strlen(path);
	bool cut = *tool->prefix != '\0' && length > 3 && strcmp(path + length - 3, ".db") == 0;
	buffer_printf(&name, "%s%s", tool->prefix, *path == '-' ? "./" : "");
	buffer_add(&name, path, cut ? length - 3 : length);
	char *copy = mem_copy(buffer_string(&name));
	buffer_free(&name);
	return copy;
}

/* Runs a tool; its output is in out. */
static enum outcome run(const struct tool *tool, char *name, struct buffer *out)
{
	int ends[2], status = 0, argc = 0;
	char *argv[6] = {0};
	for (; argc < 4 && tool->argv[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)tool->argv[argc];
	argv[argc] = name;
	if (compat_pipe(ends) != 0)
		return TOOL_FAILS;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0);
		dup2(null, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	bool good = pid > 0 && fdio_slurp(ends[0], out, OUTPUT_LIMIT_BYTES);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (good && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return TOOL_MISSING;
	return good && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? TOOL_DONE : TOOL_FAILS;
}

/* What would end a line, or move a terminal, is none of an alias. */
static void blank_controls(char *text)
{
	for (; *text != '\0'; text++)
		*text = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
}

/* "name: right side"; sendmail and Postfix keep a NUL at the end of both, and an entry @ that only
 * marks the file.  False: it cannot be said as text. */
static bool put_entry(char *key, char *value)
{
	size_t length = strlen(key);
	bool in_quotes = length > 1 && *key == '"' && strchr(key + 1, '"') == key + length - 1;
	if (*key == '\0' || (strcmp(key, "@") == 0 && strcmp(value, "@") == 0) ||
	    strcmp(key, "YP_LAST_MODIFIED") == 0 || strcmp(key, "YP_MASTER_NAME") == 0)
		return true;
	blank_controls(key);
	blank_controls(value);
	if (!in_quotes && strchr(key, '"') != NULL) {
		output_to(stderr,
		    "newaliases: an entry is left out, because its name has a quote in it: %s\n", key);
		return false;
	}
	output_to(stdout, !in_quotes && strpbrk(key, " ,:#") != NULL ? "\"%s\": %s\n" : "%s: %s\n", key,
	    value);
	return true;
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

/* db_dump -p: bytes that cannot be printed as \xx. */
static void unescape(char *text)
{
	char *to = text;
	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] == '\\') {
			*to++ = *++text;
		} else if (*text == '\\' && hex(text[1]) >= 0 && hex(text[2]) >= 0) {
			char byte = (char)(hex(text[1]) * 16 + hex(text[2]));
			text += 2;
			if (byte == '\0')
				break;
			*to++ = byte;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* What breaks off is printed. */
static bool is_end(bool whole)
{
	if (!whole)
		output_to(stderr, "newaliases: the database breaks off behind this: entries are missing\n");
	return whole;
}

static bool print_db_dump(char *text)
{
	bool inside = false, good = true;
	char *line, *key = NULL;
	while ((line = strsep(&text, "\n")) != NULL) {
		if (!inside) {
			inside = strcmp(line, "HEADER=END") == 0;
		} else if (*line != ' ') {
			break;
		} else {
			unescape(++line);
			if (key != NULL)
				good = put_entry(key, line) && good;
			key = key == NULL ? line : NULL;
		}
	}
	return is_end(line != NULL && strcmp(line, "DATA=END") == 0 && key == NULL) && good;
}

/* postalias -s, makemap -u: name, blank, right side. */
static bool print_words(char *text)
{
	bool good = true;
	char *line;
	while ((line = strsep(&text, "\n")) != NULL) {
		char *value = strpbrk(line, "\t") != NULL ? strpbrk(line, "\t") : strchr(line, ' ');
		if (value == NULL)
			continue;
		*value++ = '\0';
		size_t n = strlen(line);
		if (n > 0 && line[n - 1] == ':')
			line[n - 1] = '\0';
		good = put_entry(text_trim(line), text_trim(value)) && good;
	}
	return good;
}

/* gdbm_dump: "#:len=N" and lines of base64 for key and value in turn. */
static bool print_gdbm_dump(char *text)
{
	struct buffer coded = {0};
	char *line, *key = NULL;
	bool inside = false, good = true, ended = false;
	while (!ended && (line = strsep(&text, "\n")) != NULL) {
		ended = text_starts(line, "# End of data");
		bool mark = ended || text_starts(line, "#:len=");
		if (mark && inside) {
			struct buffer bytes = {0};
			bool coded_well =
			    base64_decode(&bytes, coded.length > 0 ? coded.data : "", coded.length);
			char *value = mem_copy(coded_well ? buffer_string(&bytes) : "");
			buffer_free(&bytes);
			if (key == NULL) {
				key = value;
			} else {
				/* Courier: an address on each line. */
				for (char *c = text_trim(value); *c != '\0'; c++)
					*c = *c == '\n' || *c == '\r' ? ',' : *c;
				good = put_entry(key, text_trim(value)) && good;
				free(value);
				mem_free(&key);
			}
		}
		if (mark)
			coded.length = 0;
		else if (inside && *line != '#')
			buffer_puts(&coded, line);
		inside = inside || mark;
	}
	good = is_end(ended && key == NULL) && good;
	free(key);
	buffer_free(&coded);
	return good;
}

/* True when all of it was printed; says what was not. */
static bool print(const struct tool *tool, struct buffer *out)
{
	char *text = (char *)(uintptr_t)buffer_string(out);
	/* NULs at the ends of words would end the text. */
	for (size_t i = 0; i < out->length; i++)
		text[i] = text[i] == '\0' ? ' ' : text[i];
	if (tool->form == FORM_DB_DUMP)
		return print_db_dump(text);
	return tool->form == FORM_GDBM_DUMP ? print_gdbm_dump(text) : print_words(text);
}

/* Why nothing was printed.  failed: the tools that are there. */
static int print_why(const char *path, const char *kind, const char *failed)
{
	if (*failed != '\0') {
		output_to(stderr,
		    "newaliases: %s cannot be read by%s: it is damaged, or was made by another version; "
		    "make it anew from its text, where that is left\n",
		    path, failed);
		return EX_DATAERR;
	}
	if (strcmp(kind, "db") == 0)
		output_to(stderr,
		    "newaliases: %s is a Berkeley DB, and no tool here reads it: install db5.3-util "
		    "(Debian), db5 (FreeBSD) or libdb-utils (Red Hat)\n",
		    path);
	else
		output_to(stderr,
		    "newaliases: %s is a GDBM file, and no tool here reads it: install gdbmtool (Debian) "
		    "or gdbm (FreeBSD, Red Hat), which bring gdbm_dump\n",
		    path);
	return EX_UNAVAILABLE;
}

/* What the file is, NULL when it is no database; false, with a message, when it cannot be read. */
static bool look_at(const char *path, const char **kind)
{
	unsigned char head[64];
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool plain = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ssize_t n = plain ? fdio_read(fd, head, sizeof head) : -1;
	if (n < 0)
		output_to(stderr, "newaliases: %s: %s\n", path,
		    fd < 0 || plain ? strerror(errno) : "it is not a file");
	if (fd >= 0)
		close(fd);
	*kind = n > 0 ? kind_of(head, (size_t)n) : NULL;
	return n >= 0;
}

int database_print(const char *path)
{
	const char *kind, *last = "";
	TEXT(failed, 200);
	if (!look_at(path, &kind))
		return EX_NOINPUT;
	if (kind == NULL) {
		output_to(stderr, "newaliases: %s is neither a Berkeley DB (hash, btree) nor a GDBM file\n",
		    path);
		return EX_DATAERR;
	}
	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
		struct buffer out = {0};
		if (strcmp(tools[i].magic, kind) != 0)
			continue;
		char *name = name_for(&tools[i], path);
		enum outcome outcome = run(&tools[i], name, &out);
		bool done = outcome == TOOL_DONE && out.length > 0, whole = done && print(&tools[i], &out);
		free(name);
		buffer_free(&out);
		if (done)
			return fflush(stdout) != 0 || ferror(stdout) ? EX_IOERR : whole ? EX_OK : EX_DATAERR;
		if (outcome == TOOL_MISSING || strcmp(last, tools[i].argv[0]) == 0)
			continue;
		last = tools[i].argv[0];
		text_printf(&failed, "%s %s", failed.length > 0 ? " and" : "", last);
	}
	return print_why(path, kind, failed.data);
}
