/* What a milter is sent, in its order, and when it is waited for. */
#include "filter/milter.h"
#include "base/header.h"
#include "filter/milter_answer.h"
#include <stdio.h>
#include <string.h>

#define PACKETS_MAX 200000 /* of a milter that never comes to an end */

void milter_begin(struct milter *m)
{
	size_t begun = milter_wire_begin(&m->out, SMFIC_OPTNEG);
	milter_wire_number(&m->out, MILTER_VERSION_MOST);
	milter_wire_number(&m->out, SMFIF_ALL);
	milter_wire_number(&m->out, SMFIP_OFFERED);
	milter_wire_end(&m->out, begun);
	m->waits = true;
}

static void finish(struct milter *m)
{
	milter_wire_end(&m->out, milter_wire_begin(&m->out, SMFIC_QUIT));
	m->stage = MILTER_DONE;
	m->waits = m->wants_body = false;
}

/* --- macros ------------------------------------------------------------------------------------
 */

static void put_macros(struct milter *m, char command, const char *const pairs[])
{
	size_t begun = milter_wire_begin(&m->out, SMFIC_MACRO);
	buffer_add(&m->out, &command, 1);
	for (int i = 0; pairs[i] != NULL; i++)
		milter_wire_string(&m->out, pairs[i]);
	milter_wire_end(&m->out, begun);
}

static void put_id(struct milter *m, char command)
{
	put_macros(m, command, (const char *const[]){"i", m->orders->id, NULL});
}

/* An address and its domain. */
static void put_address_macros(struct milter *m, char command, const char *what,
    const char *address)
{
	char names[2][20];
	const char *at = strrchr(address, '@');
	snprintf(names[0], sizeof names[0], "{%s_addr}", what);
	snprintf(names[1], sizeof names[1], "{%s_host}", what);
	put_macros(m, command,
	    (const char *const[]){"i", m->orders->id, names[0], address, names[1],
	        at != NULL ? at + 1 : "", NULL});
}

/* --- commands ----------------------------------------------------------------------------------
 */

static void put_connect(struct milter *m)
{
	static const char version[] = "firsthop " FH_VERSION;
	put_macros(m, SMFIC_CONNECT,
	    (const char *const[]){"j", m->hostname, "{daemon_name}", m->hostname, "v", version, "_",
	        "localhost [127.0.0.1]", "{client_addr}", "127.0.0.1", "{client_name}", "localhost",
	        "{client_port}", "0", NULL});
	size_t begun = milter_wire_begin(&m->out, SMFIC_CONNECT);
	milter_wire_string(&m->out, "localhost");
	buffer_add(&m->out, "4\0\0", 3); /* IPv4, port 0 */
	milter_wire_string(&m->out, "127.0.0.1");
	milter_wire_end(&m->out, begun);
}

static void put_one(struct milter *m, char command, const char *string)
{
	size_t begun = milter_wire_begin(&m->out, command);
	if (string != NULL)
		milter_wire_string(&m->out, string);
	milter_wire_end(&m->out, begun);
}

static void put_path(struct milter *m, char command, const char *address)
{
	size_t begun = milter_wire_begin(&m->out, command);
	buffer_puts(&m->out, "<");
	buffer_puts(&m->out, address);
	milter_wire_string(&m->out, ">");
	milter_wire_end(&m->out, begun);
}

/* The value as it is, folded with LF, without the blank after the colon unless asked for. */
static void put_field(struct milter *m, const struct header_field *f)
{
	const char *value = f->value, *end = f->start + f->length;
	size_t begun = milter_wire_begin(&m->out, SMFIC_HEADER);
	buffer_add(&m->out, f->start, f->name_length);
	milter_wire_string(&m->out, "");
	if ((m->steps & SMFIP_HDR_LEADSPC) == 0 && value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	buffer_add(&m->out, value, (size_t)(end - value));
	milter_wire_string(&m->out, "");
	milter_wire_end(&m->out, begun);
}

/* --- one after the other -----------------------------------------------------------------------
 */

/* Something was sent at this stage; unless it stays silent there, the milter answers. */
static void sent(struct milter *m, uint32_t silent)
{
	m->waits = (m->steps & silent) == 0;
}

/* The stages without a repetition: true when something was sent. */
static bool send_once(struct milter *m, uint32_t unwanted, uint32_t silent,
    void (*put)(struct milter *))
{
	if ((m->steps & unwanted) != 0)
		return false;
	put(m);
	sent(m, silent);
	return true;
}

static void put_helo(struct milter *m)
{
	put_one(m, SMFIC_HELO, m->hostname);
}

static void put_mail(struct milter *m)
{
	put_address_macros(m, SMFIC_MAIL, "mail", m->orders->sender);
	put_path(m, SMFIC_MAIL, m->orders->sender);
}

static void put_data(struct milter *m)
{
	put_id(m, SMFIC_DATA);
	put_one(m, SMFIC_DATA, NULL);
}

static void put_eoh(struct milter *m)
{
	put_id(m, SMFIC_EOH);
	put_one(m, SMFIC_EOH, NULL);
}

/* False: there is no further one. */
static bool send_rcpt(struct milter *m)
{
	if ((m->steps & SMFIP_NORCPT) != 0 ||
	    (m->rcpt = orders_recipient(m->orders, &m->rcpt_at)) == NULL)
		return false;
	put_address_macros(m, SMFIC_RCPT, "rcpt", m->rcpt);
	put_path(m, SMFIC_RCPT, m->rcpt);
	sent(m, SMFIP_NR_RCPT);
	return true;
}

static bool send_field(struct milter *m)
{
	struct header_field f;
	if ((m->steps & SMFIP_NOHDRS) != 0 ||
	    !header_next(m->header, m->header_length, &m->field_at, &f))
		return false;
	put_field(m, &f);
	sent(m, SMFIP_NR_HDR);
	return true;
}

static void send_end(struct milter *m)
{
	put_id(m, SMFIC_BODYEOB);
	put_one(m, SMFIC_BODYEOB, NULL);
	m->waits = true;
}

/* True: this stage has more to send. */
static bool send_next(struct milter *m)
{
	switch (m->stage) {
	case MILTER_CONNECT: send_once(m, SMFIP_NOCONNECT, SMFIP_NR_CONN, put_connect); return false;
	case MILTER_HELO: send_once(m, SMFIP_NOHELO, SMFIP_NR_HELO, put_helo); return false;
	case MILTER_MAIL: send_once(m, SMFIP_NOMAIL, SMFIP_NR_MAIL, put_mail); return false;
	case MILTER_RCPT: return send_rcpt(m);
	case MILTER_DATA:
		if (m->version >= 4)
			send_once(m, SMFIP_NODATA, SMFIP_NR_DATA, put_data);
		return false;
	case MILTER_HEADER: return send_field(m);
	case MILTER_EOH: send_once(m, SMFIP_NOEOH, SMFIP_NR_EOH, put_eoh); return false;
	case MILTER_BODY: m->wants_body = (m->steps & SMFIP_NOBODY) == 0; return m->wants_body;
	case MILTER_END: send_end(m); return true;
	default: return true;
	}
}

static void advance(struct milter *m)
{
	while (!m->waits && !m->wants_body && m->stage != MILTER_DONE) {
		if (!send_next(m) && !m->waits)
			m->stage++;
	}
}

/* The stages that are sent piece by piece go on where they are. */
static void go_on(struct milter *m)
{
	bool pieces = m->stage == MILTER_RCPT || m->stage == MILTER_HEADER || m->stage == MILTER_BODY;
	m->waits = false;
	if (!pieces)
		m->stage++;
	advance(m);
}

static void take(struct milter *m, const struct milter_packet *p)
{
	enum milter_next next = m->stage == MILTER_OPTIONS ? milter_agree(m, p) : milter_answer(m, p);
	if (++m->packets > PACKETS_MAX) {
		verdict_raise(m->opinion, FILTER_EXIT_FAILED, "the milter does not come to an end");
		next = MILTER_ENDS;
	}
	switch (next) {
	case MILTER_WAITS: break;
	case MILTER_GOES_ON:
		/* One that said that it stays silent here. */
		if (m->waits)
			go_on(m);
		break;
	case MILTER_SKIPS:
		m->stage = MILTER_END;
		m->waits = m->wants_body = false;
		advance(m);
		break;
	case MILTER_ENDS: finish(m); break;
	}
}

void milter_receive(struct milter *m, const char *bytes, size_t length)
{
	struct milter_packet p;
	size_t at = 0, used = 0;
	enum milter_wire_state state = MILTER_WIRE_PART;
	buffer_add(&m->in, bytes, length);
	while (m->stage != MILTER_DONE && (state = milter_wire_take(m->in.data + at, m->in.length - at,
	                                       &p, &used)) == MILTER_WIRE_WHOLE) {
		at += used;
		take(m, &p);
	}
	buffer_drop(&m->in, at);
	if (state == MILTER_WIRE_WRONG && m->stage != MILTER_DONE) {
		verdict_raise(m->opinion, FILTER_EXIT_FAILED, "what answers there is no milter");
		finish(m);
	}
}

static void put_body(struct milter *m, const char *bytes, size_t length)
{
	size_t begun = milter_wire_begin(&m->out, SMFIC_BODY);
	for (size_t at = 0; at < length;) {
		const char *lf = memchr(bytes + at, '\n', length - at);
		size_t n = lf != NULL ? (size_t)(lf - bytes) - at : length - at;
		buffer_add(&m->out, bytes + at, n);
		m->body_cr = n > 0 ? bytes[at + n - 1] == '\r' : m->body_cr;
		if (lf != NULL) {
			buffer_puts(&m->out, m->body_cr ? "\n" : "\r\n");
			m->body_cr = false;
		}
		at += n + (lf != NULL);
	}
	milter_wire_end(&m->out, begun);
}

void milter_body(struct milter *m, const char *bytes, size_t length)
{
	m->wants_body = false;
	if (length > 0) {
		put_body(m, bytes, length);
		sent(m, SMFIP_NR_BODY);
	} else {
		m->stage = MILTER_END;
	}
	advance(m);
}

void milter_ended(struct milter *m, const char *why)
{
	static const char *const places[] = {"before it said what it wants", "after the connection",
	    "after HELO", "after MAIL", "after RCPT", "after DATA", "in the header",
	    "at the end of the header", "in the body", "at the end of the message", ""};
	if (m->stage == MILTER_DONE)
		return;
	verdict_raise(m->opinion, FILTER_EXIT_FAILED, "the milter closed the connection %s%s%s",
	    places[m->stage], *why != '\0' ? ": " : "", why);
	m->stage = MILTER_DONE;
	m->waits = m->wants_body = false;
}

void milter_free(struct milter *m)
{
	edits_free(&m->edits);
	buffer_free(&m->in);
	buffer_free(&m->out);
	buffer_free(&m->body);
}
