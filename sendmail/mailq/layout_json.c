/* JSON Lines: the keys of postqueue -j first, then our own. */
#include "base/words.h"
#include "mailq/layout.h"
#include <string.h>

/* A string; bytes that are not UTF-8 are taken as ISO-8859-1, so that the line is always valid. */
static void put_string(FILE *out, const char *value)
{
	bool utf8 = words_is_utf8(value, strlen(value));
	fputc('"', out);
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void put_pair(FILE *out, const char *key, const char *value)
{
	fprintf(out, ", \"%s\": ", key);
	put_string(out, value);
}

static void put_rcpt(FILE *out, const struct listing *l, const struct row *r, const struct row_rcpt *rcpt)
{
	const struct health *h = list_health(l, r, rcpt);
	const struct diagnosis *d = rcpt->why.verdict == VERDICT_NONE && h != NULL ? &h->why : &rcpt->why;
	TEXT(reason, 1600);
	list_reason(l, r, rcpt, &reason);
	fputs("{\"orig_address\": \"\"", out);
	put_pair(out, "address", rcpt->address);
	put_pair(out, "delay_reason", reason.data);
	put_pair(out, "stage", stage_name(d->stage));
	put_pair(out, "key", d->key);
	put_pair(out, "fault", fault_name(d->fault));
	put_pair(out, "hop", d->hop);
	put_pair(out, "peer_name", d->peer_name);
	put_pair(out, "peer_address", d->peer_address);
	fprintf(out, ", \"port\": %u, \"reply_code\": %u", d->port, d->reply_code);
	put_pair(out, "status", d->status);
	fputs("}", out);
}

static void put_row(FILE *out, const struct listing *l, const struct row *r)
{
	const struct health *h = list_health(l, r, NULL);
	fprintf(out, "{\"queue_name\": \"%s\"", r->held ? "hold" : r->in_drop ? "maildrop" : r->attempts > 0 ? "deferred" : "incoming");
	put_pair(out, "queue_id", r->id);
	fprintf(out, ", \"arrival_time\": %lld, \"message_size\": %lld, \"forced_expire\": false", (long long)r->arrival_s, (long long)r->bytes);
	put_pair(out, "sender", r->sender);
	fputs(", \"recipients\": [", out);
	for (int i = 0; i < r->rcpt_count; i++) {
		fputs(i ? ", " : "", out);
		put_rcpt(out, l, r, &r->rcpts[i]);
	}
	fprintf(out, "], \"attempts\": %d, \"next_attempt_time\": %lld, \"uid\": %lld", r->attempts,
	        (long long)(r->next_s != 0 ? r->next_s : h != NULL ? h->next_s : 0), (long long)r->uid);
	put_pair(out, "login", r->login);
	if (r->problem[0] != '\0')
		put_pair(out, "problem", r->problem);
	fputs("}\n", out);
}

void layout_json(FILE *out, const struct listing *l)
{
	for (int i = 0; i < l->count; i++)
		put_row(out, l, &l->rows[i]);
}
