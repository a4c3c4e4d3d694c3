/* Users and groups that installing creates (relayconf/system/rights.table).  Programs that an
   administrator starts find them by these names; others get numbers from who started them. */
#ifndef BASE_ACCOUNTS_H
#define BASE_ACCOUNTS_H

#define ACCOUNT_OWNER "firsthop" /* user and group: the queue, and the runner */
#define ACCOUNT_NETWORK                                             \
	"fhnet" /* user and group: reads from the network, owns nothing \
	         */
#endif
