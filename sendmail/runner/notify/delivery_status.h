/* The part message/delivery-status of a report (RFC 3464). */
#ifndef RUNNER_NOTIFY_DELIVERY_STATUS_H
#define RUNNER_NOTIFY_DELIVERY_STATUS_H
#include "runner/notify/reported.h"

void delivery_status_put(const struct config *config, const struct message *m,
    enum report_kind kind, struct buffer *out);
#endif
