/* How addresses are read, as RFC 5322 writes them and as people and programs do: one row per kind
   of slip that was met in the tests and archives of other mail programs, or in the mail of
   callers. */
#include "base/mem.h"
#include "message/address.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

#define LIST ADDRESS_RECIPIENTS
#define AUTHOR ADDRESS_AUTHORS

/* Right values: members with " | " between them; "~" before one that was repaired, "!" for one that
   is bad; {name} and (comment) after an address; "name:" and ";" of a group. */
static const struct {
	enum address_use use;
	const char *list, *wanted;
} rows[] = {
    {LIST, "a@b.c", "a@b.c"},
    {LIST, "<a@b.c>", "a@b.c"},
    {LIST, "< a@b.c >", "a@b.c"},
    {LIST, "'a@b.c'", "~a@b.c"},
    {LIST, "''a@b.c''", "!"},
    {LIST, "''a.b''", "''a.b''"},
    {LIST, "Joe <a@b.c>", "a@b.c {Joe}"},
    {LIST, "Joe Doe<a@b.c>", "a@b.c {Joe Doe}"},
    {LIST, "\"Joe Doe\" <a@b.c>", "a@b.c {Joe Doe}"},
    {LIST, "\"Doe, Joe\" <a@b.c>", "a@b.c {Doe, Joe}"},
    {LIST, "\"Joe \\\"J\\\" Doe\" <a@b.c>", "a@b.c {Joe \"J\" Doe}"},
    {LIST, "Joe \"J\" Doe <a@b.c>", "a@b.c {Joe J Doe}"},
    {LIST, "a@b.c (Joe Doe)", "a@b.c (Joe Doe)"},
    {LIST, "(Joe) a@b.c", "a@b.c (Joe)"},
    {LIST, "a@b.c (Joe (J) Doe)", "a@b.c (Joe (J) Doe)"},
    {LIST, "a(x)@b.c", "a@b.c (x)"},
    {LIST, "a@(x)b.c", "a@b.c (x)"},
    {LIST, "a@b(x).c", "~a@b.c (x)"},
    {LIST, "a . b @ c . d", "~a.b@c.d"},
    {LIST, "a @ b.c", "a@b.c"},
    {LIST, "a.b.c@d.e", "a.b.c@d.e"},
    {LIST, "\"a b\"@c.d", "\"a b\"@c.d"},
    {LIST, "\"a.b\"@c.d", "a.b@c.d"},
    {LIST, "\"a..b\"@c.d", "\"a..b\"@c.d"},
    {LIST, "\"a@b\"@c.d", "\"a@b\"@c.d"},
    {LIST, "\"a\\\"b\"@c.d", "\"a\\\"b\"@c.d"},
    {LIST, "\"\"@c.d", "\"\"@c.d"},
    {LIST, "\"\".a@c.d", "\".a\"@c.d"},
    {LIST, "\"a\".b@c.d", "a.b@c.d"},
    {LIST, "\"a\" . \"b c\"@d.e", "~\"a.b c\"@d.e"},
    {LIST, "a@[192.0.2.1]", "a@[192.0.2.1]"},
    {LIST, "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"},
    {LIST, "a@[192.0.2.1", "!"},
    {LIST, "a@[]", "!"},
    {LIST, "a@192.0.2.1", "a@192.0.2.1"},
    {LIST, "root", "root"},
    {LIST, "root, joe", "root | joe"},
    {LIST, "root joe", "~root | ~joe"},
    {LIST, "\\root", "\\root"},
    {LIST, "\\root, joe@b.c", "\\root | joe@b.c"},
    {LIST, "\"root\"", "root"},
    {LIST, "root@localhost", "root@localhost"},
    {LIST, "a@b", "a@b"},
    {LIST, "a+b@c.d", "a+b@c.d"},
    {LIST, "a=b@c.d", "a=b@c.d"},
    {LIST, "a/b@c.d", "a/b@c.d"},
    {LIST, "{a}@c.d", "{a}@c.d"},
    {LIST, "a#b%c@d.e", "a#b%c@d.e"},
    {LIST, "a'b@c.d", "a'b@c.d"},
    {LIST, "a!b!c", "a!b!c"},
    {LIST, "a%b@c.d", "a%b@c.d"},
    {LIST, "-a@b.c", "-a@b.c"},
    {LIST, "--x@b.c", "--x@b.c"},
    {LIST, "_a_@b.c", "_a_@b.c"},
    {LIST, "a@b_c.d", "a@b_c.d"},
    {LIST, "a@-b.c", "a@-b.c"},
    {LIST, "j\xc3\xb6rg@b.c", "j\xc3\xb6rg@b.c"},
    {LIST,
        "a@b\xc3\xbc"
        "cher.example",
        "a@b\xc3\xbc"
        "cher.example"},
    {LIST, "J\xc3\xb6rg <a@b.c>", "a@b.c {J\xc3\xb6rg}"},
    {LIST, "\"J\xc3\xb6rg M\xc3\xbcller\" <a@b.c>", "a@b.c {J\xc3\xb6rg M\xc3\xbcller}"},
    {LIST, "M\xc3\xbcller, J\xc3\xb6rg <a@b.c>", "~a@b.c {M\xc3\xbcller, J\xc3\xb6rg}"},
    {LIST, "root, Joe <a@b.c>", "root | a@b.c {Joe}"},
    {LIST, "Smith, John <a@b.c>", "Smith | a@b.c {John}"},
    {LIST, "J. Doe <a@b.c>", "a@b.c {J. Doe}"},
    {LIST, "J.Doe <a@b.c>", "a@b.c {J.Doe}"},
    {LIST, "Doe, J. <a@b.c>", "Doe | a@b.c {J.}"},
    {LIST, "Joe @ Work <a@b.c>", "a@b.c {Joe @ Work}"},
    {LIST, "a@b.c <a@b.c>", "a@b.c {a@b.c}"},
    {LIST, "x@y.z <a@b.c>", "a@b.c {x@y.z}"},
    {LIST, "[Cacti] <a@b.c>", "a@b.c {[Cacti]}"},
    {LIST, "Joe [x] <a@b.c>", "a@b.c {Joe [x]}"},
    {LIST, "Joe (x) <a@b.c>", "a@b.c {Joe} (x)"},
    {LIST, "Joe <a@b.c> (x)", "a@b.c {Joe} (x)"},
    {LIST, "Joe <a@b.c> x", "~a@b.c {Joe}"},
    {LIST, "Joe <a@b.c>, Bob <d@e.f>", "a@b.c {Joe} | d@e.f {Bob}"},
    {LIST, "Joe <a@b.c>Bob <d@e.f>", "~a@b.c {Joe} | d@e.f {Bob}"},
    {LIST, "Joe <a@b.c> Bob <d@e.f>", "~a@b.c {Joe} | d@e.f {Bob}"},
    {LIST, "<a@b.c> <d@e.f>", "~a@b.c | d@e.f"},
    {LIST, "<a@b.c> d@e.f", "~a@b.c | d@e.f"},
    {LIST, "a@b.c d@e.f", "~a@b.c | ~d@e.f"},
    {LIST, "a@b.c  d@e.f g@h.i", "~a@b.c | ~d@e.f | ~g@h.i"},
    {LIST, "a@b.c, d@e.f g@h.i", "a@b.c | ~d@e.f | ~g@h.i"},
    {LIST, "a@b.c;d@e.f", "a@b.c | d@e.f"},
    {LIST, "a@b.c; d@e.f;", "a@b.c | d@e.f"},
    {LIST, "a@b.c,,d@e.f,", "a@b.c | d@e.f"},
    {LIST, ",a@b.c", "a@b.c"},
    {LIST, "a@b.c,", "a@b.c"},
    {LIST, ",", ""},
    {LIST, ";", ""},
    {LIST, "()", ""},
    {LIST, "(x)", ""},
    {LIST, "<>", "!"},
    {LIST, "Joe <>", "! {Joe}"},
    {LIST, "Joe", "Joe"},
    {LIST, "Joe Doe", "~Joe | ~Doe"},
    {LIST, "Joe Doe a@b.c", "~Joe | ~Doe | ~a@b.c"},
    {LIST, "\"Joe Doe\" a@b.c", "~a@b.c {Joe Doe}"},
    {LIST, "\"Joe Doe\" \"x\" a@b.c", "! {Joe Doe x a@b.c}"},
    {LIST, "J\xc3\xb6rg M\xc3\xbcller a@b.c", "~a@b.c {J\xc3\xb6rg M\xc3\xbcller}"},
    {LIST, "a@b.c Joe", "~a@b.c | ~Joe"},
    {LIST, "team: a@b.c, d@e.f;", "team: | a@b.c | d@e.f | ;"},
    {LIST, "team: Joe <a@b.c>;", "team: | a@b.c {Joe} | ;"},
    {LIST, "team:;", "team: | ;"},
    {LIST, "team: ;", "team: | ;"},
    {LIST, "undisclosed-recipients:;", "undisclosed-recipients: | ;"},
    {LIST, "undisclosed-recipients: ;, a@b.c", "undisclosed-recipients: | ; | a@b.c"},
    {LIST, "team: a@b.c; x@y.z", "team: | a@b.c | ; | x@y.z"},
    {LIST, "team: a@b.c", "team: | a@b.c | ;"},
    {LIST, "team: a@b.c, other: d@e.f;", "team: | a@b.c | ; | other: | d@e.f | ;"},
    {LIST, "\"The team\": a@b.c;", "The team: | a@b.c | ;"},
    {LIST, "The Team : a@b.c;", "The Team: | a@b.c | ;"},
    {LIST, "J\xc3\xb6rgs Team: a@b.c;", "J\xc3\xb6rgs Team: | a@b.c | ;"},
    {LIST, "team: a@@b.c, d@e.f;", "team: | ! | d@e.f | ;"},
    {LIST, "mailto:a@b.c", "a@b.c"},
    {LIST, "MAILTO:a@b.c, d@e.f", "a@b.c | d@e.f"},
    {LIST, "<mailto:a@b.c>", "~a@b.c"},
    {LIST, "<@x.y:a@b.c>", "~a@b.c"},
    {LIST, "<@x.y,@z.w:a@b.c>", "~a@b.c"},
    {LIST, "@x.y:a@b.c", "~a@b.c"},
    {LIST, "@x.y,@z.w:a@b.c", "~a@b.c"},
    {LIST, "Joe <@x.y:a@b.c>", "~a@b.c {Joe}"},
    {LIST, "a@b.c.", "~a@b.c"},
    {LIST, "a@b.c.., d@e.f", "~a@b.c | d@e.f"},
    {LIST, "a@.b.c", "!"},
    {LIST, "a@b..c", "!"},
    {LIST, "a@.", "!"},
    {LIST, "a@b!.!?.", "~a@b"},
    {LIST, "a@b!.:", "~a@b"},
    {LIST, "a@\xc2\xbb.:", "!"},
    {LIST, "=??\xef\xbc\xa0x.y", "!"},
    {LIST, "a@\xc2\xbb.?", "!"},
    {LIST, ".a@b.c", "~\".a\"@b.c"},
    {LIST, "a.@b.c", "~\"a.\"@b.c"},
    {LIST, "a..b@c.d", "~\"a..b\"@c.d"},
    {LIST, ".", "!"},
    {LIST, "a@", "!"},
    {LIST, "@b.c", "!"},
    {LIST, "@", "!"},
    {LIST, "a@@b.c", "!"},
    {LIST, "a@b@c", "!"},
    {LIST, "a@b.c@d.e", "!"},
    {LIST, "a@b.c, b@@c, d@e.f", "a@b.c | ! | d@e.f"},
    {LIST, "a b@c.d", "~a | ~b@c.d"},
    {LIST, "<a b@c.d>", "!"},
    {LIST, "<a@b c>", "!"},
    {LIST, "<a@b.c d@e.f>", "!"},
    {LIST, "<a@b.c, d@e.f", "~a@b.c | d@e.f"},
    {LIST, "Joe <a@b.c, Bob <d@e.f>", "~a@b.c {Joe} | d@e.f {Bob}"},
    {LIST, "Joe <a@b.c", "~a@b.c {Joe}"},
    {LIST, "a@b.c>", "~a@b.c"},
    {LIST, "a@b.c>, d@e.f", "~a@b.c | d@e.f"},
    {LIST, "<<a@b.c>>", "~a@b.c"},
    {LIST, "<<a@b.c>", "~a@b.c"},
    {LIST, "<a@b.c>>", "~a@b.c"},
    {LIST, ">a@b.c<", "! {>a@b.c}"},
    {LIST, "\"Joe <a@b.c>", "a@b.c {Joe}"},
    {LIST, "\"Joe <a@b.c>, d@e.f", "a@b.c {Joe} | d@e.f"},
    {LIST, "\"Joe <a@b.c>, \"Bob\" <d@e.f>", "a@b.c {Joe} | d@e.f {Bob}"},
    {LIST, "Joe\" <a@b.c>", "a@b.c {Joe}"},
    {LIST, "\"a@b.c", "~a@b.c"},
    {LIST, "a@b.c\"", "~a@b.c"},
    {LIST, "\"a@b.c\", d@e.f", "~a@b.c | d@e.f"},
    {LIST, "<\"a@b.c\">", "~a@b.c"},
    {LIST, "\"'a@b.c'\"", "~a@b.c"},
    {LIST, "\"'a.b'\"", "~a.b"},
    {LIST, "'a.b' (Joe)", "~a.b (Joe)"},
    {LIST, "'a.\"b'\"", "~a.b"},
    {LIST, "\"{a.b}\"", "~a.b"},
    {LIST, "\"'a.b'\"@c.d", "'a.b'@c.d"},
    {LIST, "\"''a.b'\"", "''a.b'"},
    {LIST, "\"'ab'\"", "'ab'"},
    {LIST, "\"a b@c.d\"", "\"a b@c.d\""},
    {LIST, "\"a@b@c.d\"", "\"a@b@c.d\""},
    {AUTHOR, "\"a@b.c\"", "~a@b.c"},
    {AUTHOR, "Disk: full <a@b.c>", "a@b.c {Disk: full}"},
    {AUTHOR, "Disk: full", "! {Disk: full}"},
    {AUTHOR, "Team: a@b.c;", "Team: | a@b.c | ;"},
    {LIST, "Disk: full <a@b.c>", "Disk: | a@b.c {full} | ;"},
    {LIST,
        "a@b.c\xc2\xa0, \xef\xbb\xbf"
        "d@e.f\xe2\x80\x8b",
        "a@b.c | d@e.f"},
    {LIST,
        "a@b.c\xe3\x80\x80"
        "d@e.f",
        "~a@b.c | ~d@e.f"},
    {LIST, "\xe5\xb1\xb1\xe3\x80\x80\xe5\xa4\xaa <a@b.c>",
        "a@b.c {\xe5\xb1\xb1\xe3\x80\x80\xe5\xa4\xaa}"},
    {LIST,
        "\"a\xc2\xa0"
        "b\"@c.d",
        "\"a\xc2\xa0"
        "b\"@c.d"},
    {LIST, "J\xf6rg\xc2\xa0 <a@b.c>", "a@b.c {J\xf6rg\xc2\xa0}"},
    {LIST, "\"a@b.c\" <a@b.c>", "a@b.c {a@b.c}"},
    {LIST, "a@b.c (oops", "~a@b.c (oops)"},
    {LIST, "a@b.c (oops, d@e.f", "~a@b.c (oops) | d@e.f"},
    {LIST, "a@b.c oops), d@e.f", "~a@b.c | ~oops | d@e.f"},
    {LIST, "(oops a@b.c", "! (oops a@b.c)"},
    {LIST, "'a@b.c'", "~a@b.c"},
    {LIST, "'Joe' <a@b.c>", "a@b.c {'Joe'}"},
    {LIST, "'Joe Doe' <a@b.c>", "a@b.c {'Joe Doe'}"},
    {LIST, "<'a@b.c'>", "~a@b.c"},
    {LIST, "first(middle)last@x.y", "! (middle)"},
    {LIST, "first (middle) last@x.y", "~first (middle) | ~last@x.y"},
    {LIST, "\"a\" \"b\"@x.y", "! {a b@x.y}"},
    {LIST, "\"a\"b@x.y", "!"},
    {LIST, "a\"b\"@x.y", "!"},
    {LIST, "\"a\"\"b\"@x.y", "!"},
    {LIST, "a@\"b\".c", "!"},
    {LIST, "a@b,c", "a@b | c"},
    {LIST, "a@b.c:25", "!"},
    {LIST, "smtp:a@b.c", "smtp: | a@b.c | ;"},
    {LIST, "http://x.y/z", "http: | ! | ;"},
    {LIST, "/etc/passwd", "!"},
    {LIST, "/etc/passwd, a@b.c", "! | a@b.c"},
    {LIST, "|/bin/sh", "!"},
    {LIST, "\"|/bin/sh -c x\", a@b.c", "! | a@b.c"},
    {LIST, ":include:/etc/x", "!"},
    {LIST, "/S=Joe/O=X/@gw.example", "/S=Joe/O=X/@gw.example"},
    {LIST, "a\\ b@c.d", "~\"a b\"@c.d"},
    {LIST, "a\\@b@c.d", "~\"a@b\"@c.d"},
    {LIST, "a@b.c\\", "!"},
    {LIST, "=?utf-8?q?J=C3=B6rg?= <a@b.c>", "a@b.c {=?utf-8?q?J=C3=B6rg?=}"},
    {LIST, "=?utf-8?q?M=C3=BCller,_J?= <a@b.c>", "a@b.c {=?utf-8?q?M=C3=BCller,_J?=}"},
    {LIST, "\"=?utf-8?q?J=C3=B6rg?=\" <a@b.c>", "a@b.c {=?utf-8?q?J=C3=B6rg?=}"},
    {LIST, "=?utf-8?b?SsO2cmc=?= Doe <a@b.c>", "a@b.c {=?utf-8?b?SsO2cmc=?= Doe}"},
    {LIST, "a@b.c (=?utf-8?q?J=C3=B6rg?=)", "a@b.c (=?utf-8?q?J=C3=B6rg?=)"},
    {LIST, "a@ex!ample.com", "!"},
    {LIST, "a@exam ple.com", "~a@exam | ~ple.com"},
    {LIST, "a@b.c\t,\td@e.f", "a@b.c | d@e.f"},
    {LIST, "Joe\tDoe <a@b.c>", "a@b.c {Joe Doe}"},
    {LIST, "a@b.c d", "~a@b.c | ~d"},
    {LIST, "a at b.c", "~a | ~at | ~b.c"},
    {LIST, "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.c",
        "!"},
    {LIST, "postmaster", "postmaster"},
    {LIST, "a@b.c, a@b.c", "a@b.c | a@b.c"},
    {AUTHOR, "a@b.c", "a@b.c"},
    {AUTHOR, "root (Cron Daemon)", "root (Cron Daemon)"},
    {AUTHOR, "\"root\" (Cron Daemon)", "root (Cron Daemon)"},
    {AUTHOR, "Cacti System Monitor", "! {Cacti System Monitor}"},
    {AUTHOR, "Cacti", "Cacti"},
    {AUTHOR,
        "\xc3\x9c"
        "berwachung",
        "! {\xc3\x9c"
        "berwachung}"},
    {AUTHOR, "\"Disk Watcher\"", "! {Disk Watcher}"},
    {AUTHOR, "root@", "!"},
    {AUTHOR, "@b.c", "!"},
    {AUTHOR, "not an address", "! {not an address}"},
    {AUTHOR, "Foo <>", "! {Foo}"},
    {AUTHOR, "<>", "!"},
    {AUTHOR, "(none)", "! (none)"},
    {AUTHOR, "Foo <root>", "root {Foo}"},
    {AUTHOR, "M\xc3\xbcller, J\xc3\xb6rg <a@b.c>", "~a@b.c {M\xc3\xbcller, J\xc3\xb6rg}"},
    {AUTHOR, "M\xc3\xbcller, Dr., J\xc3\xb6rg <a@b.c>", "~a@b.c {M\xc3\xbcller, Dr., J\xc3\xb6rg}"},
    {AUTHOR, "Doe, Joe <a@b.c>", "~a@b.c {Doe, Joe}"},
    {AUTHOR, "Cacti Monitor a@b.c", "~a@b.c {Cacti Monitor}"},
    {AUTHOR, "Cacti, a@b.c", "Cacti | a@b.c"},
    {AUTHOR, "a@b.c, d@e.f", "a@b.c | d@e.f"},
    {AUTHOR, "a@b.c d@e.f", "a@b.c | ~d@e.f"},
    {AUTHOR, "(Cron) root", "root (Cron)"},
    {AUTHOR, "\"a\" \"b\"@x.y", "! {a b@x.y}"},
    {AUTHOR, "J\xc3\xb6rg", "! {J\xc3\xb6rg}"},
    {AUTHOR, "root@localhost (x)", "root@localhost (x)"},
    {AUTHOR, "a@b.c; d@e.f", "a@b.c | d@e.f"},
    {AUTHOR, "\"Joe <a@b.c>", "a@b.c {Joe}"},
    {AUTHOR, "|prog", "!"},
    {LIST, "a@b.c ... (x)", "~a@b.c (x)"},
    {LIST, "a@b..c..", "!"},
    {AUTHOR, "=?utf-8?q?J=C3=B6rg?=", "! {=?utf-8?q?J=C3=B6rg?=}"},
    {LIST, "'a.b'@c.d", "'a.b'@c.d"},
    {LIST, "\"a@b.c, d@e.f\"", "a@b.c | d@e.f"},
    {LIST, "\"a@b.c d@e.f\"", "~a@b.c | ~d@e.f"},
    {LIST, "'a@b.c;d@e.f'", "a@b.c | d@e.f"},
    {LIST, "[a@b.c, d@e.f]", "a@b.c | d@e.f"},
    {LIST, "['a@b.c', 'd@e.f']", "~a@b.c | ~d@e.f"},
    {LIST, "[\"a@b.c\", \"d@e.f\"]", "~a@b.c | ~d@e.f"},
    {LIST, "\"a@b.c, joe\"", "\"a@b.c, joe\""},
    {LIST, "\"a@b.c\", \"d@e.f\"", "~a@b.c | ~d@e.f"},
    {LIST, "'a@b.c', 'd@e.f'", "~a@b.c | ~d@e.f"},
    {LIST, "'a@b.c','d@e.f'", "~a@b.c | ~d@e.f"},
    {LIST, "'Joe' <a@b.c>, 'd@e.f'", "a@b.c {'Joe'} | ~d@e.f"},
    {LIST, "\"Joe <a@b.c>\"", "a@b.c {Joe}"},
    {LIST, "'a@b.c]", "!"},
    {LIST, "a@b.c'", "~a@b.c"},
    {LIST, "'a@b.c", "'a@b.c"},
    {LIST, "`a@b.c`", "~a@b.c"},
    {LIST, "*a@b.c*", "~a@b.c"},
    {LIST, "*a*", "*a*"},
    {LIST, "a@b.c!", "~a@b.c"},
    {LIST, "a@b.c:", "~a@b.c"},
    {LIST, "a@b.c: d@e.f", "!"},
    {LIST, "mailto:a@b.c?subject=x", "~a@b.c"},
    {LIST, "mailto:a@b.c?cc=d@e.f", "!"},
    {LIST, "Joe [a@b.c]", "~a@b.c {Joe}"},
    {LIST, "Joe [mailto:a@b.c]", "Joe [mailto: | ~a@b.c | ;"},
    {LIST,
        "\xe2\x80\x9c"
        "a@b.c\xe2\x80\x9d",
        "~a@b.c"},
    {LIST,
        "\xe2\x80\x98"
        "a@b.c\xe2\x80\x99, d@e.f",
        "~a@b.c | d@e.f"},
    {LIST, "\xe2\x80\x9cJoe\xe2\x80\x9d <a@b.c>", "a@b.c {\xe2\x80\x9cJoe\xe2\x80\x9d}"},
    {LIST, "\xe2\x80\x9cjoe", "\xe2\x80\x9cjoe"},
    {LIST, "\"\xe2\x80\x9cjoe\"@b.c", "\"\xe2\x80\x9cjoe\"@b.c"},
    {LIST, "o\xe2\x80\x99neil@b.c", "o\xe2\x80\x99neil@b.c"},
    {LIST,
        "\xef\xbc\x9c"
        "a@b.c\xef\xbc\x9e",
        "~a@b.c"},
    {LIST,
        "\xe5\xb1\xb1\xe7\x94\xb0 \xef\xbc\x9c"
        "a@b.c\xef\xbc\x9e",
        "~a@b.c {\xe5\xb1\xb1\xe7\x94\xb0}"},
    {LIST,
        "a@b.c\xef\xbc\x8c"
        "d@e.f",
        "~a@b.c | ~d@e.f"},
    {LIST,
        "a@b.c\xe3\x80\x81"
        "d@e.f\xef\xbc\x9bg@h.i",
        "~a@b.c | ~d@e.f | ~g@h.i"},
    {LIST, "a@b.c\xef\xbc\x8c d@e.f", "~a@b.c | ~d@e.f"},
    {LIST, "\xe5\xb1\xb1\xe7\x94\xb0\xef\xbc\x8c\xe5\xa4\xaa\xe9\x83\x8e <a@b.c>",
        "a@b.c {\xe5\xb1\xb1\xe7\x94\xb0\xef\xbc\x8c\xe5\xa4\xaa\xe9\x83\x8e}"},
    {LIST,
        "a@b\xe3\x80\x82"
        "c",
        "~a@b.c"},
    {LIST,
        "a@b\xef\xbc\x8e"
        "c\xe3\x80\x82",
        "~a@b.c"},
    {LIST, "a@\xef\xbd\x82.\xef\xbd\x83", "~a@b.c"},
    {LIST, "a\xef\xbc\xa0\xef\xbd\x82\xef\xbd\xa1\xef\xbd\x83", "~a@b.c"},
    {LIST,
        "a@b\xe3\x80\x82\xe3\x80\x82"
        "c",
        "!"},
    {LIST,
        "a@b\xef\xbc\xa0"
        "c",
        "!"},
    {LIST,
        "a@b\xc3\xbc"
        "cher\xe3\x80\x82"
        "example",
        "~a@b\xc3\xbc"
        "cher.example"},
    {LIST, ": a@b.c;", "a@b.c"},
    {LIST, "d@e.f, : a@b.c", "d@e.f | a@b.c"},
    {LIST, ":include:/etc/x", "!"},
    {LIST, "Joe <3 <a@b.c>", "~a@b.c {Joe <3}"},
    {LIST, "<Joe <a@b.c>>", "~a@b.c {Joe}"},
    {LIST, "<a@b.c <d@e.f>", "~a@b.c | d@e.f"},
    {LIST, "a@b.c (one (two), three)", "a@b.c (one (two), three)"},
    {LIST, "a@b.c (one (two, three), d@e.f", "~a@b.c (one (two, three)) | d@e.f"},
    {LIST, "a@b.c (one (two, d@e.f", "~a@b.c (one (two) | d@e.f"},
    {LIST, "\"\"", "!"},
    {AUTHOR,
        "\xe2\x80\x9c"
        "a@b.c\xe2\x80\x9d",
        "~a@b.c"},
    {AUTHOR, "<Joe <a@b.c>>", "~a@b.c {Joe}"},
    {AUTHOR, "\"a@b.c, d@e.f\"", "! {a@b.c, d@e.f}"},
};

static void show(void *context, const struct address *a)
{
	struct buffer *b = context;
	buffer_puts(b, b->length > 0 ? " | " : "");
	if (a->state == ADDRESS_GROUP || a->state == ADDRESS_GROUP_END) {
		buffer_printf(b, "%s%s", a->name, a->state == ADDRESS_GROUP ? ":" : ";");
		return;
	}
	assert_int_equal(a->state == ADDRESS_GOOD, *a->what == '\0');
	assert_int_equal(a->state == ADDRESS_BAD, *a->text == '\0');
	buffer_printf(b, "%s%s",
	    a->state == ADDRESS_BAD        ? "!"
	    : a->state == ADDRESS_REPAIRED ? "~"
	                                   : "",
	    a->text);
	if (*a->name != '\0')
		buffer_printf(b, " {%s}", a->name);
	if (*a->comment != '\0')
		buffer_printf(b, " (%s)", a->comment);
}

static void lists_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer seen = {0};
		address_read(rows[i].list, strlen(rows[i].list), rows[i].use, show, &seen);
		if (strcmp(buffer_string(&seen), rows[i].wanted) != 0)
			fail_msg("%s: %s, not %s", rows[i].list, buffer_string(&seen), rows[i].wanted);
		buffer_free(&seen);
	}
}

/* What is usable can be used in an envelope, and read again it is the same and good. */
static void check_again(void *context, const struct address *a)
{
	struct buffer again = {0};
	(void)context;
	if (a->state != ADDRESS_GOOD && a->state != ADDRESS_REPAIRED)
		return;
	assert_null(address_problem(*a->text == '\\' ? a->text + 1 : a->text));
	address_read(a->text, strlen(a->text), ADDRESS_RECIPIENTS, show, &again);
	if (strcmp(buffer_string(&again), a->text) != 0)
		fail_msg("%s became %s", a->text, buffer_string(&again));
	buffer_free(&again);
}

static void addresses_are_envelope_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		address_read(rows[i].list, strlen(rows[i].list), rows[i].use, check_again, NULL);
}

static void one_is(const char *string, bool alone, const char *address, const char *words)
{
	const char *what;
	char *one = address_one(string, alone, &what);
	assert_string_equal(one != NULL ? one : "none", address);
	assert_non_null(strstr(what, words));
	assert_int_equal(*words == '\0', *what == '\0');
	free(one);
}

static void one_is_taken(void **state)
{
	(void)state;
	one_is("a@b.c", true, "a@b.c", "");
	one_is("Joe <a@b.c>", true, "a@b.c", "");
	one_is("a@b.c.", true, "a@b.c", "dot");
	one_is("a@b.c, d@e.f", true, "none", "more than one");
	one_is("a@b.c, d@e.f", false, "a@b.c", "first one");
	one_is("not an address", false, "none", "words");
	one_is("root@", false, "none", "after the '@'");
	one_is("@example.com", false, "none", "before the '@'");
	one_is("", false, "none", "no address");
	one_is("<>", false, "none", "no address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(lists_are_read), TEST(addresses_are_envelope_addresses),
	    TEST(one_is_taken)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
