/* -d.  Its number chooses nothing: there is little to say, and all of it helps. */
#include "submit/debug.h"
#include "base/paths.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(const char *name, const char *value)
{
	TEXT(safe, 500);
	text_escape(&safe, value, strlen(value));
	fprintf(stderr, "sendmail: %-10s %s\n", name, safe.data);
}

static const char *mode_words(enum mode mode)
{
	static const char *const words[] = {"accept a message", "SMTP (-bs)", "list the queue (-bp)",
	    "count the queue (-bP)", "list identifiers (-bpi)", "verify addresses (-bv)",
	    "test addresses (-bt)", "check aliases (-bi)", "a pass over the queue (-q)",
	    "start the runner (-bd)", "the runner in the foreground (-bD)", "version", "check (-bV)",
	    "help", "hoststat (-bh)", "purgestat (-bH)", "droplist"};
	return words[mode];
}

static void put_caller(const struct caller *c)
{
	TEXT(words, 400);
	text_printf(&words, "uid %lu (%s), group %lu; %s; parent program %s", (unsigned long)getuid(),
	    c->login, (unsigned long)getgid(),
	    c->set_id ? "the set-group-id right is in effect" : "no set-group-id right is in effect",
	    c->program[0] != '\0' ? c->program : "not known");
	put("caller", words.data);
}

static void put_message_options(const struct options *o)
{
	TEXT(words, 400);
	text_printf(&words, "error mode %c%s%s%s%s%s%s%s", o->error_mode,
	    o->extract ? ", recipients from the header" : "",
	    o->ignore_dots ? ", a dot is text" : ", a line with a dot ends it",
	    o->no_alias ? ", no aliases" : "", o->queue_only ? ", only queued" : "",
	    o->wait ? ", waits for the first attempt" : "", *o->notify ? ", notify " : "", o->notify);
	put("message", words.data);
	put("sender", !o->sender_given     ? "the login name"
	              : *o->sender == '\0' ? "<> (the null sender)"
	                                   : o->sender);
}

void debug_print(const struct options *o, const struct caller *c)
{
	put("version", "firsthop " FH_VERSION);
	put("spool", paths_spool());
	put("programs", paths_libexec());
	put("config", paths_config());
	put("socket in", paths_run());
	put_caller(c);
	put("does", mode_words(o->mode));
	if (o->mode == MODE_SUBMIT || o->mode == MODE_SMTP)
		put_message_options(o);
	for (int i = 0; i < o->recipient_count; i++)
		put("argument", o->recipients[i]);
}
