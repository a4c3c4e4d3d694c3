/* Maps of addresses. */
#include "config/rewrite.h"
#include "base/language.h"
#include "base/fdio.h"
#include "base/way.h"
#include "message/address.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (16u << 20)

static const char *side_problem(const char *side)
{
	const char *address = *side == '@' ? NULL : side;
	if (address == NULL)
		return side[1] == '\0' || strpbrk(side + 1, "@ \t<>,;\"") != NULL
		           ? TR("behind a leading '@' a domain is expected")
		           : NULL;
	return address_problem(address);
}

bool rewrite_add(struct rewrite *map, const char *left, const char *right, int line, bool of_file,
    struct text *problem)
{
	const char *wrong = side_problem(left);
	const char *side = left;
	if (wrong == NULL) {
		side = right;
		wrong = side_problem(right);
	}
	if (wrong != NULL) {
		text_printf(problem, "\"%.100s\": %s", side, wrong);
		return false;
	}
	map->pairs = mem_grow(map->pairs, map->count, sizeof *map->pairs);
	map->pairs[map->count++] =
	    (struct rewrite_pair){mem_copy(left), mem_copy(right), line, of_file};
	return true;
}

static bool take_line(struct rewrite *map, char *line, int number, struct text *problem)
{
	TEXT(words, 600);
	char *left = text_trim(line);
	if (*left == '\0' || *left == '#')
		return true;
	char *right = left + strcspn(left, " \t");
	if (*right != '\0')
		*right++ = '\0';
	right = text_trim(right);
	size_t length = strlen(left);
	if (length > 1 && left[length - 1] == ':')
		left[length - 1] = '\0';
	if (*right == '\0')
		text_put(&words, TR("the line has one word; it is written as: address blank new-address"));
	else if (rewrite_add(map, left, right, number, true, &words))
		return true;
	text_printf(problem, "%s:%d: %s", map->file, number, words.data);
	return false;
}

static int by_left(const void *a, const void *b)
{
	const struct rewrite_pair *x = a, *y = b;
	int order = strcasecmp(x->left, y->left);
	if (order == 0)
		order = x->of_file != y->of_file ? x->of_file - y->of_file : x->line - y->line;
	return order;
}

bool rewrite_finish(struct rewrite *map, struct text *problem)
{
	struct buffer text = {0};
	bool good = true;
	if (map->file[0] != '\0') {
		TEXT(why, 300);
		int fd = way_open(map->file, 0, &map->as_read, &why);
		good = fd >= 0 && S_ISREG(map->as_read.st_mode) && fdio_slurp(fd, &text, FILE_LIMIT_BYTES);
		if (!good)
			text_printf(problem, TR("%s cannot be read: %s"), map->file,
			    fd >= 0 && !S_ISREG(map->as_read.st_mode) ? TR("it is not a file")
			    : fd < 0                                  ? why.data
			    : errno == EFBIG                          ? TR("it is longer than 16 MiB")
			                                              : strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	char *rest = (char *)(uintptr_t)buffer_string(&text), *line;
	for (int number = 1; good && (line = strsep(&rest, "\n")) != NULL; number++)
		good = take_line(map, line, number, problem);
	buffer_free(&text);
	if (map->count > 1)
		qsort(map->pairs, (size_t)map->count, sizeof *map->pairs, by_left);
	return good;
}

void rewrite_free(struct rewrite *map)
{
	for (int i = 0; i < map->count; i++) {
		free(map->pairs[i].left);
		free(map->pairs[i].right);
	}
	free(map->pairs);
	map->pairs = NULL;
	map->count = 0;
}

bool rewrite_changed(struct rewrite *map)
{
	return map->file[0] != '\0' && fdio_changed(map->file, &map->as_read);
}

/* The first of equals: bsearch(3) may find any. */
static const struct rewrite_pair *find(const struct rewrite *map, const char *left)
{
	int low = 0, high = map->count;
	while (low < high) {
		int middle = (low + high) / 2;
		if (strcasecmp(map->pairs[middle].left, left) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->count && strcasecmp(map->pairs[low].left, left) == 0 ? &map->pairs[low]
	                                                                       : NULL;
}

const struct rewrite_pair *rewrite_find(const struct rewrite *map, const char *address,
    const char *host, const char *domain)
{
	const char *behind = address_domain(address);
	if (map->count == 0)
		return NULL;
	const struct rewrite_pair *pair = find(map, address);
	if (pair != NULL || *behind == '\0')
		return pair;
	if (text_equal_ci(behind, host) || text_equal_ci(behind, domain)) {
		char *local = mem_copy_n(address, (size_t)(behind - address) - 1);
		pair = find(map, local);
		free(local);
	}
	return pair != NULL ? pair : find(map, behind - 1);
}

char *rewrite_apply(const struct rewrite_pair *pair, const char *address, const char *domain)
{
	struct buffer full = {0};
	const char *behind = address_domain(address);
	if (*pair->right != '@')
		return address_qualify(pair->right, domain);
	buffer_add(&full, address, *behind != '\0' ? (size_t)(behind - address) - 1 : strlen(address));
	buffer_puts(&full, pair->right);
	char *copy = mem_copy(buffer_string(&full));
	buffer_free(&full);
	return copy;
}
