/* The rules that the runner published. */
#include "submit/limits.h"
#include "base/log.h"
#include "spool/policy.h"
#include <sysexits.h>
#include <unistd.h>

/* What the runner published; read while the group may look into drop/, understood without it. */
static struct policy policy;

int limits_check(const struct drop *drop, const struct caller *c, const char *sender,
    struct diagnosis *why)
{
	struct policy_user user;
	if (policy.text == NULL)
		return EX_OK;
	policy_user_self(&user, c->login);
	return policy_check(&policy, &user, sender, drop->dir_fd, why);
}

bool limits_recipients(const struct drop *drop, size_t count, struct diagnosis *why)
{
	if (count <= (size_t)(drop->dir_fd < 0 ? ENVELOPE_RCPTS_MAX : policy_max_recipients(&policy)))
		return true;
	policy_too_many(&policy, why);
	return false;
}

void limits_load(struct drop *drop)
{
	policy_free(&policy);
	if (drop->dir_fd >= 0)
		policy_load(&policy, drop->dir_fd);
	drop->share = policy_share(&policy, getuid());
	log_json(policy_log_json(&policy));
}
