/* What the world remembers of each message, and what must hold for it. */
#include "runner/notify/reported.h"
#include "runner/queue/idmap.h"
#include "tests/sim/sim.h"
#include "base/clock.h"
#include "base/text.h"
#include "message/envelope.h"
#include "spool/id.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#define RCPTS_MAX 16
#define WELL_MS (3 * MS_AN_HOUR)
#define LATE_MS (3 * MS_A_MINUTE)
#define EARLY_MS 2000

/* Each recipient has the same fate as all of their name. */
static const char *const kinds[] = {"fine", "fine", "fine", "fine", "fine", "fine", "fine", "fine",
    "fine", "fine", "fine", "fine", "fine", "fine", "later", "later", "busy", "busy", "gone",
    "never"};

static struct mail {
	uint64_t id;
	int64_t came_ms;
	bool tried, reported, aside, held, removed;
	bool digested;          /* a digest has it: a mail of its own here, with the same recipients */
	bool waits_for_nexthop; /* the servers are to blame: it goes when they are there again */
	int64_t asked_ms;       /* somebody wanted it tried, or held */
	int64_t released_ms;    /* last time; on a full disk it cannot be returned at once */
	int64_t logged_ms;      /* of the next attempt; 0 = none */
	uint32_t uid;
	int rcpt_count;
	struct {
		char address[40];
		int delivered; /* surely */
		bool perhaps;  /* and perhaps once more: RFC 1047 */
		bool refused;
	} rcpts[RCPTS_MAX];
} * newest; /* only for the debugger */

static struct idmap mails;
static long total, digested;

static struct mail *find(const char *id)
{
	return idmap_find(&mails, id_pack(id));
}

long sim_mail_total(void)
{
	return total;
}

long sim_mail_in_digests(void)
{
	return digested;
}

static void put_address(char *address, size_t size, int i)
{
	snprintf(address, size, "%s%d@example.%s", kinds[sim_dice(sizeof kinds / sizeof kinds[0])], i,
	    sim_once_in(3) ? "net" : "com");
}

void sim_mail_arrives(uint32_t uid, int rcpts)
{
	sim_mail_arrives_for(uid, rcpts, NULL);
}

uint64_t sim_mail_arrives_for(uint32_t uid, int rcpts, const char *address)
{
	static const char text[] = "Subject: x\n\nx\n";
	struct envelope e;
	struct buffer file = {0};
	size_t content_at;
	char id[ID_SIZE];
	struct mail *m = newest = mem_alloc(sizeof *m);
	TEXT(sender, 60);
	id_make(id, clock_wall_s());
	envelope_init(&e);
	e.created_us = clock_wall_s() * 1000000;
	e.uid = uid;
	e.content = (struct content){.bytes = sizeof text - 1, .lines = 3, .longest_line = 10};
	text_printf(&sender, "fine-sender%u@example.org", uid);
	free(e.sender);
	e.sender = mem_copy(sender.data);
	m->id = id_pack(id);
	m->came_ms = sim_now_ms;
	m->uid = uid;
	m->rcpt_count = rcpts < RCPTS_MAX ? rcpts : RCPTS_MAX;
	for (int i = 0; i < m->rcpt_count; i++) {
		if (address != NULL)
			snprintf(m->rcpts[i].address, sizeof m->rcpts[i].address, "%s", address);
		else
			put_address(m->rcpts[i].address, sizeof m->rcpts[i].address, i);
		envelope_add_recipient(&e, m->rcpts[i].address);
	}
	envelope_write(&e, &file, &content_at);
	buffer_add(&file, text, sizeof text - 1);
	int fd = openat(sim_r.queue.drop_fd, id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	SIM_MUST(fd >= 0 && write(fd, file.data, file.length) == (ssize_t)file.length, "no file");
	close(fd);
	buffer_free(&file);
	envelope_free(&e);
	idmap_add(&mails, m);
	total++;
	return m->id;
}

static int rcpt_of(const struct mail *m, const char *rcpt)
{
	for (int i = 0; i < m->rcpt_count; i++) {
		if (strcmp(m->rcpts[i].address, rcpt) == 0)
			return i;
	}
	return -1;
}

/* The digest carries it from now on: what holds for mail holds for that. */
void sim_mail_digested(const char *id, const char *digest_id)
{
	struct mail *m = find(id), *d = find(digest_id);
	SIM_MUST(m != NULL && !m->held && !m->removed && !m->digested,
	    "%s is in the digest %s, and is held, removed, or in another", id, digest_id);
	for (int i = 0; i < m->rcpt_count; i++)
		SIM_MUST(m->rcpts[i].delivered == 0 && !m->rcpts[i].perhaps && !m->rcpts[i].refused,
		    "%s is in the digest %s, and %s had it", id, digest_id, m->rcpts[i].address);
	m->digested = true;
	sim_night_digested(m->id, id_pack(digest_id));
	digested++;
	if (d != NULL) {
		SIM_MUST(d->uid == m->uid && d->rcpt_count == m->rcpt_count,
		    "%s is in a digest of another user's, or for others", id);
		for (int i = 0; i < m->rcpt_count; i++)
			SIM_MUST(rcpt_of(d, m->rcpts[i].address) == i, "%s is in a digest for others", id);
		return;
	}
	d = mem_alloc(sizeof *d);
	*d = (struct mail){.id = id_pack(digest_id), .came_ms = m->came_ms, .uid = m->uid};
	d->rcpt_count = m->rcpt_count;
	for (int i = 0; i < m->rcpt_count; i++)
		memcpy(d->rcpts[i].address, m->rcpts[i].address, sizeof d->rcpts[i].address);
	d->tried = true;
	idmap_add(&mails, d);
}

void sim_mail_delivered(const char *id, const char *rcpt, bool sure)
{
	struct mail *m = find(id);
	int i = m != NULL ? rcpt_of(m, rcpt) : -1;
	if (m == NULL)
		return; /* a report */
	SIM_MUST(i >= 0, "%s was delivered to %s, who is none of its recipients", id, rcpt);
	SIM_MUST(!m->digested, "%s was delivered to %s, and is in a digest", id, rcpt);
	SIM_MUST(m->rcpts[i].delivered == 0, "%s was delivered to %s twice", id, rcpt);
	SIM_MUST(!m->rcpts[i].refused, "%s was delivered to %s, who was refused", id, rcpt);
	SIM_MUST(!m->held && !m->removed, "%s was delivered to %s, and is %s", id, rcpt,
	    m->held ? "held" : "removed");
	sim_night_delivered(m->id);
	if (sure)
		m->rcpts[i].delivered++;
	else
		m->rcpts[i].perhaps = true;
}

void sim_mail_refused(const char *id, const char *rcpt)
{
	struct mail *m = find(id);
	int i = m != NULL ? rcpt_of(m, rcpt) : -1;
	if (i < 0)
		return;
	m->rcpts[i].refused = true;
}

/* All was well for hours before that time, which is over: what was to be done then is done. */
static bool is_overdue(int64_t then_ms)
{
	return then_ms - sim_well_ms > WELL_MS && sim_now_ms - then_ms > LATE_MS;
}

/* Nobody starves: where the servers have been there for a while, new mail has its turn soon.  What
   is to be tried at a time is not tried before. */
void sim_mail_tried(const char *id)
{
	struct mail *m = find(id);
	if (m == NULL)
		return;
	SIM_MUST(m->tried || !is_overdue(m->came_ms),
	    "%s waited for %lld s for its first attempt, and both servers were there", id,
	    (long long)(sim_now_ms - m->came_ms) / 1000);
	/* What is given up on one way is asked on the others once more. */
	bool old = sim_now_ms - m->came_ms >= SIM_EXPIRE_H * MS_AN_HOUR;
	SIM_MUST(m->logged_ms == 0 || m->waits_for_nexthop || old || sim_clock_jumps ||
	             sim_now_ms > m->logged_ms - EARLY_MS,
	    "%s is tried %lld s before the time that was told", id,
	    (long long)(m->logged_ms - sim_now_ms) / 1000);
	m->tried = true;
	m->logged_ms = 0;
}

void sim_mail_noted(const char *id, const struct buffer *lines)
{
	struct mail *m = find(id);
	char *text = mem_copy_n(lines->data, lines->length);
	const char *at = strstr(text, " until=");
	/* Where the servers are to blame for one recipient, all go when these are there again. */
	if (m != NULL &&
	    (strstr(text, "fault=route") != NULL || strstr(text, "fault=credential") != NULL))
		m->waits_for_nexthop = true;
	/* It waits for its digest: at that time, and no sooner. */
	if (m != NULL && strstr(text, "key=gathered") != NULL)
		m->tried = true;
	/* A new attempt, or the end: what was told before is over. */
	if (m != NULL && (strstr(text, " attempt n=") != NULL || strstr(text, " owed") != NULL))
		m->logged_ms = 0;
	if (m != NULL && at != NULL) {
		m->logged_ms = sim_now_ms + (strtoll(at + 7, NULL, 10) - clock_wall_s()) * 1000;
		while (at > text && at[-1] != '\n')
			at--;
		/* A line, timed in whole seconds, that waited for room on the disk: somebody has asked
		 * since. */
		if (sim_now_ms + (strtoll(at, NULL, 10) - clock_wall_s()) * 1000 < m->asked_ms + 1000)
			m->logged_ms = 0;
	}
	free(text);
}

void sim_mail_held(const char *id, bool held)
{
	struct mail *m = find(id);
	m->held = held;
	if (!held)
		m->released_ms = sim_now_ms;
	m->logged_ms = 0;
	m->asked_ms = sim_now_ms;
	/* Its time begins anew. */
	m->tried = true;
}

void sim_mail_removed(const char *id)
{
	find(id)->removed = true;
}

void sim_mail_asked(const char *id)
{
	struct mail *m;
	uint32_t at = 0;
	while ((m = idmap_next(&mails, &at)) != NULL) {
		if (id != NULL && m->id != id_pack(id))
			continue;
		m->logged_ms = 0;
		m->asked_ms = sim_now_ms;
	}
}

bool sim_mail_pick(char id[ID_SIZE], uint32_t *uid)
{
	uint32_t at = mails.count > 0 ? sim_dice(mails.size) : 0;
	const struct mail *m = idmap_next(&mails, &at);
	if (m == NULL)
		return false;
	id_unpack(m->id, id);
	*uid = m->uid;
	return true;
}

void sim_mail_release_all(void)
{
	struct mail *m;
	uint32_t at = 0;
	char id[ID_SIZE];
	while ((m = idmap_next(&mails, &at)) != NULL) {
		id_unpack(m->id, id);
		if (m->held)
			sim_operators_release(id);
	}
}

void sim_mail_report(const char *id, const char *report_id)
{
	struct mail *m = find(id);
	(void)report_id;
	if (m != NULL) {
		SIM_MUST(!m->removed && !m->held, "%s is reported, and was removed or held", id);
		m->reported = true;
	}
}

void sim_mail_aside(const char *id)
{
	struct mail *m = find(id);
	if (m != NULL)
		m->aside = true;
}

/* Everyone has it, or its sender was told: of refusals at once, of what nobody refused only when
 * the message was too old. */
static bool is_settled(const struct mail *m)
{
	if (m->removed || m->digested)
		return true;
	bool old = sim_now_ms - m->came_ms >= SIM_EXPIRE_H * MS_AN_HOUR - MS_A_MINUTE;
	for (int i = 0; i < m->rcpt_count; i++) {
		bool told = m->reported && (m->rcpts[i].refused || old);
		if (m->rcpts[i].delivered == 0 && !told && !m->aside)
			return false;
	}
	return true;
}

static bool is_there(const char *id)
{
	struct stat st;
	TEXT(dead, ID_SIZE + 8);
	text_printf(&dead, "%s.dead", id);
	return fstatat(sim_r.queue.mqueue_fd, id, &st, 0) == 0 ||
	       fstatat(sim_r.queue.drop_fd, id, &st, 0) == 0 ||
	       fstatat(sim_r.queue.mqueue_fd, dead.data, &st, 0) == 0;
}

void sim_mail_check(bool end)
{
	struct mail *m;
	uint32_t at = 0;
	while ((m = idmap_next(&mails, &at)) != NULL) {
		char id[ID_SIZE];
		id_unpack(m->id, id);
		bool there = is_there(id);
		SIM_MUST(there || is_settled(m), "%s is lost: not everyone has it, and nobody was told",
		    id);
		SIM_MUST(!there || !m->removed, "%s was removed, and is there", id);
		SIM_MUST(!there || m->aside || m->held || sim_clock_jumps ||
		             sim_now_ms - MAX(m->came_ms, m->released_ms) < 2 * SIM_EXPIRE_H * MS_AN_HOUR,
		    "%s is too old, and still there", id);
		SIM_MUST(!end || !there, "%s is still there at the end", id);
		if (there)
			continue;
		/* It is done: forget it. */
		idmap_remove(&mails, m);
		free(m);
		at--;
	}
}

void sim_mail_look(void)
{
	struct mail *m;
	uint32_t at = 0;
	while ((m = idmap_next(&mails, &at)) != NULL) {
		char id[ID_SIZE];
		bool starved = !m->tried && is_overdue(m->came_ms),
		     late = m->logged_ms != 0 && !sim_clock_jumps && is_overdue(m->logged_ms);
		if (m->held || m->removed || m->aside || (!starved && !late))
			continue;
		id_unpack(m->id, id);
		SIM_MUST(!starved || !is_there(id), "%s is starved: not tried for %lld s, and all is well",
		    id, (long long)(sim_now_ms - m->came_ms) / 1000);
		SIM_MUST(!late || !is_there(id), "%s was to be tried %lld s ago, and was not", id,
		    (long long)(sim_now_ms - m->logged_ms) / 1000);
	}
}

void sim_mail_forget(void)
{
	struct mail *m;
	uint32_t at = 0;
	while ((m = idmap_next(&mails, &at)) != NULL)
		free(m);
	idmap_free(&mails);
	mails = (struct idmap){0};
}
