/* The functions of the table of command.c, by file. */
#ifndef MAIL_COMMANDS_H
#define MAIL_COMMANDS_H
#include "mail/command/command.h"

/* show.c */
command_function show_headers, show_window, show_print, show_next, show_top, show_size, show_number,
    show_from;
void show_messages(struct session *s, const struct msglist *list, bool all_fields);
void show_header_line(struct session *s, int place, struct buffer *out);
void show_headers_around(struct session *s, int place);

/* state.c */
command_function state_delete, state_delete_print, state_undelete, state_mark;

/* save.c */
/* The name of the file for an author: the local part of the address, made safe; with outfolder in
 * the folder.  Free it. */
char *save_author_file(struct session *s, int place);

command_function save_messages, save_by_author, save_text, save_attachments;

/* respond.c */
command_function respond_sender, respond_mail, respond_forward;

/* settings.c */
command_function settings_set, settings_unset, settings_alias, settings_unalias,
    settings_alternates, settings_fields, settings_echo, settings_folder, settings_version;

/* shell.c */
command_function shell_run, shell_pipe, shell_edit;

/* folders.c */
command_function folders_open, folders_list, folders_look, folders_leave;

void folders_announce(struct session *s);
#endif
