/* A program's commands as one table: it parses the command line, prints the help and writes the
   completion of shells, so that the three cannot differ.  What is wrong is answered by the word,
   the one that was probably meant, and the form of that command. */
#ifndef BASE_USAGE_H
#define BASE_USAGE_H
#include <stdbool.h>
#include <stdio.h>

#define USAGE_OPTIONS_MAX 24

/* What a word is, for completion. */
enum usage_kind {
	USAGE_ANY,
	USAGE_FILE,
	USAGE_KEY, /* a key of the configuration */
	USAGE_HOP, /* the name of a smarthost */
	USAGE_ID,  /* a message that waits */
	USAGE_ADDRESS,
	USAGE_CHOICE /* one of the words of choices */
};

struct usage_option {
	const char *name;    /* "--json", "-w" */
	const char *value;   /* name of the word after it, "ADDRESS"; NULL: there is none */
	const char *meaning; /* one line */
	enum usage_kind kind;
	const char *choices; /* words, blanks between; NULL: none */
};

struct usage_command {
	const char *name;
	const char *operands; /* as they are shown, "KEY VALUE ..."; "" = none */
	int least, most;      /* how many; most -1 = any number */
	const char *meaning;  /* one line */
	const char *more;     /* sentences of its own help; NULL: none */
	const char *codes;    /* its exit codes, "0 all is well; 78 ..."; NULL: those of the program */
	const struct usage_option *options; /* ends with a row without a name; NULL: none */
	enum usage_kind kind;               /* of its operands */
	const char *choices;
	bool verbatim; /* all words after it are operands, but for -h and --help as the first */
};

struct usage {
	const char *program;
	const char *synopsis; /* of the options that are before a command, "[-C FILE]" */
	const char *about;    /* one sentence */
	const char *codes;
	const struct usage_option *options; /* before a command, or without one */
	const struct usage_command *commands;
	int count;
	const char *const (*elsewhere)[2]; /* a word that other programs have for it, and the command;
	                                      ends with NULL */
};

/* A command line that was read. */
struct usage_line {
	const struct usage_command *command;
	const char *values[USAGE_OPTIONS_MAX]; /* of each option: the word after it, or its own name;
	                                          NULL: not given */
	char **operands;                       /* in argv, which is put in order for that */
	int count;
};

/* Reads a command with its words: argv[0] is its name.  -1: *line is filled; else the exit code,
   and what was wrong is said (or help was asked for, and given). */
int usage_read(const struct usage *u, int argc, char **argv, struct usage_line *line);

/* The same for one command whose name was read: words from argv[1] on. */
int usage_read_as(const struct usage *u, const struct usage_command *c, int argc, char **argv,
    struct usage_line *line);

/* NULL: there is none of that name. */
const struct usage_command *usage_find(const struct usage *u, const char *name);

/* True for -h and --help. */
bool usage_asks_for_help(const char *word);

/* Its operand is none of the choices of its command: says so.  EX_USAGE. */
int usage_no_choice(const struct usage *u, const struct usage_line *line);

/* An option before, or without, a command that there is not: says so.  EX_USAGE. */
int usage_unknown_option(const struct usage *u, const char *word);

/* Completion for "bash", "zsh", "fish" or "tcsh" on out; false: no such shell. */
bool usage_complete(FILE *out, const struct usage *u, const char *shell);

/* All commands, or (command not NULL) all about one. */
void usage_help(FILE *out, const struct usage *u, const struct usage_command *command);

/* "PROGRAM: " and the sentence on standard error, then the form of the command (NULL: of the
 * program), and where more is said.  EX_USAGE. */
int usage_wrong(const struct usage *u, const struct usage_command *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#endif
