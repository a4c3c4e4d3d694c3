/* Reading and writing whole amounts on descriptors, and making changes durable. */
#ifndef BASE_FDIO_H
#define BASE_FDIO_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stat;
struct text;

/* Writes everything, through EINTR and short writes; false with errno on failure. */
bool fdio_write(int fd, const void *bytes, size_t length);

/* The same at an offset of a file, which does not move. */
bool fdio_write_at(int fd, const void *bytes, size_t length, off_t at);

/* read(2) that is repeated on EINTR. */
ssize_t fdio_read(int fd, void *bytes, size_t size);

/* pread(2), repeated likewise. */
ssize_t fdio_read_at(int fd, void *bytes, size_t size, int64_t at);

/* Reads a file of at most limit_bytes into an empty buffer; false with errno (EFBIG when
   longer). */
bool fdio_slurp(int fd, struct buffer *to, size_t limit_bytes);

/* Whether a library may be given this path to read. Why not, in words: a FIFO, on which it would
   wait, a folder, or no right. */
bool fdio_is_readable(const char *path, struct text *why);

/* Reads the file of a name, relative to dir_fd (AT_FDCWD allowed), as fdio_slurp does; symbolic
 * links are not followed. */
bool fdio_slurp_at(int dir_fd, const char *name, struct buffer *to, size_t limit_bytes);

/* True when what is at path is another file than the one that seen is of, or has changed since.
 * seen becomes what it is now; zeros: there is none. */
bool fdio_changed(const char *path, struct stat *seen);

/* A blocking stream socket that is connected to a local one; reads and writes fail after
   patience_s.  For 5 s it tries again when the other end refuses: FreeBSD does so when more callers
   wait than were asked for, where Linux lets them wait.  -1 with errno. */
int fdio_connect(const char *path, int patience_s);

/* Puts a file of that text in place of the one of that name (at most 50 bytes), by way of NAME.new.
   durable: with the syncs that make it outlive a power cut.  False with errno. */
bool fdio_replace_at(int dir_fd, const char *name, const struct buffer *text, bool durable);

/* Moves a file into another folder so that a crash at any instant leaves it a name: a file system
   may make the removal of the old name durable before the new one that rename(2) made in another
   folder.  So: a second name, a sync of to_dir, then the old name goes.  Where links are not to be
   had, rename(2) and a sync.  from_dir may be AT_FDCWD.  False with errno; the file then has its
   old name, and maybe the new one, too. */
bool fdio_move_at(int from_dir, const char *from, int to_dir, const char *to);

/* fsync(2), repeated on EINTR.  For a directory: makes names durable. */
bool fdio_sync(int fd);

/* True, after a rest of 10 ms, when errno says that the kernel was short of memory for a call on a
 * socket: it may be made again. */
bool fdio_rests(void);

/* A rest of 50 ms when errno says that there was no descriptor for a caller, who stays in the queue
   of a socket that is ready, and a loop over it would use the processor for nothing. */
void fdio_rest_without_descriptors(void);

/* Reads a line without its end, byte by byte: what follows it stays unread, for another program.
   False when it is cut, has no room, or holds a NUL. */
bool fdio_read_line(int fd, char *line, size_t size);

/* Takes the first line out of a buffer: returns a NUL-terminated copy without its LF (free it), or
   NULL if no whole line is there yet. */
char *fdio_take_line(struct buffer *b);

/* The same in place, for a buffer that is read from its start to its end: the next whole line
 * after *at, its LF made a NUL; NULL at the end. */
char *fdio_next_line(struct buffer *b, size_t *at);

/* Sets O_NONBLOCK; false with errno. */
bool fdio_nonblocking(int fd);
#endif
