/* Reading the published rules.  Lines of fields (base/fields.h) after a word:
     policy version= file= domain= min_free_mb= max_recipients= max_user_percent= log=
                            once, first
     rule line= who= uid= | gid= | all= from=
                            in the order of the configuration: the first that fits a user counts
     over uid= until= full= text=
                            a user who is above a limit, and until when at most; full=1: above their
                            share of the disk */
#include "spool/policy.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/text.h"
#include "message/address.h"
#include "message/envelope.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sysexits.h>
#include <unistd.h>

#define OVER_MAX_S 7200 /* longer than any line is published for: the clock was set */

void policy_user_self(struct policy_user *u, const char *login)
{
	*u = (struct policy_user){.uid = getuid(), .login = login};
	int n = getgroups(POLICY_GROUPS_MAX, u->groups);
	u->group_count = n > 0 ? n : 0;
	u->groups[u->group_count++] = getgid();
}

void policy_load(struct policy *p, int drop_fd)
{
	struct stat st, folder;
	struct buffer text = {0};
	p->text = NULL;
	int fd = openat(drop_fd, "policy", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	bool ours = fstat(fd, &st) == 0 && fstat(drop_fd, &folder) == 0 && S_ISREG(st.st_mode) &&
	            st.st_uid == folder.st_uid;
	if (ours && fdio_slurp(fd, &text, POLICY_LIMIT_BYTES) &&
	    text_starts(buffer_string(&text), "policy version=1 "))
		p->text = mem_copy(buffer_string(&text));
	buffer_free(&text);
	close(fd);
}

void policy_free(struct policy *p)
{
	mem_free(&p->text);
}

static char *head_of(const struct policy *p)
{
	return p->text != NULL ? mem_copy_n(p->text, strcspn(p->text, "\n")) : mem_copy("");
}

bool policy_log_json(const struct policy *p)
{
	char word[8] = "";
	char *head = head_of(p);
	fields_get(head, "log", word, sizeof word);
	free(head);
	return strcmp(word, "json") == 0;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');
	return end != NULL && end[1] != '\0' ? end + 1 : NULL;
}

/* A copy of the first line from line on that begins with word and is about the user; NULL when
 * there is none.  fields_get reads to the NUL. */
static char *find_line(const char *line, const char *word, const struct policy_user *u)
{
	for (; line != NULL; line = next_line(line)) {
		if (!text_starts(line, word))
			continue;
		char *copy = mem_copy_n(line, strcspn(line, "\n"));
		long long gid = fields_get_number(copy, "gid", -1);
		bool fits = fields_get_number(copy, "all", 0) == 1 ||
		            fields_get_number(copy, "uid", -1) == (long long)u->uid;
		for (int i = 0; !fits && gid >= 0 && i < u->group_count; i++)
			fits = gid == (long long)u->groups[i];
		if (fits)
			return copy;
		free(copy);
	}
	return NULL;
}

/* item: an address, "@domain", or "self". */
static bool may_name(const char *item, const struct policy_user *u, const char *full,
    const char *domain)
{
	if (*item == '@')
		return text_equal_ci(item + 1, address_domain(full));
	char *allowed = address_qualify(strcmp(item, "self") == 0 ? u->login : item, domain);
	bool same = text_equal_ci(allowed, full);
	free(allowed);
	return same;
}

static bool may_send_as(const char *list, const struct policy_user *u, const char *sender,
    const char *domain)
{
	char *full = address_qualify(sender, domain);
	char item[400];
	bool allowed = may_name("self", u, full, domain);
	for (const char *at = list; !allowed && *(at += strspn(at, " ,\t")) != '\0';
	     at += strcspn(at, " ,\t")) {
		snprintf(item, sizeof item, "%.*s", (int)strcspn(at, " ,\t"), at);
		allowed = may_name(item, u, full, domain);
	}
	free(full);
	return allowed;
}

static int check_sender(const char *head, const char *rule, const struct policy_user *u,
    const char *sender, struct diagnosis *why)
{
	char list[600], domain[256], file[300], who[80];
	if (sender == NULL || *sender == '\0' || !fields_get(rule, "from", list, sizeof list) ||
	    *list == '\0')
		return EX_OK;
	if (!fields_get(head, "domain", domain, sizeof domain) || may_send_as(list, u, sender, domain))
		return EX_OK;
	fields_get(head, "file", file, sizeof file);
	fields_get(rule, "who", who, sizeof who);
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_SENDER_REFUSED,
	    "user %s may not send as <%.150s>; [submit %s] in %s, line %lld, allows: %.100s", u->login,
	    sender, who, file, fields_get_number(rule, "line", 0), list);
	return EX_NOPERM;
}

static int check_limits(const char *over, struct diagnosis *why)
{
	char words[700] = "";
	int64_t left_s = fields_get_number(over, "until", 0) - clock_wall_s();
	if (left_s <= 0 || left_s > OVER_MAX_S)
		return EX_OK;
	fields_get(over, "text", words, sizeof words);
	if (fields_get_number(over, "full", 0) == 1) {
		diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_FULL, "%s", words);
		return EX_IOERR;
	}
	TEXT(span, 60);
	clock_put_span(&span, left_s);
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_USER_LIMIT, "%s; not before %s have passed",
	    words, span.data);
	return EX_NOPERM;
}

static int check_space(const char *head, int drop_fd, struct diagnosis *why)
{
	struct statvfs fs;
	long long wanted_mb = fields_get_number(head, "min_free_mb", 0);
	char file[300] = "";
	if (wanted_mb <= 0 || fstatvfs(drop_fd, &fs) != 0)
		return EX_OK;
	unsigned long long free_mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	if (free_mb >= (unsigned long long)wanted_mb)
		return EX_OK;
	fields_get(head, "file", file, sizeof file);
	diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_FULL,
	    "the disk of the spool has %llu MB left; below %lld MB ([queue] min_free_mb in %s) only "
	    "root's mail is accepted",
	    free_mb, wanted_mb, file);
	return EX_IOERR;
}

int policy_check(const struct policy *p, const struct policy_user *u, const char *sender,
    int drop_fd, struct diagnosis *why)
{
	if (p->text == NULL || u->uid == 0)
		return EX_OK;
	char *head = mem_copy_n(p->text, strcspn(p->text, "\n"));
	char *rule = find_line(p->text, "rule ", u), *over = find_line(p->text, "over ", u);
	int code = rule != NULL ? check_sender(head, rule, u, sender, why) : EX_OK;
	if (code == EX_OK && over != NULL)
		code = check_limits(over, why);
	if (code == EX_OK)
		code = check_space(head, drop_fd, why);
	free(head);
	free(rule);
	free(over);
	return code;
}

int policy_max_recipients(const struct policy *p)
{
	char *head = head_of(p);
	long long max = fields_get_number(head, "max_recipients", ENVELOPE_RCPTS_DEFAULT);
	free(head);
	return max >= 1 && max <= ENVELOPE_RCPTS_MAX ? (int)max : ENVELOPE_RCPTS_DEFAULT;
}

/* The configuration that the rules are from. */
static void file_of(const char *head, char *file, size_t size)
{
	text_copy(file, size, "firsthop.conf");
	fields_get(head, "file", file, size);
}

struct user_share policy_share(const struct policy *p, uid_t uid)
{
	struct user_share share = {.uid = uid, .percent = USER_SHARE_DEFAULT};
	char *head = head_of(p);
	long long percent = fields_get_number(head, "max_user_percent", USER_SHARE_DEFAULT);
	if (percent >= 0 && percent <= 100)
		share.percent = (int)percent;
	file_of(head, share.config, sizeof share.config);
	free(head);
	return share;
}

void policy_too_many(const struct policy *p, struct diagnosis *why)
{
	char file[300];
	char *head = head_of(p);
	file_of(head, file, sizeof file);
	free(head);
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_RECIPIENTS_LIMIT,
	    "the message has more than %d recipients, as many as it may have ([queue] max_recipients "
	    "in %s); divide them among several messages",
	    policy_max_recipients(p), file);
}

/* What somebody has put in the place of that name; a folder with something in it can only be moved
 * out of the way. */
static void clear_place(int drop_fd, const char *name, bool only_folder)
{
	struct stat st;
	TEXT(aside, 40);
	text_printf(&aside, "odd.%08x%08x", (unsigned)compat_random(), (unsigned)compat_random());
	if (fstatat(drop_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    (only_folder && !S_ISDIR(st.st_mode)))
		return;
	if (S_ISDIR(st.st_mode))
		renameat(drop_fd, name, drop_fd, aside.data);
	else
		unlinkat(drop_fd, name, 0);
}

bool policy_write(int drop_fd, const char *text, size_t length)
{
	clear_place(drop_fd, "policy.new", false);
	clear_place(drop_fd, "policy", true);
	int fd =
	    openat(drop_fd, "policy.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	/* The umask of the runner would hide it from sendmail; drop/ hides it from everyone else. */
	bool done = fd >= 0 && fchmod(fd, 0644) == 0 && fdio_write(fd, text, length) &&
	            renameat(drop_fd, "policy.new", drop_fd, "policy") == 0;
	if (fd >= 0)
		close(fd);
	return done;
}
