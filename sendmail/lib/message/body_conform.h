/* The body of a message made legal for the wire, part by part, without a change of what it decodes
   to: parts with lines over 998 bytes, NUL or bare CR, and for a server without 8BITMIME those with
   8-bit bytes, become quoted-printable; base64 and quoted-printable with lines that are too long
   are broken anew.  Signed, encrypted and unknown parts are not touched (what is illegal there is
   cut by message/wire.h). Two passes over the same bytes: the first finds what each part holds, the
   second writes.  The same bytes give the same result. */
#ifndef MESSAGE_BODY_CONFORM_H
#define MESSAGE_BODY_CONFORM_H
#include "message/entity.h"
#include "base/mem.h"

enum {
	BODY_8BIT = 1,
	BODY_ODD = 2,
	BODY_NOT_UTF8 = 4,
	BODY_HEADER = 8 /* of a part: it has to be written anew */
};

/* What the first pass finds: an or of BODY_ for each entity in the order of their headers; number
 * 0 is the message. */
struct body_plan {
	unsigned char *parts;
	int count;
	unsigned char all; /* or of them */
};

struct body_conform; /* opaque */

/* top: the message itself.  writing false: the first pass, which fills in plan.  The plan is kept
 * by the caller. */
struct body_conform *body_conform_start(const struct entity *top, struct body_plan *plan,
    bool to_7bit, bool writing);

/* Takes the next bytes of the body (LF line ends); out gets what they become (nothing in the first
 * pass). */
void body_conform_put(struct body_conform *r, const char *bytes, size_t length, struct buffer *out);

/* Takes the end of the body; frees r. */
void body_conform_end(struct body_conform *r, struct buffer *out);
void body_conform_free(struct body_conform *r);

/* The Content-Transfer-Encoding that the message as a whole gets: "" = the one that it has. */
const char *body_conform_encoding(const struct entity *top, const struct body_plan *plan,
    bool to_7bit);
#endif
