/* The kernel is asked first, whatever the address: a program of this machine may call at the
   address of a bridge, too. */
#include "smtpd/client.h"
#include "base/compat.h"
#include "base/compat_owner.h"
#include <netdb.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

bool client_read_rules(struct client_rules *rules, const struct config *c, struct text *problem)
{
	const struct passwd *pw = getpwnam(c->listen_user);
	*rules = (struct client_rules){.without_login = c->listen_without_login,
	    .user = pw != NULL ? pw->pw_uid : (uid_t)-1};
	rules->network_count = listen_networks(c, rules->networks, problem);
	if (rules->network_count <= 0 || (pw != NULL && pw->pw_uid != 0))
		return rules->network_count >= 0;
	text_printf(problem, "user = %s: %s", c->listen_user,
	    pw == NULL ? "there is no such user on this machine"
	               : "mail of other machines is not root's");
	return false;
}

static bool refuse(struct text *refusal, const char *status, const char *words)
{
	text_printf(refusal, "%s %s", status, words);
	return false;
}

static bool identify_elsewhere(struct client *c, const struct sockaddr *address, socklen_t size,
    const struct client_rules *rules, struct text *refusal)
{
	if (getnameinfo(address, size, c->address, sizeof c->address, NULL, 0, NI_NUMERICHOST) != 0)
		text_copy(c->address, sizeof c->address, "?");
	c->uid = rules->user;
	c->needs_login = !rules->without_login;
	return listen_is_within(rules->networks, rules->network_count, address) ||
	       refuse(refusal, "554 5.7.1",
	           "this address is in none of the networks of clients ([listen] in firsthop.conf)");
}

bool client_identify(struct client *c, int fd, const struct client_rules *rules,
    struct text *refusal)
{
	union {
		struct sockaddr any;
		struct sockaddr_storage room;
	} here = {0}, there = {0};
	socklen_t here_size = sizeof here, there_size = sizeof there;
	gid_t gid;
	if (getsockname(fd, &here.any, &here_size) != 0 || here.any.sa_family == AF_UNIX) {
		c->is_local = compat_peer(fd, &c->uid, &gid) == 0;
	} else {
		if (getpeername(fd, &there.any, &there_size) != 0)
			return refuse(refusal, "421 4.7.0", "the connection is closed");
		c->is_local = compat_tcp_owner(&there.any, &here.any, &c->uid) == 0;
		if (!c->is_local && !listen_is_loopback(&there.any))
			return identify_elsewhere(c, &there.any, there_size, rules, refusal);
	}
	return c->is_local ||
	       refuse(refusal, "421 4.7.0",
	           "the system does not say which user calls: without that no mail is accepted here");
}

bool client_is_same(const struct client *a, const struct client *b)
{
	return a->is_local == b->is_local &&
	       (a->is_local ? a->uid == b->uid : strcmp(a->address, b->address) == 0);
}
