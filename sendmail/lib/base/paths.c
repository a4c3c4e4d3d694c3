/* Fixed places, and the variables that move them for a process without special rights. */
#include "base/paths.h"
#include "base/compat.h"
#include <stddef.h>

#ifndef FH_SPOOLDIR
#define FH_SPOOLDIR "/var/spool/firsthop"
#endif
#ifndef FH_CONFIG
#define FH_CONFIG "/usr/local/etc/firsthop/firsthop.conf"
#endif
#ifndef FH_LIBEXEC
#define FH_LIBEXEC "/usr/local/libexec/firsthop"
#endif
#ifndef FH_LANGUAGES
#define FH_LANGUAGES "/usr/local/share/firsthop/languages"
#endif
#ifndef FH_RUNDIR
#define FH_RUNDIR "/var/run/firsthop"
#endif

static const char *path(const char *variable, const char *fixed)
{
	const char *value = compat_getenv(variable);
	return value != NULL && value[0] == '/' ? value : fixed;
}

const char *paths_spool(void)
{
	return path("FIRSTHOP_SPOOL", FH_SPOOLDIR);
}

const char *paths_config(void)
{
	return path("FIRSTHOP_CONFIG", FH_CONFIG);
}

const char *paths_libexec(void)
{
	return path("FIRSTHOP_LIBEXEC", FH_LIBEXEC);
}

const char *paths_run(void)
{
	return path("FIRSTHOP_RUN", FH_RUNDIR);
}

const char *paths_languages(void)
{
	return path("FIRSTHOP_LANGUAGES", FH_LANGUAGES);
}

bool paths_private(void)
{
	const char *value = compat_getenv("FIRSTHOP_SPOOL");
	return value != NULL && value[0] == '/';
}

const char *paths_root(void)
{
	return paths_private() ? path("FIRSTHOP_ROOT", "") : "";
}

const char *paths_mail(void)
{
	return path("FIRSTHOP_MAIL", "/var/mail");
}

const char *paths_home(const char *home)
{
	return path("FIRSTHOP_HOME", home);
}

const char *paths_log(void)
{
	return path("FIRSTHOP_LOG", "");
}
