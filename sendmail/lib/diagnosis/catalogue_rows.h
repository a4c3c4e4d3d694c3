/* The rows of the catalogue, to be read with two macros, as often as something is made of them: the
   enum (reason.h), the words and the table (reason.c).

   REASON(NAME, word, fault, wait_s, stays, meaning, remedy), in four files by the place where the
   fault is:
   NAME:    the word in capital letters, with _ for each -: REASON_NAME in the program.
   stays:   RETRY_HELPS or NEEDS_ADMIN: does waiting alone help, or must somebody change something?
   meaning: full sentences; the first says what is wrong.
   remedy:  full sentences; each is one step, and begins with a verb or with Or, If, Without, Only.
            "mailq why" numbers them (catalogue_step), so a step does not refer to its neighbours.

   PLAIN(NAME, word): a key without a row, because its words are shown at once to who can act, or
   because it is no failure. */
#include "diagnosis/catalogue_replies.h"
#include "diagnosis/catalogue_network.h"
#include "diagnosis/catalogue_names.h"
#include "diagnosis/catalogue_local.h"

/* sendmail and relayconf, on the terminal */
PLAIN(ADDRESS_BAD, "address-bad")
PLAIN(CONFIG_UNWRITABLE, "config-unwritable")
PLAIN(HEADER_TOO_LONG, "header-too-long")
PLAIN(INPUT_UNREADABLE, "input-unreadable")
PLAIN(MESSAGE_TOO_LONG, "message-too-long")
PLAIN(NO_RECIPIENTS, "no-recipients")
PLAIN(SPOOL_MISSING, "spool-missing")
PLAIN(SPOOL_RIGHTS, "spool-rights")
PLAIN(SPOOL_TOO_BIG, "spool-too-big")
PLAIN(USER_LIMIT, "user-limit")
/* What mailbox says after a success: the user's .forward names others */
PLAIN(FORWARD, "forward")
PLAIN(FORWARD_PART, "forward-part")
/* No TLS at all, before it is known whether the server or the port is to blame */
PLAIN(TLS_PLAIN, "tls-plain")
