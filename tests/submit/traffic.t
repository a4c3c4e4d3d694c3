#!/bin/sh
# sendmail -X: a log of the dialogue, for somebody at a terminal and with his rights; for nobody else.
. tests/lib.sh
command -v python3 >/dev/null 2>&1 || skip_all "python3 makes the terminal, and is not installed"
new_spool
S=$BIN/sendmail
smarthost
config
"$BIN/runner" --stay --foreground 2>>"$work/log" & pids="$pids $!"
wait_for test -S "$work/spool/mqueue/control"
cat >"$work/term.py" <<'END'
import os, pty, sys
r, w = os.pipe()
os.write(w, b"Subject: x\n\nthe text of it\n"); os.close(w)
pid, fd = pty.fork()
if pid == 0:
    os.dup2(r, 0)
    os.execv(sys.argv[1], sys.argv[1:])
os.close(r)
out = b""
try:
    while True:
        part = os.read(fd, 4096)
        if not part: break
        out += part
except OSError:
    pass
status = os.waitpid(pid, 0)[1]
sys.stdout.write(out.decode().replace("\r\n", "\n"))
sys.exit(os.waitstatus_to_exitcode(status))
END
at_terminal() { out=$(timeout 60 python3 "$work/term.py" "$S" "$@"); code=$?; }
at_terminal -X "$work/x" '?php@example.org'
is "$code $out $(delivered)" "0  1" "at a terminal: taken and delivered, without a word there"
is "$(file_mode "$work/x")" 600 "the file is its owner's"
like "$(cat "$work/x")" '^== [0-9-]* [0-9:]*  [0-9a-f]{8}\.[0-9a-f]{8}$' "it has a title"
like "$(cat "$work/x")" '> RCPT TO:<\\\?php@example.org>' "and the dialogue, without what could be a program"
unlike "$(cat "$work/x")" 'the text of it|<\?' "and nothing of the message"
at_terminal -v "-X$work/x" b@example.org
like "$out" '<b@example.org> sent' "with -v it is shown, too"
is "$(grep -c '^== ' "$work/x") $(grep -c ' sent: ' "$work/x")" "2 2" "the next message is added"
ln -s x "$work/link"
ln "$work/x" "$work/twin"
mkfifo "$work/fifo"
before=$(cksum <"$work/x")
for file in "$work/link" "$work/twin" "$work/fifo" /dev/null "$work" "$work/none/x" ''; do
	at_terminal -X "$file" b@example.org
	is "$code" 64 "refused: -X '$(basename "$file")'"
	like "$out" '^sendmail: option -X.*-v shows the same' "and told"
done
is "$(cksum <"$work/x") $(delivered)" "$before 2" "nothing was written, nothing taken"
at_terminal -bs -X "$work/y"; is $code 64 "-bs with -X: refused"
printf 'x\n' | "$S" -X "$work/y" b@example.org >"$work/out" 2>&1; is $? 64 "without a terminal: refused"
like "$(cat "$work/out")" 'only for somebody at a terminal; -v shows the same' "and told"
ok "and no file is made" test ! -e "$work/y"
finish
