/* Pumping the dialogue with a proxy. */
#include "relay/tunnel.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/text.h"
#include "relay/smtp/proxy.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void write_some(struct proxy *p, int fd)
{
	ssize_t n = send(fd, p->out.data, p->out.length, MSG_NOSIGNAL);
	if (n > 0)
		buffer_drop(&p->out, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		proxy_ended(p);
}

static void read_some(struct proxy *p, int fd)
{
	char bytes[512];
	ssize_t n = recv(fd, bytes, p->wants < sizeof bytes ? p->wants : sizeof bytes, 0);
	if (n > 0)
		proxy_receive(p, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		proxy_ended(p);
}

static void pump(struct proxy *p, int fd, int64_t end_ms)
{
	while (p->state == PROXY_ASKING) {
		struct pollfd at = {.fd = fd, .events = p->out.length > 0 ? POLLOUT : POLLIN};
		int64_t left = end_ms - clock_mono_ms();
		if (left <= 0)
			proxy_late(p);
		else if (poll(&at, 1, (int)left) <= 0)
			continue;
		else if (p->out.length > 0)
			write_some(p, fd);
		else
			read_some(p, fd);
	}
}

bool tunnel_open(const struct deliver *with, struct diagnosis *d)
{
	struct proxy_url url;
	const struct smarthost *s = with->smarthost;
	if (!proxy_url_read(s->proxy, &url, NULL))
		return false;
	struct proxy *p = mem_alloc(sizeof *p);
	*p = (struct proxy){.kind = url.kind,
	    .where = s->proxy,
	    .host = with->candidate->name,
	    .port = with->candidate->port,
	    .login = s->proxy_login,
	    .password = with->proxy_password,
	    .d = d};
	proxy_start(p);
	pump(p, with->fd, clock_mono_ms() + (int64_t)with->config->connect_s * 1000);
	bool open = p->state == PROXY_OPEN;
	if (p->out.data != NULL)
		compat_wipe(p->out.data, p->out.size);
	buffer_free(&p->out);
	free(p);
	return open;
}
