/* The session, and the names of its files. */
#include "mail/session/session.h"
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MAIL_FOLDER "/var/mail"
#define USUALLY_IGNORED                                                                \
	"Received Message-Id Resent-Message-Id Status X-Status Mail-From Return-Path Via " \
	"Delivered-To Envelope-To X-Original-To Content-Length "                           \
	"Lines MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition "   \
	"Content-Language References In-Reply-To DKIM-Signature "                          \
	"Authentication-Results Received-SPF ARC-Seal ARC-Message-Signature "              \
	"ARC-Authentication-Results"

/* LOGNAME and USER are believed when they are names of the one who calls. */
static char *login_name(void)
{
	static const char *const names[] = {"LOGNAME", "USER"};
	for (int i = 0; i < 2; i++) {
		const char *name = getenv(names[i]);
		struct passwd *pw = name != NULL && *name != '\0' ? getpwnam(name) : NULL;
		if (pw != NULL && pw->pw_uid == getuid())
			return mem_copy(name);
	}
	struct passwd *pw = getpwuid(getuid());
	char number[24];
	snprintf(number, sizeof number, "%lu", (unsigned long)getuid());
	return mem_copy(pw != NULL ? pw->pw_name : number);
}

void session_start(struct session *s)
{
	*s = (struct session){0};
	vars_defaults(&s->vars);
	s->user = login_name();
	string_list_add_words(&s->ignored, USUALLY_IGNORED);
}

void session_free(struct session *s)
{
	struct string_list *lists[] = {&s->alternates, &s->ignored, &s->retained, &s->save_ignored,
	    &s->save_retained, &s->pass};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		string_list_free(lists[i]);
	vars_free(&s->vars);
	alias_free(&s->aliases);
	folder_close(s->folder);
	s->folder = NULL;
	mem_free(&s->last_folder);
	mem_free(&s->user);
}

const char *session_home(void)
{
	const char *home = getenv("HOME");
	struct passwd *pw = home == NULL || *home == '\0' ? getpwuid(getuid()) : NULL;
	return pw != NULL ? pw->pw_dir : home;
}

/* The mailbox of incoming mail: MAIL, or /var/mail/USER; allocated. */
static char *incoming(const char *user, bool own)
{
	const char *mail = own ? getenv("MAIL") : NULL;
	struct buffer b = {0};
	if (mail != NULL && *mail != '\0')
		return mem_copy(mail);
	buffer_printf(&b, MAIL_FOLDER "/%s", user);
	char *path = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return path;
}

static char *joined(const char *folder, const char *name)
{
	struct buffer b = {0};
	buffer_printf(&b, "%s/%s", folder, name);
	char *path = mem_copy(buffer_string(&b));
	buffer_free(&b);
	return path;
}

/* "~/x", "~user/x". */
static char *from_home(const char *name)
{
	size_t n = strcspn(name, "/");
	const char *home = session_home();
	if (n > 1) {
		char *user = mem_copy_n(name + 1, n - 1);
		struct passwd *pw = getpwnam(user);
		home = pw != NULL ? pw->pw_dir : NULL;
		mem_free(&user);
	}
	if (home == NULL) {
		fprintf(stderr, "mail: %s: no such home directory is known\n", name);
		return NULL;
	}
	return joined(home, name[n] == '/' ? name + n + 1 : "");
}

/* "+x": in the folder of the variable, which is in the home if it is not absolute. */
static char *in_folder(const struct session *s, const char *name)
{
	const char *folder = vars_get(&s->vars, "folder");
	if (folder == NULL || *folder == '\0') {
		fprintf(stderr, "mail: +%s: the variable \"folder\" is not set\n", name);
		return NULL;
	}
	char *base = folder[0] == '~'   ? from_home(folder)
	             : folder[0] == '/' ? mem_copy(folder)
	                                : joined(session_home() != NULL ? session_home() : ".", folder);
	char *path = base != NULL ? joined(base, name) : NULL;
	mem_free(&base);
	return path;
}

char *session_path(const struct session *s, const char *name)
{
	if (name[0] == '%')
		return incoming(name[1] != '\0' ? name + 1 : s->user, name[1] == '\0');
	if (strcmp(name, "#") == 0 && s->last_folder != NULL)
		return mem_copy(s->last_folder);
	if (strcmp(name, "#") == 0) {
		fprintf(stderr, "mail: there was no folder before\n");
		return NULL;
	}
	if (strcmp(name, "&") == 0) {
		const char *mbox = vars_get(&s->vars, "MBOX");
		return session_path(s, mbox != NULL && *mbox != '\0' && *mbox != '&' ? mbox : "~/mbox");
	}
	if (name[0] == '+')
		return in_folder(s, name + 1);
	return name[0] == '~' ? from_home(name) : mem_copy(name);
}

bool session_is_me(const struct session *s, const char *address)
{
	size_t n = strcspn(address, "@");
	if (string_list_find(&s->alternates, address) >= 0)
		return true;
	/* A name of a login alone, or with the name of this machine after it. */
	char *local = mem_copy_n(address, n), host[256] = "";
	gethostname(host, sizeof host - 1);
	bool mine = strcasecmp(local, s->user) == 0 &&
	            (address[n] == '\0' || strcasecmp(address + n + 1, host) == 0 ||
	                strcasecmp(address + n + 1, "localhost") == 0);
	if (address[n] == '\0')
		mine = mine || string_list_find(&s->alternates, local) >= 0;
	mem_free(&local);
	return mine;
}
