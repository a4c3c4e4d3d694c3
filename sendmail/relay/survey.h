/* relay --survey: what "relayconf check" has to know of the network, from the code that delivers.
 * No mail server is asked. */
#ifndef RELAY_SURVEY_H
#define RELAY_SURVEY_H
#include "config/config.h"

/* One line of fields (base/fields.h) for each name server and each smarthost:
     dns server= kind= error= ms= tcp_kind= tcp_error= tcp_ms=
     unheeded words=                of resolv.conf(5); only when there are any
     hop name= found=0|1 key= text= self=ADDRESS skipped=ADDRESS
   self: this very machine; skipped: IPv6 without a route. */
int survey_print(const struct config *config);
#endif
