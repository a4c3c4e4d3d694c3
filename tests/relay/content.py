"""Messages that break the rules of the wire, and what they decode to: make FOLDER | check FOLDER DELIVERED 7|8."""
import email, email.policy, os, random, re, sys

random.seed(5)
umlauts = "Grüße aus München, €5\n"
odd = b"progress 10%\r20%\r30%\nnul \0 here\n" + b"x" * 3000 + b" end\ntrailing blank \n\ttab\t\n.dot\n..two\nFrom here\n=3D is no code\n"


def binary(n):
    return bytes(random.randrange(256) for _ in range(n)).replace(b"\r", b"\n")


def multipart(boundary, parts, kind="mixed"):
    body = b"".join(b"--" + boundary + b"\n" + p + b"\n" for p in parts)
    return b"MIME-Version: 1.0\nContent-Type: multipart/" + kind.encode() + b'; boundary="' + boundary + b'"\n\npreamble\n' + body + b"--" + boundary + b"--\nepilogue\n"


nested = multipart(b"in", [b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + umlauts.encode()])
messages = {
    "odd": b"Subject: odd\n\n" + odd,
    "utf8": b"Subject: plain\n\n" + umlauts.encode(),
    "latin1": b"Subject: latin\n\n" + umlauts.replace("€", "E").encode("latin-1"),
    "declared": b"Subject: d\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<p>" + umlauts.encode(),
    "nonl": b"Subject: n\n\nno line end \xc3\xbc",
    "base64": b"Subject: b\nMIME-Version: 1.0\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 1000 + b"\n",
    "quoted": b"Subject: q\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + b"=C3=BCx" * 400 + b"\nsoft=\nline\n",
    "parts": b"Subject: p\n" + multipart(b"out", [
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + umlauts.encode(),
        b"Content-Type: text/plain\n\nall ascii\n",
        b"\n" + umlauts.encode(),
        b"Content-Type: message/rfc822\n\nSubject: inner\n" + nested,
        b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n" + odd,
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 600 + b"\n"]),
    "signed": b"Subject: s\n" + multipart(b"sig", [b"Content-Type: text/plain\n\nsigned text \nis not touched =\n", b"Content-Type: application/pgp-signature\n\nxx\n"], "signed"),
}
for number in range(12):
    kind = random.choice(["text/plain; charset=utf-8", "application/x-thing"])
    messages["random%d" % number] = b"Subject: r\nMIME-Version: 1.0\nContent-Type: " + kind.encode() + b"\n\nstart\n" + binary(random.randrange(5000)) + b"\nend\n"


def leaves(bytes_):
    """The decoded parts."""
    found = []
    for part in email.message_from_bytes(bytes_).walk():
        if not part.is_multipart():
            found.append(part.get_payload(decode=True))
    return found


def check(name, original, got, only_7bit):
    head, _, body = got.partition(b"\n\n")
    wrong = []
    if max(len(line) for line in got.split(b"\n")) > 998:
        wrong.append("a line is too long")
    if b"\0" in got or b"\r" in got:
        wrong.append("NUL or bare CR")
    if only_7bit and any(byte > 127 for byte in got):
        wrong.append("8-bit bytes")
    if any(byte > 127 for byte in body) and b"charset" not in head.lower() and b"multipart" not in head:
        wrong.append("8-bit text without a charset")
    # On the wire a message ends with a line end.
    want = [leaf.rstrip(b"\n") for leaf in leaves(original)]
    have = [leaf.rstrip(b"\n") for leaf in leaves(got)]
    if want != have:
        for a, b in zip(want, have):
            if a != b:
                at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))
                wrong.append("part differs at %d: %r, %r" % (at, a[at - 10:at + 20], b[at - 10:at + 20]))
        wrong.append("%d parts, %d wanted" % (len(have), len(want)))
    print("%s %s" % (name, "; ".join(wrong) or "ok"))


if sys.argv[1] == "make":
    for name, text in messages.items():
        with open(os.path.join(sys.argv[2], name), "wb") as file:
            file.write(text)
else:
    for name in sorted(os.listdir(sys.argv[3])):
        got = open(os.path.join(sys.argv[3], name), "rb").read()
        which = re.search(rb"^X-Envelope-To: <(\w+)@", got, re.M).group(1).decode()
        check(which, messages[which], got.partition(b"\n")[2].partition(b"\n")[2], sys.argv[4] == "7")
