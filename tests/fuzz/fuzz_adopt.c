/* objects: relayconf/adopt/adopt relayconf/adopt/sendmail_queue relayconf/adopt/dma_queue relayconf/adopt/nullmailer_queue */
/* libs: -Wl,--wrap=complaint_say */
/* Files in the queue of a former mail program, whose user may be anybody: the first byte chooses
   the program; the rest is its file, and for two of them the message's, too. */
#include "base/text.h"
#include "relayconf/adopt/adopt.h"
#include "tests/fuzz/fuzz.h"
#include <fcntl.h>
#include <unistd.h>

static const struct {
	const struct old_queue *queue;
	const char *file, *second;
} programs[] = {{&adopt_sendmail, "qf1", "df1"}, {&adopt_dma, "Q1.2", "M1.2"},
    {&adopt_nullmailer, "1.2", "1.2"}};
static char folder[] = "/tmp/firsthop-fuzz-XXXXXX";
static int folder_fd = -1;

/* Each file that makes no sense is named. */
void __wrap_complaint_say(const char *program, const char *format, ...);
void __wrap_complaint_say(const char *program, const char *format, ...)
{
	(void)program, (void)format;
}

static void drop(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		unlinkat(folder_fd, programs[i].file, 0);
		unlinkat(folder_fd, programs[i].second, 0);
	}
	rmdir(folder);
}

static void start(void)
{
	MUST(mkdtemp(folder) != NULL);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(folder_fd >= 0);
	atexit(drop);
}

static void put(const char *name, const uint8_t *bytes, size_t length)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct adopt a = {0};
	if (folder_fd < 0)
		start();
	size_t which = length > 0 ? bytes[0] % 3 : 0;
	const uint8_t *text = length > 0 ? bytes + 1 : bytes;
	length = length > 0 ? length - 1 : 0;
	put(programs[which].second, text, length);
	put(programs[which].file, text, length);
	programs[which].queue->scan(&a, programs[which].queue, folder);
	MUST(a.count + a.unreadable <= 2);
	for (int i = 0; i < a.count; i++) {
		struct buffer message = {0};
		MUST(a.list[i].rcpt_count > 0 && a.list[i].sender != NULL);
		MUST(strchr(a.list[i].sender, '\n') == NULL);
		for (int k = 0; k < a.list[i].rcpt_count; k++)
			MUST(strchr(a.list[i].rcpts[k], '\n') == NULL);
		programs[which].queue->load(&a.list[i], &message);
		MUST(message.length <= 2 * length + 2);
		buffer_free(&message);
	}
	adopt_free(&a);
	unlinkat(folder_fd, programs[which].file, 0);
	unlinkat(folder_fd, programs[which].second, 0);
	return 0;
}
