/* Pieces and the answer to them. */
#include "spool/submit_talk.h"
#include "base/fdio.h"
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#define PIECE_BYTES 65536
#define ANSWER_LIMIT_BYTES 1024

bool submit_talk_send_whole(int fd, const char *bytes, size_t length)
{
	char size[SUBMIT_SIZE_BYTES + 1];
	submit_size_put(size, length);
	return fdio_write(fd, size, SUBMIT_SIZE_BYTES) && fdio_write(fd, bytes, length);
}

bool submit_talk_send(int fd, const char *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t piece = length - at < PIECE_BYTES ? length - at : PIECE_BYTES;
		if (!submit_talk_send_whole(fd, bytes + at, piece))
			return false;
		at += piece;
	}
	return true;
}

int submit_talk_answer(int fd, char id[ID_SIZE], struct diagnosis *why)
{
	char line[ANSWER_LIMIT_BYTES] = "";
	struct submit_answer answer;
	size_t length = 0;
	ssize_t n = 0;
	while (length < sizeof line - 1 && memchr(line, '\n', length) == NULL &&
	       (n = fdio_read(fd, line + length, sizeof line - 1 - length)) > 0)
		length += (size_t)n;
	line[length] = '\0';
	bool whole = length > 0 && line[length - 1] == '\n';
	if (whole)
		line[length - 1] = '\0';
	if (whole && submit_answer_parse(&answer, line)) {
		text_copy(id, ID_SIZE, answer.id);
		if (answer.code != EX_OK) {
			diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_NONE, "%s", answer.text);
			diag_name(why, answer.key);
		}
		return answer.code;
	}
	if (n == 0)
		errno = ECONNRESET;
	diag_set_errno(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_SPOOL_WRITE,
	    "the runner did not say that it has the message on disk, so it was NOT accepted");
	return EX_IOERR;
}
