/* What this machine is called. */
#include "base/language.h"
#include "message/address.h"
#include "relayconf/setup/prompt.h"
#include "relayconf/setup/setup.h"
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static bool is_full_name(const char *name)
{
	const char *dot = strchr(name, '.');
	return setup_fits(name, sizeof((struct setup *)0)->name) && dot != NULL && dot != name &&
	       dot[1] != '\0' && strstr(name, "..") == NULL;
}

/* A machine without a full name: servers refuse what it calls itself. */
int machine_find_name(struct setup *s)
{
	TEXT(preset, 400);
	const char *given = s->wish->name;
	if (given == NULL && strchr(s->config.name, '.') != NULL &&
	    !text_starts_ci(s->config.name, "localhost."))
		return EX_OK;
	/* "localhost" is the name of every machine. */
	if (s->config.name[0] != '\0' && !text_equal_ci(s->config.name, "localhost") &&
	    !text_starts_ci(s->config.name, "localhost."))
		text_printf(&preset, "%s.%s", s->config.name, address_domain(s->address));
	if (given == NULL && preset.length == 0 && !s->asks)
		return setup_fail(EX_USAGE,
		    TR("this machine has no name of its own: give it one with --name mon1.example.org"));
	char *answer = given != NULL ? mem_copy(given)
	               : s->asks     ? ask_line(TR("The full name of this machine"),
                                   preset.length > 0 ? preset.data : NULL)
	                             : mem_copy(preset.data);
	if (answer == NULL)
		return setup_fail_unanswered();
	bool good = is_full_name(answer);
	if (good)
		text_copy(s->name, sizeof s->name, answer);
	int code = good ? EX_OK
	                : setup_fail(EX_USAGE, TR("the name of a machine has a dot: mon1.example.org"));
	free(answer);
	return code;
}
