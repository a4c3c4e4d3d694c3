/* Reading what a silent server answers. */
#include "relay/identify.h"
#include "base/clock.h"
#include "base/text.h"
#include "relay/smtp/speaks.h"
#include <poll.h>
#include <unistd.h>

#define IDENTIFY_MS 3000       /* for an answer */
#define IDENTIFY_AGAIN_MS 1500 /* then a line's end is said, for services that read lines */

static bool is_readable(int fd, int64_t wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, wait_ms > 0 ? (int)wait_ms : 0) > 0;
}

void identify_run(const struct deliver *with, struct diagnosis *d)
{
	char bytes[512];
	bool said_line = false;
	int64_t start_ms = clock_mono_ms(), end_ms = start_ms + IDENTIFY_MS;
	*d = (struct diagnosis){.verdict = VERDICT_DEFERRED, .stage = STAGE_BANNER};
	if (with->hello->length > 0 &&
	    write(with->fd, with->hello->data, with->hello->length) < (ssize_t)with->hello->length)
		return;
	while (clock_mono_ms() < end_ms) {
		int64_t until_ms = said_line ? end_ms : start_ms + IDENTIFY_AGAIN_MS;
		if (is_readable(with->fd, until_ms - clock_mono_ms())) {
			ssize_t n = read(with->fd, bytes, sizeof bytes);
			if (n > 0 && (speaks_tls(bytes, (size_t)n) || speaks_service(bytes, (size_t)n) != NULL))
				speaks_diagnose(d, bytes, (size_t)n, REASON_NONE);
			return;
		}
		if (!said_line && write(with->fd, "\r\n\r\n", 4) < 0)
			return;
		said_line = true;
	}
	text_copy(d->text, sizeof d->text, "silent");
}
