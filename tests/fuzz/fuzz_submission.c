/* objects: runner */
/* libs: -linih -lidn2 */
/* What any user of the machine sends over submit.sock: pieces with their length before it, taken by
 * the runner's child.  The first byte chooses who. */
#include "base/log.h"
#include "message/address.h"
#include "runner/listen/submit_session.h"
#include "tests/fuzz/spool.h"
#include <sys/socket.h>
#include <sysexits.h>

static struct queue queue;
static uid_t uid;
static int stored;

static bool is_known(const char *flags)
{
	static const char *const known[] = {"from-given", "name-given", "no-alias", "utf8", "watched"};
	char *copy = mem_copy(flags), *rest = copy, *word;
	bool good = true;
	while (good && (word = strsep(&rest, " ")) != NULL) {
		good = *word == '\0';
		for (size_t i = 0; !good && i < sizeof known / sizeof known[0]; i++)
			good = strcmp(word, known[i]) == 0;
	}
	free(copy);
	return good;
}

/* What is stored is a whole message of the one who called, whatever he says he is. */
static void look_at(void *context, enum queue_kind kind, const char *id)
{
	struct envelope e;
	struct diagnosis d = {0};
	struct stat st;
	(void)context;
	MUST(kind == QUEUE_MESSAGE);
	int fd = openat(queue.drop_fd, id, O_RDONLY | O_CLOEXEC);
	envelope_init(&e);
	MUST(fd >= 0 && envelope_read(&e, fd, &d) && fstat(fd, &st) == 0);
	MUST(
	    e.uid == (int64_t)uid && is_known(e.flags) && e.message_at + e.content.bytes == st.st_size);
	for (size_t i = 0; i < e.recipient_count; i++)
		MUST(address_problem(e.recipients[i]) == NULL);
	MUST(envelope_has_flag(&e, "from-given")
	         ? *e.sender == '\0' || address_problem(e.sender) == NULL
	         : strcmp(e.sender, e.login) == 0);
	envelope_free(&e);
	close(fd);
	stored++;
}

/* One line: "ok ID", or "no CODE KEY WORDS". */
static void look_at_answer(int fd, int code)
{
	char line[1024];
	ssize_t n = read(fd, line, sizeof line - 1);
	MUST(n > 4 && line[n - 1] == '\n');
	line[n - 1] = '\0';
	MUST(!text_has_control(line) &&
	     (code == EX_OK ? strncmp(line, "ok ", 3) == 0 && id_valid(line + 3)
	                    : strncmp(line, "no ", 3) == 0 && atoi(line + 3) == code));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char rules[] = "policy version=1 file=/x domain=example.org min_free_mb=0\nrule "
	                            "line=1 who=a uid=4242 from=@example.org\n";
	struct diagnosis d = {0};
	int ends[2];
	if (*fuzz_spool == '\0') {
		log_start("fuzz", 0);
		fuzz_make_spool();
		MUST(queue_open(&queue, fuzz_spool, true, &d));
	}
	if (length == 0 || length > 65536)
		return 0;
	uid = bytes[0] & 1 ? 4242 : getuid();
	if (bytes[0] & 2)
		fuzz_put_file("drop/policy", rules, sizeof rules - 1);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	MUST(write(ends[0], bytes + 1, length - 1) == (ssize_t)length - 1 &&
	     shutdown(ends[0], SHUT_WR) == 0);
	int code = submit_session_take(ends[1], queue.drop_fd, uid, 4242);
	look_at_answer(ends[0], code);
	unlink(fuzz_path("drop/policy"));
	stored = 0;
	MUST(queue_scan(queue.drop_fd, look_at, NULL) && stored == (code == EX_OK));
	fuzz_empty(fuzz_path("drop"));
	close(ends[0]);
	close(ends[1]);
	return 0;
}
