/* What this machine is called, when no configuration says it. */
#ifndef CONFIG_OWN_NAME_H
#define CONFIG_OWN_NAME_H
#include <stddef.h>
#include <stdio.h>

/* The host name; one without a dot is completed from /etc/hosts and resolv.conf(5).  Nobody is
   asked: an answer of DNS would be read by a program with rights, and could be forged. */
void own_name(char *name, size_t size);

/* The same for a name without a dot, from open files, NULL where there is none: the first name
   with a dot in a line of hosts that has it; else with the first domain of search or domain.
   Unchanged where neither helps. */
void own_name_complete(char *name, size_t size, FILE *hosts, FILE *resolv_conf);
#endif
