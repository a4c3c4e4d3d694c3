/* By the owner of the file; a file of our own says in its envelope who sent it. */
#include "message/envelope.h"
#include "runner/listen/permission.h"
#include <unistd.h>

bool permission_of_admin(const struct queue *q, uid_t uid)
{
	return uid == 0 || uid == q->owner;
}

bool permission_of_sender(const struct queue *q, const char *name, uid_t uid)
{
	struct envelope e;
	struct diagnosis d = {0};
	uid_t owner = (uid_t)-1;
	if (permission_of_admin(q, uid))
		return true;
	int fd = queue_message(q, name, &owner, NULL);
	if (fd < 0)
		return false;
	envelope_init(&e);
	bool read = envelope_read(&e, fd, &d);
	uid_t sender = owner == q->owner && e.uid >= 0 ? (uid_t)e.uid : owner;
	envelope_free(&e);
	close(fd);
	return read && sender == uid;
}
