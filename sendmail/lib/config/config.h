/* The configuration: firsthop.conf(5), an INI file read with inih.  Whole and right, or not used at
 * all. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H
#include "base/language.h"
#include "diagnosis/diag.h"
#include "config/filter.h"
#include "config/smarthost.h"
#include "config/rewrite.h"
#include "message/envelope.h"
#include "message/stamp.h"

#define CONFIG_SMARTHOSTS_MAX 16
#define CONFIG_WAITS_MAX 16
#define CONFIG_RULES_MAX 200
#define CONFIG_SUBMITTERS_MAX 100
#define CONFIG_KEYS_MAX 256
#define CONFIG_OLD_KEYS_MAX 32 /* more of them are accepted, and not reported */

/* Layout of mailq(1) by default. */
enum config_format { CONFIG_FORMAT_SENDMAIL, CONFIG_FORMAT_POSTFIX, CONFIG_FORMAT_JSON };

enum config_log { CONFIG_LOG_TEXT, CONFIG_LOG_JSON };

/* Whose messages [storm] counts together, of one local user. */
enum config_storm_by { CONFIG_STORM_SENDER, CONFIG_STORM_RECIPIENT };
enum config_local {
	CONFIG_LOCAL_NO,
	CONFIG_LOCAL_MBOX,
	CONFIG_LOCAL_MAILDIR,
	CONFIG_LOCAL_DISCARD,
	CONFIG_LOCAL_REFUSE
};
enum config_list { CONFIG_LIST_ALL, CONFIG_LIST_OWNER, CONFIG_LIST_ADMIN };

/* [route PATTERN]: which servers take mail of a recipient or sender; config/rules.h matches. */
struct rule {
	char pattern[321];
	char via[512];                /* names of smarthosts in order, or "direct" */
	enum stamp_received received; /* STAMP_RECEIVED_UNSAID: as [sender] says */
	char always_bcc[321];         /* "" = as [queue] says */
	int line;
};

/* [submit WHO]: what a user may hand over; the first that fits counts.  The runner says it to
 * sendmail (spool/policy.h). */
struct submitter {
	char who[65];                                  /* a user, %group, or * */
	char from[512];                                /* senders that -f may name; "" = any */
	int max_per_hour, max_waiting, max_waiting_mb; /* 0 = no limit */
	int line;
};

/* A key that has been renamed: the old name is accepted. */
struct config_old_name {
	const char *section, *old, *name;
};

/* A line with an old name: the new one is to be reported. */
struct config_old_key {
	const struct config_old_name *key;
	int line;
};

struct config {
	/* [host] */
	char name[256];     /* default: config/own_name.h */
	char domain[256];   /* default: name */
	char aliases[1024]; /* a file or a folder; default /etc/aliases (FreeBSD /etc/mail/aliases); a
	                       missing default file is no error */
	char unknown[321];  /* for local names without an alias; "" = they are completed with the domain
	                     */
	/* [smarthost NAME], in order */
	struct smarthost *smarthosts;
	int smarthost_count;
	/* [route PATTERN], in order: the first that fits counts */
	struct rule *rules;
	int rule_count;
	/* [submit WHO], in order */
	struct submitter *submitters;
	int submitter_count;
	/* [filter NAME], in order: each message goes through all of them */
	struct filter *filters;
	int filter_count;
	/* [fallback] */
	bool direct_mx;       /* after the last smarthost, the recipient domain's own MX */
	uint16_t direct_port; /* 25 */
	enum smarthost_dane direct_dane;
	/* [sender] */
	enum stamp_from envelope_from; /* keep, qualify (default), or an address */
	char envelope_from_address[321];
	enum stamp_from header_from;
	char header_from_address[321];
	enum stamp_original keep_original;
	enum stamp_received received;
	/* [rewrite senders], [rewrite recipients] */
	struct rewrite rewrite_senders, rewrite_recipients;
	/* [queue] */
	int expire_after_h;              /* 120 */
	int warn_after_h;                /* 4; 0 = never */
	int alarm_after_min;             /* 240; 0 = never */
	int max_sessions;                /* 4 */
	int messages_per_session;        /* 50: messages for one session before another is asked */
	int keep_dead_d;                 /* 30 */
	int retry_min[CONFIG_WAITS_MAX]; /* "1 2 5 10 20 30 60": minutes between attempts, the last one
	                                    repeats */
	int wait_count;
	char always_bcc[321];  /* gets a copy of all mail; "" = nobody */
	enum config_list list; /* who may list the queue */
	enum config_format format;
	int max_recipients;   /* 10000, of one message */
	int max_user_percent; /* 50, of the room for mail that one user's mail may take; 0: all of it */
	int min_free_mb; /* 0; less space than that on the spool's disk: mail is taken only from root */
	/* [storm] */
	int storm_messages;   /* 0 = off; of so many in storm_within_min each goes by itself */
	int storm_within_min; /* 10 */
	enum config_storm_by storm_by;
	int storm_digest_every_min; /* 15 */
	int storm_max_message_kb;   /* 64: larger ones are not gathered */
	int storm_max_digest_kb;    /* 1024 */
	/* [log] */
	enum config_log log_format;
	/* [local] */
	enum config_local local_deliver;
	char local_domains[1024]; /* names, with blanks or commas between */
	bool local_forward;       /* a user's .forward counts */
	int local_after_h;        /* 0 = at once */
	/* [bounce] */
	int bounces_per_hour;                /* 100 */
	int bounce_merge_interval_min;       /* 15 */
	char postmaster[321];                /* gets what cannot be returned; "" = nobody */
	char bounce_language[LANGUAGE_SIZE]; /* base/language.h; "en" */
	/* [listen]; config/listen.h reads the lists */
	char listen_smtp[512], listen_lmtp[512]; /* ADDRESS:PORT or a path each; "" = none */
	char listen_clients[512];                /* networks, for addresses that are not loopback */
	bool listen_without_login;
	char listen_logins[1024]; /* a file; "" = nobody logs in */
	char listen_user[64];     /* whose mail it is that comes from elsewhere without a login */
	char listen_tls_cert_file[1024], listen_tls_key_file[1024];
	int listen_max_message_mb; /* 50 */
	/* [relay] */
	int connect_s, reply_s, data_s, data_end_s, session_s; /* 30, 300, 180, 600, 3600 */
	/* lines of any section */
	struct config_old_key old_keys[CONFIG_OLD_KEYS_MAX];
	int old_key_count;
};

/* Fills in the defaults. */
void config_defaults(struct config *c);

/* Reads a file.  False with key "config-..." and text "FILE:LINE: what, and the cure" on the first
   error; *c is then unusable but may be given to config_free.  A missing file is key
   "config-missing"; *c then holds the defaults (no smarthost). */
bool config_read(struct config *c, const char *path, struct diagnosis *d);
/* Whether any of its smarthosts may get an OAuth2 token. */
bool config_uses_tokens(const struct config *c);
void config_free(struct config *c);

/* One key of the table, for relayconf show, get and set. */
struct config_key {
	const char *section; /* "host", "smarthost", "route", "submit", "fallback", "sender", "rewrite",
	                        "queue", "log", "relay" */
	const char *key;
	const char *fallback; /* default as it would be written; "" = none */
	const char *meaning;  /* one line */
};
const struct config_key *config_keys(int *count);

/* All renamed keys, and the one that had this name; NULL: none had. */
const struct config_old_name *config_old_names(int *count);
const struct config_old_name *config_old_name(const char *section, const char *key);

/* True for sections that carry a name of their own: [smarthost NAME], [route PATTERN], [submit
 * WHO], [rewrite senders]. */
bool config_section_is_named(const char *section);

/* The value in effect, as it would be written; name of a smarthost or route section, else NULL.
 * False: no such key or section. */
bool config_value(const struct config *c, const char *section, const char *name, const char *key,
    struct text *value);
#endif
