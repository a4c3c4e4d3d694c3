/* One address (RFC 5322 3.4.1 with the obsolete forms of 4.4) out of its tokens. */
#ifndef MESSAGE_ADDRSPEC_H
#define MESSAGE_ADDRSPEC_H
#include "message/token.h"

/* Appends to out the address of tokens[0..count): without comments and blanks, a route ("@a,@b:")
   and a final dot of the domain taken away, a local part quoted where RFC 5321 4.1.2 wants that,
   and not where it does not.  *repair gets a sentence when more was changed than comments and
   blanks that RFC 5322 3.4 allows, else NULL.  Returns NULL, or a sentence that says why there is
   no address; out is then not to be used. */
const char *addrspec_read(const struct token *tokens, size_t count, struct buffer *out,
    const char **repair);

/* True for a quotation that holds a whole address and nothing else, "joe@example.org", which is
   what was meant (Postfix and sendmail read it so). */
bool addrspec_is_quoted_whole(const struct token *tokens, size_t count);

/* True when a string is a dot-atom (RFC 5322 3.2.3; 8-bit bytes count as letters, RFC 6532 3.2). */
bool addrspec_is_dot_atom(const char *bytes, size_t length);
bool addrspec_is_atext(char c);

/* Whether the tokens [from, to) are a word that can be the name of a user of this machine. */
bool addrspec_is_user(const struct token *from, const struct token *to);
#endif
