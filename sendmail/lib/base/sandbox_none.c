/* A system without confinement that we know how to use. */
#include "base/sandbox.h"

enum sandbox_result sandbox_session(void)
{
	return SANDBOX_NONE;
}

enum sandbox_result sandbox_submit(int drop_fd, const char *fifo, bool may_read)
{
	(void)drop_fd, (void)fifo, (void)may_read;
	return SANDBOX_NONE;
}

bool sandbox_limit(int fd, enum sandbox_use use)
{
	(void)fd, (void)use;
	return true;
}

void sandbox_hide(void)
{
}
