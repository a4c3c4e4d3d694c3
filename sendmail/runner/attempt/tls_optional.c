/* TLS-Required: No. */
#include "runner/attempt/tls_optional.h"
#include "base/fdio.h"
#include "base/header.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_LIMIT_BYTES 65536

bool tls_optional_asked(const struct message *m)
{
	struct header_field f;
	size_t skip, body_at;
	if (envelope_has_flag(&m->envelope, "requiretls"))
		return false;
	char *bytes = mem_alloc(HEADER_LIMIT_BYTES);
	ssize_t n = fdio_read_at(m->fd, bytes, HEADER_LIMIT_BYTES, m->envelope.message_at);
	size_t length = n > 0 ? header_block(bytes, (size_t)n, &skip, &body_at) : 0;
	bool asked = false;
	if (length > 0 && header_find(bytes + skip, length, "TLS-Required", &f)) {
		char *value = header_value(&f);
		asked = text_equal_ci(value, "no");
		free(value);
	}
	free(bytes);
	return asked;
}

void tls_optional_note(const struct config *c, struct message *m)
{
	m->tls_optional = c->direct_dane == SMARTHOST_DANE_OPPORTUNISTIC && tls_optional_asked(m);
}

void tls_optional_apply(const struct message *m, struct paths_of *p)
{
	for (int i = 0; i < p->count && m->tls_optional; i++) {
		size_t length = strlen(p->paths[i]);
		if (*p->paths[i] == '@')
			text_copy(p->paths[i] + length, RULES_PATH_SIZE - length, SMARTHOST_TLS_OPTIONAL);
	}
}
