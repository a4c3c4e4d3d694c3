/* What relayconf can do: the command line, the help and the completion of shells are made of
   this. */
#include "relayconf/relayconf_commands.h"
#include "base/language.h"

static const char json_meaning[] = TR_LATER("one JSON object a line");
#define JSON_OPTION                                   \
	{                                                 \
		"--json", NULL, json_meaning, USAGE_ANY, NULL \
	}
#define END                               \
	{                                     \
		NULL, NULL, NULL, USAGE_ANY, NULL \
	}

static const struct usage_option check_options[] = {JSON_OPTION,
    {"-v", NULL, TR_LATER("also what is right, each rule"), USAGE_ANY, NULL}, END};
static const struct usage_option show_options[] = {JSON_OPTION, END};
static const struct usage_option probe_options[] = {{"--from", "ADDRESS",
                                                        TR_LATER("envelope sender (postmaster)"),
                                                        USAGE_ADDRESS, NULL},
    {"--to", "ADDRESS", TR_LATER("recipient (postmaster)"), USAGE_ADDRESS, NULL},
    {"-r", "ADDRESS", TR_LATER("the same as --to"), USAGE_ADDRESS, NULL}, JSON_OPTION, END};
static const struct usage_option route_options[] = {{"-f", "SENDER",
                                                        TR_LATER("the mail's envelope sender"),
                                                        USAGE_ADDRESS, NULL},
    {"-u", "USER", TR_LATER("who hands the mail in; default: you"), USAGE_ANY, NULL}, END};
static const struct usage_option explain_options[] =
    {{"--stage", "STAGE", TR_LATER("where in the session the answer came: RCPT, AUTH, ..."),
         USAGE_CHOICE, "banner EHLO STARTTLS AUTH MAIL RCPT DATA"},
        END};
static const struct usage_option import_options[] =
    {{"-o", "FILE", TR_LATER("write this file, and each password into a file beside it"),
         USAGE_FILE, NULL},
        {"-R", "ROOT", TR_LATER("the files of an old machine lie below this folder"), USAGE_FILE,
            NULL},
        END};
static const struct usage_option adopt_options[] = {{"--yes", NULL,
                                                        TR_LATER("move it here without asking"),
                                                        USAGE_ANY, NULL},
    {"-R", "ROOT", TR_LATER("the queues of an old machine lie below this folder"), USAGE_FILE,
        NULL},
    END};
static const struct usage_option test_options[] = {{"--from", "ADDRESS",
                                                       TR_LATER("envelope sender (you)"),
                                                       USAGE_ADDRESS, NULL},
    JSON_OPTION, END};

static const struct usage_option setup_options[] =
    {{"--server", "HOST:PORT",
         TR_LATER("the server that accepts the mail (default: it is searched for)"), USAGE_ANY,
         NULL},
        {"--tls", "MODE", TR_LATER("verify, encrypt (whoever it is) or off"), USAGE_CHOICE,
            "verify encrypt off"},
        {"--ca-file", "FILE", TR_LATER("authorities that its certificate may come from"),
            USAGE_FILE, NULL},
        {"--login", "NAME", TR_LATER("login name there (the address)"), USAGE_ANY, NULL},
        {"--no-login", NULL, TR_LATER("log in nowhere"), USAGE_ANY, NULL},
        {"--password-file", "FILE",
            TR_LATER("read the password from this file; -: from standard input"), USAGE_FILE, NULL},
        {"--password-command", "COMMAND", TR_LATER("a command that prints the password"), USAGE_ANY,
            NULL},
        {"--root", "ADDRESS", TR_LATER("who reads root's mail (the address)"), USAGE_ADDRESS, NULL},
        {"--no-alias", NULL, TR_LATER("leave the aliases alone"), USAGE_ANY, NULL},
        {"--name", "NAME", TR_LATER("full name of this machine"), USAGE_ANY, NULL},
        {"--no-names", NULL, TR_LATER("leave the system's sendmail and mailq alone"), USAGE_ANY,
            NULL},
        {"--no-boot", NULL, TR_LATER("leave the start at boot alone"), USAGE_ANY, NULL},
        {"--no-test", NULL, TR_LATER("send no test mail"), USAGE_ANY, NULL},
        {"--yes", NULL, TR_LATER("ask nothing"), USAGE_ANY, NULL}, END};

static const struct usage_command commands[] = {
    {.name = "setup",
        .operands = "[ADDRESS]",
        .most = 1,
        .meaning = TR_LATER("From an empty machine to a delivered test mail, with few questions"),
        .more = TR_LATER(
            "ADDRESS is yours. Its server is found by DNS and tried; nothing is written before "
            "the server has accepted sender and recipient. It may be run again at any time: "
            "what is right already stays. Without a terminal, or with --yes, nothing is asked."),
        .codes = TR_LATER(
            "0 the test mail was delivered; 64 an answer is missing or wrong; 69, 75 the "
            "server cannot be used, or the test mail was refused or waits; 73 a file cannot be "
            "written; 77 root is needed"),
        .options = setup_options,
        .kind = USAGE_ADDRESS},
    {.name = "test",
        .operands = "ADDRESS",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("Sends one mail to this address, and says in three lines how it went"),
        .more = TR_LATER(
            "It goes the way of all mail: handed over, stored, delivered by the runner. The "
            "three lines are what was sent, its outcome, and what to do now."),
        .codes = TR_LATER(
            "0 the server has it; 69 it was refused for good; 75 it waits and is tried again; "
            "64, 65 or 77 it could not be handed over"),
        .options = test_options,
        .kind = USAGE_ADDRESS},
    {.name = "check",
        .operands = "",
        .meaning = TR_LATER("Is everything right that delivery depends on?"),
        .more = TR_LATER("Best run as root. Nothing is changed and no mail is sent."),
        .codes = TR_LATER("0 nothing is wrong; 78 there is a problem"),
        .options = check_options},
    {.name = "probe",
        .operands = "[SMARTHOST]",
        .most = 1,
        .meaning =
            TR_LATER("Tries the smarthost: a real session up to RCPT, line by line; sends no mail"),
        .more = TR_LATER(
            "As root it has the rights of the user firsthop, so that what works here works for "
            "mail. Without a name each smarthost is tried."),
        .codes = TR_LATER(
            "0 the recipient was accepted; 69 it was refused for good; 75 the smarthost cannot "
            "be used now; 78 the configuration is wrong"),
        .options = probe_options,
        .kind = USAGE_HOP},
    {.name = "show",
        .operands = "",
        .meaning = TR_LATER("Every value in effect, and where it comes from"),
        .options = show_options},
    {.name = "get",
        .operands = "KEY",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("One value, such as smarthost.main.port"),
        .kind = USAGE_KEY},
    {.name = "set",
        .operands = "KEY VALUE ...",
        .least = 2,
        .most = -1,
        .meaning =
            TR_LATER("Changes these lines of firsthop.conf, all or none; comments and order stay"),
        .more = TR_LATER(
            "--default as the value comments the line out. Keys that need each other are set "
            "in one call: relayconf set local.deliver mbox local.domains mon1.example.org"),
        .codes =
            TR_LATER("0 all are set; 64 that is no key; 73 the file cannot be written; 77 no right "
                     "to read or write it; 78 a value is wrong; but for 0 nothing was changed"),
        .kind = USAGE_KEY,
        .verbatim = true},
    {.name = "route",
        .operands = "ADDRESS ...",
        .least = 1,
        .most = -1,
        .meaning = TR_LATER("The way that mail to an address would go now"),
        .options = route_options,
        .kind = USAGE_ADDRESS},
    {.name = "diff",
        .operands = "FILE",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("Which waiting messages would go another way with this configuration"),
        .codes = TR_LATER("0 none; 1 some; 78 the configuration is wrong"),
        .kind = USAGE_FILE},
    {.name = "explain",
        .operands = "KEY|\"WORDS\"",
        .least = 1,
        .most = 1,
        .meaning =
            TR_LATER("What a reason, or a server's answer, means, what to do, what delivery does"),
        .options = explain_options,
        .more = TR_LATER(
            "A reason has a key in the log and in mailq. An answer begins with its number: "
            "relayconf explain \"513 Relaying denied.\""),
        .codes = TR_LATER("0; 65 it is neither a key nor an answer")},
    {.name = "import",
        .operands = "[PROGRAM [FILE]]",
        .most = 2,
        .meaning = TR_LATER("Turns the settings of dma, ssmtp, msmtp, nullmailer, sendmail, "
                            "Postfix, Exim or OpenSMTPD into firsthop.conf"),
        .codes = TR_LATER("0; 66 there is nothing to read; 78 what came out needs a correction"),
        .options = import_options,
        .kind = USAGE_CHOICE,
        .choices = "dma ssmtp msmtp nullmailer sendmail postfix exim opensmtpd"},
    {.name = "adopt",
        .operands = "",
        .meaning = TR_LATER("Moves the mail in the queues of sendmail, dma, nullmailer or Postfix"),
        .codes = TR_LATER("0; 66 ROOT is not a folder; 75 something was left where it is"),
        .options = adopt_options},
    {.name = "oauth",
        .operands = "login|token|renew|status NAME",
        .least = 2,
        .most = 2,
        .meaning = TR_LATER("An OAuth2 token for a smarthost's login, as NAME.oauth describes it"),
        .more = TR_LATER(
            "login asks the owner of the account, as root; token prints an access token, renewed "
            "when that is due: for password_command; renew does it now; status shows what is kept. "
            "firsthop.conf(5) says more."),
        .codes = TR_LATER("0 done; 75 not now, for the reason that is shown")},
    {.name = "environment",
        .operands = "",
        .meaning = TR_LATER("Writes firsthop.conf from environment variables, for a container"),
        .more = TR_LATER(
            "FIRSTHOP_SECTION_KEY is one key: FIRSTHOP_SMARTHOST_HOST, FIRSTHOP_QUEUE_WAITS_MIN. "
            "With _FILE at its end the value is the text of that file: "
            "FIRSTHOP_SMARTHOST_PASSWORD_FILE. FIRSTHOP_CONF holds whole lines, FIRSTHOP_ALIASES "
            "those of the aliases. Run it as root before the runner starts. A file that somebody "
            "else wrote is left alone."),
        .codes = TR_LATER("0; 64 a variable is no setting; 65, 66 its value cannot be used or "
                          "read; 73 the file cannot be written; 78 a value is wrong")},
    {.name = "completion",
        .operands = "SHELL",
        .least = 1,
        .most = 1,
        .meaning = TR_LATER("Prints what the shell needs to complete this program's words"),
        .kind = USAGE_CHOICE,
        .choices = "bash zsh fish tcsh"},
};

static const struct usage_option options[] = {{"-C", "FILE", TR_LATER("another firsthop.conf"),
                                                  USAGE_FILE, NULL},
    END};

static const char *const elsewhere[][2] = {{"verify", "check"}, {"doctor", "check"},
    {"status", "check"}, {"list", "show"}, {"edit", "set"}, {"configure", "setup"},
    {"init", "setup"}, {"migrate", "import"}, {"send", "test"}, {"trace", "route"}, {NULL, NULL}};

const struct usage relayconf_usage = {.program = "relayconf",
    .synopsis = "[-C FILE]",
    .about = TR_LATER("Everything about the configuration of firsthop."),
    .codes =
        TR_LATER("0 it is done, or all is well; 64 wrong usage; 77 no right to do that; 78 the "
                 "configuration is wrong"),
    .options = options,
    .commands = commands,
    .count = sizeof commands / sizeof commands[0],
    .elsewhere = elsewhere};
