/* Base64. */
#include "base/base64.h"
#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buffer *to, const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t v = (uint32_t)in[i] << 16;
		if (left > 1)
			v |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			v |= in[i + 2];
		char out[4] = {letters[v >> 18], letters[v >> 12 & 63],
		    left > 1 ? letters[v >> 6 & 63] : '=', left > 2 ? letters[v & 63] : '='};
		buffer_add(to, out, 4);
	}
}

static int letter_value(char c)
{
	const char *at = c == '\0' ? NULL : strchr(letters, c);
	return at == NULL ? -1 : (int)(at - letters);
}

bool base64_decode(struct buffer *to, const char *string, size_t length)
{
	if (length % 4 != 0)
		return false;
	for (size_t i = 0; i < length; i += 4) {
		bool last = i + 4 == length;
		int pad =
		    last ? (string[i + 3] == '=') + (string[i + 3] == '=' && string[i + 2] == '=') : 0;
		uint32_t v = 0;
		for (int k = 0; k < 4; k++) {
			int value = k >= 4 - pad ? 0 : letter_value(string[i + (size_t)k]);
			if (value < 0)
				return false;
			v = v << 6 | (uint32_t)value;
		}
		char out[3] = {(char)(v >> 16), (char)(v >> 8 & 255), (char)(v & 255)};
		buffer_add(to, out, (size_t)(3 - pad));
	}
	return true;
}

void base64_decode_mail(struct buffer *to, const char *bytes, size_t length)
{
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < length; i++) {
		int value = letter_value(bytes[i] == '-' ? '+' : bytes[i] == '_' ? '/' : bytes[i]);
		/* Padding ends a group; some programs join encoded pieces. */
		if (bytes[i] == '=')
			have = 0;
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			char c = (char)(bits >> have & 0xff);
			buffer_add(to, &c, 1);
		}
	}
}
