/* Making and taking packets. */
#include "filter/milter_wire.h"
#include <string.h>

static void store(char *to, uint32_t number)
{
	to[0] = (char)(number >> 24);
	to[1] = (char)(number >> 16);
	to[2] = (char)(number >> 8);
	to[3] = (char)number;
}

static uint32_t load(const char *from)
{
	const unsigned char *b = (const unsigned char *)from;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

size_t milter_wire_begin(struct buffer *out, char command)
{
	size_t begun = out->length;
	buffer_add(out, "\0\0\0\0", 4);
	buffer_add(out, &command, 1);
	return begun;
}

void milter_wire_string(struct buffer *out, const char *string)
{
	buffer_add(out, string, strlen(string) + 1);
}

void milter_wire_number(struct buffer *out, uint32_t number)
{
	char bytes[4];
	store(bytes, number);
	buffer_add(out, bytes, sizeof bytes);
}

void milter_wire_end(struct buffer *out, size_t begun)
{
	store(out->data + begun, (uint32_t)(out->length - begun - 4));
}

enum milter_wire_state milter_wire_take(const char *bytes, size_t length, struct milter_packet *p,
    size_t *used)
{
	if (length < 4)
		return MILTER_WIRE_PART;
	uint32_t whole = load(bytes);
	if (whole < 1 || whole > MILTER_PACKET_BYTES)
		return MILTER_WIRE_WRONG;
	if (length - 4 < whole)
		return MILTER_WIRE_PART;
	*p = (struct milter_packet){.command = bytes[4], .data = bytes + 5, .length = whole - 1};
	*used = 4 + (size_t)whole;
	return MILTER_WIRE_WHOLE;
}

bool milter_wire_take_number(const struct milter_packet *p, size_t *at, uint32_t *number)
{
	if (p->length - *at < 4)
		return false;
	*number = load(p->data + *at);
	*at += 4;
	return true;
}

bool milter_wire_take_string(const struct milter_packet *p, size_t *at, const char **string)
{
	const char *end = *at < p->length ? memchr(p->data + *at, '\0', p->length - *at) : NULL;
	if (end == NULL)
		return false;
	*string = p->data + *at;
	*at = (size_t)(end - p->data) + 1;
	return true;
}
