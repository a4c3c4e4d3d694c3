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
		MUST(*address != '\0' && !text_has_control(address) &&
		     strlen(address) <= ADDRESS_LIMIT_BYTES);
	free(whole);
}

/* A usable address, read again, is itself, and good. */
static void see_again(void *context, const struct address *a)
{
	MUST(a->state == ADDRESS_GOOD && strcmp(a->text, context) == 0);
}

static void see(void *context, const struct address *a)
{
	int *usable = context;
	MUST(a->state == ADDRESS_GOOD ? *a->what == '\0'
	                              : a->state >= ADDRESS_GROUP || *a->what != '\0');
	if (a->state != ADDRESS_GOOD && a->state != ADDRESS_REPAIRED)
		return;
	++*usable;
	MUST(address_problem(*a->text == '\\' ? a->text + 1 : a->text) == NULL);
	char *copy = mem_copy(a->text);
	struct address_counts again =
	    address_read(copy, strlen(copy), ADDRESS_RECIPIENTS, see_again, copy);
	MUST(again.usable == 1 && again.bad == 0 && again.repaired == 0 && !again.untidy);
	free(copy);
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
	for (int use = ADDRESS_RECIPIENTS; use <= ADDRESS_AUTHORS; use++) {
		int usable = 0;
		struct address_counts counts =
		    address_read((const char *)bytes, length, (enum address_use)use, see, &usable);
		MUST(counts.usable == usable);
	}
	free(list);
	return 0;
}
