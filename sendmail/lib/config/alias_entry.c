/* The right side of an alias: addresses, lists in files of their own, and what cannot be served.
   What is wrong stays in the table with its reason: the mail to it waits, and that of all others
   goes its way. */
#include "base/fdio.h"
#include "base/language.h"
#include "base/text.h"
#include "config/alias_table.h"
#include "message/address.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define INCLUDES_DEPTH_MAX 5
#define INCLUDE_PROBLEMS_MAX 100 /* in one file; it may be anything */

static struct alias_item *add_item(struct alias_reading *r, enum alias_end end, const char *text)
{
	struct alias *row = r->row;
	row->items = mem_grow(row->items, row->count, sizeof *row->items);
	struct alias_item *item = &row->items[row->count++];
	*item = (struct alias_item){.end = end,
	    .text = arena_copy(&r->set->strings, text),
	    .key = REASON_NONE,
	    .source = r->source,
	    .line = r->line};
	return item;
}

/* A destination that cannot be served: kept with its reason; whoever reads the file
 * reports it at once. */
void alias_add_held(struct alias_reading *r, const char *text, enum reason_key key,
    const char *what)
{
	struct buffer words = {0};
	TEXT(shown, 200);
	text_escape(&shown, text, strlen(text) < 100 ? strlen(text) : 100);
	alias_put_place(r->set, r->source, r->line, &words);
	buffer_printf(&words, TR(": alias %s: %s; mail for it waits, nothing is lost"), r->row->name,
	    what);
	struct alias_item *item = add_item(r, ALIAS_HELD, shown.data);
	item->key = key;
	item->why = arena_copy(&r->set->strings, buffer_string(&words));
	alias_add_problem(r->set, mem_copy(item->why));
	buffer_free(&words);
}

static void add_address(void *context, const char *address)
{
	struct alias_reading *r = context;
	const char *wrong = address_problem(*address == '\\' ? address + 1 : address);
	if (wrong == NULL)
		add_item(r, ALIAS_ADDRESS, address);
	else
		alias_add_held(r, address, REASON_ALIASES_SYNTAX, wrong);
}

/* The lines of an included file, each a list of addresses. */
static void take_included(struct alias_reading *r, int fd)
{
	struct buffer text = {0};
	char *line;
	if (!fdio_slurp(fd, &text, ALIAS_INCLUDE_LIMIT_BYTES)) {
		text.length = 0;
		alias_add_held(r, alias_path(r), REASON_ALIASES_INCLUDE, strerror(errno));
	}
	r->set->include_bytes += text.length;
	char *rest = (char *)(uintptr_t)text_skip_bom(buffer_string(&text));
	int before = r->set->problem_count;
	while ((line = strsep(&rest, "\n")) != NULL) {
		r->line++;
		char *list = text_trim(line);
		if (*list == '\0' || *list == '#')
			continue;
		if (r->set->problem_count - before > INCLUDE_PROBLEMS_MAX) {
			alias_add_held(r, alias_path(r), REASON_ALIASES_INCLUDE,
			    TR("too many of its lines are wrong: from here on it is not read"));
			break;
		}
		alias_take_list(r, list);
	}
	buffer_free(&text);
}

static void take_include(struct alias_reading *r, const char *item, const char *path)
{
	struct alias_reading inner = *r;
	struct stat st;
	TEXT(words, 800);
	if (*path != '/' || r->depth == INCLUDES_DEPTH_MAX) {
		alias_add_held(r, item, REASON_ALIASES_INCLUDE,
		    *path != '/' ? TR("the path behind :include: does not begin with '/'")
		                 : TR("files include one another more than 5 deep"));
		return;
	}
	int fd = alias_open(r->set, path, r->set->sources[r->source].as_read.st_uid, &st);
	inner.source = r->set->source_count - 1;
	r->set->sources[inner.source].included = true;
	inner.line = 0;
	inner.depth++;
	if (fd < 0)
		text_printf(&words,
		    errno == EPERM ? TR("%.200s is not read: %s")
		                   : TR("%.200s cannot be read by user firsthop: %s"),
		    path, errno == EPERM ? r->set->why : strerror(errno));
	else if (!S_ISREG(st.st_mode))
		text_printf(&words, TR("%.200s is not a file"), path);
	else if (st.st_size > (off_t)ALIAS_INCLUDE_LIMIT_BYTES)
		text_printf(&words,
		    TR("%.200s is longer than 4 MiB, the most that an included file may have"), path);
	else if (r->set->include_count++ >= ALIAS_INCLUDES_MAX ||
	         r->set->include_bytes + (size_t)st.st_size > ALIAS_INCLUDES_LIMIT_BYTES)
		text_printf(&words,
		    TR("%.200s is not read: all files together that are included may be 1000, and have 16 "
		       "MiB"),
		    path);
	else if (st.st_mode & S_IWOTH)
		text_printf(&words,
		    TR("%.200s can be written by everybody, who could then read this mail (chmod o-w)"),
		    path);
	if (words.length > 0)
		alias_add_held(r, item, REASON_ALIASES_INCLUDE, words.data);
	else
		take_included(&inner, fd);
	r->row = inner.row;
	if (fd >= 0)
		close(fd);
}

/* The path after ":include:", in place. */
static char *without_quotes(char *path)
{
	path = text_trim(path);
	size_t length = strlen(path);
	if (length > 1 && *path == '"' && path[length - 1] == '"') {
		path[length - 1] = '\0';
		path++;
	}
	return path;
}

/* One destination; quotes around the whole of it are gone. */
static void take_item(struct alias_reading *r, char *item, bool quoted)
{
	char problem[160];
	TEXT(words, 600);
	if (*item == '|') {
		alias_add_held(r, item, REASON_ALIASES_PROGRAM,
		    TR("a pipe to a program is not possible here: mail is only relayed; name an address"));
	} else if (strcmp(item, "/dev/null") == 0 || text_equal_ci(item, ":blackhole:")) {
		add_item(r, ALIAS_DISCARD, item);
	} else if (*item == '/') {
		alias_add_held(r, item, REASON_ALIASES_FILE,
		    TR("a file as destination is not possible here: mail is only relayed; name an "
		       "address"));
	} else if (text_starts_ci(item, ":include:")) {
		take_include(r, item, without_quotes(item + 9));
	} else if (*item == ':' || text_starts_ci(item, "error:")) {
		alias_add_held(r, item, REASON_ALIASES_SYNTAX,
		    TR("this destination is one of another mail server, and nothing here; name an address, "
		       "or "
		       "/dev/null"));
	} else if (quoted && strchr(item, '@') == NULL) {
		add_address(r, item);
	} else if (address_list(item, add_address, r, problem, sizeof problem) < 0) {
		text_printf(&words, TR("the address cannot be read: %s"), problem);
		alias_add_held(r, item, REASON_ALIASES_SYNTAX, words.data);
	}
}

/* Length of the destination at the start of a list: up to a comma outside quotes, comments and
 * angle brackets. */
static size_t item_length(const char *at)
{
	bool quoted = false;
	int depth = 0;
	size_t n = 0;
	for (; at[n] != '\0' && (quoted || depth > 0 || at[n] != ','); n++) {
		if (at[n] == '\\' && at[n + 1] != '\0')
			n++;
		else if (at[n] == '"')
			quoted = !quoted;
		else if (!quoted && (at[n] == '(' || at[n] == '<'))
			depth++;
		else if (!quoted && depth > 0 && (at[n] == ')' || at[n] == '>'))
			depth--;
	}
	return n;
}

bool alias_take_list(struct alias_reading *r, char *list)
{
	int before = r->row->count;
	for (char *at = list, *next; *at != '\0'; at = next) {
		size_t n = item_length(at);
		next = at + n + (at[n] == ',');
		at[n] = '\0';
		char *item = text_trim(at);
		size_t length = strlen(item);
		bool quoted = length > 1 && *item == '"' && strchr(item + 1, '"') == item + length - 1;
		if (quoted) {
			item[length - 1] = '\0';
			item++;
		}
		if (*item != '\0')
			take_item(r, item, quoted);
	}
	return r->row->count > before;
}
