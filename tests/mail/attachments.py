# Attachments with every ending and charset.  make FOLDER: the files; read MESSAGE FOLDER: are the parts the files, byte for byte, by their names?
import email, email.policy, os, sys

TEXTS = {
    "ascii": ("Plain text, two lines:\nsecond line", "us-ascii"),
    "utf8": ("Gr\u00fc\u00dfe aus K\u00f6ln, und noch einige W\u00f6rter\nzweite Zeile", "utf-8"),
    "dense": ("\u65e5\u672c\u8a9e\u306e\u672c\u6587\n\u4e8c\u884c\u76ee", "utf-8"),
    "latin1": ("Gr\u00fc\u00dfe aus K\u00f6ln, und noch einige W\u00f6rter\nzweite Zeile", "iso-8859-1"),
    "latin9": ("Preis: 5 \u20ac und einige weitere W\u00f6rter", "iso-8859-15"),
    "windows": ("\u201equoted\u201c and more plain words behind it", "windows-1252"),
    "koi8": ("\u041f\u0440\u0438\u0432\u0435\u0442", "koi8-r"),
    "jis": ("\u65e5\u672c\u8a9e\n\u4e8c\u884c\u76ee", "iso-2022-jp"),
    "sjis": ("\u65e5\u672c\u8a9e\u8868\u793a", "shift_jis"),
    "eucjp": ("\u65e5\u672c\u8a9e", "euc-jp"),
    "euckr": ("\ud55c\uad6d\uc5b4", "euc-kr"),
    "gb": ("\u4e2d\u6587\u4e2d\u6587", "gb18030"),
    "utf16": ("wide text", "utf-16"),
    "bom": ("\ufefftext", "utf-8"),
}
ENDINGS = {"none": b"", "lf": b"\n", "two": b"\n\n", "three": b"\n\n\n", "crlf": b"\r\n", "cr": b"\r", "crlfs": b"\r\n\r\n", "mixed": b"\r\n\n", "blank": b" \n", "tab": b"\t", "nul": b"\0", "ff": b"\f\n",
           "soft": b"=\n", "equals": b"="}
ODD = {
    "empty": b"", "newline": b"\n", "newlines": b"\n\n", "cr": b"\r", "crlf": b"\r\n", "blanks": b"   ", "nul": b"\0", "dot": b".\n", "dots": b".\n..\n.", "from": b"From here\n>From there\nFrom",
    "border": b"--=_1.1_mail--\n", "dashes": b"--\n", "long": b"x" * 3000 + b"\n", "longer": (b"word " * 1000) + b"\n", "all": bytes(range(256)), "high": bytes(range(128, 256)) + b"\n",
    "trailing": b"a \nb\t\nc", "crs": b"a\rb\rc\n", "escape": b"\x1b[31mred\x1b[0m\n", "delete": b"\x7f\n", "equal": b"=41=\n==\n", "rfc822": b"Subject: x\nFrom: y\n\ntext\n", "soft": b"x" * 74 + b"From here\n" + b"\xc3\xbc",
    "broken": b"\xff\xfe\n\xc3", "lines": b"line\n" * 5000, "unix": b"#!/bin/sh\nexit 0\n",
}
NAMES = ["plain.txt", "two words.txt", "\u00fcml\u00e4ut.txt", "\u65e5\u672c\u8a9e.txt", "=?utf-8?q?x?=.txt", "quote\".txt", "back\\slash.txt", "semi;colon.txt", "per%41cent.txt", "apos'trophe''.txt",
         "-dash.txt", ".hidden.txt", "n" * 200 + ".txt", "paren(thesis).txt", "at@sign,comma.txt", "trailing .", "tab\tname.txt", "UPPER.TXT", "x" * 60 + "\u00fc" * 60 + ".tar.gz", "none"]


def files():
    for name, (text, charset) in TEXTS.items():
        for ending, tail in ENDINGS.items():
            yield f"{name}-{ending}.txt", text.encode(charset) + tail
    for name, content in ODD.items():
        for extension in ("txt", "bin", "html"):
            yield f"odd-{name}.{extension}", content
    for name in NAMES:
        yield name, b"a file\nof two lines\n"


def make(folder):
    os.makedirs(folder)
    for name, content in files():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(content)
        print(name)


def read(message):
    with open(message, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    parts = list(m.iter_attachments())
    wrong = []
    wanted = dict(files())
    for p in parts:
        name = p.get_filename()
        if wanted.pop(name, None) != p.get_payload(decode=True):
            wrong.append(name)
    print("wrong:", *[ascii(n) for n in wrong + list(wanted)])
    print(len(parts))


make(sys.argv[2]) if sys.argv[1] == "make" else read(sys.argv[2])
