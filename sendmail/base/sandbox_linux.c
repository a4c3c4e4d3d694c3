/* Linux: Landlock with every right handled and none granted: no file, and (6.7 and later) no TCP connection.
   Numbers of the rights are those of the kernel's interface; older header packages lack the later ones. */
#define _GNU_SOURCE 1
#include "base/sandbox.h"
#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

#define QUERY_ABI 1u

struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
};

/* File rights by version of the interface: 13 rights in the first, then REFER, TRUNCATE, and IOCTL_DEV with the fifth. */
static uint64_t file_rights(long abi)
{
	if (abi >= 5)
		return (1u << 16) - 1;
	if (abi >= 3)
		return (1u << 15) - 1;
	if (abi == 2)
		return (1u << 14) - 1;
	return (1u << 13) - 1;
}

enum sandbox_result sandbox_session(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, QUERY_ABI);
	if (abi < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP ? SANDBOX_NONE : SANDBOX_FAILED;
	struct ruleset rules = {.handled_access_fs = file_rights(abi), .handled_access_net = abi >= 4 ? 3 : 0};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, abi >= 4 ? sizeof rules : sizeof(uint64_t), 0u);
	if (fd < 0)
		return SANDBOX_FAILED;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, fd, 0u) != 0) {
		close(fd);
		return SANDBOX_FAILED;
	}
	close(fd);
	return SANDBOX_DONE;
}
