/* Opening a file that others may have a hand in: by the folder that it lies in, by a link on the
   way, by a second name.  Whoever decides what a path leads to must not have a program read for
   them what they may not read themselves. */
#ifndef BASE_WAY_H
#define BASE_WAY_H
#include "base/text.h"
#include <sys/stat.h>
#include <sys/types.h>

/* Opens a file or folder for reading.  Good is:
     - what belongs to root, to admin (who wrote the path) or to this process's user, when nobody
       else decides over the way: each folder and each link belongs to one of them, and a folder
       that everybody can write is one like /tmp.  What not everybody can read must, for an admin
       who is not root, be the admin's own, and have no second name when a group can write a folder
       on the way;
     - another user's own file, when the way is theirs and root's, without a link in their part.
   -1 with errno otherwise: EPERM when the way is the reason, with a sentence in why; for all other
   errors why has strerror's words. */
int way_open(const char *path, uid_t admin, struct stat *st, struct text *why);
#endif
