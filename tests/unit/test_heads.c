/* mqueue/heads: a copy is given for the very file that it was made of, and damage gives none. */
#include "base/fdio.h"
#include "spool/heads.h"
#include "tests/unit/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT 3

static char folder[] = "/tmp/firsthop-heads-XXXXXX";
static int folder_fd;
static const char *const ids[COUNT] = {"00000002.00000001", "00000001.0000000f",
    "00000003.abcdef01"};

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	return folder_fd < 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(folder_fd);
	return unit_remove(folder);
}

static struct stat file_of(int number)
{
	struct stat st = {0};
	st.st_ino = 1000 + (ino_t)number;
	st.st_size = 2000;
	st.st_mtime = 1000000;
	st.st_uid = 7;
	return st;
}

static void make_envelope(struct envelope *e, int number)
{
	char address[40];
	snprintf(address, sizeof address, "to%d@example.org", number);
	envelope_init(e);
	free(e->sender);
	e->sender = mem_copy("me@example.org");
	free(e->fullname);
	e->fullname = mem_copy("Not Shown");
	e->content.bytes = 1900;
	e->created_us = 5000000;
	envelope_add_recipient(e, address);
}

static void write_file(void)
{
	struct buffer records = {0};
	unlinkat(folder_fd, HEADS_FILE, 0);
	for (int i = 0; i < COUNT; i++) {
		struct envelope e;
		struct stat st = file_of(i);
		make_envelope(&e, i);
		assert_true(heads_put(&records, ids[i], &st, &e));
		envelope_free(&e);
	}
	assert_true(heads_append(folder_fd, 0, &records));
	buffer_free(&records);
}

/* What the file gives for a message: NULL, or its recipient (free it). */
static char *find(struct heads *h, int number, const struct stat *st)
{
	struct buffer head = {0};
	struct envelope e;
	struct diagnosis d;
	char *found = NULL;
	if (heads_find(h, id_pack(ids[number]), st, &head)) {
		assert_true(envelope_look_again(&e, &head, &d));
		assert_int_equal(e.content.bytes, 1900);
		assert_string_equal(e.sender, "me@example.org");
		assert_string_equal(e.fullname, "");
		found = mem_copy(e.recipients[0]);
		envelope_free(&e);
	}
	buffer_free(&head);
	return found;
}

static void open_file(struct heads *h)
{
	assert_true(heads_open(h, folder_fd));
}

static void test_found(void **state)
{
	struct heads h;
	(void)state;
	write_file();
	open_file(&h);
	for (int i = 0; i < COUNT; i++) {
		char wanted[40];
		struct stat st = file_of(i);
		char *found = find(&h, i, &st);
		snprintf(wanted, sizeof wanted, "to%d@example.org", i);
		assert_non_null(found);
		assert_string_equal(found, wanted);
		free(found);
	}
	/* They are out of order. */
	assert_int_equal(h.count, COUNT);
	heads_close(&h);
}

/* As lists ask: each with a greater id than the one before; some have no copy. */
static void test_in_order(void **state)
{
	static const uint64_t asked[] = {1, 0x10000000full, 0x200000000ull, 0x200000001ull,
	    0x200000002ull, 0x3abcdef01ull, 0x400000000ull};
	static const int numbers[] = {-1, 0, -1, 1, -1, 2, -1};
	struct buffer records = {0}, head = {0};
	struct heads h;
	(void)state;
	unlinkat(folder_fd, HEADS_FILE, 0);
	for (int i = 0; i < COUNT; i++) {
		static const char *const sorted[COUNT] = {"00000001.0000000f", "00000002.00000001",
		    "00000003.abcdef01"};
		struct envelope e;
		struct stat st = file_of(i);
		make_envelope(&e, i);
		assert_true(heads_put(&records, sorted[i], &st, &e));
		envelope_free(&e);
	}
	assert_true(heads_append(folder_fd, 0, &records));
	open_file(&h);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct stat st = file_of(numbers[i] < 0 ? 0 : numbers[i]);
		assert_int_equal(heads_find(&h, asked[i], &st, &head), numbers[i] >= 0);
	}
	assert_false(h.indexed);
	/* And back. */
	struct stat st = file_of(0);
	assert_true(heads_find(&h, asked[1], &st, &head) && h.indexed);
	heads_close(&h);
	buffer_free(&head);
	buffer_free(&records);
}

/* Another file of that name, or the same one with another text. */
static void test_changed_files(void **state)
{
	struct heads h;
	struct stat st;
	(void)state;
	write_file();
	open_file(&h);
	st = file_of(0);
	st.st_ino++;
	assert_null(find(&h, 0, &st));
	st = file_of(0);
	st.st_size++;
	assert_null(find(&h, 0, &st));
	st = file_of(0);
	st.st_mtim.tv_nsec++;
	assert_null(find(&h, 0, &st));
	st = file_of(0);
	st.st_uid = 0;
	assert_null(find(&h, 0, &st));
	st = file_of(0);
	assert_false(heads_find(&h, 12345, &st, &(struct buffer){0}));
	heads_close(&h);
}

/* Of a file with any byte changed, or cut anywhere, comes the right head or none. */
static void check_damaged(void)
{
	struct heads h;
	open_file(&h);
	for (int i = 0; i < COUNT; i++) {
		char wanted[40];
		struct stat st = file_of(i);
		char *found = find(&h, i, &st);
		snprintf(wanted, sizeof wanted, "to%d@example.org", i);
		if (found != NULL)
			assert_string_equal(found, wanted);
		free(found);
	}
	heads_close(&h);
}

static void test_damage(void **state)
{
	struct buffer whole = {0};
	(void)state;
	write_file();
	assert_true(fdio_slurp_at(folder_fd, HEADS_FILE, &whole, 65536));
	for (size_t i = 0; i < whole.length; i++) {
		int64_t at = 0;
		uint64_t id;
		struct heads h;
		int fd = openat(folder_fd, HEADS_FILE, O_WRONLY | O_TRUNC);
		char bad = (char)(whole.data[i] ^ 1);
		assert_true(fdio_write(fd, whole.data, whole.length));
		assert_true(fdio_write_at(fd, &bad, 1, (off_t)i));
		check_damaged();
		/* The runner begins it anew. */
		assert_true(heads_open(&h, folder_fd));
		while (heads_next(&h, &at, &id))
			;
		assert_true(at < (int64_t)whole.length);
		heads_close(&h);
		assert_int_equal(ftruncate(fd, (off_t)i), 0);
		check_damaged();
		close(fd);
	}
	buffer_free(&whole);
}

static void test_append(void **state)
{
	struct buffer more = {0};
	(void)state;
	write_file();
	buffer_puts(&more, "x");
	assert_false(heads_append(folder_fd, 1, &more));
	assert_int_equal(errno, EINVAL);
	assert_false(heads_append(folder_fd, 0, &more));
	buffer_free(&more);
}

/* One with very many recipients is read itself, like one that has no copy. */
static void test_long(void **state)
{
	struct buffer records = {0};
	struct envelope e;
	struct stat st = file_of(0);
	(void)state;
	make_envelope(&e, 0);
	for (int i = 1; i < 200; i++) {
		char address[40];
		snprintf(address, sizeof address, "to%d@example.org", i);
		envelope_add_recipient(&e, address);
	}
	assert_false(heads_put(&records, ids[0], &st, &e));
	assert_int_equal(records.length, 0);
	envelope_free(&e);
	buffer_free(&records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_found), TEST(test_in_order),
	    TEST(test_changed_files), TEST(test_damage), TEST(test_append), TEST(test_long)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
