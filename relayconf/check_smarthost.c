/* Rules about values of a smarthost that only the machine knows to be right: they are tried, by
   relay --survey, as the runner's user. */
#include "base/compat.h"
#include "base/fields.h"
#include "relayconf/findings.h"
#include <string.h>

static void look_at_ca_file(struct check *c, const char *fields)
{
	char name[64] = "", problem[400] = "";
	fields_get(fields, "name", name, sizeof name);
	if (fields_get(fields, "ca", problem, sizeof problem) && *problem != '\0')
		finding(c, GRADE_PROBLEM,
		    "put the certificate of the server or of its authority there, in PEM form (it begins "
		    "with -----BEGIN CERTIFICATE-----), or remove tls_ca_file",
		    "%s: %s: mail for it waits", name, problem);
}

void check_ca_file(struct check *c)
{
	check_each_line(c, "hop", look_at_ca_file);
}

static void look_at_own_certificate(struct check *c, const char *fields)
{
	char name[64] = "", problem[400] = "";
	fields_get(fields, "name", name, sizeof name);
	if (fields_get(fields, "own_certificate", problem, sizeof problem) && *problem != '\0')
		finding(c, GRADE_PROBLEM,
		    "put certificate and key there in PEM form, the key without a passphrase, readable by "
		    "root and the group firsthop only (mode 0640)",
		    "%s: %s: mail for it waits", name, problem);
}

void check_own_certificate(struct check *c)
{
	check_each_line(c, "hop", look_at_own_certificate);
}

static void look_at_bind(struct check *c, const char *fields)
{
	char name[64] = "", address[64] = "", problem[40] = "";
	fields_get(fields, "name", name, sizeof name);
	fields_get(fields, "bind", problem, sizeof problem);
	if (!fields_get(fields, "bind_address", address, sizeof address) || *address == '\0')
		return;
	if (strcmp(problem, "foreign") == 0)
		finding(c, GRADE_PROBLEM,
		    "set bind_address to an address of this machine (" COMPAT_SHOW_ADDRESSES
		    "), or remove it",
		    "%s: bind_address %s is not an address of this machine: no connection can be made",
		    name, address);
	else if (strcmp(problem, "family") == 0)
		finding(c, GRADE_PROBLEM,
		    "set bind_address to an address of the other family (IPv4 or IPv6), or remove it",
		    "%s: bind_address %s has no effect: the server has no address of that family", name,
		    address);
	else if (strcmp(problem, "part") == 0)
		finding(c, GRADE_NOTE, "nothing, if that is meant; else remove bind_address",
		    "%s: bind_address %s is used for some of the server's addresses only: the others are "
		    "of the other family",
		    name, address);
	else
		finding(c, GRADE_OK, "", "%s: bind_address %s is this machine's", name, address);
}

void check_bind(struct check *c)
{
	check_each_line(c, "hop", look_at_bind);
}
