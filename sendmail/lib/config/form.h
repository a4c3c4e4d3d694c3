/* Forms of host and bind_address.  Other programs write a port, brackets or a scheme into the
   server's name; here such a name would be asked for in DNS, and mail would wait for ever. */
#ifndef CONFIG_FORM_H
#define CONFIG_FORM_H

/* What is wrong, with the right keys; NULL when nothing is. */
const char *form_host_problem(const char *value);
const char *form_bind_problem(const char *value);
#endif
