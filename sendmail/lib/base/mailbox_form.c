/* Forms of mailboxes. */
#include "base/mailbox_form.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void mailbox_form_start(struct buffer *out, const char *sender, int64_t wall_s)
{
	char date[40] = "Thu Jan  1 00:00:00 1970";
	struct tm tm;
	time_t when = (time_t)wall_s;
	if (localtime_r(&when, &tm) != NULL)
		strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	bool plain = sender != NULL && *sender != '\0' && strpbrk(sender, " \t\r\n\"") == NULL;
	buffer_printf(out, "From %s %s\n", plain ? sender : "MAILER-DAEMON", date);
}

static void put_line(struct buffer *out, const char *line, size_t length)
{
	if (text_is_from_line(line, length))
		buffer_add(out, ">", 1);
	buffer_add(out, line, length);
}

size_t mailbox_form_lines(struct buffer *out, const char *text, size_t length, bool at_end)
{
	size_t used = 0;
	const char *eol;
	while (used < length && (eol = memchr(text + used, '\n', length - used)) != NULL) {
		size_t n = (size_t)(eol - text) - used + 1;
		put_line(out, text + used, n);
		used += n;
	}
	if (at_end && used < length) {
		put_line(out, text + used, length - used);
		buffer_add(out, "\n", 1);
		used = length;
	}
	return used;
}

void mailbox_form_file(char *name, size_t size)
{
	char host[100] = "localhost";
	gethostname(host, sizeof host - 1);
	for (char *at = host; *at != '\0'; at++)
		*at = *at == '/' || *at == ':' ? '_' : *at;
	/* In the order of delivery, also within a second. */
	int64_t now_us = clock_wall_us();
	snprintf(name, size, "%lld.M%06lldP%ldR%08lx.%.90s", (long long)(now_us / 1000000),
	    (long long)(now_us % 1000000), (long)getpid(), (unsigned long)compat_random(), host);
}
