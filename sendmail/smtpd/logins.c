/* Reading it at each login, so that a change counts at once. */
#include "smtpd/logins.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT_BYTES (1u << 20)
#define NOBODYS_HASH "$6$firsthop$no" /* costs as much time as a true one, and matches nothing */

/* The rest of the line of a name, to be freed; NULL: there is none. */
static char *find_line(const char *file, const char *name)
{
	struct buffer text = {0};
	char *line, *rest = NULL;
	size_t length = strlen(name), at = 0;
	if (fdio_slurp_at(AT_FDCWD, file, &text, FILE_LIMIT_BYTES)) {
		buffer_add(&text, "\n", 1);
		while (length > 0 && rest == NULL && (line = fdio_next_line(&text, &at)) != NULL) {
			if (strncmp(line, name, length) == 0 && line[length] == ':' && *line != '#')
				rest = mem_copy(line + length + 1);
		}
	}
	compat_wipe(text.data, text.length);
	buffer_free(&text);
	return rest;
}

bool logins_match(const char *file, const char *name, const char *password)
{
	char *rest = find_line(file, name);
	char hash[512] = NOBODYS_HASH;
	bool known = rest != NULL && strcspn(rest, ":\r") > 3 && strcspn(rest, ":\r") < sizeof hash;
	if (known) {
		size_t length = strcspn(rest, ":\r");
		memcpy(hash, rest, length);
		hash[length] = '\0';
	}
	free(rest);
	const char *made = crypt(password, hash);
	/* What differs says nothing: it is the hash of a guess. */
	return made != NULL && known && *made != '*' && strcmp(made, hash) == 0;
}

uid_t logins_user(const char *file, const char *name, uid_t otherwise)
{
	char *rest = find_line(file, name);
	char *user = rest != NULL ? strchr(rest, ':') : NULL;
	uid_t uid = otherwise;
	if (user != NULL) {
		user[1 + strcspn(user + 1, " \t\r:")] = '\0';
		const struct passwd *pw = getpwnam(user + 1);
		uid = pw != NULL && pw->pw_uid != 0 ? pw->pw_uid : (uid_t)-1;
	}
	free(rest);
	return uid;
}
