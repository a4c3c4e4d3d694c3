/* Files of passwords. */
#include "relayconf/secret_file.h"
#include "base/accounts.h"
#include "config/replace.h"
#include <grp.h>
#include <unistd.h>

bool secret_file_write(const char *path, const struct buffer *password, struct diagnosis *d)
{
	struct buffer line = {0};
	struct group *group = geteuid() == 0 ? getgrnam(ACCOUNT_OWNER) : NULL;
	buffer_add(&line, password->data, password->length);
	buffer_puts(&line, "\n");
	bool done = replace_file(&(struct replacement){.path = path,
	                             .mode = group != NULL ? 0640 : 0600,
	                             .uid = group != NULL ? 0 : (uid_t)-1,
	                             .gid = group != NULL ? group->gr_gid : (gid_t)-1},
	    &line, d);
	buffer_wipe(&line);
	return done;
}
