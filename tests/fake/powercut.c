/* Replays a recorded trace (failpoint.so) to every state that a power cut could leave, and lets a
   runner loose on each.
     powercut TRACE DROP_INODE MQUEUE_INODE REPLAY DELIVERED [rename|digest]
     REPLAY      a spool for the states
     DELIVERED   the folder of a smarthost; FIRSTHOP_* as usual
     rename      as if each link into another folder were a rename, to its first loss: what this
                 program must not pass
     digest      mails that are put together: each is known by its last line, wherever that arrives
   What is synced stays.  Of what is not: names may be all there, none, all but one, only one, and a
   file that was renamed may have both names; contents may be as written, as at the last sync, zeros
   in place of what came since, or half of the last write.  A rename within a folder loses no file.
   One into another folder may: the old name can be gone for good, by a sync of its folder, too,
   while the new one is not there yet (firsthop-spool(5)).
   Lines "promise N" follow each exit 0 of sendmail, the smarthost's lines show what it accepted. */
#include "base/mem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES_MAX 400
#define NAMES_MAX 400
#define PENDING_MAX 200
#define STATES_MAX 20000
#define MAILS 3

struct file {
	unsigned long inode;
	struct buffer durable, current, torn;
};

struct name {
	int folder; /* 0 drop, 1 mqueue, -1 unused */
	char name[64];
	struct file *file;
};

struct change {
	struct name name;
	bool removes;
	int pair; /* number of the rename, 0 = none */
};

struct space {
	struct name names[NAMES_MAX];
	int count;
};

/* Whom the mails of the scenario go to, and which mail that is. */
static const struct {
	const char *to;
	int mail;
} wanted[] = {{"ok-1", 1}, {"a-2", 2}, {"later-2", 2}, {"good-3", 3}, {"sender-3", 3}};
#define WANTED (int)(sizeof wanted / sizeof wanted[0])

static struct {
	struct file *files[FILES_MAX];
	int file_count;
	struct space durable;
	struct change pending[PENDING_MAX];
	int pending_count, renames;
	unsigned long folders[2];
	bool promised[MAILS + 1];
	int taken[WANTED];
	const char *replay, *delivered;
	bool links_are_renames, in_digest;
	uint64_t seen[STATES_MAX];
	int states, runs, lost, twice, late_twice, cut, stuck, op;
} p;

/* --- the model -------------------------------------------------------------------------------- */

static int folder_of(unsigned long inode)
{
	return inode == p.folders[0] ? 0 : inode == p.folders[1] ? 1 : -1;
}

static struct file *file_of(unsigned long inode)
{
	for (int i = p.file_count - 1; i >= 0; i--) {
		if (p.files[i]->inode == inode)
			return p.files[i];
	}
	return NULL;
}

static struct name *find(struct space *s, int folder, const char *name)
{
	for (int i = 0; i < s->count; i++) {
		if (s->names[i].folder == folder && strcmp(s->names[i].name, name) == 0)
			return &s->names[i];
	}
	return NULL;
}

static void apply(struct space *s, const struct change *c)
{
	struct name *n = find(s, c->name.folder, c->name.name);
	if (c->removes) {
		if (n != NULL && n->file == c->name.file)
			*n = s->names[--s->count];
	} else if (n != NULL) {
		n->file = c->name.file;
	} else if (s->count < NAMES_MAX) {
		s->names[s->count++] = c->name;
	}
}

/* Everything as the processes see it. */
static void live(struct space *s)
{
	*s = p.durable;
	for (int i = 0; i < p.pending_count; i++)
		apply(s, &p.pending[i]);
}

static void change(bool removes, int folder, const char *name, struct file *file, int pair)
{
	if (folder < 0 || file == NULL || p.pending_count == PENDING_MAX)
		return;
	struct change *c = &p.pending[p.pending_count++];
	*c =
	    (struct change){.removes = removes, .pair = pair, .name = {.folder = folder, .file = file}};
	snprintf(c->name.name, sizeof c->name.name, "%s", name);
}

static void sync_folder(int folder)
{
	int left = 0;
	for (int i = 0; i < p.pending_count; i++) {
		if (p.pending[i].name.folder == folder)
			apply(&p.durable, &p.pending[i]);
		else
			p.pending[left++] = p.pending[i];
	}
	p.pending_count = left;
}

static void on_create(unsigned long inode, unsigned long folder, const char *name)
{
	struct file *f = mem_alloc(sizeof *f);
	if (p.file_count == FILES_MAX)
		exit(1);
	f->inode = inode;
	p.files[p.file_count++] = f;
	change(false, folder_of(folder), name, f, 0);
}

static void on_rename(unsigned long from, unsigned long to, const char *old, const char *new)
{
	struct space s;
	live(&s);
	struct name *n = find(&s, folder_of(from), old);
	if (n == NULL)
		return;
	p.renames++;
	change(false, folder_of(to), new, n->file, p.renames);
	change(true, folder_of(from), old, n->file, p.renames);
}

static void on_link(unsigned long from, unsigned long to, const char *old, const char *new)
{
	struct space s;
	live(&s);
	struct name *n = find(&s, folder_of(from), old);
	if (p.links_are_renames)
		on_rename(from, to, old, new);
	else if (n != NULL)
		change(false, folder_of(to), new, n->file, 0);
}

static void on_unlink(unsigned long folder, const char *name)
{
	struct space s;
	live(&s);
	struct name *n = find(&s, folder_of(folder), name);
	if (n != NULL)
		change(true, n->folder, name, n->file, 0);
}

static void copy(struct buffer *to, const struct buffer *from)
{
	to->length = 0;
	buffer_add(to, from->data, from->length);
}

static void put(struct buffer *b, size_t at, const char *bytes, size_t length)
{
	while (b->length < at + length)
		buffer_add(b, "", 1);
	memcpy(b->data + at, bytes, length);
}

static void on_write(unsigned long inode, size_t at, const char *bytes, size_t length)
{
	struct file *f = file_of(inode);
	if (f == NULL)
		return;
	copy(&f->torn, &f->current);
	put(&f->torn, at, bytes, length / 2);
	put(&f->current, at, bytes, length);
}

static void on_sync(unsigned long inode)
{
	if (folder_of(inode) >= 0) {
		sync_folder(folder_of(inode));
		return;
	}
	struct file *f = file_of(inode);
	if (f != NULL) {
		copy(&f->durable, &f->current);
		copy(&f->torn, &f->current);
	}
}

/* --- one state -------------------------------------------------------------------------------- */

static void content_of(const struct file *f, int how, struct buffer *out)
{
	const struct buffer *from = how == 0 ? &f->current : how == 3 ? &f->torn : &f->durable;
	copy(out, from);
	for (size_t i = out->length; how == 2 && i < f->current.length; i++)
		buffer_add(out, "", 1);
}

static uint64_t mix(uint64_t h, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < length; i++)
		h = (h ^ at[i]) * 1099511628211u;
	return h;
}

/* A state that was looked at already, with the same promises, is not run again. */
static bool is_new(const struct space *s, int how)
{
	struct buffer bytes = {0};
	uint64_t h = 0;
	for (int i = 0; i < s->count; i++) {
		content_of(s->names[i].file, how, &bytes);
		uint64_t one = mix(14695981039346656037u + (uint64_t)s->names[i].folder, s->names[i].name,
		    strlen(s->names[i].name));
		h += mix(one, bytes.length ? bytes.data : "", bytes.length);
	}
	h = mix(mix(h, p.promised, sizeof p.promised), p.taken, sizeof p.taken);
	buffer_free(&bytes);
	for (int i = 0; i < p.states; i++) {
		if (p.seen[i] == h)
			return false;
	}
	if (p.states < STATES_MAX)
		p.seen[p.states++] = h;
	return true;
}

static void empty_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char name[1400];
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(name);
	}
	if (folder != NULL)
		closedir(folder);
}

static void materialize(const struct space *s, int how)
{
	static const char *const folders[] = {"drop", "mqueue"};
	struct buffer bytes = {0};
	char path[1400], other[1400];
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", p.replay, folders[i]);
		empty_folder(path);
	}
	for (int i = 0; i < s->count; i++) {
		snprintf(path, sizeof path, "%s/%s/%s", p.replay, folders[s->names[i].folder],
		    s->names[i].name);
		bool linked = false;
		for (int k = 0; k < i && !linked; k++) {
			snprintf(other, sizeof other, "%s/%s/%s", p.replay, folders[s->names[k].folder],
			    s->names[k].name);
			linked = s->names[k].file == s->names[i].file && link(other, path) == 0;
		}
		if (linked)
			continue;
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		content_of(s->names[i].file, how, &bytes);
		if (fd < 0 ||
		    write(fd, bytes.length ? bytes.data : "", bytes.length) != (ssize_t)bytes.length)
			exit(1);
		close(fd);
	}
	buffer_free(&bytes);
}

static void run_runner(void)
{
	int status = 0;
	char path[1024];
	snprintf(path, sizeof path, "%s/runner", getenv("FIRSTHOP_LIBEXEC"));
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		setenv("FIRSTHOP_SPOOL", p.replay, 1);
		execl(path, "runner", "--once", "--foreground", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	p.stuck += status != 0;
}

static void count_mail(const char *path, int arrived[WANTED])
{
	char line[2000], tail[2000] = "", to[2000] = "";
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		int n;
		if (p.in_digest && sscanf(line, "END %d", &n) == 1 && n >= 1 && n <= MAILS)
			arrived[n - 1]++;
		if (strncmp(line, "X-Envelope-To:", 14) == 0)
			memcpy(to, line, sizeof to);
		if (*line != '\n')
			memcpy(tail, line, sizeof tail);
	}
	if (file != NULL)
		fclose(file);
	for (int i = 0; i < WANTED && !p.in_digest; i++) {
		char mark[40];
		snprintf(mark, sizeof mark, "<%s@", wanted[i].to);
		arrived[i] += strstr(to, mark) != NULL;
	}
	p.cut += strncmp(tail, "END ", 4) != 0 && strncmp(tail, "--firsthop", 10) != 0;
}

static void count_mails(int arrived[WANTED])
{
	DIR *folder = opendir(p.delivered);
	struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[1400];
		snprintf(path, sizeof path, "%s/%s", p.delivered, entry->d_name);
		if (strstr(entry->d_name, ".eml") != NULL)
			count_mail(path, arrived);
	}
	if (folder != NULL)
		closedir(folder);
}

/* Noted for good: the mail is gone from the disk, or its journal there says so. */
static bool is_settled(int i)
{
	char mark[60], to[60];
	bool there = false, noted = false;
	snprintf(mark, sizeof mark, "recipient: %s@", i == WANTED - 1 ? "refused-3" : wanted[i].to);
	snprintf(to, sizeof to, "rcpt address=%s@", wanted[i].to);
	struct space s;
	live(&s);
	for (int which = 0; which < 2; which++) {
		const struct space *view = which == 0 ? &p.durable : &s;
		for (int k = 0; k < view->count; k++) {
			struct buffer text = {0};
			copy(&text, &view->names[k].file->durable);
			const char *all = buffer_string(&text);
			there = there || strstr(all, mark) != NULL;
			const char *line = which == 0 ? strstr(all, to) : NULL;
			noted = noted || (line != NULL && strstr(line, "verdict=sent") != NULL);
			buffer_free(&text);
		}
	}
	return noted || (i < WANTED - 1 && !there);
}

static void look(const struct space *s, int how)
{
	int arrived[WANTED] = {0};
	if (!is_new(s, how))
		return;
	p.runs++;
	empty_folder(p.delivered);
	materialize(s, how);
	run_runner();
	count_mails(arrived);
	for (int i = 0; i < MAILS && p.in_digest; i++) {
		if ((p.promised[i + 1] && arrived[i] == 0) || arrived[i] > 1)
			fprintf(stderr, "op %d, contents %d, %d names: mail %d arrived %d times\n", p.op, how,
			    s->count, i + 1, arrived[i]);
		p.lost += p.promised[i + 1] && arrived[i] == 0;
		p.twice += arrived[i] > 1;
	}
	for (int i = 0; i < WANTED && !p.in_digest; i++) {
		bool missing = p.promised[wanted[i].mail] && arrived[i] + p.taken[i] == 0;
		bool again = p.taken[i] > 0 && arrived[i] > 0 && i < WANTED - 1;
		/* A report may be written again as long as its mail is not noted as failed. */
		int most = i == WANTED - 1 ? 2 : 1;
		bool too_often = arrived[i] > most || (again && is_settled(i));
		if (missing || too_often)
			fprintf(stderr,
			    "op %d, contents %d, %d names: %s arrived %d times, %d before the cut\n", p.op, how,
			    s->count, wanted[i].to, arrived[i], p.taken[i]);
		p.lost += missing;
		p.twice += too_often;
		p.late_twice += again;
	}
}

static void look_at_contents(const struct space *s)
{
	for (int how = 0; how < (p.in_digest ? 2 : 4); how++)
		look(s, how);
}

static bool is_one_rename(int i, int k)
{
	return i != k && p.pending[i].pair != 0 && p.pending[i].pair == p.pending[k].pair &&
	       p.pending[i].name.folder == p.pending[k].name.folder;
}

/* The old name of a rename within a folder does not go alone. */
static bool goes_with_new_name(int i)
{
	for (int k = 0; k < p.pending_count; k++) {
		if (is_one_rename(i, k))
			return true;
	}
	return false;
}

/* Changes of names that are not synced: all, none, all but one, only one; the two halves of a
   rename within a folder go together, or only the new name is made. */
static void look_at_all(void)
{
	struct space s;
	live(&s);
	look_at_contents(&s);
	s = p.durable;
	look_at_contents(&s);
	for (int i = 0; i < p.pending_count; i++) {
		for (int only = 0; only < 2; only++) {
			s = p.durable;
			for (int k = 0; k < p.pending_count; k++) {
				bool same = k == i || (!p.pending[i].removes && is_one_rename(i, k));
				if (same == (only == 1))
					apply(&s, &p.pending[k]);
			}
			if (!(only == 1 && p.pending[i].removes && goes_with_new_name(i)))
				look_at_contents(&s);
		}
	}
}

/* --- the trace -------------------------------------------------------------------------------- */

static void on_taken(const char *line)
{
	for (int i = 0; i < WANTED; i++) {
		char mark[40];
		snprintf(mark, sizeof mark, "<%s@", wanted[i].to);
		p.taken[i] += strstr(line, mark) != NULL;
	}
}

static void replay(FILE *trace)
{
	char line[5000], word[20], first[2000], second[2000];
	unsigned long a, b;
	long at, length;
	int n;
	bool announced = false;
	while (!(p.links_are_renames && p.lost > 0) && fgets(line, sizeof line, trace) != NULL) {
		p.op++;
		if (sscanf(line, "promise %d", &n) == 1 && n <= MAILS) {
			p.promised[n] = true;
		} else if (strncmp(line, "session=", 8) == 0) {
			on_taken(line);
		} else if (sscanf(line, "write %lu %ld %ld", &a, &at, &length) == 3) {
			char *bytes = mem_alloc((size_t)length + 1);
			if (fread(bytes, 1, (size_t)length, trace) != (size_t)length)
				exit(1);
			on_write(a, (size_t)at, bytes, (size_t)length);
			free(bytes);
		} else if (sscanf(line, "%19s %lu %lu %1999s %1999s", word, &a, &b, first, second) >= 4) {
			if (strcmp(word, "create") == 0)
				on_create(a, b, first);
			else if (strcmp(word, "truncate") == 0 && file_of(a) != NULL)
				file_of(a)->current.length = 0;
			else if (strcmp(word, "rename") == 0)
				on_rename(a, b, first, second);
			else if (strcmp(word, "link") == 0)
				on_link(a, b, first, second);
			else if (strcmp(word, "unlink") == 0)
				on_unlink(a, first);
			else if (strcmp(word, "sync") == 0)
				on_sync(a);
		}
		/* Until the digest is announced, all is as with other mail. */
		announced = announced || strstr(line, " reports") != NULL;
		if (!p.in_digest || announced)
			look_at_all();
	}
}

int main(int argc, char **argv)
{
	FILE *trace = argc == 6 || argc == 7 ? fopen(argv[1], "r") : NULL;
	if (trace == NULL)
		return 64;
	p.folders[0] = strtoul(argv[2], NULL, 10);
	p.folders[1] = strtoul(argv[3], NULL, 10);
	p.replay = argv[4];
	p.delivered = argv[5];
	p.links_are_renames = argc == 7 && strcmp(argv[6], "rename") == 0;
	p.in_digest = argc == 7 && strcmp(argv[6], "digest") == 0;
	replay(trace);
	fclose(trace);
	printf("changes=%d states=%d lost=%d twice_after_it_was_noted=%d twice_in_the_window=%d cut=%d "
	       "stuck=%d\n",
	    p.op, p.runs, p.lost, p.twice, p.late_twice, p.cut, p.stuck);
	return p.lost + p.twice + p.cut + p.stuck > 0 || p.runs < 50;
}
