/* Rules about what is started by itself, what is heard of it, and local delivery. */
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "relayconf/findings.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define LOG_PATIENCE_MS 500

static bool is_there(const char *file)
{
	TEXT(path, 1100);
	struct stat st;
	check_path(&path, file);
	return lstat(path.data, &st) == 0;
}

/* The value of the last NAME=VALUE of a file, without its quotes; left alone when there is none. */
static void read_variable(const char *file, const char *name, char *value, size_t size)
{
	struct buffer text = {0};
	TEXT(path, 1100);
	size_t length = strlen(name);
	check_path(&path, file);
	bool read = fdio_slurp_at(AT_FDCWD, path.data, &text, 1 << 20);
	for (const char *line = read ? buffer_string(&text) : ""; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		line += strspn(line, " \t");
		if (strncmp(line, name, length) != 0 || line[length] != '=')
			continue;
		const char *at = line + length + 1;
		at += *at == '"' || *at == '\'';
		snprintf(value, size, "%.*s", (int)strcspn(at, "\"' \t\n;#"), at);
	}
	buffer_free(&text);
}

/* rc.conf(5): the last of these files that has it counts. */
static bool rc_says(const char *service, const char *name, const char *wanted)
{
	static const char *const files[] = {"/etc/defaults/rc.conf", "/etc/rc.conf",
	    "/etc/rc.conf.local"},
	                         *const folders[] = {"/etc", "/usr/local/etc"};
	char value[40] = "";
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		read_variable(files[i], name, value, sizeof value);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		TEXT(file, 300);
		text_printf(&file, "%s/rc.conf.d/%s", folders[i], service);
		read_variable(file.data, name, value, sizeof value);
	}
	if (strcmp(wanted, "YES") == 0 &&
	    (strcasecmp(value, "TRUE") == 0 || strcasecmp(value, "ON") == 0 || strcmp(value, "1") == 0))
		return true;
	return strcasecmp(value, wanted) == 0;
}

static void check_base_sendmail(struct check *c)
{
	static const char *const names[] = {"sendmail_enable", "sendmail_submit_enable",
	    "sendmail_outbound_enable", "sendmail_msp_queue_enable"};
	if (!is_there("/etc/rc.d/sendmail") || rc_says("sendmail", "sendmail_enable", "NONE"))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (rc_says("sendmail", names[i], "YES")) {
			finding(c, GRADE_NOTE,
			    "sysrc sendmail_enable=NONE; service sendmail onestop; then relayconf adopt, for "
			    "what lies in its queue",
			    "the base system's sendmail is started at boot too (%s=YES): what is given to it, "
			    "by port 25 of this machine, does not come here",
			    names[i]);
			return;
		}
	}
}

static bool is_one_there(const char *const *files)
{
	while (*files != NULL && !is_there(*files))
		files++;
	return *files != NULL;
}

/* systemd is there, whether it runs (as in an image it does not) or not; rc.subr(8) is
   FreeBSD's. */
static const char *const systemd[] = {"/run/systemd/system", "/usr/lib/systemd/systemd",
    "/lib/systemd/systemd", NULL};
static const char *const units[] = {"/usr/lib/systemd/system/firsthop.service",
    "/lib/systemd/system/firsthop.service", "/usr/local/lib/systemd/system/firsthop.service",
    "/etc/systemd/system/firsthop.service", NULL};
static const char *const scripts[] = {"/usr/local/etc/rc.d/firsthop", "/etc/rc.d/firsthop", NULL};
static const char *const init_scripts[] = {"/etc/init.d/firsthop", NULL};

/* A runner that was started by hand is gone after the next boot. */
static void check_start(struct check *c)
{
	bool script = is_one_there(scripts), rc = script || is_there("/etc/rc.subr");
	if (script && !rc_says("firsthop", "firsthop_enable", "YES"))
		finding(c, GRADE_PROBLEM, "sysrc firsthop_enable=YES; service firsthop start",
		    "rc.conf does not say firsthop_enable=YES: after the next boot no runner delivers "
		    "mail");
	else if (rc && !script)
		finding(c, GRADE_PROBLEM,
		    "gmake install-boot, as root, or the port; then sysrc firsthop_enable=YES; service "
		    "firsthop start",
		    "nothing starts firsthop: there is no rc.d script of that name; after the next boot no "
		    "runner delivers mail");
	if (rc)
		return;
	if (is_one_there(systemd) && !is_one_there(units))
		finding(c, GRADE_PROBLEM,
		    "make install-boot, as root; then systemctl enable --now firsthop",
		    "nothing starts firsthop: systemd has no unit firsthop.service; after the next boot no "
		    "runner delivers mail");
	else if (is_one_there(systemd) &&
	         !is_there("/etc/systemd/system/multi-user.target.wants/firsthop.service"))
		finding(c, GRADE_PROBLEM, "systemctl enable --now firsthop",
		    "the service firsthop is not enabled: after the next boot no runner delivers mail");
	else if (!is_one_there(systemd) && !is_one_there(init_scripts))
		finding(c, GRADE_NOTE,
		    "let init, or what starts this container, run \"sendmail -bd -q1m\" as root",
		    "it cannot be seen what starts firsthop after the next boot: neither systemd nor rc.d "
		    "is here");
}

void check_boot(struct check *c)
{
	struct stat st;
	TEXT(path, 1100);
	text_printf(&path, "%s/runner", paths_libexec());
	bool lent = stat(path.data, &st) == 0 && (st.st_mode & S_ISUID);
	if (check_is_elsewhere())
		return;
	if (!lent)
		check_start(c);
	check_base_sendmail(c);
}

/* What a log daemon does with its socket; nothing is sent. */
enum listener { LISTENER_READS, LISTENER_HANGS, LISTENER_GONE };

static enum listener look_at_listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct pollfd p = {.events = POLLOUT};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	p.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool refused = p.fd >= 0 && connect(p.fd, (struct sockaddr *)&address, sizeof address) != 0 &&
	               errno == ECONNREFUSED;
	bool hangs = p.fd >= 0 && !refused && poll(&p, 1, LOG_PATIENCE_MS) == 0;
	if (p.fd >= 0)
		close(p.fd);
	return refused ? LISTENER_GONE : hangs ? LISTENER_HANGS : LISTENER_READS;
}

void check_syslog(struct check *c)
{
	struct stat st;
	const char *own = paths_log(), *path = *own != '\0' ? own : _PATH_LOG;
	if (check_is_elsewhere() && *own == '\0')
		return;
	if (!is_there(path)) {
		finding(c, GRADE_NOTE, "start syslogd",
		    "nothing reads log lines at %s: what cron and PHP got as an answer, and why mail "
		    "waits, is in no log",
		    path);
		return;
	}
	enum listener listener =
	    stat(path, &st) == 0 && S_ISSOCK(st.st_mode) ? look_at_listener(path) : LISTENER_READS;
	if (listener == LISTENER_GONE)
		finding(c, GRADE_NOTE, "start the log daemon again",
		    "%s is there, and no log daemon reads it: log lines are lost", path);
	else if (listener == LISTENER_HANGS)
		finding(c, GRADE_PROBLEM, "restart the log daemon",
		    "the log daemon at %s does not read: log lines wait, and are lost in the end; mail "
		    "does not wait for it",
		    path);
}

void check_local(struct check *c)
{
	struct stat st;
	TEXT(path, 1100);
	text_printf(&path, "%s/mailbox", paths_libexec());
	if ((c->config->local_deliver != CONFIG_LOCAL_MBOX &&
	        c->config->local_deliver != CONFIG_LOCAL_MAILDIR) ||
	    paths_private())
		return;
	if (stat(path.data, &st) != 0)
		finding(c, GRADE_PROBLEM, COMPAT_MAKE " install",
		    "[local] deliver is set, and %s is missing", path.data);
	if (c->config->local_deliver == CONFIG_LOCAL_MBOX &&
	    (stat(paths_mail(), &st) != 0 || !S_ISDIR(st.st_mode)))
		finding(c, GRADE_PROBLEM, "make that folder (" COMPAT_MAIL_FOLDER ")",
		    "%s is no folder: mailboxes cannot be made", paths_mail());
}
