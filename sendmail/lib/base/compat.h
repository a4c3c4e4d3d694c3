/* What differs between FreeBSD and Linux, outside confinement.  The only header with #ifdefs of
 * systems. */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H
#include <stdbool.h>
#include <stddef.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* getenv(3) that answers NULL in a set-id process. */
const char *compat_getenv(const char *name);

/* Closes every descriptor from low upwards. */
void compat_closefrom(int low);

/* ppoll(2): the signals of mask come in only while it waits. */
int compat_poll(struct pollfd *p, nfds_t count, const struct timespec *limit, const sigset_t *mask);

/* pipe(2) whose ends do not survive exec. */
int compat_pipe(int ends[2]);

/* accept(2); the socket blocks, whatever the listening one does, and does not live on through
   exec. */
int compat_accept(int listen_fd);

/* What has arrived on a TCP socket is acknowledged at once, and not only after the 40 ms in which
   something of ours could go with it; holds for a few packets.  Systems without it do nothing. */
void compat_acknowledge(int fd);

/* memmem(3); NULL when the word is not there. */
const char *compat_find(const char *bytes, size_t length, const char *word);

/* 32 bits that cannot be guessed. */
uint32_t compat_random(void);

/* Overwrites a secret; not optimised away. */
void compat_wipe(void *bytes, size_t length);

/* CMSG_NXTHDR(3), whose macro in musl compares numbers of different signs. */
struct msghdr;
struct cmsghdr *compat_next_control(struct msghdr *m, struct cmsghdr *c);

/* User and group at the other end of a local socket; -1 with errno on failure. */
int compat_peer(int socket_fd, uid_t *uid, gid_t *gid);

/* Name of the parent process's program, best effort, "" when it is not known: also when the
 * parent has ended, and init has taken its place. */
void compat_parent_name(char *name, size_t size);

/* Takes a lock on a whole mailbox for this process, without waiting, as the system's mail programs
   do: flock(2), and, where the two do not see each other, fcntl(2) as well.  False with errno, and
   nothing held: EAGAIN when somebody else has one of them. */
bool compat_lock_file(int fd);
void compat_unlock_file(int fd);

/* Room on the disk for length_bytes of a file after at, which keeps its size.  False with errno
   when there is none; true where a system or a file system cannot promise it. */
bool compat_reserve(int fd, off_t at, off_t length_bytes);

/* A descriptor that becomes readable when a name is removed from this folder, or the folder itself;
   -1 where that cannot be had.  compat_watch_clear makes it quiet again. */
int compat_watch_folder(const char *path);
void compat_watch_clear(int watch_fd);

/* True when the file system of this folder is known to move a file between two folders in one step,
   so that a crash leaves it the old name or the new one (its journal, or its tree, is written as a
   whole). */
bool compat_rename_is_one_step(int folder_fd);

/* What things are called here, for remedies: the list of authorities, what takes away a set-id
 * right, GNU make, what shows the machine's addresses, the folder of mailboxes. */
#ifdef __FreeBSD__
#define COMPAT_GET_AUTHORITIES "run certctl rehash, or install the package ca_root_nss"
#define COMPAT_NO_SETGID \
	"a nosuid mount, or a caller who is traced or may gain no rights (procctl(2))"
#define COMPAT_MAKE "gmake"
#define COMPAT_SHOW_ADDRESSES "ifconfig"
#define COMPAT_MAIL_FOLDER "mode 775, root:mail"
#else
#define COMPAT_GET_AUTHORITIES "install or update the package ca-certificates"
#define COMPAT_NO_SETGID "NoNewPrivileges in the caller's systemd unit, or a nosuid mount"
#define COMPAT_MAKE "make"
#define COMPAT_SHOW_ADDRESSES "ip address"
#define COMPAT_MAIL_FOLDER "mode 2775, root:mail"
#endif

/* Real, effective and saved group together; -1 with errno on failure. */
int compat_set_group(gid_t gid);
int compat_set_user(uid_t uid);

/* True when the real user of this process is in a group, as the system's files say or by their real
 * group; not by a set-group-id bit. */
bool compat_in_group(gid_t gid);

/* The three of them one by one. */
int compat_set_users(uid_t real, uid_t effective, uid_t saved);

/* True when the real user of this process is in a group, as the system's files say or by their real
 * group; not by a set-group-id bit. */
bool compat_in_group(gid_t gid);

/* The three of them one by one. */
int compat_set_users(uid_t real, uid_t effective, uid_t saved);

/* Opens a folder, not by a link, to look for names in it: the right to search it is enough.  -1
 * with errno. */
int compat_open_folder(int folder_fd, const char *name);

/* openat(2) that follows no link and survives no exec; of what it makes the mode is 0600.  -1 with
   errno, which is ELOOP for a link, also where the system says EMLINK. */
int compat_open_at(int folder_fd, const char *name, int flags);

/* Whether that is what getpwnam(3) and getgrnam(3) leave in errno, having been 0, when there is
   nobody of that name; anything else says that the system does not know now. */
bool compat_is_nobody(int error);

/* A path by which a program can open the file that is its standard input. */
const char *compat_stdin_path(void);

/* Where the log daemon listens, the better place first: at the first one FreeBSD's hears only
   root. */
#ifdef __FreeBSD__
#define LOG_SOCKETS "/var/run/logpriv", "/var/run/log"
#else
#define LOG_SOCKETS "/dev/log"
#endif

/* The system's aliases(5) file. */
#ifdef __FreeBSD__
#define ALIASES_DEFAULT "/etc/mail/aliases"
#else
#define ALIASES_DEFAULT "/etc/aliases"
#endif

#endif
