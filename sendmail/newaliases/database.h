/* Old alias databases, for moving here: whichever tool is installed prints what is in them, and
 * that becomes aliases(5) text. */
#ifndef NEWALIASES_DATABASE_H
#define NEWALIASES_DATABASE_H

/* Prints the entries of a Berkeley DB (sendmail, Postfix) or GDBM (Courier) file on standard
   output.  Returns an exit code of sysexits; what went wrong, and what to install, is written to
   standard error. */
int database_print(const char *path);
#endif
