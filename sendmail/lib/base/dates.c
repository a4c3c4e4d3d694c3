/* Times as people and RFC 5322 write them.  Names of days and months are fixed, whatever the
 * locale. */
#include "base/clock.h"
#include "base/language.h"
#include <stdlib.h>

static const char day_names[] = "SunMonTueWedThuFriSat";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void clock_put_iso(struct text *t, int64_t wall_s)
{
	struct tm tm;
	time_t when = (time_t)wall_s;
	if (gmtime_r(&when, &tm) == NULL) {
		text_printf(t, "@%lld", (long long)wall_s);
		return;
	}
	text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void clock_put_local(struct text *t, int64_t wall_s)
{
	struct tm tm;
	time_t when = (time_t)wall_s;
	if (localtime_r(&when, &tm) == NULL) {
		text_put(t, "?");
		return;
	}
	text_printf(t, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void clock_put_rfc5322(struct text *t, int64_t wall_s)
{
	struct tm tm;
	time_t when = (time_t)wall_s;
	if (localtime_r(&when, &tm) == NULL)
		return;
	long offset_min = tm.tm_gmtoff / 60;
	text_printf(t, "%.3s, %d %.3s %d %02d:%02d:%02d %c%02ld%02ld", day_names + 3 * tm.tm_wday,
	    tm.tm_mday, month_names + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, offset_min < 0 ? '-' : '+', labs(offset_min) / 60, labs(offset_min) % 60);
}

void clock_put_span(struct text *t, int64_t span_s)
{
	if (span_s < 0)
		span_s = 0;
	long long s = span_s;
	if (s < 90)
		text_printf(t, TR("%lld s"), s);
	else if (s < 3600)
		text_printf(t, TR("%lld min"), s / 60);
	else if (s < 86400 && s % 3600 / 60 == 0)
		text_printf(t, TR("%lld h"), s / 3600);
	else if (s < 86400)
		text_printf(t, TR("%lld h %lld min"), s / 3600, s % 3600 / 60);
	else if (s % 86400 / 3600 == 0)
		text_printf(t, TR("%lld d"), s / 86400);
	else
		text_printf(t, TR("%lld d %lld h"), s / 86400, s % 86400 / 3600);
}
