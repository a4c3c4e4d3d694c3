/* The words of delivery status notifications.  Pure: bytes in, bytes out. */
#include "message/dsn.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool dsn_notify_ok(const char *list)
{
	static const char *const kinds[] = {"success", "failure", "delay"};
	unsigned seen = 0;
	if (text_equal_ci(list, "never"))
		return true;
	for (;; list++) {
		size_t n = strcspn(list, ","), i = 0;
		while (i < 3 && !(strlen(kinds[i]) == n && strncasecmp(list, kinds[i], n) == 0))
			i++;
		if (i == 3 || (seen & 1u << i) != 0)
			return false;
		seen |= 1u << i;
		list += n;
		if (*list == '\0')
			return true;
	}
}

bool dsn_wants(const char *notify, const char *kind)
{
	if (*notify == '\0')
		return strcmp(kind, "SUCCESS") != 0;
	return text_find_ci(notify, kind) != NULL;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	                              : -1;
}

bool dsn_xtext_decode(char *value)
{
	char *to = value;
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
		if (*value != '+') {
			*to++ = *value;
			continue;
		}
		int high = hex_digit(value[1]), low = high < 0 ? -1 : hex_digit(value[2]);
		if (low < 0)
			return false;
		*to++ = (char)(16 * high + low);
		value += 2;
		if (to[-1] == '\0' || (unsigned char)to[-1] < ' ' || to[-1] == 0x7f)
			return false;
	}
	*to = '\0';
	return true;
}

void dsn_put_xtext(struct buffer *out, const char *value)
{
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;
		if (c <= 0x20 || c >= 0x7f || c == '+' || c == '=')
			buffer_printf(out, "+%02X", c);
		else
			buffer_add(out, value, 1);
	}
}

static bool is_utf8_type(const char *orcpt)
{
	return text_starts_ci(orcpt, "utf-8;");
}

bool dsn_orcpt_ok(const char *value)
{
	size_t type = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	size_t length = strlen(value);
	if (type == 0 || value[type] != ';' || length == type + 1 || length > DSN_ORCPT_MAX ||
	    (!is_utf8_type(value) && !text_is_ascii(value)))
		return false;
	/* A blank would begin another parameter. */
	char *copy = mem_copy(value + type + 1);
	bool good = strpbrk(copy, " =") == NULL && dsn_xtext_decode(copy);
	free(copy);
	return good;
}

/* The code point at *value, which moves past it; a byte that is no UTF-8 counts for itself. */
static unsigned long next_point(const char **value)
{
	const unsigned char *at = (const unsigned char *)*value;
	int more = *at >= 0xf0 && *at < 0xf5 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc2 ? 1 : 0;
	unsigned long point = more == 0 ? *at : *at & (0x3fu >> more);
	for (int i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			*value += 1;
			return *at;
		}
		point = point << 6 | (at[i] & 0x3f);
	}
	*value += more + 1;
	return point;
}

/* Characters beyond ASCII, control characters, and those of specials, as \x{HEX}. */
static void put_embedded(struct buffer *out, const char *value, const char *specials)
{
	while (*value != '\0') {
		const char *at = value;
		unsigned long point = next_point(&value);
		if (point < 0x20 || point >= 0x7f || strchr(specials, (int)point) != NULL)
			buffer_printf(out, "\\x{%lX}", point);
		else
			buffer_add(out, at, 1);
	}
}

char *dsn_orcpt_of(const char *address)
{
	struct buffer out = {0};
	if (text_is_ascii(address)) {
		buffer_puts(&out, "rfc822;");
		dsn_put_xtext(&out, address);
	} else {
		buffer_puts(&out, "utf-8;");
		put_embedded(&out, address, " +=\\");
	}
	char *orcpt = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return orcpt;
}

void dsn_put_orcpt(struct buffer *out, const char *orcpt)
{
	put_embedded(out, orcpt, "");
}

void dsn_put_original(struct buffer *out, const char *orcpt)
{
	const char *value = strchr(orcpt, ';');
	if (value == NULL)
		return;
	char *plain = mem_copy(value + 1);
	if (!is_utf8_type(orcpt))
		dsn_xtext_decode(plain);
	buffer_add(out, orcpt, (size_t)(value - orcpt));
	buffer_puts(out, "; ");
	put_embedded(out, plain, "");
	free(plain);
}

void dsn_put_final(struct buffer *out, const char *address)
{
	char *orcpt = dsn_orcpt_of(address);
	dsn_put_original(out, orcpt);
	free(orcpt);
}
