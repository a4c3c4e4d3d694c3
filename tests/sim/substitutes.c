/* What takes the place of the C library, the clock and the disk, and where the runner's own
   functions are listened to. */
#include "runner/attempt/message.h"
#include "runner/queue/schedule.h"
#include "tests/sim/sim.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- this machine */
int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return sim_now_ms;
}
int64_t __wrap_clock_wall_s(void);
int64_t __wrap_clock_wall_s(void)
{
	return SIM_WALL_START_S + sim_wall_off_s + sim_now_ms / 1000;
}
int64_t __wrap_clock_wall_us(void);
int64_t __wrap_clock_wall_us(void)
{
	return __wrap_clock_wall_s() * 1000000 + sim_now_ms % 1000 * 1000;
}
uint32_t __wrap_compat_random(void);
uint32_t __wrap_compat_random(void)
{
	return sim_dice(UINT32_MAX);
}
bool __wrap_fdio_sync(int fd);
bool __wrap_fdio_sync(int fd)
{
	(void)fd;
	return true;
}
bool __real_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync);
bool __wrap_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync);
bool __wrap_journal_append(const struct queue *q, const char *id, const struct buffer *lines,
    bool sync)
{
	if (sim_disk_full && !sim_once_in(5)) {
		errno = ENOSPC;
		return false;
	}
	bool done = __real_journal_append(q, id, lines, sync);
	if (done)
		sim_mail_noted(id, lines);
	return done;
}
bool __real_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why);
bool __wrap_disk_reserve_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why)
{
	if (sim_disk_full && !sim_once_in(5)) {
		diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_FULL, "simulated");
		return false;
	}
	return __real_disk_reserve_create(q, bytes, length, id, why);
}
void __real_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words);
void __wrap_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words);
void __wrap_bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words)
{
	if (strcmp(kind, "bounce") == 0)
		sim_mail_report(id, report_id);
	__real_bounce_log(id, kind, report_id, to, words);
}

void __real_gather_log_left(const struct runner *r, const struct message *m, const char *digest_id);
void __wrap_gather_log_left(const struct runner *r, const struct message *m, const char *digest_id);
void __wrap_gather_log_left(const struct runner *r, const struct message *m, const char *digest_id)
{
	sim_mail_digested(m->id, digest_id);
	if (sim_fault == SIM_FAULT_DIGEST && sim_once_in(20))
		unlinkat(sim_r.queue.mqueue_fd, digest_id, 0);
	__real_gather_log_left(r, m, digest_id);
}

/* Now and then a new message is put after everything. */
void __real_schedule_add_new(struct schedule *s, struct entry *e);
void __wrap_schedule_add_new(struct schedule *s, struct entry *e);
void __wrap_schedule_add_new(struct schedule *s, struct entry *e)
{
	if (sim_fault == SIM_FAULT_STARVES && sim_once_in(50))
		schedule_add(s, e, sim_now_ms + 10 * MS_AN_HOUR);
	else
		__real_schedule_add_new(s, e);
}

/* What is told is not what is done. */
void __real_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s);
void __wrap_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s);
void __wrap_journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s)
{
	bool lies = sim_fault == SIM_FAULT_EARLY || sim_fault == SIM_FAULT_LATE;
	if (lies && wait_s > 600 && sim_once_in(20))
		wait_s = sim_fault == SIM_FAULT_EARLY ? 2 * wait_s : wait_s / 2;
	__real_journal_put_wait(lines, wall_s, wait_s);
}
