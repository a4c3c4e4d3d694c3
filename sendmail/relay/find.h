/* relay --find: what DNS says of a domain's mail, for "relayconf setup".  No mail server is
   asked. */
#ifndef RELAY_FIND_H
#define RELAY_FIND_H

/* One line of fields (base/fields.h) for each record, best first:
     kind=submissions|submission|mx host= port=
   submissions: TLS from the first byte (RFC 8314 3.3); submission: RFC 6186 3.1; mx: port is 0. */
int find_print(const char *domain);
#endif
