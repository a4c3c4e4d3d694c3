/* A day in bars. */
#include "mailq/past.h"
#include "base/complaint.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/language.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/text.h"
#include "mailq/maillog.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum { SENT, DEFERRED, FAILED, VERDICTS };
static const char *const names[] = {"sent", "deferred", "failed"}; /* as in the log */
#define HOURS 25 /* a day on which the clock is put back has so many */

struct day {
	int64_t from_s;
	int hours;
	long long counts[HOURS][VERDICTS];
};

static void count(void *context, const struct maillog_line *line)
{
	struct day *d = context;
	char verdict[20];
	if (line->when_s < d->from_s || line->when_s >= d->from_s + (int64_t)d->hours * 3600 ||
	    !fields_get(line->text, "verdict", verdict, sizeof verdict))
		return;
	for (int i = 0; i < VERDICTS; i++)
		d->counts[(line->when_s - d->from_s) / 3600][i] += strcmp(verdict, names[i]) == 0;
}

/* Midnight of a day in local time, and its hours; false: that is no day. */
static bool read_day(const char *words, struct day *d)
{
	time_t now = (time_t)clock_wall_s();
	struct tm tm, next;
	int year, month, day, n = 0;
	if (words == NULL) {
		d->from_s = now - now % 3600 - 23 * 3600;
		d->hours = 24;
		return true;
	}
	if (localtime_r(&now, &tm) == NULL)
		return false;
	if (sscanf(words, "%4d-%2d-%2d%n", &year, &month, &day, &n) == 3 && words[n] == '\0') {
		/* mktime() would make another day of 2026-02-30. */
		static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		if (month < 1 || month > 12 || day < 1 || day > longest[month - 1] ||
		    (month == 2 && day == 29 && !leap))
			return false;
		tm.tm_year = year - 1900;
		tm.tm_mon = month - 1;
		tm.tm_mday = day;
	} else if (strcmp(words, "yesterday") == 0) {
		tm.tm_mday--;
	} else if (strcmp(words, "today") != 0) {
		return false;
	}
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	next = tm;
	next.tm_mday++;
	d->from_s = mktime(&tm);
	int64_t hours = (mktime(&next) - d->from_s) / 3600;
	d->hours = hours > HOURS ? HOURS : (int)hours;
	return d->from_s > 0 && d->hours > 0;
}

/* One bar of three parts: colours on a screen that has them, else letters. */
static void put_bar(const long long counts[VERDICTS], long long most, int width)
{
	static const enum terminal_paint paints[] = {PAINT_GREEN, PAINT_YELLOW, PAINT_RED};
	static const char letters[] = "#=!";
	for (int i = 0; i < VERDICTS; i++) {
		TEXT(part, 400);
		long long n = most > 0 ? counts[i] * width / most : 0;
		for (n = n == 0 && counts[i] > 0 ? 1 : n; n > 0; n--)
			text_char(&part, letters[i]);
		terminal_put(stdout, paints[i], part.data);
	}
	output_to(stdout, "\n");
}

#define HOUR_COLUMNS 7

/* Words above the right end of a column of numbers, or as near as those before let them be; the
   column after them. */
static int put_above(int column, const char *words, int end)
{
	int own = terminal_columns(words, strlen(words)), blanks = end - column - own;
	output_to(stdout, "%*s%s", blanks > 1 ? blanks : 1, "", words);
	return column + own + (blanks > 1 ? blanks : 1);
}

/* The legend has a line of its own on a narrow screen. */
static void put_head(int screen)
{
	TEXT(legend, 100);
	text_printf(&legend, "# %s  = %s  ! %s", TR(names[SENT]), TR(names[DEFERRED]),
	    TR(names[FAILED]));
	if (screen > 0 && screen < 60)
		output_to(stdout, "%s\n", legend.data);
	int column = terminal_put_label(stdout, TR("hour"), HOUR_COLUMNS - 1);
	column = put_above(column, TR(names[SENT]), HOUR_COLUMNS + 6);
	column = put_above(column, TR(names[DEFERRED]), HOUR_COLUMNS + 15);
	put_above(column, TR(names[FAILED]), HOUR_COLUMNS + 22);
	output_to(stdout, "%s%s\n", screen > 0 && screen < 60 ? "" : "  ",
	    screen > 0 && screen < 60 ? "" : legend.data);
}

static void put(const struct day *d)
{
	long long most = 0, sums[VERDICTS] = {0};
	int screen = terminal_width(stdout), width = screen == 0 || screen > 76 ? 44 : screen - 32;
	width = width < 8 ? 8 : width;
	for (int h = 0; h < d->hours; h++) {
		long long sum = 0;
		for (int i = 0; i < VERDICTS; i++) {
			sum += d->counts[h][i];
			sums[i] += d->counts[h][i];
		}
		most = sum > most ? sum : most;
	}
	put_head(screen);
	for (int h = 0; h < d->hours; h++) {
		TEXT(date, 40);
		clock_put_local(&date, d->from_s + (int64_t)h * 3600);
		output_to(stdout, "%.5s  %6lld %8lld %6lld  ", date.length > 15 ? date.data + 11 : "?",
		    d->counts[h][SENT], d->counts[h][DEFERRED], d->counts[h][FAILED]);
		put_bar(d->counts[h], most, width);
	}
	terminal_put_label(stdout, TR("all"), HOUR_COLUMNS);
	output_to(stdout, "%6lld %8lld %6lld\n", sums[SENT], sums[DEFERRED], sums[FAILED]);
}

int past_day(const char *file, const char *day)
{
	static struct day d;
	static const char *const days[] = {"today", "yesterday", NULL};
	TEXT(near, 40);
	if (!read_day(day, &d)) {
		nearest_ask(&near, nearest_of(day, days));
		complaint_say("mailq",
		    "day needs today, yesterday or a date such as 2026-11-30, not %.40s%s", day, near.data);
		return EX_USAGE;
	}
	if (maillog_each(file, d.from_s, count, &d) == 0)
		return EX_NOINPUT;
	put(&d);
	return EX_OK;
}
