/* Asking; the answer is read by a session's process (relay/identify.h). */
#include "relay/ask.h"
#include "base/text.h"
#include "relay/child.h"
#include "relay/connect.h"
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ASK_CONNECT_S 5
#define ASK_PORT 465 /* where TLS from the first byte is at home (RFC 8314) */
#define ASK_AFTER_AT_HOME_S 2

static bool is_readable(int fd, int64_t wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, wait_ms > 0 ? (int)wait_ms : 0) > 0;
}

/* One that serves its clients one after the other looks at the second only when the first is
   gone. */
static void ask_in_turn(struct deliver *with, struct deliver *second, struct diagnosis *found,
    struct diagnosis *d)
{
	static const struct buffer nothing; /* second keeps it */
	if (is_readable(with->fd, 0))
		return;
	close(with->fd);
	second->hello = &nothing;
	child_run(second, found);
	with->fd = connect_to(with->candidate, with->smarthost, with->config->connect_s, d);
}

static bool is_worth_asking(const struct deliver *with)
{
	return !with->candidate->implicit && with->candidate->via[0] == '\0' &&
	       !with->smarthost->direct && !with->without_tls && with->config->reply_s > ASK_AFTER_S;
}

bool ask_silent(struct deliver *with, struct diagnosis *d)
{
	struct diagnosis found = {0};
	struct buffer hello = {0};
	struct deliver second = *with;
	int after_s = with->candidate->port == ASK_PORT ? ASK_AFTER_AT_HOME_S : ASK_AFTER_S;
	if (!is_worth_asking(with) || is_readable(with->fd, after_s * 1000))
		return false;
	second.fd = connect_to(with->candidate, with->smarthost, ASK_CONNECT_S, &found);
	if (second.fd < 0)
		return false;
	tls_hello(&hello, with->smarthost->host);
	second.hello = &hello;
	child_run(&second, &found);
	if (found.key == REASON_NONE && strcmp(found.text, "silent") == 0)
		ask_in_turn(with, &second, &found, d);
	close(second.fd);
	buffer_free(&hello);
	if (found.key == REASON_NONE)
		return with->fd < 0;
	if (with->fd >= 0)
		close(with->fd);
	with->fd = -1;
	*d = found;
	return true;
}
