/* A system without confinement that we know how to use. */
#include "base/sandbox.h"

enum sandbox_result sandbox_session(void)
{
	return SANDBOX_NONE;
}
