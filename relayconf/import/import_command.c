/* relayconf import: reads the settings of another mail program, and writes firsthop.conf. */
#include "relayconf/import/import.h"
#include "base/language.h"
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/accounts.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/output.h"
#include "config/config.h"
#include "config/replace.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define COMMENT_BYTES 180

static const struct program {
	const char *name;
	const char *places[6];
	bool (*read)(struct import *im, const char *path);
} programs[] = {
    {"dma", {"/etc/dma/dma.conf", "/usr/local/etc/dma/dma.conf", NULL}, import_dma},
    {"ssmtp", {"/etc/ssmtp/ssmtp.conf", "/usr/local/etc/ssmtp/ssmtp.conf", NULL}, import_ssmtp},
    {"msmtp", {"/etc/msmtprc", "/usr/local/etc/msmtprc", NULL}, import_msmtp},
    {"nullmailer", {"/etc/nullmailer", "/usr/local/etc/nullmailer", NULL}, import_nullmailer},
    {"sendmail", {"/etc/mail/sendmail.cf", NULL, NULL}, import_sendmail},
    {"postfix", {"/etc/postfix/main.cf", "/usr/local/etc/postfix/main.cf", NULL}, import_postfix},
    {"exim",
        {"/etc/exim4/exim4.conf", "/etc/exim4/update-exim4.conf.conf", "/etc/exim/exim.conf",
            "/usr/local/etc/exim/configure", NULL},
        import_exim},
    {"opensmtpd",
        {"/etc/smtpd.conf", "/etc/mail/smtpd.conf", "/usr/local/etc/mail/smtpd.conf",
            "/etc/smtpd/smtpd.conf", NULL},
        import_opensmtpd},
};
#define PROGRAMS (sizeof programs / sizeof programs[0])

static const char *place_of(const struct program *p, const char *root)
{
	char whole[2048];
	for (int i = 0; p->places[i] != NULL; i++) {
		snprintf(whole, sizeof whole, "%s%s", root, p->places[i]);
		if (access(whole, F_OK) == 0)
			return p->places[i];
	}
	return NULL;
}

static const struct program *find_program(const char *name)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	}
	static const char *const names[] = {"dma", "ssmtp", "msmtp", "nullmailer", "sendmail",
	    "postfix", "exim", "opensmtpd", NULL};
	TEXT(near, 60);
	nearest_ask(&near, nearest_of(name, names));
	complaint_say("relayconf",
	    "import knows dma, ssmtp, msmtp, nullmailer, sendmail, postfix, exim and "
	    "opensmtpd; not %.100s%s",
	    name, near.data);
	return NULL;
}

/* Where sendmail leads by a mailer.conf(5); false when the file does not say, or leads here
 * already. */
static bool read_mailer_conf(const char *root, const char *file, char *program, size_t size)
{
	char path[2048];
	struct buffer text = {0};
	bool found = false;
	snprintf(path, sizeof path, "%s%s", root, file);
	bool read = fdio_slurp_at(AT_FDCWD, path, &text, 1 << 16);
	for (const char *line = read ? buffer_string(&text) : ""; *line != '\0' && !found;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		line += strspn(line, " \t");
		size_t name = strcspn(line, " \t\n"), gap = strspn(line + name, " \t"),
		       length = strcspn(line + name + gap, " \t\n");
		found = name == 8 && strncmp(line, "sendmail", 8) == 0 && length > 0;
		if (found)
			snprintf(program, size, "%.*s", (int)length, line + name + gap);
	}
	buffer_free(&text);
	return found && strstr(program, "/firsthop/") == NULL;
}

/* True when a part of the path has that name. */
static bool has_part(const char *path, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = path; (at = strstr(at, name)) != NULL; at += length) {
		if (at > path && at[-1] == '/' && (at[length] == '/' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* Of several, the one that mailwrapper(8) calls, or called before firsthop came. */
static const struct program *ask_mailer_conf(const char *root)
{
	static const char *const files[] = {"/usr/local/etc/mail/mailer.conf",
	    "/usr/local/etc/mail/mailer.conf.before-firsthop", "/etc/mail/mailer.conf",
	    "/etc/mail/mailer.conf.before-firsthop"};
	char path[1024];
	const struct program *named = NULL;
	size_t at = 0;
	while (at < sizeof files / sizeof files[0] &&
	       !read_mailer_conf(root, files[at], path, sizeof path))
		at++;
	if (at == sizeof files / sizeof files[0])
		return NULL;
	/* Many have a program "sendmail" in a folder of theirs; and Postfix has it where sendmail's
	 * port has its own. */
	for (size_t i = 0; i < PROGRAMS; i++) {
		bool sendmail = strcmp(programs[i].name, "sendmail") == 0;
		if (has_part(path, programs[i].name) && place_of(&programs[i], root) != NULL &&
		    (named == NULL || !sendmail))
			named = &programs[i];
		if (strcmp(programs[i].name, "postfix") == 0 &&
		    strcmp(path, "/usr/local/sbin/sendmail") == 0 && place_of(&programs[i], root) != NULL)
			named = &programs[i];
	}
	if (named != NULL)
		complaint_say("relayconf",
		    "settings of several mail programs are here; %s names %s, so those of %s "
		    "are read",
		    files[at], path, named->name);
	return named;
}

/* The one program whose files are there; of several, the one that the system calls; else that is a
 * question that only the administrator can answer. */
static const struct program *guess_program(const char *root)
{
	const struct program *found = NULL;
	int count = 0;
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (place_of(&programs[i], root) != NULL) {
			found = &programs[i];
			count++;
		}
	}
	if (count > 1)
		found = ask_mailer_conf(root);
	if (count > 0 && found != NULL)
		return found;
	complaint_say("relayconf", "%s; say which: relayconf import PROGRAM [FILE]",
	    count == 0 ? TR("no settings of dma, ssmtp, msmtp, nullmailer, sendmail, postfix, exim or "
	                    "opensmtpd were found")
	               : TR("settings of several mail programs are here"));
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (place_of(&programs[i], root) != NULL)
			output_to(stderr, "  %-10s %s\n", programs[i].name, place_of(&programs[i], root));
	}
	return NULL;
}

static bool has_secret(const struct import *im, const char *smarthost)
{
	for (int i = 0; i < im->secret_count; i++) {
		if (strcmp(im->secrets[i].smarthost, smarthost) == 0)
			return true;
	}
	return false;
}

static void put_settings_of(const struct import *im, const char *section, const char *name,
    bool secrets_follow, struct buffer *out)
{
	buffer_printf(out, *name != '\0' ? "\n[%s %s]\n" : "\n[%s]\n", section, name);
	for (int i = 0; i < im->setting_count; i++) {
		const struct setting *s = &im->settings[i];
		if (strcmp(s->section, section) == 0 && strcmp(s->name, name) == 0)
			buffer_printf(out, "%s = %s\n", s->key, s->value);
	}
	bool known = has_secret(im, name), login = import_get(im, section, name, "login") != NULL;
	if (strcmp(section, "smarthost") == 0 &&
	    (known || (login && import_get(im, section, name, "password_command") == NULL)))
		buffer_printf(out, "%s%s%spassword_file = secret.%s\n", secrets_follow && known ? "" : "# ",
		    secrets_follow && known
		        ? ""
		        : TR("write the password into this file, mode 0640, group firsthop:"),
		    secrets_follow && known ? "" : "\n", name);
}

/* Each section once, in the order of the sample. */
static void put_sections(const struct import *im, bool secrets_follow, struct buffer *out)
{
	static const char *const order[] = {"host", "smarthost", "route", "fallback", "sender",
	    "rewrite", "queue", "bounce", "filter"};
	for (size_t o = 0; o < sizeof order / sizeof order[0]; o++) {
		for (int i = 0; i < im->setting_count; i++) {
			const struct setting *s = &im->settings[i];
			bool first = strcmp(s->section, order[o]) == 0;
			for (int k = 0; first && k < i; k++)
				first = strcmp(im->settings[k].section, s->section) != 0 ||
				        strcmp(im->settings[k].name, s->name) != 0;
			if (first)
				put_settings_of(im, s->section, s->name, secrets_follow, out);
		}
	}
}

/* The reader of firsthop.conf has a limit for comments, too. */
static void put_comment(const char *line, size_t length, struct buffer *out)
{
	const char *indent = "#   ";
	while (length > COMMENT_BYTES) {
		size_t n = COMMENT_BYTES;
		while (n > COMMENT_BYTES / 2 && line[n] != ' ')
			n--;
		/* Japanese has no blanks; nowhere within a character. */
		if (line[n] != ' ')
			n = COMMENT_BYTES;
		while (((unsigned char)line[n] & 0xc0) == 0x80)
			n--;
		buffer_printf(out, "%s%.*s\n", indent, (int)n, line);
		n += line[n] == ' ';
		line += n;
		length -= n;
		indent = "#     ";
	}
	buffer_printf(out, "%s%.*s\n", indent, (int)length, line);
}

static void put_comments(const char *lines, size_t length, struct buffer *out)
{
	while (length > 0) {
		const char *end = memchr(lines, '\n', length);
		size_t n = end != NULL ? (size_t)(end - lines) : length;
		put_comment(lines, n, out);
		length -= n + (end != NULL);
		lines += n + (end != NULL);
	}
}

static void put_file(const struct import *im, const char *program, bool secrets_follow,
    struct buffer *out)
{
	buffer_puts(out, "# ");
	buffer_printf(out, TR("firsthop.conf(5), made from the settings of %s in:"), program);
	buffer_puts(out, "\n");
	put_comments(im->sources.data, im->sources.length, out);
	put_sections(im, secrets_follow, out);
	if (im->notes.length > 0) {
		buffer_printf(out, "\n# %s\n",
		    TR("What was there and could not be carried over as it was, with its place and the "
		       "reason:"));
		put_comments(im->notes.data, im->notes.length, out);
	}
}

/* One that was there stays as FILE.old.  What others cannot read is for root and the runner. */
static bool write_file(const char *path, const struct buffer *text, mode_t mode)
{
	struct diagnosis d = {0};
	struct group *group = mode == 0640 ? getgrnam(ACCOUNT_OWNER) : NULL;
	struct replacement r = {.path = path,
	    .mode = mode,
	    .uid = group != NULL ? 0 : (uid_t)-1,
	    .gid = group != NULL ? group->gr_gid : (gid_t)-1,
	    .keep_old = true};
	bool done = replace_file(&r, text, &d);
	if (!done)
		complaint_say("relayconf", "%s cannot be written: %s", path, d.text);
	return done;
}

static bool write_secrets(const struct import *im, const char *path)
{
	bool done = true;
	const char *slash = strrchr(path, '/');
	for (int i = 0; done && i < im->secret_count; i++) {
		char name[1200];
		struct buffer line = {0};
		snprintf(name, sizeof name, "%.*ssecret.%s", slash != NULL ? (int)(slash - path + 1) : 0,
		    path, im->secrets[i].smarthost);
		buffer_printf(&line, "%s\n", im->secrets[i].password);
		done = write_file(name, &line, 0640);
		if (done)
			output_to(stdout, TR("%s has the password from %s\n"), name, im->secrets[i].origin);
		buffer_free(&line);
	}
	return done;
}

/* The maps that are named lie below the root now. */
static void put_rooted(const struct buffer *text, const char *root, struct buffer *out)
{
	static const char key[] = "\nfile = /";
	const char *at = text->data, *found;
	size_t left = text->length;
	while (*root != '\0' && (found = compat_find(at, left, key)) != NULL) {
		size_t n = (size_t)(found - at) + strlen(key) - 1;
		buffer_add(out, at, n);
		buffer_puts(out, root);
		at += n;
		left -= n;
	}
	buffer_add(out, at, left);
}

/* The code that will read it has the last word. */
static bool check_text(const struct buffer *text, const char *root)
{
	char path[] = "/tmp/firsthop-import-XXXXXX";
	struct config c;
	struct diagnosis d = {0};
	struct buffer rooted = {0};
	int fd = mkstemp(path);
	put_rooted(text, root, &rooted);
	bool good = fd >= 0 && fdio_write(fd, rooted.data, rooted.length) && config_read(&c, path, &d);
	buffer_free(&rooted);
	if (fd >= 0) {
		config_free(&c);
		close(fd);
		unlink(path);
	}
	if (!good)
		complaint_say("relayconf", "what came out needs a correction: %s",
		    text_starts(d.text, path) ? d.text + strlen(path) + 1 : d.text);
	return good;
}

/* A login that the other program gave to any server: here it is a verified one that gets it. */
static void note_logins(struct import *im, const char *path)
{
	for (int i = 0; i < im->setting_count; i++) {
		const struct setting *s = &im->settings[i];
		const char *tls =
		    strcmp(s->key, "login") == 0 ? import_get(im, s->section, s->name, "tls") : NULL;
		if (tls != NULL && (strcmp(tls, "encrypt") == 0 || strcmp(tls, "opportunistic") == 0) &&
		    import_get(im, s->section, s->name, "auth_without_tls") == NULL)
			import_note(im, path, 0, s->name,
			    "the password goes only to a server whose certificate can be verified, and mail "
			    "waits if it cannot; "
			    "see TLS in firsthop.conf(5), and try: relayconf probe");
	}
}

int command_import(const char *root, const char *output, const char *name, const char *path)
{
	struct import im = {.root = root};
	struct buffer text = {0};
	const struct program *program = name != NULL ? find_program(name) : guess_program(root);
	if (program == NULL)
		return EX_USAGE;
	if (path == NULL)
		path = place_of(program, root);
	if (path == NULL || !program->read(&im, path)) {
		complaint_say("relayconf", "%s: %s", path != NULL ? path : program->places[0],
		    path != NULL ? strerror(errno) : TR("not there; name the file"));
		import_free(&im);
		return EX_NOINPUT;
	}
	note_logins(&im, path);
	put_file(&im, program->name, output != NULL, &text);
	bool good = check_text(&text, root), written = true;
	if (output == NULL) {
		written = fwrite(text.data, 1, text.length, stdout) == text.length;
	} else if (good) {
		written = write_secrets(&im, output) && write_file(output, &text, 0644);
		if (written)
			output_to(stdout,
			    TR("%s is written; relayconf check and relayconf probe show whether it works\n"),
			    output);
	}
	import_free(&im);
	buffer_free(&text);
	return !written ? EX_CANTCREAT : good ? EX_OK : EX_CONFIG;
}
