/* The system's own calls under names of our own. */
#ifdef __linux__
#define _GNU_SOURCE 1
#endif
#include "base/compat.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

#ifdef __FreeBSD__
#include <strings.h>
#include <sys/param.h>
#include <sys/event.h>
#include <sys/mount.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#else
#include <sys/inotify.h>
#include <sys/vfs.h>
#endif

_Static_assert(sizeof(off_t) == 8,
    "files may be longer than 2 GiB: compile with -D_FILE_OFFSET_BITS=64");

#ifdef __FreeBSD__
/* Asked before main: issetugid(2) says yes, too, of root's own process once it has changed its
 * user, which says nothing of who set its variables. */
static bool is_set_id;

__attribute__((constructor)) static void look_at_rights(void)
{
	is_set_id = issetugid() != 0;
}
#endif

const char *compat_getenv(const char *name)
{
#ifdef __FreeBSD__
	return is_set_id ? NULL : getenv(name);
#else
	return secure_getenv(name);
#endif
}

int compat_poll(struct pollfd *p, nfds_t count, const struct timespec *limit, const sigset_t *mask)
{
	return ppoll(p, count, limit, mask);
}

int compat_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}

int compat_accept(int listen_fd)
{
	return accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
}

const char *compat_find(const char *bytes, size_t length, const char *word)
{
	return memmem(bytes, length, word, strlen(word));
}

void compat_wipe(void *bytes, size_t length)
{
	explicit_bzero(bytes, length);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
struct cmsghdr *compat_next_control(struct msghdr *m, struct cmsghdr *c)
{
	return CMSG_NXTHDR(m, c);
}
#pragma GCC diagnostic pop

int compat_peer(int socket_fd, uid_t *uid, gid_t *gid)
{
#ifdef __FreeBSD__
	return getpeereid(socket_fd, uid, gid);
#else
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return -1;
	*uid = peer.uid;
	*gid = peer.gid;
	return 0;
#endif
}

static void name_parent(char *name, size_t size)
{
#ifdef __FreeBSD__
	struct kinfo_proc info;
	size_t length = sizeof info;
	int mib[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, getppid()};
	if (sysctl(mib, 4, &info, &length, NULL, 0) == 0 && length == sizeof info)
		text_copy(name, size, info.ki_comm);
#else
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/comm", (int)getppid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, name, size - 1);
	close(fd);
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
#endif
}

void compat_parent_name(char *name, size_t size)
{
	/* Who adopts children whose parent did not wait for them; none of them sends mail itself. */
	static const char *const adopters[] = {"init", "systemd", "tini", "dumb-init", "docker-init",
	    "catatonit", "s6-svscan", "runit", "openrc-init"};
	name[0] = '\0';
	name_parent(name, size);
	for (size_t i = 0; i < sizeof adopters / sizeof adopters[0]; i++) {
		if (strcmp(name, adopters[i]) == 0)
			name[0] = '\0';
	}
}

/* On FreeBSD the two kinds of lock keep each other out, even in one process. */
static int lock_record(int fd, short type)
{
#ifdef __FreeBSD__
	(void)fd, (void)type;
	return 0;
#else
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
	return fcntl(fd, F_SETLK, &whole);
#endif
}

bool compat_lock_file(int fd)
{
	bool taken = lock_record(fd, F_WRLCK) == 0 || (errno != EACCES && errno != EAGAIN);
	if (taken && (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK))
		return true;
	if (taken)
		lock_record(fd, F_UNLCK);
	errno = EAGAIN;
	return false;
}

void compat_unlock_file(int fd)
{
	lock_record(fd, F_UNLCK);
	flock(fd, LOCK_UN);
}

bool compat_reserve(int fd, off_t at, off_t length_bytes)
{
#ifdef __linux__
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, at, length_bytes) != 0)
		return errno != ENOSPC && errno != EDQUOT && errno != EFBIG;
#else
	(void)fd, (void)at, (void)length_bytes;
#endif
	return true;
}

int compat_watch_folder(const char *path)
{
#ifdef __FreeBSD__
	struct kevent change;
	int queue = kqueue(), fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	EV_SET(&change, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_WRITE | NOTE_DELETE | NOTE_RENAME, 0,
	    NULL);
	if (queue >= 0 && fd >= 0 && kevent(queue, &change, 1, NULL, 0, NULL) == 0)
		return queue;
	if (queue >= 0)
		close(queue);
	if (fd >= 0)
		close(fd);
	return -1;
#else
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd >= 0 && inotify_add_watch(fd, path,
	                   IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) >= 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
#endif
}

void compat_watch_clear(int watch_fd)
{
#ifdef __FreeBSD__
	struct kevent events[8];
	const struct timespec at_once = {0, 0};
	while (kevent(watch_fd, NULL, 0, events, 8, &at_once) == 8)
		;
#else
	char events[4096];
	while (read(watch_fd, events, sizeof events) > 0)
		;
#endif
}

/* Linux names file systems by numbers: ext3 and ext4, XFS, Btrfs, ZFS, F2FS, JFS, bcachefs, tmpfs,
 * and overlayfs, whose upper layer is one of them. */
bool compat_rename_is_one_step(int folder_fd)
{
	struct statfs fs;
	if (fstatfs(folder_fd, &fs) != 0)
		return false;
#ifdef __FreeBSD__
	return strcmp(fs.f_fstypename, "zfs") == 0 || strcmp(fs.f_fstypename, "tmpfs") == 0;
#else
	static const uint32_t known[] = {0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010,
	    0x3153464a, 0xca451a4e, 0x01021994, 0x794c7630};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if ((uint32_t)fs.f_type == known[i])
			return true;
	}
	return false;
#endif
}

int compat_set_group(gid_t gid)
{
	return setresgid(gid, gid, gid);
}

int compat_set_user(uid_t uid)
{
	return setresuid(uid, uid, uid);
}

int compat_set_users(uid_t real, uid_t effective, uid_t saved)
{
	return setresuid(real, effective, saved);
}

int compat_open_folder(int folder_fd, const char *name)
{
	return openat(folder_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int compat_open_at(int folder_fd, const char *name, int flags)
{
	int fd = openat(folder_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EMLINK)
		errno = ELOOP;
	return fd;
}

bool compat_is_nobody(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

const char *compat_stdin_path(void)
{
	return access("/dev/fd", X_OK) == 0 ? "/dev/fd/0" : "/proc/self/fd/0";
}

/* On FreeBSD before 15 the effective group, which a set-group-id bit gives, is among the others. */
static bool has_group(gid_t gid)
{
#ifndef __FreeBSD__
	gid_t list[256];
	int count = getgroups(256, list);
	for (int i = 0; i < count; i++) {
		if (list[i] == gid)
			return true;
	}
#endif
	return getgid() == gid;
}

bool compat_in_group(gid_t gid)
{
	const struct group *gr;
	const struct passwd *pw;
	bool in = has_group(gid);
	if (in || (pw = getpwuid(getuid())) == NULL || (gr = getgrgid(gid)) == NULL)
		return in;
	in = pw->pw_gid == gid;
	for (char **member = gr->gr_mem; *member != NULL && !in; member++)
		in = strcmp(*member, pw->pw_name) == 0;
	return in;
}

void compat_acknowledge(int fd)
{
#ifdef TCP_QUICKACK
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
#else
	(void)fd;
#endif
}
