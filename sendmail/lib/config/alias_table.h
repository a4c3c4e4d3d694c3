/* The table of aliases.h: filled by alias_file.c, alias_entry.c and alias_source.c, used by
   aliases.c.  For these only. */
#ifndef CONFIG_ALIAS_TABLE_H
#define CONFIG_ALIAS_TABLE_H
#include "config/aliases.h"
#include "base/arena.h"
#include "base/lookup.h"
#include <sys/stat.h>

struct alias_item {
	enum alias_end end;
	char *text;          /* address as written, or the destination that cannot be served */
	enum reason_key key; /* of ALIAS_HELD */
	char *why;           /* of ALIAS_HELD: the sentence with its place */
	int source, line;
};

struct alias {
	char *name;
	struct alias_item *items;
	int count;
	int source, line;
	bool in_loop; /* it was reported already */
};

struct alias_source {
	char *path;
	struct stat as_read;
	bool included;
};

/* What is read; firsthop.conf(5) names it.  A user's list is read again when they change it: it may
 * be as long as reading it costs nothing. */
#define ALIAS_FILE_LIMIT_BYTES (16u << 20)
#define ALIAS_INCLUDE_LIMIT_BYTES (4u << 20)   /* of one file */
#define ALIAS_INCLUDES_LIMIT_BYTES (16u << 20) /* of all, each as often as it is named */
#define ALIAS_INCLUDES_MAX 1000

struct aliases {
	struct alias *rows;
	int count;
	struct lookup known;  /* the rows by their names, in small letters */
	struct arena strings; /* those, and all of the rows: one after the other in memory */
	struct alias_source *sources;
	int source_count;
	char **problems;
	int problem_count;
	char why[300];     /* the last file could not be opened */
	int include_count; /* read so far, and their bytes */
	size_t include_bytes;
};

/* A file on its way into the table. */
struct alias_reading {
	struct aliases *set;
	struct diagnosis *d;
	struct alias *row; /* the entry whose right side is being read */
	int source, line;
	int depth; /* of :include: */
};

static inline const char *alias_path(const struct alias_reading *r)
{
	return r->set->sources[r->source].path;
}

/* Appends "FILE:LINE". */
void alias_put_place(const struct aliases *set, int source, int line, struct buffer *out);

/* Takes over a malloc'd sentence. */
void alias_add_problem(struct aliases *set, char *sentence);

/* The row of a name among those that are known, or NULL; the next one becomes known: the row at
 * that place. */
struct alias *alias_find(const struct aliases *set, const char *name);
void alias_make_known(struct aliases *set, int place);

/* Opens a file or a folder (base/way.h), and notes it as a source; -1 with errno, and set->why when
 * that is EPERM.  admin: who wrote the path. */
int alias_open(struct aliases *set, const char *path, uid_t admin, struct stat *st);

/* Reads a right side, which is cut up, into the entry at hand; false when nothing is there. */
bool alias_take_list(struct alias_reading *r, char *list);

/* A destination that cannot be served: kept with its reason, which is a problem of the file as
 * well. */
void alias_add_held(struct alias_reading *r, const char *text, enum reason_key key,
    const char *what);

/* Reports each loop once. */
void alias_find_loops(struct aliases *set);
#endif
