/* Commands of mail(1): one table says what each takes. */
#ifndef MAIL_COMMAND_H
#define MAIL_COMMAND_H
#include "mail/session/msglist.h"
#include "mail/session/session.h"

enum command_result { COMMAND_DONE, COMMAND_FAILED, COMMAND_QUIT, COMMAND_EXIT };

/* What a command is called with. */
struct call {
	const char *name;         /* in full */
	const char *text;         /* all after the name */
	struct string_list words; /* the words of it, after the message list if the command takes one */
	struct msglist list;
};
typedef enum command_result command_function(struct session *s, const struct call *c);

/* Runs one line of input or of a start file; messages on standard error. */
enum command_result command_run(struct session *s, const char *line);

/* Runs the lines of a file.  A file that is not there is no error unless must_exist. */
bool command_source(struct session *s, const char *path, bool must_exist);
command_function command_help;
command_function command_source_file;
command_function command_condition;
#endif
