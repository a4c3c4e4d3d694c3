/* States of tokens: lines of fields. */
#include "spool/tokens.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/language.h"
#include "base/text.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_LIMIT_BYTES 1000
#define FILE_LIMIT_BYTES 8000
#define SUFFIX ".state"

static const struct {
	const char *word, *trouble;
} rows[TOKEN_FAILURES] = {
    [TOKEN_WELL] = {"none", NULL},
    [TOKEN_REVOKED] = {"revoked", TR_LATER("the right to send mail was withdrawn or has ended")},
    [TOKEN_CLIENT] = {"client",
        TR_LATER("the provider does not accept client_id or client_secret")},
    [TOKEN_SCOPE] = {"scope", TR_LATER("the provider does not know the scope")},
    [TOKEN_POLICY] = {"policy", TR_LATER("the account, or its tenant's policy, does not allow it")},
    [TOKEN_CLOCK] = {"clock", TR_LATER("the clock of this machine, or of the provider, is wrong")},
    [TOKEN_AWAY] = {"away", TR_LATER("the provider does not answer, or is out of order")},
    [TOKEN_ANSWER] = {"answer", TR_LATER("the provider's answer makes no sense")},
    [TOKEN_REFUSED] = {"refused", TR_LATER("the provider refuses")},
};

const char *token_failure_word(enum token_failure why)
{
	return rows[why].word;
}

static enum token_failure failure_of(const char *word)
{
	for (int i = 0; i < TOKEN_FAILURES; i++) {
		if (strcmp(rows[i].word, word) == 0)
			return (enum token_failure)i;
	}
	return TOKEN_REFUSED;
}

static int64_t get_time(const char *line, const char *key)
{
	long long at = fields_get_number(line, key, 0);
	return at > 0 && at < 1LL << 40 ? at : 0;
}

/* From a line of fields; what is in it is believed by nobody. */
static void read_line(struct token *t, const char *line)
{
	char why[20] = "";
	t->renewed_s = get_time(line, "renewed");
	t->ends_s = get_time(line, "ends");
	t->refresh_ends_s = get_time(line, "refresh_ends");
	t->failed_s = get_time(line, "failed");
	fields_get(line, "why", why, sizeof why);
	t->why = t->failed_s != 0 ? failure_of(why) : TOKEN_WELL;
}

/* "NAME.state", of the names that oauth.sh knows. */
static bool is_name(const char *file, size_t length)
{
	return length > 0 && length < sizeof((struct token *)NULL)->name &&
	       strspn(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
	           length;
}

static bool read_state(int folder_fd, const char *file, struct token *t)
{
	struct buffer bytes = {0};
	size_t length = strlen(file), end = sizeof SUFFIX - 1;
	if (length < end || strcmp(file + length - end, SUFFIX) != 0 || !is_name(file, length - end))
		return false;
	bool read = fdio_slurp_at(folder_fd, file, &bytes, STATE_LIMIT_BYTES);
	for (size_t i = 0; read && i < bytes.length; i++)
		bytes.data[i] = (char)(bytes.data[i] == '\n' ? ' ' : bytes.data[i]);
	if (read) {
		*t = (struct token){0};
		memcpy(t->name, file, length - end);
		read_line(t, buffer_string(&bytes));
	}
	buffer_free(&bytes);
	return read && (t->renewed_s != 0 || t->failed_s != 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct token *)a)->name, ((const struct token *)b)->name);
}

int tokens_gather(const char *folder, struct token *list)
{
	int count = 0;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	for (const struct dirent *e; count < TOKENS_MAX && (e = readdir(dir)) != NULL;)
		count += read_state(dirfd(dir), e->d_name, &list[count]);
	closedir(dir);
	qsort(list, (size_t)count, sizeof *list, by_name);
	return count;
}

void tokens_write(int mqueue_fd, const struct token *list, int count)
{
	struct buffer lines = {0};
	for (int i = 0; i < count; i++) {
		struct buffer line = {0};
		fields_put(&line, "token", list[i].name);
		fields_put_number(&line, "renewed", list[i].renewed_s);
		fields_put_number(&line, "ends", list[i].ends_s);
		fields_put_number(&line, "refresh_ends", list[i].refresh_ends_s);
		fields_put_number(&line, "failed", list[i].failed_s);
		fields_put(&line, "why", token_failure_word(list[i].why));
		buffer_printf(&lines, "%s\n", buffer_string(&line));
		buffer_free(&line);
	}
	if (count == 0)
		unlinkat(mqueue_fd, "tokens", 0);
	else
		fdio_replace_at(mqueue_fd, "tokens", &lines, false);
	buffer_free(&lines);
}

int tokens_read(int mqueue_fd, struct token *list)
{
	struct buffer bytes = {0};
	char *line;
	size_t at = 0;
	int count = 0;
	if (!fdio_slurp_at(mqueue_fd, "tokens", &bytes, FILE_LIMIT_BYTES))
		bytes.length = 0;
	while (count < TOKENS_MAX && (line = fdio_next_line(&bytes, &at)) != NULL) {
		struct token *t = &list[count];
		*t = (struct token){0};
		read_line(t, line);
		count +=
		    fields_get(line, "token", t->name, sizeof t->name) && is_name(t->name, strlen(t->name));
	}
	buffer_free(&bytes);
	return count;
}

const char *token_trouble(const struct token *t, int64_t now_s)
{
	if (t->failed_s != 0)
		return rows[t->why].trouble;
	if (t->refresh_ends_s != 0 && t->refresh_ends_s < now_s + TOKENS_SOON_S)
		return TR_LATER("the right to renew it ends within 7 days, or has ended");
	if (t->renewed_s != 0 && t->renewed_s < now_s - TOKENS_IDLE_S)
		return TR_LATER("it was not renewed for 60 days, and a right that nobody uses ends");
	return NULL;
}
