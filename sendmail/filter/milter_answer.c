/* The answers of a milter. */
#include "filter/milter_answer.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define BODY_BYTES (64u << 20)
#define SHOWN 150 /* bytes of what a milter says that are shown */

static enum milter_next wrong(struct milter *m, const char *what)
{
	verdict_raise(m->opinion, FILTER_EXIT_FAILED, "%s", what);
	return MILTER_ENDS;
}

enum milter_next milter_agree(struct milter *m, const struct milter_packet *p)
{
	uint32_t version, actions, steps;
	size_t at = 0;
	if (p->command != SMFIC_OPTNEG || !milter_wire_take_number(p, &at, &version) ||
	    !milter_wire_take_number(p, &at, &actions) || !milter_wire_take_number(p, &at, &steps))
		return wrong(m, "what answers there is no milter");
	if (version < MILTER_VERSION_LEAST || version > MILTER_VERSION_MOST) {
		verdict_raise(m->opinion, FILTER_EXIT_FAILED,
		    "the milter speaks version %u of the protocol; known are 2 to 6", (unsigned)version);
		return MILTER_ENDS;
	}
	if ((steps & ~(uint32_t)SMFIP_OFFERED) != 0 || (actions & ~SMFIF_ALL) != 0) {
		verdict_raise(m->opinion, FILTER_EXIT_FAILED,
		    "the milter wants more than was offered (actions 0x%x, steps 0x%x)", (unsigned)actions,
		    (unsigned)steps);
		return MILTER_ENDS;
	}
	m->version = version;
	m->steps = steps;
	m->edits.verbatim = (steps & SMFIP_HDR_LEADSPC) != 0;
	if (m->probing)
		verdict_note(m->opinion, "a milter (version %u)", (unsigned)version);
	return m->probing ? MILTER_ENDS : MILTER_GOES_ON;
}

/* --- changes --------------------------------------------------------------------------------- */

static bool may_change(struct milter *m, const char *what)
{
	if (m->opinion->filter->changes)
		return true;
	if (m->opinion->notes[0] == '\0')
		verdict_note(m->opinion, "it wanted to change the %s (changes = no)", what);
	return false;
}

static enum milter_next change_header(struct milter *m, const struct milter_packet *p)
{
	uint32_t index = 0;
	const char *name, *value, *problem;
	size_t at = 0;
	if ((p->command != SMFIR_ADDHEADER && !milter_wire_take_number(p, &at, &index)) ||
	    !milter_wire_take_string(p, &at, &name) || !milter_wire_take_string(p, &at, &value))
		return wrong(m, "the milter's change of a header field is cut short");
	if (!may_change(m, "header"))
		return MILTER_WAITS;
	if (!m->edited)
		edits_begin(&m->edits, m->header, m->header_length);
	m->edited = true;
	problem = p->command == SMFIR_ADDHEADER   ? edits_add(&m->edits, name, value)
	          : p->command == SMFIR_INSHEADER ? edits_insert(&m->edits, index, name, value)
	                                          : edits_change(&m->edits, index, name, value);
	return problem != NULL ? wrong(m, problem) : MILTER_WAITS;
}

static enum milter_next replace_body(struct milter *m, const struct milter_packet *p)
{
	if (!may_change(m, "body"))
		return MILTER_WAITS;
	if (m->body.length + p->length > BODY_BYTES)
		return wrong(m, "the milter's new body has more than 64 MiB");
	buffer_add(&m->body, p->data, p->length);
	m->body_new = true;
	return MILTER_WAITS;
}

/* With or without its <>. */
static bool is_address(const char *said, const char *address)
{
	size_t open = *said == '<', length = strlen(said),
	       close = length > 1 && said[length - 1] == '>';
	char *bare = mem_copy_n(said + open, length > open + close ? length - open - close : 0);
	bool same = text_equal_ci(bare, address);
	free(bare);
	return same;
}

static bool is_recipient(const struct milter *m, const char *said)
{
	const char *rcpt;
	size_t at = 0;
	while ((rcpt = orders_recipient(m->orders, &at)) != NULL) {
		if (is_address(said, rcpt))
			return true;
	}
	return false;
}

/* The envelope stays as it is: what was wanted is said, unless it is so. */
static enum milter_next change_envelope(struct milter *m, const struct milter_packet *p)
{
	const char *address;
	size_t at = 0;
	if (!milter_wire_take_string(p, &at, &address))
		return wrong(m, "the milter's change of the envelope is cut short");
	if (p->command == SMFIR_CHGFROM ? is_address(address, m->orders->sender)
	                                : is_recipient(m, address) == (p->command != SMFIR_DELRCPT))
		return MILTER_WAITS;
	if (p->command == SMFIR_DELRCPT)
		verdict_word(m->opinion, "delrcpt", "%.*s should not get it (delrcpt)", SHOWN, address);
	else if (p->command == SMFIR_CHGFROM)
		verdict_word(m->opinion, "chgfrom", "the sender should be %.*s, and is not (chgfrom)",
		    SHOWN, address);
	else
		verdict_word(m->opinion, "addrcpt", "%.*s should get it, too, and does not (addrcpt)",
		    SHOWN, address);
	return MILTER_WAITS;
}

static enum milter_next quarantine(struct milter *m, const struct milter_packet *p)
{
	const char *reason;
	size_t at = 0;
	if (!milter_wire_take_string(p, &at, &reason))
		return wrong(m, "the milter's reason for the quarantine is cut short");
	verdict_word(m->opinion, "quarantine", "%.*s", SHOWN, *reason != '\0' ? reason : "quarantine");
	return MILTER_WAITS;
}

/* --- verdicts -------------------------------------------------------------------------------- */

/* One recipient of several that is refused: nobody else's mail is returned for that. */
static void reject(struct milter *m, const char *words)
{
	size_t first = 0, second = 0;
	orders_recipient(m->orders, &first);
	second = first;
	if (m->stage == MILTER_RCPT && orders_recipient(m->orders, &second) != NULL)
		verdict_raise(m->opinion, FILTER_EXIT_HOLD, "%.*s: %s", SHOWN, m->rcpt, words);
	else
		verdict_word(m->opinion, "reject", "%s", words);
}

/* "550-5.7.1 one<CR><LF>550 5.7.1 two" becomes "550 5.7.1 one two": the code that each line has is
   there once.  A % comes as %%, as smfi_setreply(3) has it. */
static void join_reply(const char *text, struct text *words)
{
	size_t code = 3 + strspn(text + 3, "- "), status = strspn(text + code, "0123456789.");
	text_put_n(words, text, 3);
	text_char(words, ' ');
	for (text += code; *text != '\0';) {
		size_t plain = strcspn(text, "%\r\n");
		text_put_n(words, text, plain);
		text += plain;
		if (*text == '%') {
			text_char(words, '%');
			text += 1 + (text[1] == '%');
		} else if (*text != '\0') {
			text += strspn(text, "\r\n");
			size_t again = strspn(text, "0123456789") == 3 ? 3 + strspn(text + 3, "- ") : 0;
			again += again > 0 && status > 0 ? strspn(text + again, "0123456789.") : 0;
			text += again + strspn(text + again, " ");
			text_put(words, *text != '\0' ? " " : "");
		}
	}
}

/* "550 5.7.1 words" */
static enum milter_next reply(struct milter *m, const struct milter_packet *p)
{
	const char *text;
	size_t at = 0;
	TEXT(words, 2 * SHOWN);
	if (!milter_wire_take_string(p, &at, &text) || (*text != '4' && *text != '5') ||
	    strspn(text, "0123456789") != 3)
		return wrong(m, "the milter's reply has no code that begins with 4 or 5");
	join_reply(text, &words);
	if (*text == '4')
		verdict_raise(m->opinion, FILTER_EXIT_LATER, "%s", words.data);
	else
		reject(m, words.data);
	return MILTER_ENDS;
}

static enum milter_next decide(struct milter *m, const struct milter_packet *p)
{
	switch (p->command) {
	case SMFIR_ACCEPT: return MILTER_ENDS;
	case SMFIR_CONTINUE: return m->stage == MILTER_END ? MILTER_ENDS : MILTER_GOES_ON;
	case SMFIR_PROGRESS: return MILTER_WAITS;
	case SMFIR_REJECT: reject(m, "the milter rejects it"); return MILTER_ENDS;
	case SMFIR_DISCARD:
		verdict_word(m->opinion, "discard", "the milter wants it discarded");
		return MILTER_ENDS;
	case SMFIR_TEMPFAIL:
	case SMFIR_SHUTDOWN:
	case SMFIR_CONN_FAIL:
		verdict_raise(m->opinion, FILTER_EXIT_LATER, "the milter puts it off");
		return MILTER_ENDS;
	case SMFIR_REPLYCODE: return reply(m, p);
	case SMFIR_SKIP:
		return m->stage == MILTER_BODY ? MILTER_SKIPS
		                               : wrong(m, "the milter skips where there is no body");
	default: return wrong(m, "the milter gives an answer that has no place here");
	}
}

enum milter_next milter_answer(struct milter *m, const struct milter_packet *p)
{
	if (m->stage != MILTER_END)
		return decide(m, p);
	switch (p->command) {
	case SMFIR_ADDHEADER:
	case SMFIR_INSHEADER:
	case SMFIR_CHGHEADER: return change_header(m, p);
	case SMFIR_REPLBODY: return replace_body(m, p);
	case SMFIR_ADDRCPT:
	case SMFIR_ADDRCPT_PAR:
	case SMFIR_DELRCPT:
	case SMFIR_CHGFROM: return change_envelope(m, p);
	case SMFIR_QUARANTINE: return quarantine(m, p);
	default: return decide(m, p);
	}
}
