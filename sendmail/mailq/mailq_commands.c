/* What mailq can do: the command line, the help and the completion of shells are made of this. */
#include "mailq/mailq_commands.h"
#include "base/language.h"

#define END                               \
	{                                     \
		NULL, NULL, NULL, USAGE_ANY, NULL \
	}
static const char patterns[] = TR_LATER(
    "PATTERN is the beginning of an ID (8 letters or more); from=, to= or key= with a "
    "value; a word that is compared with all of these (wild cards as in a shell); or all.");

static const struct usage_option why_options[] =
    {{"--full", NULL, TR_LATER("each attempt with all its lines; equal ones are counted else"),
         USAGE_ANY, NULL},
        END};
static const struct usage_option summary_options[] =
    {{"--all", NULL, TR_LATER("every reason, sender, recipient and domain, not the first ten"),
         USAGE_ANY, NULL},
        END};
static const struct usage_option log_options[] = {{"--file", "FILE",
                                                      TR_LATER("this log, not the system's"),
                                                      USAGE_FILE, NULL},
    {"--days", "DAYS", TR_LATER("no further back than that"), USAGE_ANY, NULL}, END};
static const struct usage_option day_options[] = {{"--file", "FILE",
                                                      TR_LATER("this log, not the system's"),
                                                      USAGE_FILE, NULL},
    END};
static const struct usage_option health_options[] =
    {{"-w", "MINUTES", TR_LATER("a warning when the oldest message is older (30)"), USAGE_ANY,
         NULL},
        {"-c", "MINUTES", TR_LATER("critical when it is older than that (240)"), USAGE_ANY, NULL},
        {"--openmetrics", NULL, TR_LATER("numbers for Prometheus"), USAGE_ANY, NULL}, END};
static const struct usage_option top_options[] = {{"-s", "SECONDS",
                                                      TR_LATER("how often it looks (2)"), USAGE_ANY,
                                                      NULL},
    {"-n", "TIMES", TR_LATER("ends after so many looks"), USAGE_ANY, NULL}, END};

static const char codes[] =
    TR_LATER("0 done for each; 64 no pattern; 65 no message fits; 69 some were refused; 75 no "
             "runner could be asked, or it ended");

static const struct usage_command commands[] = {
    {.name = "why",
        .operands = "ID",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("What is wrong with one message, what to do, when it is tried next"),
        .more = TR_LATER("The beginning of an identifier is enough. Then the attempts follow."),
        .codes = TR_LATER("0; 65 no such message waits"),
        .options = why_options,
        .kind = USAGE_ID},
    {.name = "summary",
        .operands = "",
        .meaning = TR_LATER("The queue on one screen: reasons, ages, who sends and gets most"),
        .options = summary_options},
    {.name = "log",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning =
            TR_LATER("What became of mail that has left the queue: its story from the mail log"),
        .more = TR_LATER(
            "PATTERN is the beginning of an ID; from=, to=, key= or status= with a value; words "
            "of a line; or all. Reads /var/log/mail.log or maillog and the rotated files "
            "beside it, compressed or not; without any the journal."),
        .codes = TR_LATER("0; 65 no message fits; 66 there is no mail log that you may read"),
        .options = log_options},
    {.name = "day",
        .operands = "[today|yesterday|DATE]",
        .most = 1,
        .meaning =
            TR_LATER("Deliveries of each hour by outcome, as bars; the last 24 hours, or a day"),
        .codes = TR_LATER("0; 64 that is no date; 66 there is no mail log that you may read"),
        .options = day_options,
        .kind = USAGE_CHOICE,
        .choices = "today yesterday"},
    {.name = "top",
        .operands = "",
        .meaning = TR_LATER("The summary again and again, until you press q"),
        .options = top_options},
    {.name = "cat",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("Prints messages"),
        .more = patterns,
        .codes = TR_LATER("0; 64 no pattern; 65 no message fits; 77 not yours to read"),
        .kind = USAGE_ID},
    {.name = "hold",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("Keeps messages back until they are released"),
        .more = patterns,
        .codes = codes,
        .kind = USAGE_ID},
    {.name = "release",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("Lets held messages go"),
        .more = patterns,
        .codes = codes,
        .kind = USAGE_ID},
    {.name = "retry",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("Tries messages now"),
        .more = patterns,
        .codes = codes,
        .kind = USAGE_ID},
    {.name = "remove",
        .operands = "PATTERN ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("Removes messages; only the log has a word of it"),
        .more = patterns,
        .codes = codes,
        .kind = USAGE_ID},
    {.name = "dead",
        .operands = "[why|cat|retry|remove ...]",
        .most = -1,
        .meaning = TR_LATER("The same for messages that were set aside"),
        .more = TR_LATER("They could neither be delivered nor returned. Alone it lists them."),
        .kind = USAGE_CHOICE,
        .choices = "why cat retry remove",
        .verbatim = true},
    {.name = "health",
        .operands = "",
        .meaning = TR_LATER("One line for Nagios and its relatives, or numbers for Prometheus"),
        .codes = TR_LATER("0 ok; 1 warning; 2 critical; 3 the queue cannot be read"),
        .options = health_options},
    {.name = "completion",
        .operands = "SHELL",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("Prints what the shell needs to complete this program's words"),
        .kind = USAGE_CHOICE,
        .choices = "bash zsh fish tcsh"},
};

static const struct usage_option options[] =
    {{"-v", NULL, TR_LATER("also what to do, how often a message was tried, and when it is next"),
         USAGE_ANY, NULL},
        {"--format", "NAME", TR_LATER("sendmail, postfix, json or long"), USAGE_CHOICE,
            "sendmail postfix json long"},
        {"--json", NULL, TR_LATER("one JSON object a line, as postqueue -j and more"), USAGE_ANY,
            NULL},
        {"-bP", NULL, TR_LATER("only the number of messages"), USAGE_ANY, NULL},
        {"-bpi", NULL, TR_LATER("only their identifiers"), USAGE_ANY, NULL}, END};

/* Of postsuper, postqueue, exim and others. */
static const char *const elsewhere[][2] = {{"delete", "remove"}, {"rm", "remove"},
    {"flush", "retry"}, {"requeue", "retry"}, {"run", "retry"}, {"show", "why"}, {"view", "cat"},
    {"status", "summary"}, {"stats", "summary"}, {"freeze", "hold"}, {"thaw", "release"},
    {"unhold", "release"}, {NULL, NULL}};

const struct usage mailq_usage = {.program = "mailq",
    .synopsis = "",
    .about = TR_LATER(
        "Lists the messages that wait, each with the reason; or does what the command says."),
    .codes = TR_LATER(
        "0; 64 wrong usage; 65 no such message; 74 the list cannot be written; 77 the queue "
        "cannot be read"),
    .options = options,
    .commands = commands,
    .count = sizeof commands / sizeof commands[0],
    .elsewhere = elsewhere};
