/* Looking at the form of names and addresses. */
#include "config/form.h"
#include "base/language.h"
#include "config/smarthost.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

const char *form_host_problem(const char *value)
{
	char bare[256];
	if (smarthost_is_literal(value, bare, sizeof bare))
		return NULL;
	if (strncmp(value, "smtps://", 8) == 0 || strncmp(value, "submissions://", 14) == 0)
		return TR("write the name alone in host; for smtps:// add: port = 465");
	if (strstr(value, "://") != NULL)
		return TR("write the name alone in host; for smtp:// add: port = 587 (or 25)");
	if (*value == '[')
		return TR("write the name without brackets: lookup = host, the default, asks for no MX; a "
		          "port "
		          "has its own key: port = NUMBER");
	if (strchr(value, ':') != NULL)
		return TR("write the name alone in host; the number has its own key: port = NUMBER");
	return strchr(value, '/') != NULL ? TR("a '/' is in no name and no address") : NULL;
}

const char *form_bind_problem(const char *value)
{
	unsigned char address[16];
	bool right = *value == '\0' || inet_pton(AF_INET, value, address) == 1 ||
	             inet_pton(AF_INET6, value, address) == 1;
	return right ? NULL
	             : TR("this is not an address; write an address of this machine, such as "
	                  "192.0.2.1, and "
	                  "not an interface, a name or a network");
}
