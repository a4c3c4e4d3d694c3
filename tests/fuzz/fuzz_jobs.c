/* What a runner says to a relay: pieces, each with a byte before it: one bit for a descriptor that
 * comes along, seven for its length. */
#include "jobs/jobs.h"
#include "tests/fuzz/fuzz.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool say(int fd, const uint8_t *bytes, size_t length, bool with_fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec part = {(void *)(uintptr_t)bytes, length};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
	int null = with_fd ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	if (null >= 0) {
		m.msg_control = control.space;
		m.msg_controllen = sizeof control.space;
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &null, sizeof null);
	}
	bool sent = sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)length;
	if (null >= 0)
		close(null);
	return sent;
}

/* A whole job has its descriptor and all of its recipients; what is told of it is one line. */
static void look_at(struct jobs *j)
{
	struct diagnosis d = {0};
	diag_read(&d, j->in.length > 0 ? buffer_string(&j->in) : "");
	for (struct job *job = j->first; job != NULL; job = job->next) {
		MUST(job->fd >= 0 && job->rcpt_count == job->rcpts_wanted && job->rcpt_count > 0 &&
		     strlen(job->id) < sizeof job->id);
		MUST(fcntl(job->fd, F_GETFD) == FD_CLOEXEC);
		MUST(job->next != NULL || job == j->last);
		for (int i = 0; i < job->rcpt_count; i++)
			MUST(job->rcpts[i] != NULL && job->asked[i].notify != NULL &&
			     job->asked[i].orcpt != NULL);
		j->out.length = 0;
		jobs_say(j, &(struct jobs_line){.verb = SAID_RCPT, .id = job->id, .next = 1, .d = &d});
		jobs_say_step(j, job->sender);
		MUST(memchr(j->out.data, '\n', j->out.length) != NULL &&
		     j->out.data[j->out.length - 1] == '\n');
	}
	j->out.length = 0;
}

/* The lowest number that is free: if descriptors are lost, it grows. */
static int lowest_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct jobs j = {0};
	int ends[2], lowest = lowest_fd();
	bool good = true;
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	j.socket = ends[1];
	for (size_t at = 0; at < length && good && !j.quit;) {
		size_t piece = bytes[at] & 127;
		bool with_fd = bytes[at++] & 128;
		piece = piece > length - at ? length - at : piece;
		if (piece > 0 && !say(ends[0], bytes + at, piece, with_fd))
			break;
		at += piece;
		good = jobs_receive(&j);
		look_at(&j);
	}
	close(ends[0]);
	if (good && !j.quit)
		MUST(jobs_receive(&j) && j.quit && j.orphaned);
	if (j.filling != NULL)
		jobs_remove(&j, j.filling);
	while (j.first != NULL)
		jobs_remove(&j, j.first->next != NULL && length % 2 ? j.first->next : j.first);
	MUST(j.last == NULL);
	for (int i = 0; i < j.fd_count; i++)
		close(j.fds[i]);
	close(j.socket);
	buffer_free(&j.in);
	buffer_free(&j.out);
	MUST(lowest_fd() == lowest);
	return 0;
}
