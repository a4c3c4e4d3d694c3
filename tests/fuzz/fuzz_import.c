/* objects: relayconf/import/import relayconf/import/dma relayconf/import/ssmtp relayconf/import/msmtp relayconf/import/nullmailer relayconf/import/sendmail relayconf/import/postfix relayconf/import/postfix_filters relayconf/import/postfix_values relayconf/import/exim relayconf/import/exim_debian relayconf/import/exim_file relayconf/import/opensmtpd relayconf/import/smtpd_conf relayconf/import/maps relayconf/import/pairs */
/* Configurations of other mail programs: the first byte chooses which; files that they name are
   looked for below a folder in which there is nothing but them. */
#include "base/text.h"
#include "relayconf/import/import.h"
#include "tests/fuzz/fuzz.h"
#include <fcntl.h>
#include <unistd.h>

static bool (*const readers[])(struct import *im, const char *path) = {import_dma, import_ssmtp,
    import_msmtp, import_sendmail, import_postfix, import_exim, import_exim_debian,
    import_opensmtpd};
static char folder[] = "/tmp/firsthop-fuzz-XXXXXX", path[64];

static void drop(void)
{
	unlink(path);
	rmdir(folder);
}

static void put(const uint8_t *bytes, size_t length)
{
	if (*path == '\0') {
		MUST(mkdtemp(folder) != NULL);
		snprintf(path, sizeof path, "%s/conf", folder);
		atexit(drop);
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct import im = {.root = folder};
	if (length == 0)
		return 0;
	put(bytes + 1, length - 1);
	readers[bytes[0] % (sizeof readers / sizeof readers[0])](&im, "/conf");
	/* Each is one line of firsthop.conf. */
	for (int i = 0; i < im.setting_count; i++)
		MUST(strpbrk(im.settings[i].value, "\r\n") == NULL &&
		     strpbrk(im.settings[i].key, "\r\n=") == NULL &&
		     strpbrk(im.settings[i].name, "\r\n]") == NULL);
	import_free(&im);
	return 0;
}
