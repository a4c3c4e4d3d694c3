/* Whose TCP socket it is at the other end of a connection within this machine. */
#include "base/compat.h"
#include "base/compat_owner.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __FreeBSD__
#include <sys/types.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/socketvar.h>
#include <sys/sysctl.h>
#include <sys/ucred.h>
#include <netinet/in_pcb.h>
#include <netinet/tcp.h>
#include <netinet/tcp_var.h>
#else
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#endif

/* One end: an address of 16 bytes (IPv4 in the first four), and a port in the network's order. */
struct end {
	int family;
	unsigned char bytes[16];
	uint16_t port;
};

static bool read_end(const struct sockaddr *address, struct end *e)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
	*e = (struct end){.family = address->sa_family};
	if (address->sa_family == AF_INET) {
		memcpy(&ip4, address, sizeof ip4);
		memcpy(e->bytes, &ip4.sin_addr, 4);
		e->port = ip4.sin_port;
	} else if (address->sa_family == AF_INET6) {
		memcpy(&ip6, address, sizeof ip6);
		memcpy(e->bytes, &ip6.sin6_addr, 16);
		e->port = ip6.sin6_port;
		if (memcmp(e->bytes, mapped, sizeof mapped) == 0) {
			memmove(e->bytes, e->bytes + sizeof mapped, 4);
			memset(e->bytes + 4, 0, 12);
			e->family = AF_INET;
		}
	} else {
		errno = EAFNOSUPPORT;
		return false;
	}
	return true;
}

#ifdef __FreeBSD__
/* Of an xinpcb: is it the socket with this end here, and that one there? */
static bool is_it(const struct xinpcb *p, const struct end *client, const struct end *server)
{
	bool is4 = (p->inp_vflag & INP_IPV4) != 0;
	if (p->inp_lport != client->port || p->inp_fport != server->port ||
	    is4 != (client->family == AF_INET))
		return false;
	return is4 ? memcmp(&p->inp_laddr, client->bytes, 4) == 0 &&
	                 memcmp(&p->inp_faddr, server->bytes, 4) == 0
	           : memcmp(&p->in6p_laddr, client->bytes, 16) == 0 &&
	                 memcmp(&p->in6p_faddr, server->bytes, 16) == 0;
}

/* What sockstat(1) reads; with security.bsd.see_other_uids=0 it has other users' sockets for root
   alone. */
static int find_in_list(const struct end *client, const struct end *server, uid_t *uid)
{
	static const char name[] = "net.inet.tcp.pcblist";
	size_t size = 0;
	struct xinpgen head;
	if (sysctlbyname(name, NULL, &size, NULL, 0) != 0)
		return -1;
	size += size / 8;
	char *list = malloc(size);
	if (list == NULL || sysctlbyname(name, list, &size, NULL, 0) != 0 || size < sizeof head) {
		free(list);
		return -1;
	}
	memcpy(&head, list, sizeof head);
	bool found = false;
	for (size_t at = (size_t)head.xig_len; !found && at + sizeof(struct xtcpcb) <= size;) {
		struct xtcpcb tcp;
		memcpy(&tcp, list + at, sizeof tcp);
		if (tcp.xt_len < sizeof tcp)
			break;
		found = is_it(&tcp.xt_inp, client, server);
		*uid = tcp.xt_inp.xi_socket.so_uid;
		at += (size_t)tcp.xt_len;
	}
	free(list);
	errno = ENOENT;
	return found ? 0 : -1;
}

/* For root there is a call that asks for one. */
static int ask_for_one(const struct sockaddr *client, const struct sockaddr *server, uid_t *uid)
{
	struct xucred cred;
	size_t size = sizeof cred;
	struct sockaddr_in ends4[2];
	struct sockaddr_in6 ends6[2];
	int failed;
	if (client->sa_family == AF_INET) {
		memcpy(&ends4[0], server, sizeof ends4[0]);
		memcpy(&ends4[1], client, sizeof ends4[1]);
		failed = sysctlbyname("net.inet.tcp.getcred", &cred, &size, ends4, sizeof ends4);
	} else {
		memcpy(&ends6[0], server, sizeof ends6[0]);
		memcpy(&ends6[1], client, sizeof ends6[1]);
		failed = sysctlbyname("net.inet6.tcp6.getcred", &cred, &size, ends6, sizeof ends6);
	}
	if (failed != 0 || cred.cr_version != XUCRED_VERSION)
		return -1;
	*uid = cred.cr_uid;
	return 0;
}

int compat_tcp_owner(const struct sockaddr *client, const struct sockaddr *server, uid_t *uid)
{
	struct end of_client, of_server;
	if (!read_end(client, &of_client) || !read_end(server, &of_server))
		return -1;
	if (geteuid() == 0 && ask_for_one(client, server, uid) == 0)
		return 0;
	return find_in_list(&of_client, &of_server, uid);
}
#else
struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

/* A socket for questions; kept, because there is one for each connection. */
static int question_socket(void)
{
	static int fd = -1;
	const struct timeval patience = {.tv_sec = 2};
	if (fd >= 0)
		return fd;
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

static bool send_question(int fd, uint32_t number, const struct end *client,
    const struct end *server)
{
	struct question q = {.head = {.nlmsg_len = sizeof q,
	                         .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	                         .nlmsg_flags = NLM_F_REQUEST,
	                         .nlmsg_seq = number},
	    .body = {.sdiag_family = (uint8_t)client->family,
	        .sdiag_protocol = IPPROTO_TCP,
	        .idiag_states = ~0u}};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	q.body.id.idiag_sport = client->port;
	q.body.id.idiag_dport = server->port;
	memcpy(q.body.id.idiag_src, client->bytes, 16);
	memcpy(q.body.id.idiag_dst, server->bytes, 16);
	q.body.id.idiag_cookie[0] = q.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return sendto(fd, &q, sizeof q, 0, (struct sockaddr *)&kernel, sizeof kernel) ==
	       (ssize_t)sizeof q;
}

/* The kernel's answer to one question; -1 with errno. */
static int ask_kernel(const struct end *client, const struct end *server, uid_t *uid)
{
	static uint32_t number;
	union {
		struct nlmsghdr head;
		char room[1024];
	} answer;
	struct inet_diag_msg found;
	int32_t error;
	int fd = question_socket();
	if (fd < 0 || !send_question(fd, ++number, client, server))
		return -1;
	for (;;) {
		ssize_t n = recv(fd, &answer, sizeof answer, 0);
		if (n < (ssize_t)NLMSG_LENGTH(sizeof error))
			return -1;
		if (answer.head.nlmsg_seq != number)
			continue;
		if (answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    n >= (ssize_t)NLMSG_LENGTH(sizeof found)) {
			memcpy(&found, NLMSG_DATA(&answer.head), sizeof found);
			*uid = found.idiag_uid;
			/* What is closed has no owner any more, and root would be named. */
			errno = ENOENT;
			return found.id.idiag_sport == client->port && found.idiag_inode != 0 ? 0 : -1;
		}
		memcpy(&error, NLMSG_DATA(&answer.head), sizeof error);
		errno = -error;
		return -1;
	}
}

/* An address as /proc/net/tcp has it: words of the machine's own order, in hexadecimal. */
static void put_hex(char *hex, size_t size, const struct end *e)
{
	uint32_t words[4];
	size_t count = e->family == AF_INET ? 1 : 4;
	memcpy(words, e->bytes, sizeof words);
	for (size_t i = 0, at = 0; i < count; i++)
		at += (size_t)snprintf(hex + at, size - at, "%08X", (unsigned)words[i]);
	snprintf(hex + strlen(hex), size - strlen(hex), ":%04X", (unsigned)ntohs(e->port));
}

/* Where the kernel has no such questions. */
static int find_in_file(const char *path, const struct end *client, const struct end *server,
    uid_t *uid)
{
	char line[512], here[60], there[60], wanted_here[60], wanted_there[60];
	unsigned long owner, inode;
	bool found = false;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return -1;
	put_hex(wanted_here, sizeof wanted_here, client);
	put_hex(wanted_there, sizeof wanted_there, server);
	while (!found && fgets(line, sizeof line, file) != NULL)
		found = sscanf(line, " %*u: %59s %59s %*s %*s %*s %*s %lu %*u %lu", here, there, &owner,
		            &inode) == 4 &&
		        inode != 0 && strcmp(here, wanted_here) == 0 && strcmp(there, wanted_there) == 0;
	fclose(file);
	*uid = found ? (uid_t)owner : (uid_t)-1;
	errno = ENOENT;
	return found ? 0 : -1;
}

/* An IPv4 connection of a program that opens IPv6 sockets only, as Java does. */
static struct end as_mapped(const struct end *e)
{
	struct end mapped = {.family = AF_INET6, .port = e->port};
	mapped.bytes[10] = mapped.bytes[11] = 0xff;
	memcpy(mapped.bytes + 12, e->bytes, 4);
	return mapped;
}

int compat_tcp_owner(const struct sockaddr *client, const struct sockaddr *server, uid_t *uid)
{
	struct end from, to;
	if (!read_end(client, &from) || !read_end(server, &to))
		return -1;
	if (ask_kernel(&from, &to, uid) == 0)
		return 0;
	if (errno == ENOENT)
		return -1;
	bool is4 = from.family == AF_INET;
	if (find_in_file(is4 ? "/proc/net/tcp" : "/proc/net/tcp6", &from, &to, uid) == 0)
		return 0;
	from = as_mapped(&from);
	to = as_mapped(&to);
	return is4 ? find_in_file("/proc/net/tcp6", &from, &to, uid) : -1;
}
#endif
