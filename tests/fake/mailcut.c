/* A power cut while mail is appended to an mbox: replays a recorded trace (failpoint.so) to every
   state that it could leave beside and in the mailbox, delivers again what nobody was told of, and
   counts.  What is asked of the file system is what powercut.c asks.
     mailcut TRACE HELD old|new
     HELD   a name beside the folder FIRSTHOP_MAIL
     old    there is a mailbox
     new    the first message makes it
   Environment: FIRSTHOP_*, FAULTS_PRELOAD (failpoint.so), FAULTS_USER.  Message 2 is first begun by
   a process that is killed. */
#include "base/mem.h"
#include "tests/fake/arrivals.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAILS 4
#define FILES_MAX 40
#define PENDING_MAX 6
#define STATES_MAX 20000
#define LINES 700        /* three of the blocks in which it is copied */
#define PART_BYTES 20000 /* more than the first block, less than half of all */
#define WAYS 4           /* in which the content of a file may stay */

struct file {
	unsigned long inode;
	struct buffer content[WAYS]; /* as written, as synced, zeros in place of what came since, half
	                                of the last write */
};

/* Two names matter. */
enum name { NAME_MAILBOX, NAME_NOTE, NAMES };

struct change {
	enum name name;
	struct file *file; /* NULL: it is removed */
};

static struct {
	const char *folder, *user, *trace, *held;
	char names[NAMES][200];
	unsigned long folder_inode;
	struct file files[FILES_MAX], *durable[NAMES];
	int file_count, pending_count, states, lost, twice, cut, stuck;
	struct change pending[PENDING_MAX];
	bool promised[MAILS];
	int arrived[MAILS];
	uint64_t seen[STATES_MAX];
} c;

static const char *in_folder(const char *name)
{
	static char paths[4][1200];
	static int next;
	next = (next + 1) % 4;
	snprintf(paths[next], sizeof paths[next], "%s/%s", c.folder, name);
	return paths[next];
}

/* --- delivering ------------------------------------------------------------------------------- */

static void make_message(int n, struct buffer *out)
{
	struct buffer text = {0};
	buffer_printf(&text,
	    "Return-Path: <a@example.org>\nDelivered-To: %s+ok-%d-p1@here.example.org\nSubject: %d\n\n",
	    c.user, n, n);
	for (int i = 0; i < LINES; i++)
		buffer_printf(&text,
		    "%s%d %d the quick brown fox jumps over the lazy dog, and over the line that ends "
		    "here\n",
		    i == 1 ? "From here " : "", n, i);
	buffer_printf(&text, "END %d\n", n);
	buffer_printf(out, "mbox\n%s\na@example.org\n%zu\n", c.user, text.length);
	buffer_add(out, text.data, text.length);
	buffer_free(&text);
}

static pid_t start_mailbox(bool recorded, int *input)
{
	char path[1200];
	int ends[2];
	snprintf(path, sizeof path, "%s/mailbox", getenv("FIRSTHOP_LIBEXEC"));
	if (pipe(ends) != 0)
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(ends[0], 0);
		dup2(null, 1);
		close(ends[1]);
		if (recorded) {
			setenv("LD_PRELOAD", getenv("FAULTS_PRELOAD"), 1);
			setenv("FAILPOINT_TRACE", c.trace, 1);
		}
		execl(path, "mailbox", (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	*input = ends[1];
	return pid;
}

static bool deliver(int n, bool recorded)
{
	struct buffer m = {0};
	int input, status = -1;
	make_message(n, &m);
	pid_t pid = start_mailbox(recorded, &input);
	ssize_t written = write(input, m.data, m.length);
	close(input);
	waitpid(pid, &status, 0);
	bool done = written == (ssize_t)m.length && status == 0;
	buffer_free(&m);
	return done;
}

static off_t size_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* Killed when a part is in the mailbox, and it waits for the rest. */
static void begin(int n)
{
	struct buffer m = {0};
	int input, status;
	off_t before = size_of(c.trace);
	make_message(n, &m);
	pid_t pid = start_mailbox(true, &input);
	ssize_t written = write(input, m.data, m.length / 2);
	for (int i = 0; written > 0 && i < 10000 && size_of(c.trace) < before + PART_BYTES; i++)
		usleep(1000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(input);
	buffer_free(&m);
}

static void record(int first)
{
	FILE *trace = fopen(c.trace, "a");
	if (trace == NULL)
		exit(1);
	for (int n = first; n < MAILS; n++) {
		if (n == 2)
			begin(n);
		if (!deliver(n, true))
			exit(1);
		fprintf(trace, "promise %d\n", n);
		fflush(trace);
	}
	fclose(trace);
}

/* --- one state -------------------------------------------------------------------------------- */

static void put_file(const char *path, const struct buffer *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 ||
	    write(fd, bytes->length ? bytes->data : "", bytes->length) != (ssize_t)bytes->length)
		exit(1);
	close(fd);
}

static void count_one(const struct arrival *a)
{
	c.cut += !a->whole || a->count != 1;
	for (int i = 0; i < a->count; i++) {
		if (a->to[i].n >= 0 && a->to[i].n < MAILS)
			c.arrived[a->to[i].n]++;
	}
}

/* The mailbox is the same file in all states: a note names it by its inode.  Locks are not laid
 * out: an old one is another matter. */
static void try_state(struct file *const files[NAMES], const int how[NAMES])
{
	int cut = c.cut;
	memset(c.arrived, 0, sizeof c.arrived);
	if (files[NAME_MAILBOX] != NULL) {
		put_file(c.held, &files[NAME_MAILBOX]->content[how[NAME_MAILBOX]]);
		if (rename(c.held, in_folder(c.user)) != 0)
			exit(1);
	}
	if (files[NAME_NOTE] != NULL)
		put_file(in_folder(c.names[NAME_NOTE]), &files[NAME_NOTE]->content[how[NAME_NOTE]]);
	for (int n = 0; n < MAILS; n++)
		c.stuck += !c.promised[n] && !deliver(n, false);
	arrivals_in_mbox(in_folder(c.user), count_one);
	for (int n = 0; n < MAILS; n++) {
		c.lost += c.arrived[n] == 0;
		c.twice += c.arrived[n] > 1;
		if (c.arrived[n] != 1 || c.cut != cut)
			fprintf(stderr,
			    "state %d (mailbox %d, note %d): message %d (promised: %d) is there %d times, %d "
			    "parts\n",
			    c.states, how[NAME_MAILBOX], how[NAME_NOTE], n, c.promised[n], c.arrived[n],
			    c.cut - cut);
	}
	if (files[NAME_MAILBOX] != NULL ? rename(in_folder(c.user), c.held) != 0
	                                : unlink(in_folder(c.user)) != 0)
		exit(1);
	unlink(in_folder(c.names[NAME_NOTE]));
}

static bool is_new(struct file *const files[NAMES], const int how[NAMES])
{
	uint64_t h = 14695981039346656037u;
	for (int i = 0; i < NAMES; i++) {
		const struct buffer *b = files[i] != NULL ? &files[i]->content[how[i]] : NULL;
		for (size_t k = 0; b != NULL && k < b->length; k++)
			h = (h ^ (unsigned char)b->data[k]) * 1099511628211u;
		h = (h ^ (b != NULL ? 2 : 3)) * 1099511628211u;
	}
	for (int n = 0; n < MAILS; n++)
		h = (h ^ c.promised[n]) * 1099511628211u;
	for (int i = 0; i < c.states; i++) {
		if (c.seen[i] == h)
			return false;
	}
	if (c.states == STATES_MAX)
		exit(1);
	c.seen[c.states++] = h;
	return true;
}

/* Of the changes of names that are not synced, any may be there; of each file's content, any
   way. */
static void try_all(void)
{
	for (unsigned chosen = 0; chosen < 1u << c.pending_count; chosen++) {
		struct file *files[NAMES];
		memcpy(files, c.durable, sizeof files);
		for (int i = 0; i < c.pending_count; i++) {
			if (chosen & 1u << i)
				files[c.pending[i].name] = c.pending[i].file;
		}
		for (int ways = 0; ways < WAYS * WAYS; ways++) {
			const int how[NAMES] = {ways % WAYS, ways / WAYS};
			if (is_new(files, how))
				try_state(files, how);
		}
	}
}

/* --- the trace -------------------------------------------------------------------------------- */

static struct file *file_of(unsigned long inode)
{
	for (int i = c.file_count - 1; i >= 0; i--) {
		if (c.files[i].inode == inode)
			return &c.files[i];
	}
	return NULL;
}

static struct file *new_file(unsigned long inode)
{
	if (c.file_count == FILES_MAX)
		exit(1);
	c.files[c.file_count].inode = inode;
	return &c.files[c.file_count++];
}

static void change(const char *name, struct file *file)
{
	for (int i = 0; i < NAMES; i++) {
		if (strcmp(name, c.names[i]) == 0 && c.pending_count < PENDING_MAX)
			c.pending[c.pending_count++] = (struct change){i, file};
	}
}

static void resize(struct buffer *b, size_t length)
{
	while (b->length < length)
		buffer_add(b, "", 1);
	b->length = length;
}

static void copy(struct buffer *to, const struct buffer *from)
{
	to->length = 0;
	buffer_add(to, from->data, from->length);
}

/* A file has new bytes at its end, or is cut. */
static void set(struct file *f, size_t at, const char *bytes, size_t length)
{
	resize(&f->content[0], at);
	copy(&f->content[3], &f->content[0]);
	buffer_add(&f->content[3], bytes, length / 2);
	buffer_add(&f->content[0], bytes, length);
	copy(&f->content[2], &f->content[1]);
	if (f->content[2].length < f->content[0].length)
		resize(&f->content[2], f->content[0].length);
}

static void sync_it(unsigned long inode)
{
	struct file *f = file_of(inode);
	for (int i = 1; f != NULL && i < WAYS; i++)
		copy(&f->content[i], &f->content[0]);
	for (int i = 0; inode == c.folder_inode && i < c.pending_count; i++)
		c.durable[c.pending[i].name] = c.pending[i].file;
	c.pending_count = inode == c.folder_inode ? 0 : c.pending_count;
}

static void replay(const char *at, const char *end)
{
	while (at < end) {
		char word[20] = "", name[200] = "";
		unsigned long one = 0, two = 0;
		size_t length = 0;
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		if (eol == NULL || sscanf(at, "%19s %lu %lu %199s", word, &one, &two, name) < 2)
			exit(1);
		at = eol + 1;
		struct file *f = file_of(one);
		if (strcmp(word, "write") == 0) {
			length = (size_t)strtoul(name, NULL, 10);
			if (f != NULL)
				set(f, two, at, length);
		} else if (strcmp(word, "cut") == 0 && f != NULL) {
			set(f, two, "", 0);
		} else if (strcmp(word, "create") == 0) {
			change(name, new_file(one));
		} else if (strcmp(word, "unlink") == 0) {
			change(name, NULL);
		} else if (strcmp(word, "sync") == 0) {
			sync_it(one);
		} else if (strcmp(word, "promise") == 0) {
			c.promised[one] = true;
		}
		at += length;
		try_all();
	}
}

static unsigned long inode_of(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		exit(1);
	return (unsigned long)st.st_ino;
}

static void read_file(const char *path, struct buffer *to)
{
	char bytes[16384];
	size_t n;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		exit(1);
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		buffer_add(to, bytes, n);
	fclose(file);
}

/* Message 0 is in the mailbox when everything begins. */
static void start_with_mailbox(void)
{
	if (!deliver(0, false))
		exit(1);
	struct file *f = new_file(inode_of(in_folder(c.user)));
	for (int i = 0; i < WAYS; i++)
		read_file(in_folder(c.user), &f->content[i]);
	c.durable[NAME_MAILBOX] = f;
	c.promised[0] = true;
}

int main(int argc, char **argv)
{
	struct buffer trace = {0};
	if (argc != 4)
		return 64;
	signal(SIGPIPE, SIG_IGN);
	bool old = strcmp(argv[3], "old") == 0;
	c.folder = getenv("FIRSTHOP_MAIL");
	c.user = getenv("FAULTS_USER");
	c.trace = argv[1];
	c.held = argv[2];
	snprintf(c.names[NAME_MAILBOX], sizeof c.names[0], "%s", c.user);
	snprintf(c.names[NAME_NOTE], sizeof c.names[0], ".firsthop-mbox.%s", c.user);
	c.folder_inode = inode_of(c.folder);
	if (old)
		start_with_mailbox();
	record(old ? 1 : 0);
	if (rename(in_folder(c.user), c.held) != 0)
		return 1;
	read_file(c.trace, &trace);
	try_all();
	replay(trace.data, trace.data + trace.length);
	buffer_free(&trace);
	printf("%s mailbox: states=%d lost=%d twice=%d cut=%d stuck=%d\n", argv[3], c.states, c.lost,
	    c.twice, c.cut, c.stuck);
	return c.lost + c.cut + c.stuck > 0;
}
