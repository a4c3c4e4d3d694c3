/* One pass over the text of the list: it is copied, and each address is looked at when its end is reached. */
#include "message/mailboxes.h"
#include "base/text.h"
#include "base/words.h"
#include "message/address.h"
#include "message/legal.h"
#include <stdlib.h>
#include <string.h>

struct editing {
	const char *at, *end;
	struct buffer *out;
	mailbox_edit *edit;
	void *context;
	size_t item;           /* offset in out where the text since the last comma begins */
	size_t start, behind;  /* of the address being read */
	bool in_angles, has_angle, in_group, any, changed;
	bool ascii, dropped;   /* dropped: the address at hand became a group, its brackets go */
};

/* Puts text in place of out[from..to). */
static void replace(struct editing *x, size_t from, size_t to, const char *text)
{
	struct buffer rest = {0};
	buffer_add(&rest, x->out->data + to, x->out->length - to);
	x->out->length = from;
	buffer_puts(x->out, text);
	buffer_add(x->out, rest.data, rest.length);
	buffer_free(&rest);
	x->changed = true;
}

/* The address without the blanks and comments that may stand within it ("a @ b"). */
static char *bare(const char *bytes, size_t length)
{
	char *copy = mem_alloc(length + 1);
	size_t n = 0;
	bool quoted = false;
	int depth = 0;
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		if (c == '\\' && quoted && i + 1 < length) {
			copy[n++] = c;
			c = bytes[++i];
		} else if (c == '"' && depth == 0) {
			quoted = !quoted;
		} else if (!quoted && (c == '(' || c == ')')) {
			depth += c == '(' ? 1 : -1;
			continue;
		} else if (depth > 0 || (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0'))) {
			continue;
		}
		copy[n++] = c;
	}
	copy[n] = '\0';
	return copy;
}

/* The address at hand, with its '<', becomes an empty group. */
static void put_group(struct editing *x, const char *address)
{
	struct buffer group = {0}, name = {0};
	size_t from = x->start;
	while (x->in_angles && from > x->item && x->out->data[from] != '<')
		from--;
	/* Blanks between encoded words vanish when they are shown: the one in front of the bracket stands in the word. */
	buffer_printf(&name, from > x->item + 1 ? " <%s>" : "%s", address);
	if (from > 0 && strchr(" \t\n", x->out->data[from - 1]) == NULL)
		buffer_puts(&group, " ");
	words_put(&group, buffer_string(&name), 30);
	buffer_puts(&group, " :;");
	replace(x, from, x->behind, buffer_string(&group));
	buffer_free(&name);
	buffer_free(&group);
	x->dropped = true;
}

static void end_address(struct editing *x)
{
	if (x->any) {
		char *address = bare(x->out->data + x->start, x->behind - x->start);
		char *fresh = x->edit != NULL && *address != '\0' ? x->edit(x->context, address) : NULL;
		const char *final = fresh != NULL ? fresh : address;
		if (x->ascii && !x->in_group && text_has_8bit(final, strlen(final)))
			put_group(x, final);
		else if (strcmp(final, address) != 0)
			replace(x, x->start, x->behind, final);
		free(fresh);
		free(address);
	}
	x->any = false;
}

/* A display name with raw 8-bit bytes, quoted or not, becomes encoded words. */
static void encode_name(struct editing *x)
{
	struct buffer name = {0};
	const char *text = x->out->data + x->item;
	size_t length = x->out->length - x->item;
	if (!text_has_8bit(text, length))
		return;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 1 < length)
			buffer_add(&name, text + ++i, 1);
		else if (text[i] != '"' && text[i] != '\n')
			buffer_add(&name, text + i, 1);
	}
	char *words = mem_copy(buffer_string(&name));
	char *trimmed = words + strspn(words, " \t");
	size_t n = strlen(trimmed);
	while (n > 0 && (trimmed[n - 1] == ' ' || trimmed[n - 1] == '\t'))
		trimmed[--n] = '\0';
	x->out->length = x->item;
	buffer_puts(x->out, " ");
	words_put(x->out, trimmed, 30);
	buffer_puts(x->out, " ");
	x->changed = true;
	free(words);
	buffer_free(&name);
}

/* Copies a comment or a quotation whole. */
static void copy_enclosed(struct editing *x, char close)
{
	int depth = 0;
	do {
		char byte = *x->at++;
		buffer_add(x->out, &byte, 1);
		if (byte == '\\' && x->at < x->end) {
			buffer_add(x->out, x->at++, 1);
			continue;
		}
		if (close == ')')
			depth += (byte == '(') - (byte == ')');
		else
			depth += byte == '"' ? (depth == 0 ? 1 : -1) : 0;
	} while (depth > 0 && x->at < x->end);
}

static void copy_comment(struct editing *x)
{
	size_t from = x->out->length;
	copy_enclosed(x, ')');
	if (x->out->length < from + 2 || !text_has_8bit(x->out->data + from, x->out->length - from))
		return;
	char *text = mem_copy_n(x->out->data + from + 1, x->out->length - from - 2);
	x->out->length = from + 1;
	words_put(x->out, text, 30);
	buffer_puts(x->out, ")");
	x->changed = true;
	free(text);
}

/* One byte of an address or a name. */
static void copy_plain(struct editing *x)
{
	char byte = *x->at;
	buffer_add(x->out, x->at++, 1);
	if ((x->has_angle && !x->in_angles) || strchr(" \t\n\r", byte) != NULL)
		return;
	if (!x->any)
		x->start = x->out->length - 1;
	x->any = true;
	x->behind = x->out->length;
}

static void take_plain(struct editing *x, char byte)
{
	bool counts = !x->has_angle || x->in_angles;
	if (byte == '\\' && x->at + 1 < x->end) {
		copy_plain(x);
		copy_plain(x);
		return;
	}
	if (byte == '"') {
		size_t from = x->out->length;
		copy_enclosed(x, '"');
		if (counts && !x->any)
			x->start = from;
		if (counts) {
			x->any = true;
			x->behind = x->out->length;
		}
		return;
	}
	copy_plain(x);
}

/* Within user@[IPv6:...]. */
static bool in_literal(const struct editing *x)
{
	for (size_t i = x->out->length; x->any && i > x->start + 1 && x->out->data[i - 1] != ']'; i--) {
		if (x->out->data[i - 1] == '[' && x->out->data[i - 2] == '@')
			return true;
	}
	return false;
}

/* Within the obsolete route "@a,@b:user@host" (RFC 5321 appendix C): its commas end no address. */
static bool in_route(const struct editing *x)
{
	return x->any && !x->has_angle && x->out->data[x->start] == '@' && x->at + 1 < x->end && x->at[1] == '@';
}

static void take_one(struct editing *x)
{
	char byte = *x->at;
	if (byte == '(') {
		copy_comment(x);
		return;
	}
	if (byte == '<') {
		encode_name(x);
		x->in_angles = x->has_angle = true;
		x->any = false;
	} else if (byte == '>') {
		end_address(x);
		x->in_angles = false;
		if (x->dropped) {
			x->dropped = false;
			x->at++;
			return;
		}
	} else if (byte == ',' && in_route(x)) {
		take_plain(x, byte);
		return;
	} else if ((byte == ',' || byte == ';') && !x->in_angles) {
		end_address(x);
		x->has_angle = x->dropped = false;
		x->in_group = x->in_group && byte == ',';
	} else if (byte == ':' && in_literal(x)) {
		take_plain(x, byte);
		return;
	} else if (byte == ':' && x->in_angles) {
		x->any = false; /* behind an obsolete route */
	} else if (byte == ':') {
		x->any = x->has_angle = false;
		x->in_group = true;
	} else {
		take_plain(x, byte);
		return;
	}
	buffer_add(x->out, x->at++, 1);
	if (!x->in_angles)
		x->item = x->out->length;
}

static void ignore_address(void *context, const char *address)
{
	bool *utf8 = context;
	*utf8 = *utf8 || text_has_8bit(address, strlen(address));
}

static int count_addresses(const struct header_field *f, bool *utf8)
{
	char problem[100];
	char *value = header_value(f);
	int count = address_list(value, ignore_address, utf8, problem, sizeof problem);
	free(value);
	return count;
}

bool mailboxes_need_utf8(const struct header_field *f)
{
	bool utf8 = false;
	return text_has_8bit(f->value, f->length - (size_t)(f->value - f->start)) && count_addresses(f, &utf8) > 0 && utf8;
}

bool mailboxes_put(const struct header_field *f, mailbox_edit *edit, void *context, bool ascii, struct buffer *out)
{
	bool ignored = false;
	if (count_addresses(f, &ignored) <= 0) {
		legal_put_field(f, out);
		return false;
	}
	size_t from = out->length;
	struct editing x = {.at = f->value, .end = f->start + f->length, .out = out, .edit = edit, .context = context, .ascii = ascii};
	buffer_add(out, f->start, (size_t)(f->value - f->start));
	x.item = out->length;
	while (x.at < x.end)
		take_one(&x);
	end_address(&x);
	legal_fold(out, from, x.changed);
	return x.changed;
}
