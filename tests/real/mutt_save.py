# mutt_save.py ROOT BOX FOLDER: mutt, in ROOT and behind a terminal, which it wants, saves the attachments of the first message as FOLDER/1, FOLDER/2...
import email, email.policy, os, pty, select, sys, time

root, box, folder = sys.argv[1:]
with open(root + box, "rb") as f:
    f.readline()
    parts = list(email.message_from_binary_file(f, policy=email.policy.default).iter_attachments())


# Of a text in another charset it asks whether it is to be converted.
def answer(p):
    return "n" if p.get_content_maintype() == "text" and p.get_content_charset() not in ("utf-8", "us-ascii") else ""


keys = "".join(f"<next-entry><save-entry><kill-line>{folder}/{n}<enter>" + answer(p) for n, p in enumerate(parts, 1))
with open(root + folder + "/rc", "w") as f:
    f.write("set confirmappend=no confirmcreate=no sleep_time=0 quit=yes beep=no resolve=no charset=utf-8 move=no\n")
    f.write(f'set folder={folder}\npush "<view-attachments>{keys}<exit><exit>"\n')
pid, fd = pty.fork()
if pid == 0:
    os.chroot(root)
    os.chdir("/")
    os.execve("/usr/bin/mutt", ["mutt", "-n", "-F", folder + "/rc", "-R", "-f", box], {"HOME": folder, "TERM": "vt100", "PATH": "/usr/bin:/bin"})
end = time.monotonic() + 90
while time.monotonic() < end:
    try:
        if select.select([fd], [], [], 1)[0] and not os.read(fd, 65536):
            break
    except OSError:
        break
os.close(fd)
try:
    os.kill(pid, 15)
except ProcessLookupError:
    pass
os.waitpid(pid, 0)
