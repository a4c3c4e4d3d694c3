/* objects: filter */
/* libs: -linih -lidn2 */
/* What a milter and spamd answer, in pieces, while they are asked about a message; what they make
   of its header; and where one is, as it is configured. */
#include "base/header.h"
#include "config/filter_socket.h"
#include "filter/milter.h"
#include "filter/spamd.h"
#include "tests/fuzz/fuzz.h"

static const char header[] = "Received: by us\nSubject: folded\n twice\nX-Gone: yes\nFrom: a@b\n";

static void check_opinion(const struct opinion *o)
{
	MUST(!text_has_control(o->words) && !text_has_control(o->notes));
	MUST(o->exit == FILTER_EXIT_PASS || o->exit == FILTER_EXIT_MESSAGE || o->words[0] != '\0');
}

/* Whatever was added: a block of fields, with a line end each. */
static void check_header(const struct milter *m)
{
	struct buffer out = {0};
	size_t skip = 0, body_at = 0;
	if (!m->edited)
		return;
	edits_write(&m->edits, &out);
	buffer_puts(&out, "\n");
	MUST(header_block(out.data, out.length, &skip, &body_at) == out.length - 1 && skip == 0);
	buffer_free(&out);
}

/* how: the size of the pieces, and whether the body ends early. */
static void milter(const uint8_t *bytes, size_t length, uint8_t how)
{
	static char recipients[] = "a@example.org\0b@example.org";
	struct filter f = {.changes = (how & 1) != 0, .timeout_s = 60};
	struct filter_orders orders = {.sender = "s@example.org", .id = "1.1"};
	struct opinion o = {.filter = &f};
	struct milter m = {.orders = &orders,
	    .hostname = "mon1",
	    .header = header,
	    .header_length = sizeof header - 1,
	    .opinion = &o};
	orders.recipients =
	    (struct buffer){.data = recipients, .length = how & 2 ? 14 : sizeof recipients};
	size_t at = 0, piece = how & 4 ? 1 : (how >> 3) * 7u + 1;
	int bodies = 0;
	milter_begin(&m);
	while (m.stage != MILTER_DONE) {
		m.out.length = 0;
		MUST(m.waits != m.wants_body);
		if (m.wants_body) {
			milter_body(&m, "one\r\ntwo\n", bodies++ < 3 ? 9 : 0);
		} else if (at == length) {
			milter_ended(&m, "");
		} else {
			size_t n = piece < length - at ? piece : length - at;
			milter_receive(&m, (const char *)bytes + at, n);
			at += n;
		}
	}
	check_opinion(&o);
	check_header(&m);
	milter_free(&m);
}

static void spamd(const uint8_t *bytes, size_t length, bool changes)
{
	struct filter f = {.changes = changes, .timeout_s = 60, .max_size_kb = 500};
	struct opinion o = {.filter = &f}, ping = {.filter = &f};
	struct buffer answer = {0}, changed = {0};
	buffer_add(&answer, bytes, length);
	spamd_understand(&answer, &o, &changed);
	spamd_understand_pong(&answer, &ping);
	check_opinion(&o);
	MUST(changed.length <= length && (changed.length == 0 || o.exit == FILTER_EXIT_MESSAGE));
	buffer_free(&answer);
	buffer_free(&changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *value = fuzz_string(bytes, length);
	struct filter_socket place;
	TEXT(problem, 400);
	if (filter_socket_read(value, &place, &problem))
		MUST((place.path[0] == '/') != (place.port > 0 && place.address[0] != '\0'));
	else
		MUST(problem.length > 0);
	free(value);
	if (length > 0)
		milter(bytes + 1, length - 1, bytes[0]);
	spamd(bytes, length, false);
	spamd(bytes, length, true);
	return 0;
}
