/* What "relayconf check" finds: one row per rule (check.c), one line per finding. */
#ifndef RELAYCONF_FINDINGS_H
#define RELAYCONF_FINDINGS_H
#include "base/mem.h"
#include "config/config.h"

enum grade { GRADE_OK, GRADE_NOTE, GRADE_PROBLEM };

/* One finding, kept until all are known: what is wrong is said first. */
struct kept_finding {
	enum grade grade;
	const char *rule;
	char *words, *fix;
};

struct check {
	const struct config *config; /* for rules that need one */
	const char *path;            /* of the configuration */
	bool json;
	const char *rule; /* at work */
	int found;        /* findings of that rule */
	int counts[3];    /* of each grade */
	struct kept_finding *list;
	int list_count;
	bool surveyed;        /* relay has said all that it was asked for */
	struct buffer survey; /* lines of relay --survey */
	char health[2100];    /* the line of mailq health; "" = none came */
};

struct check_rule {
	const char *id;
	const char *message; /* what is right when the test finds nothing */
	void (*test)(struct check *c);
	bool needs_config;
};

/* Says one finding; fix "" when there is nothing to do. */
void finding(struct check *c, enum grade grade, const char *fix, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Runs one rule. */
void findings_of(struct check *c, const struct check_rule *rule);

/* Says all that was found: problems, notes, and (everything) what is right; frees them. */
void findings_say(struct check *c, bool everything);

/* path as "relayconf check" sees it: below base/paths.h's root. */
void check_path(struct text *t, const char *path);

/* 0, or the errno with which the runner's user fails to open a file; -1 when that could not be
   tried. */
int check_open_as_runner(const char *path);

/* True for a private spool without a root of its own: it says nothing about the machine's
   places. */
bool check_is_elsewhere(void);

/* How to bring rights back here: by the package that firsthop came with, or with make; more is
 * added after, when not NULL. */
const char *check_rights_fix(const char *more);

/* Each smarthost of the survey of which it says something in this field; fields are all that it
   says of it. */
typedef void survey_smarthost(struct check *c, const char *name, const char *said,
    const char *fields);
void check_each_smarthost(struct check *c, const char *field, survey_smarthost *look);

/* The tests, by what they look at. */
void check_readable(struct check *c);
void check_ca_file(struct check *c);
void check_own_certificate(struct check *c);
void check_bind(struct check *c);
void check_key_names(struct check *c);
void check_name(struct check *c);
void check_own_name(struct check *c);
void check_smarthosts(struct check *c);
void check_tls_mode(struct check *c);
void check_tls_trust(struct check *c);
void check_tls_name(struct check *c);
void check_password(struct check *c);
void check_tokens(struct check *c);
void check_rewrite(struct check *c);
void check_received(struct check *c);
void check_archive(struct check *c);
void check_storm(struct check *c);
void check_filters(struct check *c);
void check_listen(struct check *c);
void check_proxy(struct check *c);
void check_route_users(struct check *c);
void check_direct(struct check *c);
void check_dane(struct check *c);
void check_aliases(struct check *c);
void check_language(struct check *c);

/* DNS and the names in the configuration. */
void check_resolver(struct check *c);
void check_lookup(struct check *c);
void check_moved(struct check *c);
void check_self(struct check *c);
void check_ipv6(struct check *c);
void check_runner(struct check *c);
void check_fallback(struct check *c);
void check_submission(struct check *c);
void check_waiting(struct check *c);
void check_dead(struct check *c);

/* The queue: its rights and space, the programs, and mail that waits. */
void check_spool(struct check *c);
void check_programs(struct check *c);
void check_places(struct check *c);
void check_mailer_conf(struct check *c);
void check_former_queues(struct check *c);
void check_clock(struct check *c);

/* The system around: start at boot, the log daemon, local delivery. */
void check_boot(struct check *c);
void check_syslog(struct check *c);
void check_local(struct check *c);
#endif
