/* Numbers.  Every family is begun by metric(), so that none comes without type, unit and
   meaning. */
#include "mailq/metrics.h"
#include "mailq/list_reason.h"
#include "mailq/trouble.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/charset.h"
#include "config/listen.h"
#include "config/rules.h"
#include "spool/counters.h"
#include "spool/disk_space.h"
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sysexits.h>

enum state {
	STATE_INCOMING,
	STATE_ACTIVE,
	STATE_DEFERRED,
	STATE_HOLD,
	STATE_MAILDROP,
	STATE_COUNT
};

static void metric(FILE *out, const char *name, const char *type, const char *unit,
    const char *help)
{
	fprintf(out, "# TYPE firsthop_%s %s\n", name, type);
	if (*unit != '\0')
		fprintf(out, "# UNIT firsthop_%s %s\n", name, unit);
	fprintf(out, "# HELP firsthop_%s %s\n", name, help);
}

static void gauge(FILE *out, const char *name, const char *unit, long long value, const char *help)
{
	metric(out, name, "gauge", unit, help);
	fprintf(out, "firsthop_%s %lld\n", name, value);
}

static void counter(FILE *out, const char *name, unsigned long long value, const char *help)
{
	metric(out, name, "counter", "", help);
	fprintf(out, "firsthop_%s_total %llu\n", name, value);
}

/* A label's value may be any UTF-8; quotes, backslashes and line feeds are escaped. */
static void put_label(FILE *out, const char *value)
{
	size_t left = strlen(value);
	bool utf8 = charset_is_utf8(value, left), control;
	for (size_t n; left > 0; value += n, left -= n) {
		n = text_character(value, left, &control);
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else if (control || ((unsigned char)*value >= 0x80 && !utf8))
			fputc('?', out);
		else
			fwrite(value, 1, n, out);
	}
}

static void labelled(FILE *out, const char *name, const char *label, const char *value,
    long long number)
{
	fprintf(out, "firsthop_%s{%s=\"", name, label);
	put_label(out, value);
	fprintf(out, "\"} %lld\n", number);
}

static enum state state_of(const struct row *r)
{
	return r->active         ? STATE_ACTIVE
	       : r->held         ? STATE_HOLD
	       : r->in_drop      ? STATE_MAILDROP
	       : r->attempts > 0 ? STATE_DEFERRED
	                         : STATE_INCOMING;
}

static enum fault fault_of(const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	const struct health *h = rcpt->why->verdict == VERDICT_NONE ? list_health(l, r, rcpt) : NULL;
	return h != NULL                            ? h->why.fault
	       : rcpt->why->verdict == VERDICT_NONE ? FAULT_NONE
	                                            : rcpt->why->fault;
}

static void put_queue(FILE *out, struct listing *l)
{
	static const char *const states[STATE_COUNT] = {"incoming", "active", "deferred", "hold",
	    "maildrop"};
	long long by_state[STATE_COUNT] = {0}, by_fault[FAULT_COUNT] = {0}, bytes = 0, oldest_s = 0,
	          gathered = 0;
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		int64_t age_s = list_age_s(l, r);
		by_state[state_of(r)]++;
		bytes += r->bytes;
		oldest_s = age_s > oldest_s ? age_s : oldest_s;
		gathered += r->rcpt_count > 0 && r->rcpts[0].why->key == REASON_GATHERED;
		for (int k = 0; k < r->rcpt_count; k++)
			by_fault[fault_of(l, r, &r->rcpts[k])]++;
	}
	metric(out, "queue_messages", "gauge", "",
	    "Messages that wait, by state (the names of mailq --json).");
	for (int i = 0; i < STATE_COUNT; i++)
		labelled(out, "queue_messages", "state", states[i], by_state[i]);
	metric(out, "queue_recipients", "gauge", "",
	    "Recipients that wait, by whose fault it is; none: not tried yet.");
	for (int i = 0; i < FAULT_COUNT; i++)
		labelled(out, "queue_recipients", "fault", fault_name((enum fault)i), by_fault[i]);
	gauge(out, "queue_gathered_messages", "", gathered,
	    "Messages that are gathered for a digest ([storm]).");
	gauge(out, "queue_size_bytes", "bytes", bytes, "Size of the messages that wait.");
	gauge(out, "queue_oldest_age_seconds", "seconds", oldest_s,
	    "How long the oldest message has waited; 0: none waits.");
	gauge(out, "queue_dead_messages", "", l->dead,
	    "Messages set aside, which could neither be delivered nor returned (mailq dead).");
}

static void put_path(FILE *out, const struct listing *l, const char *path)
{
	bool closed = false;
	for (int i = 0; i < l->health_count; i++)
		closed = closed || strcmp(l->health[i].path, path) == 0 || l->health[i].path[0] == '\0';
	labelled(out, "path_open", "path", path, !closed);
}

/* The default and those of the routes, each once. */
static void put_paths(FILE *out, const struct listing *l)
{
	char path[RULES_PATH_SIZE], other[RULES_PATH_SIZE];
	metric(out, "path_open", "gauge", "",
	    "1: mail goes this way, a list of smarthosts in order; 0: none of them accepts any.");
	rules_default_path(l->config, path, sizeof path);
	if (*path != '\0')
		put_path(out, l, path);
	for (int i = 0; i < l->config->rule_count; i++) {
		rules_via_path(&l->config->rules[i], path, sizeof path);
		rules_default_path(l->config, other, sizeof other);
		bool seen = *path == '\0' || strcmp(path, other) == 0;
		for (int k = 0; k < i && !seen; k++) {
			rules_via_path(&l->config->rules[k], other, sizeof other);
			seen = strcmp(path, other) == 0;
		}
		if (!seen)
			put_path(out, l, path);
	}
}

static void put_closed_path(FILE *out, const struct health *h)
{
	int64_t now = clock_wall_s();
	fputs("firsthop_path_closed_seconds{path=\"", out);
	put_label(out, *h->path == '\0' ? "all" : h->path);
	fprintf(out, "\",fault=\"%s\",key=\"%s\"} %lld\n", fault_name(h->why.fault),
	    catalogue_row(h->why.key) != NULL ? reason_word(h->why.key) : "other",
	    (long long)(now > h->since_s ? now - h->since_s : 0));
}

static void put_next_try(FILE *out, const struct health *h)
{
	int64_t left_s = h->next_s - clock_wall_s();
	fputs("firsthop_path_next_try_seconds{path=\"", out);
	put_label(out, h->path);
	fprintf(out, "\"} %lld\n", (long long)(left_s > 0 ? left_s : 0));
}

static void put_closed(FILE *out, const struct listing *l)
{
	long long domains = 0;
	bool config_good = true;
	metric(out, "path_closed_seconds", "gauge", "seconds",
	    "For how long a path has been closed, with the reason (relayconf explain KEY); open paths "
	    "have no line.");
	for (int i = 0; i < l->health_count; i++) {
		const struct health *h = &l->health[i];
		domains += *h->path == '@';
		config_good = config_good && *h->path != '\0';
		if (*h->path != '@')
			put_closed_path(out, h);
	}
	metric(out, "path_next_try_seconds", "gauge", "seconds",
	    "In how long the servers of a closed path are asked again.");
	for (int i = 0; i < l->health_count; i++) {
		if (*l->health[i].path != '@' && *l->health[i].path != '\0')
			put_next_try(out, &l->health[i]);
	}
	gauge(out, "direct_domains_closed", "", domains,
	    "Recipient domains whose own servers accept no mail ([fallback] direct_mx).");
	gauge(out, "config_good", "", config_good,
	    "0: the configuration is wrong or names no smarthost, and all mail waits.");
}

/* The configured ones; a server of a recipient's domain is no label. */
static void put_passed(FILE *out, const struct listing *l)
{
	metric(out, "smarthost_passed_over", "gauge", "",
	    "1: this smarthost fails, and others get its mail; 0: it does not.");
	for (int i = 0; i < l->config->smarthost_count; i++) {
		bool passed = false;
		for (int k = 0; k < l->passed_count && !passed; k++)
			passed = strcmp(l->passed[k].hop, l->config->smarthosts[i].name) == 0;
		labelled(out, "smarthost_passed_over", "smarthost", l->config->smarthosts[i].name, passed);
	}
}

static void put_room(FILE *out, const struct listing *l)
{
	if (!l->room_known)
		return;
	gauge(out, "spool_free_bytes", "bytes", (long long)l->room.free_bytes,
	    "Free space on the spool's disk.");
	gauge(out, "spool_reserve_bytes", "bytes", (long long)l->room.reserve_bytes,
	    "Free space below which no mail is accepted any more.");
	if (l->room.free_files != ULLONG_MAX)
		gauge(out, "spool_free_files", "", (long long)l->room.free_files,
		    "Files that can still be made on the spool's disk.");
}

static void put_servers(FILE *out, const struct counters *c)
{
	metric(out, "recipients", "counter", "",
	    "Outcomes, one for each recipient and attempt, by server.");
	for (int i = 0; i < c->server_count; i++) {
		const struct counters_server *h = &c->servers[i];
		const unsigned long long numbers[] = {h->sent, h->deferred, h->failed};
		for (int k = 0; k < 3; k++) {
			fputs("firsthop_recipients_total{hop=\"", out);
			put_label(out, h->name);
			fprintf(out, "\",verdict=\"%s\"} %llu\n",
			    verdict_name((enum verdict)(VERDICT_SENT + k)), numbers[k]);
		}
	}
	metric(out, "sessions", "counter", "",
	    "Sessions by server: ready for mail, or refused before that.");
	for (int i = 0; i < c->server_count; i++) {
		fputs("firsthop_sessions_total{hop=\"", out);
		put_label(out, c->servers[i].name);
		fprintf(out, "\",result=\"ready\"} %llu\nfirsthop_sessions_total{hop=\"",
		    c->servers[i].ready);
		put_label(out, c->servers[i].name);
		fprintf(out, "\",result=\"refused\"} %llu\n", c->servers[i].refused);
	}
}

static void put_events(FILE *out, const struct counters *c)
{
	metric(out, "server_events", "counter", "",
	    "By server: too_fast: it answered that mail comes too fast; paced: mail began to wait for "
	    "the pace; proxy: its proxy failed; dane: sessions that a TLSA record vouched for; "
	    "left_out: a parameter or BDAT that it offers and refuses.");
	for (int i = 0; i < c->server_count; i++) {
		for (int k = 0; k < COUNTERS_EVENTS; k++) {
			fputs("firsthop_server_events_total{hop=\"", out);
			put_label(out, c->servers[i].name);
			fprintf(out, "\",event=\"%s\"} %llu\n", counters_event_word((enum counters_event)k),
			    c->servers[i].events[k]);
		}
	}
	metric(out, "learnt_messages_per_hour", "gauge", "",
	    "The pace that a server's own rate answers have taught; 0: none.");
	for (int i = 0; i < c->server_count; i++)
		labelled(out, "learnt_messages_per_hour", "hop", c->servers[i].name,
		    (long long)c->servers[i].per_hour);
	metric(out, "filtered_messages", "counter", "",
	    "Messages that went through a filter, by what it said.");
	for (int i = 0; i < COUNTERS_FILTERED; i++)
		fprintf(out, "firsthop_filtered_messages_total{result=\"%s\"} %llu\n",
		    counters_filtered_word(i), c->filtered[i]);
}

static void put_delays(FILE *out, const struct counters *c)
{
	unsigned long long below = 0;
	metric(out, "delivery_seconds", "histogram", "seconds",
	    "From submission until a server accepted the mail, one for each recipient.");
	for (int i = 0; i < COUNTERS_DELAYS - 1; i++) {
		below += c->delays[i];
		fprintf(out, "firsthop_delivery_seconds_bucket{le=\"%d.0\"} %llu\n", counters_delay_s[i],
		    below);
	}
	below += c->delays[COUNTERS_DELAYS - 1];
	fprintf(out,
	    "firsthop_delivery_seconds_bucket{le=\"+Inf\"} %llu\nfirsthop_delivery_seconds_sum "
	    "%llu\nfirsthop_delivery_seconds_count %llu\n",
	    below, c->delay_sum_s, below);
}

static void put_counters(FILE *out, const struct counters *c)
{
	counter(out, "adopted_messages", c->adopted, "Messages that the runner has picked up.");
	put_servers(out, c);
	put_events(out, c);
	metric(out, "deferrals", "counter", "",
	    "Attempts of recipients that wait on, by whose fault it was.");
	for (int i = 0; i < FAULT_COUNT; i++)
		fprintf(out, "firsthop_deferrals_total{fault=\"%s\"} %llu\n", fault_name((enum fault)i),
		    c->deferred[i]);
	counter(out, "reports", c->reports, "Reports to senders, of failure, delay or success.");
	counter(out, "gathered_messages", c->gathered, "Messages that left in a digest ([storm]).");
	counter(out, "digests", c->digests, "Digests that the runner wrote ([storm]).");
	counter(out, "set_aside_messages", c->set_aside, "Messages that were set aside.");
	counter(out, "log_lines_lost", c->log_lost,
	    "Log lines of the runner that were lost because the log daemon did not read them.");
	put_delays(out, c);
	gauge(out, "counters_since_timestamp_seconds", "seconds", c->since_s,
	    "When counting began: the counters go on when the runner is started anew.");
}

static void put_smtpd(FILE *out, const struct listing *l)
{
	const struct smtpd_status *s = &l->smtpd;
	gauge(out, "smtpd_up", "", trouble_smtpd_is_up(l),
	    "1: smtpd is running, for [listen], or systemd starts it for the first caller.");
	gauge(out, "smtpd_sessions", "", s->sessions, "Clients that it serves now.");
	metric(out, "smtpd_events", "counter", "",
	    "connections: clients served; turned_away, too_many: clients refused; login_failed: wrong "
	    "passwords; messages: accepted; rejected: commands and messages that were refused.");
	for (int i = 0; i < SMTPD_COUNTS; i++)
		fprintf(out, "firsthop_smtpd_events_total{event=\"%s\"} %llu\n",
		    smtpd_status_word((enum smtpd_count)i), s->counts[i]);
}

static void put_times(FILE *out, const struct listing *l, const char *name, size_t member)
{
	for (int i = 0; i < l->token_count; i++)
		labelled(out, name, "token", l->tokens[i].name,
		    *(const int64_t *)((const char *)&l->tokens[i] + member));
}

static void put_tokens(FILE *out, const struct listing *l)
{
	metric(out, "oauth_renewed_timestamp_seconds", "gauge", "seconds",
	    "When oauth.sh last renewed an OAuth2 token; 0: never.");
	put_times(out, l, "oauth_renewed_timestamp_seconds", offsetof(struct token, renewed_s));
	metric(out, "oauth_token_end_timestamp_seconds", "gauge", "seconds",
	    "When the access token ends; it is renewed before its next use.");
	put_times(out, l, "oauth_token_end_timestamp_seconds", offsetof(struct token, ends_s));
	metric(out, "oauth_right_end_timestamp_seconds", "gauge", "seconds",
	    "When the right to renew it ends; 0: the provider does not say.");
	put_times(out, l, "oauth_right_end_timestamp_seconds", offsetof(struct token, refresh_ends_s));
	metric(out, "oauth_failed", "gauge", "", "1: it could not be renewed, for this reason.");
	for (int i = 0; i < l->token_count; i++) {
		fputs("firsthop_oauth_failed{token=\"", out);
		put_label(out, l->tokens[i].name);
		fprintf(out, "\",reason=\"%s\"} %d\n", token_failure_word(l->tokens[i].why),
		    l->tokens[i].failed_s != 0);
	}
}

int metrics_print(FILE *out, struct listing *l)
{
	metric(out, "build_info", "gauge", "", "The version, as a label.");
	labelled(out, "build_info", "version", FH_VERSION, 1);
	gauge(out, "runner_up", "", l->runner_lives, "1: the runner is running.");
	put_queue(out, l);
	put_paths(out, l);
	put_closed(out, l);
	put_passed(out, l);
	put_room(out, l);
	put_counters(out, &l->counters);
	if (listen_is_on(l->config))
		put_smtpd(out, l);
	if (l->token_count > 0)
		put_tokens(out, l);
	fputs("# EOF\n", out);
	return EX_OK;
}
