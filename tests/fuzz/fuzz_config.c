/* libs: -linih -lidn2 */
/* firsthop.conf and the aliases file, both from the same bytes. */
#include "config/aliases.h"
#include "config/config.h"
#include "tests/fuzz/fuzz.h"
#include <unistd.h>

static char path[] = "/tmp/firsthop-fuzz-XXXXXX";
static int fd = -1;

static void drop(void)
{
	unlink(path);
}

static void found(void *context, enum alias_end end, const char *what, enum reason_key key,
    const char *why)
{
	(void)context, (void)end, (void)key, (void)why;
	MUST(what == NULL || !text_has_control(what));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct config c;
	struct aliases *aliases = NULL;
	struct diagnosis d = {0};
	if (fd < 0 && (fd = mkstemp(path)) >= 0)
		atexit(drop);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes, length, 0) != (ssize_t)length)
		return 0;
	if (!config_read(&c, path, &d))
		MUST(d.text[0] != '\0');
	config_free(&c);
	if (aliases_read(&aliases, path, false, &d)) {
		aliases_expand(aliases, "mon1.example.org", "root", found, NULL);
		aliases_expand(aliases, "mon1.example.org", "a", found, NULL);
	}
	aliases_free(aliases);
	return 0;
}
