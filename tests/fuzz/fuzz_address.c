/* objects: sendmail/message/address sendmail/base/text sendmail/base/mem sendmail/base/diag sendmail/base/fields sendmail/base/clock sendmail/base/dates sendmail/base/fdio sendmail/base/compat */
/* Addresses of header fields and of the envelope. */
#include "message/address.h"
#include "tests/fuzz/fuzz.h"

static void found(void *context, const char *address)
{
	int *count = context;
	char *whole = address_qualify(address, "example.org");
	++*count;
	/* What passes as an envelope address cannot break out of a command. */
	if (address_problem(address) == NULL)
		MUST(*address != '\0' && !text_has_control(address) && strlen(address) <= ADDRESS_LIMIT_BYTES);
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char problem[200];
	int seen = 0;
	char *list = fuzz_string(bytes, length);
	int count = address_list(list, found, &seen, problem, sizeof problem);
	MUST(count < 0 || count == seen);
	if (address_problem(list) == NULL)
		MUST(!text_has_control(list));
	free(list);
	return 0;
}
