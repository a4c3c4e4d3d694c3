/* The certificates of the server's authority: the user firsthop, as whom delivery works, has to
   read them.  What only root can read is copied beside the configuration. */
#include "base/fdio.h"
#include "base/language.h"
#include "base/output.h"
#include "config/replace.h"
#include "relayconf/findings.h"
#include "relayconf/setup/prompt.h"
#include "relayconf/setup/setup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define LIMIT_BYTES (4u << 20)

/* As a shell understands it.  A link stays one: renewed certificates are behind links. */
static bool make_absolute(const char *given, char *to, size_t size)
{
	char folder[1024];
	TEXT(path, 2100);
	if (*given != '/' && getcwd(folder, sizeof folder) == NULL)
		return false;
	text_printf(&path, "%s%s%s", *given != '/' ? folder : "", *given != '/' ? "/" : "", given);
	return text_copy(to, size, path.data);
}

static bool has_certificate(struct buffer *text)
{
	return strstr(buffer_string(text), "-----BEGIN CERTIFICATE-----") != NULL ||
	       strstr(buffer_string(text), "-----BEGIN TRUSTED CERTIFICATE-----") != NULL;
}

static int read_file(struct setup *s, const char *given)
{
	struct stat st;
	int fd = open(s->ca, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	errno = fd >= 0 ? 0 : errno;
	s->authorities.length = 0;
	bool good = fd >= 0 && fstat(fd, &st) == 0;
	if (good && S_ISDIR(st.st_mode))
		errno = EISDIR;
	good = good && S_ISREG(st.st_mode) && fdio_slurp(fd, &s->authorities, LIMIT_BYTES);
	int saved = errno != 0 ? errno : EINVAL;
	if (fd >= 0)
		close(fd);
	if (!good)
		return setup_fail(EX_NOINPUT, TR("%.200s cannot be read: %s"), given, strerror(saved));
	if (!has_certificate(&s->authorities))
		return setup_fail(EX_DATAERR,
		    TR("%.200s has no certificate in PEM form (it begins with "
		       "-----BEGIN CERTIFICATE-----)"),
		    given);
	return EX_OK;
}

static bool put(const char *path, const struct buffer *text, bool keep_old, struct diagnosis *d)
{
	bool root = geteuid() == 0;
	return replace_file(&(struct replacement){.path = path,
	                        .mode = 0644,
	                        .uid = root ? 0 : (uid_t)-1,
	                        .gid = root ? 0 : (gid_t)-1,
	                        .keep_old = keep_old},
	    text, d);
}

/* A copy beside the configuration, under a name that is not its last until the server was tried. */
static int copy(struct setup *s, const char *given)
{
	struct diagnosis d = {0};
	TEXT(question, 2600);
	const char *slash = strrchr(s->path, '/');
	snprintf(s->ca_place, sizeof s->ca_place, "%.*sca.pem",
	    slash != NULL ? (int)(slash - s->path) + 1 : 0, s->path);
	text_printf(&question,
	    TR("The user firsthop, as whom mail is delivered, cannot read %s. Copy it to %s?"), s->ca,
	    s->ca_place);
	if (s->asks && !ask_yes(question.data, true))
		return setup_fail(EX_NOINPUT,
		    TR("the user firsthop cannot read %.200s; put it where it can: install -m 0644 %.200s "
		       "%.200s"),
		    given, s->ca, s->ca_place);
	if (!put(s->ca_new, &s->authorities, false, &d))
		return setup_fail(EX_CANTCREAT, "%s", d.text);
	s->ca_file = s->ca_new;
	return EX_OK;
}

int authorities_use(struct setup *s, const char *given)
{
	if (*given == '\0' || !make_absolute(given, s->ca, sizeof s->ca))
		return setup_fail(EX_USAGE, TR("%.200s is no name of a file"), given);
	int code = read_file(s, given);
	if (code != EX_OK)
		return code;
	s->ca_file = s->ca;
	s->ca_place[0] = '\0';
	return check_open_as_runner(s->ca) > 0 ? copy(s, given) : EX_OK;
}

int authorities_find(struct setup *s)
{
	return s->wish->ca_file != NULL ? authorities_use(s, s->wish->ca_file) : EX_OK;
}

bool authorities_ask(struct setup *s)
{
	while (s->ca_file[0] == '\0') {
		char *answer = ask_line(TR("File with the certificate of its authority (empty: none)"), "");
		bool given = answer != NULL && *answer != '\0';
		if (given && authorities_use(s, answer) != EX_OK)
			s->ca_file = "";
		free(answer);
		if (!given)
			return false;
		if (s->ca_file[0] != '\0')
			return true;
	}
	return false;
}

bool write_authorities(struct setup *s)
{
	struct diagnosis d = {0};
	struct buffer there = {0};
	if (s->ca_place[0] == '\0')
		return true;
	bool same = fdio_slurp_at(AT_FDCWD, s->ca_place, &there, LIMIT_BYTES) &&
	            there.length == s->authorities.length &&
	            memcmp(there.data, s->authorities.data, there.length) == 0;
	buffer_free(&there);
	if (!same && !put(s->ca_place, &s->authorities, true, &d)) {
		setup_fail(EX_CANTCREAT, "%s", d.text);
		return false;
	}
	if (!same)
		setup_say(TR_LATER("settings"), TR("%s is copied to %s, which the user firsthop can read"),
		    s->ca, s->ca_place);
	s->ca_file = s->ca_place;
	s->changed = s->changed || !same;
	return true;
}
