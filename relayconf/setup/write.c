/* The files of the administrator: each is whole before it takes its place. */
#include "relayconf/setup/setup.h"
#include "relayconf/secret_file.h"
#include "base/complaint.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/output.h"
#include "config/aliases.h"
#include "config/edit.h"
#include "config/replace.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALIASES_LIMIT_BYTES (1u << 20)

bool write_new_secret(struct setup *s)
{
	struct diagnosis d = {0};
	if (s->password.length == 0 || secret_file_write(s->secret_new, &s->password, &d))
		return true;
	complaint_say("relayconf", "%s", d.text);
	return false;
}

static bool same_file(const char *a, const char *b)
{
	struct buffer left = {0}, right = {0};
	bool same = fdio_slurp_at(AT_FDCWD, a, &left, 4096) &&
	            fdio_slurp_at(AT_FDCWD, b, &right, 4096) && left.length == right.length &&
	            memcmp(left.data, right.data, left.length) == 0;
	buffer_free(&left);
	buffer_free(&right);
	return same;
}

bool write_secret(struct setup *s)
{
	if (s->password.length == 0)
		return true;
	bool same = same_file(s->secret, s->secret_new);
	if (rename(s->secret_new, s->secret) != 0) {
		complaint_say("relayconf", "%s: %s", s->secret, strerror(errno));
		return false;
	}
	if (!same)
		setup_say(TR_LATER("password"), TR("%s, for root and the runner only"), s->secret);
	s->changed = s->changed || !same;
	return true;
}

struct edits {
	struct edit list[16];
	int count;
};

/* Only what is not so already. */
static void add(struct setup *s, struct edits *e, const char *section, const char *key,
    const char *value)
{
	TEXT(now, 1100);
	bool is_smarthost = strcmp(section, "smarthost") == 0;
	bool known = s->configured &&
	             config_value(&s->config, section, is_smarthost ? s->section : NULL, key, &now);
	if (known && strcmp(now.data, value) == 0)
		return;
	e->list[e->count++] = (struct edit){section, is_smarthost ? s->section : NULL, key, value};
}

static void add_login(struct setup *s, struct edits *e)
{
	if (s->login[0] == '\0')
		return;
	add(s, e, "smarthost", "login", s->login);
	if (s->command[0] != '\0')
		add(s, e, "smarthost", "password_command", s->command);
	else
		add(s, e, "smarthost", "password_file", s->secret);
	if (strcmp(s->tls, "encrypt") == 0)
		add(s, e, "smarthost", "auth_to_unverified_server", "yes");
}

bool write_config(struct setup *s)
{
	struct edits e = {.count = 0};
	struct diagnosis d = {0};
	char port[16];
	const struct server *server = s->server;
	snprintf(port, sizeof port, "%d", server->port);
	if (s->name[0] != '\0')
		add(s, &e, "host", "name", s->name);
	add(s, &e, "smarthost", "host", server->host);
	add(s, &e, "smarthost", "port", port);
	add(s, &e, "smarthost", "tls", s->tls);
	if (server->implicit && server->port != 465)
		add(s, &e, "smarthost", "implicit", "yes");
	if (s->ca_file[0] != '\0')
		add(s, &e, "smarthost", "tls_ca_file", s->ca_file);
	add_login(s, &e);
	if (s->own_sender) {
		add(s, &e, "sender", "envelope_from", s->address);
		add(s, &e, "sender", "header_from", s->address);
		add(s, &e, "sender", "keep_original", "reply-to");
	}
	if (e.count == 0) {
		setup_say(TR_LATER("settings"), TR("%s is as it should be"), s->path);
		return true;
	}
	if (!edit_apply(s->path, e.list, e.count, &d)) {
		complaint_say("relayconf", "%s", d.text);
		complaint_say("relayconf", "%s is unchanged", s->path);
		return false;
	}
	setup_say(TR_LATER("settings"), TR("%s has %d new line%s"), s->path, e.count,
	    e.count == 1 ? "" : "s");
	s->changed = true;
	return true;
}

/* The file as it was, and one line more. */
static bool append_alias(const char *path, const char *line)
{
	struct diagnosis d = {0};
	struct stat st = {.st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid()};
	struct buffer text = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 ? fstat(fd, &st) == 0 && fdio_slurp(fd, &text, ALIASES_LIMIT_BYTES)
	                    : errno == ENOENT;
	if (fd >= 0)
		close(fd);
	if (!done) {
		complaint_say("relayconf", "%s: %s", path, strerror(errno));
	} else {
		if (text.length > 0 && text.data[text.length - 1] != '\n')
			buffer_puts(&text, "\n");
		buffer_puts(&text, line);
		done = replace_file(&(struct replacement){.path = path,
		                        .mode = st.st_mode,
		                        .uid = st.st_uid,
		                        .gid = st.st_gid},
		    &text, &d);
		if (!done)
			complaint_say("relayconf", "%s", d.text);
	}
	buffer_free(&text);
	return done;
}

bool write_alias(struct setup *s)
{
	struct aliases *set = NULL;
	struct diagnosis d = {0};
	struct stat st;
	TEXT(line, 400);
	const char *path = s->config.aliases;
	if (s->root[0] == '\0')
		return true;
	bool read = aliases_read(&set, path, true, &d), has = read && aliases_has_name(set, "root");
	aliases_free(set);
	if (!read) {
		complaint_say("relayconf", "%s", d.text);
		return false;
	}
	if (has) {
		setup_say(TR_LATER("root"), TR("%s has an entry for root, which stays"), path);
		return true;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		setup_say(TR_LATER("root"), TR("%s is a folder: write into one of its files \"root: %s\""),
		    path, s->root);
		return true;
	}
	text_printf(&line, "root: %s\n", s->root);
	if (!append_alias(path, line.data))
		return false;
	setup_say(TR_LATER("root"), TR("mail for root goes to %s (%s)"), s->root, path);
	s->changed = true;
	return true;
}
