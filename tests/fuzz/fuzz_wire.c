/* What leaves over the wire, whatever was stored: CR and LF only together, one end, and that at the
 * end. */
#include "message/wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct wire w;
	struct buffer out = {0};
	size_t piece = length > 0 ? (size_t)bytes[0] + 1 : 1;
	wire_start(&w);
	for (size_t at = 0; at < length; at += piece)
		wire_put(&w, (const char *)bytes + at, length - at < piece ? length - at : piece, &out);
	wire_end(&w, &out);
	for (size_t i = 0, column = 0; i < out.length; i++) {
		MUST(out.data[i] != '\n' || (i > 0 && out.data[i - 1] == '\r'));
		MUST(out.data[i] != '\r' || (i + 1 < out.length && out.data[i + 1] == '\n'));
		column = out.data[i] == '\n' ? 0 : column + 1;
		MUST(column <= 1000);
	}
	const char *buffer = buffer_string(&out);
	MUST(out.length >= 3 && memcmp(buffer + out.length - 3, ".\r\n", 3) == 0);
	for (size_t i = 0; i + 5 <= out.length; i++)
		MUST(memcmp(buffer + i, "\r\n.\r\n", 5) != 0 || i + 5 == out.length);
	MUST(out.length == 3 || memcmp(buffer, ".\r\n", 3) != 0);
	buffer_free(&out);
	return 0;
}
