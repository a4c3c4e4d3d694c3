/* objects: runner */
/* libs: -linih -lidn2 -Wl,--wrap=compat_peer */
/* What users of the machine ask of a runner over mqueue/control.  Pieces, each with a byte in
   front: two bits for whose connection it is, six for its length; 0 closes it, and 63 is a
   request made of the table of its verbs (tests/fuzz/lines.h).  Nobody changes the
   mail of others, each line has one answer, and no mail is lost. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "runner/attempt/message.h"
#include "runner/delivery/backlog.h"
#include "runner/delivery/operate.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/disposition/disposition.h"
#include "runner/listen/control_listen.h"
#include "runner/listen/watch_listen.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/worker.h"
#include "spool/control_line.h"
#include "tests/fuzz/lines.h"
#include "tests/fuzz/spool.h"
#include <sys/socket.h>

static const struct mail {
	const char *id;
	int uid;
} mails[] = {{"65000000.00000001", 1001}, {"65000000.00000002", 1002}, {"65000000.00000003", 1001},
    {"65000000.00000004", 1001}, {"65000000.00000005", 1001}};
enum { HELD = 2, DEAD = 3, IN_WORK = 4, MAILS = 5, CLIENTS = 4 };
static const uid_t uids[CLIENTS] = {0, 1001, 1002, 1003};
static const char coming[] = "65000000.00000006";

static struct runner r;
static uid_t caller;

int __wrap_compat_peer(int fd, uid_t *uid, gid_t *gid);
int __wrap_compat_peer(int fd, uid_t *uid, gid_t *gid)
{
	(void)fd;
	*uid = caller;
	*gid = 100;
	return 0;
}

struct client {
	int fd;
	bool watches;
	struct buffer asked, answer;
	size_t lines, answers;
};

static void start(void)
{
	log_start("fuzz", 0);
	fuzz_make_spool();
	fuzz_start_runner(&r);
	/* The socket's name is relative: only for that the target stands in the spool. */
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(chdir(fuzz_spool) == 0);
	r.control = control_listen_start(&r.queue);
	MUST(here >= 0 && fchdir(here) == 0);
	close(here);
}

/* One message is held, one set aside, one with a relay, one on its way. */
static void fill(struct worker *w)
{
	static const char held[] = "1700000000 held by=0\n";
	for (int i = 0; i < MAILS; i++)
		fuzz_put_message("mqueue", mails[i].id, mails[i].uid, "me@example.org",
		    "a@example.org b@example.org", "");
	fuzz_put_file("mqueue/65000000.00000003.log", held, sizeof held - 1);
	MUST(renameat(r.queue.mqueue_fd, mails[DEAD].id, r.queue.mqueue_fd, "65000000.00000004.dead") ==
	     0);
	fuzz_put_message("drop", coming, 1001, "me@example.org", "a@example.org", "");
	MUST(backlog_load(&r));
	struct nexthop *p = r.nexthops.list[0];
	for (uint32_t i = 0; i < p->schedule.count; i++) {
		struct entry *e = p->schedule.heap[i];
		if (e->id != id_pack(mails[IN_WORK].id))
			continue;
		schedule_take(&p->schedule, e);
		e->in_work = true;
		*w = (struct worker){.nexthop = p, .count = 1, .first = disposition_begin(&r, e)};
		w->last = w->first;
		r.sessions->list[r.sessions->count++] = w;
		break;
	}
	MUST(w->first != NULL);
}

static void serve(void)
{
	struct pollfd p[1 + CONTROL_CLIENTS_MAX + WATCHERS_MAX];
	watch_listen_look(&r);
	int asking = control_listen_poll(r.control, p),
	    watching = watch_listen_poll(r.watch, p + asking);
	if (poll(p, (nfds_t)(asking + watching), 0) <= 0)
		return;
	watch_listen_serve(r.watch, p + asking, watching);
	if (watch_listen_wants_scan(r.watch)) {
		pickup_scan(&r);
		watch_listen_scanned(r.watch);
	}
	control_listen_serve(&r, p, asking);
	operate(&r);
}

static void connect_client(struct client *c, uid_t uid)
{
	caller = uid;
	c->fd = fdio_connect(fuzz_path("mqueue/control"), 5);
	MUST(c->fd >= 0 && fdio_nonblocking(c->fd));
	serve();
}

static void look_at_answers(struct client *c)
{
	char bytes[4096], *line;
	ssize_t n;
	while ((n = read(c->fd, bytes, sizeof bytes)) > 0)
		buffer_add(&c->answer, bytes, (size_t)n);
	while ((line = fdio_take_line(&c->answer)) != NULL) {
		MUST(strcmp(line, "ok") == 0 || text_starts(line, "ok id=") ||
		     text_starts(line, "ok ids=") || text_starts(line, "no ") ||
		     (c->watches && text_starts(line, "over ")));
		free(line);
		c->answers++;
	}
	MUST(c->watches || c->answers <= c->lines);
}

static void talk(struct client *c, const uint8_t *bytes, size_t length)
{
	if (send(c->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
		return; /* it was let go */
	buffer_add(&c->asked, bytes, length);
	for (size_t i = 0; i < length; i++)
		c->lines += bytes[i] == '\n';
	c->watches = c->watches || compat_find(c->asked.data, c->asked.length, "watch ") != NULL;
	for (int i = 0; i < 3; i++)
		serve();
	look_at_answers(c);
}

/* Moves bytes after what it took. */
static void ask_by_table(struct client *c, const uint8_t **bytes, size_t *length)
{
	static const char *const words[] = {"65000000.00000001", "65000000.00000002",
	    "65000000.00000003", "65000000.00000004", "65000000.00000005", "65000000.00000004.dead",
	    coming, "65000000.00000001 talk", "65000000.00000003 wait", "flush.1", "flush.../policy"};
	struct buffer line = {0};
	fuzz_put_line(&control_asked, words, sizeof words / sizeof words[0], bytes, length, &line);
	talk(c, (const uint8_t *)line.data, line.length);
	buffer_free(&line);
}

static void hang_up(struct client *c)
{
	close(c->fd);
	buffer_free(&c->asked);
	buffer_free(&c->answer);
	*c = (struct client){.fd = -1};
	serve();
}

/* The size of each message and its journal, and of the one set aside. */
static void survey(long sizes[MAILS][3])
{
	char name[40];
	for (int i = 0; i < MAILS; i++) {
		sizes[i][0] = fuzz_size(mails[i].id);
		snprintf(name, sizeof name, "%s.log", mails[i].id);
		sizes[i][1] = fuzz_size(name);
		snprintf(name, sizeof name, "%s.dead", mails[i].id);
		sizes[i][2] = fuzz_size(name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct client clients[CLIENTS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}};
	struct worker w = {0};
	long before[MAILS][3], after[MAILS][3];
	if (*fuzz_spool == '\0')
		start();
	fill(&w);
	survey(before);
	for (size_t at = 0; at < length;) {
		int who = bytes[at] >> 6;
		size_t piece = bytes[at++] & 63;
		piece = piece < 63 && piece > length - at ? length - at : piece;
		if (clients[who].fd < 0)
			connect_client(&clients[who], uids[who]);
		if (piece == 63) {
			const uint8_t *rest = bytes + at;
			size_t left = length - at;
			ask_by_table(&clients[who], &rest, &left);
			at = length - left;
			piece = 0;
		} else if (piece > 0)
			talk(&clients[who], bytes + at, piece);
		else
			hang_up(&clients[who]);
		at += piece;
		survey(after);
		for (int i = 0; i < MAILS; i++)
			MUST(memcmp(before[i], after[i], sizeof before[i]) == 0 || uids[who] == 0 ||
			     uids[who] == (uid_t)mails[i].uid);
		memcpy(before, after, sizeof before);
		MUST(before[IN_WORK][0] > 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		if (clients[i].fd >= 0)
			hang_up(&clients[i]);
	}
	serve();
	MUST(control_listen_poll(r.control, (struct pollfd[1 + CONTROL_CLIENTS_MAX]){{0}}) == 1 &&
	     watch_listen_poll(r.watch, (struct pollfd[WATCHERS_MAX]){{0}}) == 0);
	fuzz_must_be_whole(&r, 1);
	r.sessions->count = 0;
	entry_forget(&r.notes, &r.entries, w.first->entry);
	message_free(w.first);
	watch_listen_end(&r);
	fuzz_empty_runner(&r);
	return 0;
}
