# recorder.py LOG ADDRESS:PORT...: smarthosts that take everything, in the clear, and note of each message where it came in and how:
# "ADDRESS:PORT login=USER:PASSWORD from=<...> to=<...>,<...> header=From field"
import base64, re, socketserver, sys, threading

log = open(sys.argv[1], "a", buffering=1)


def plain(word):
    return ":".join(base64.b64decode(word).decode().split("\0")[1:])


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write((line + "\r\n").encode())

    def ask(self, word):
        self.say("334 " + base64.b64encode(word.encode()).decode())
        return base64.b64decode(self.rfile.readline().strip()).decode()

    def auth(self, words):
        if words[1].upper() == "PLAIN":
            if len(words) > 2:
                return plain(words[2])
            self.say("334 ")
            return plain(self.rfile.readline().strip())
        user = base64.b64decode(words[2]).decode() if len(words) > 2 else self.ask("Username:")
        return user + ":" + self.ask("Password:")

    def data(self):
        self.say("354 go on")
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b".\r\n", b""):
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        header = b"".join(lines).split(b"\r\n\r\n")[0].decode("utf-8", "replace")
        found = re.search(r"(?im)^from:[ \t]*(.*(?:\r?\n[ \t].*)*)", header)
        log.write(f"{self.server.name} login={self.login} from={self.sender} to={','.join(self.rcpts)} header={found.group(1).strip() if found else '-'}\n")

    def handle(self):
        self.login, self.sender, self.rcpts = "-", "-", []
        self.say("220 recorder ESMTP")
        while True:
            line = self.rfile.readline().decode("utf-8", "replace").strip()
            words = line.split()
            verb = words[0].upper() if words else ""
            if not line and not words:
                return
            if verb == "EHLO":
                self.wfile.write(b"250-recorder\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n")
                continue
            if verb == "AUTH":
                self.login = self.auth(words)
                self.say("235 good")
                continue
            if verb == "MAIL":
                self.sender, self.rcpts = re.search(r"<[^>]*>", line).group(0), []
            elif verb == "RCPT":
                self.rcpts.append(re.search(r"<[^>]*>", line).group(0))
            elif verb == "DATA":
                self.data()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


servers = []
for place in sys.argv[2:]:
    host, port = place.rsplit(":", 1)
    server = Server((host, int(port)), Session)
    server.name = place
    servers.append(server)
    threading.Thread(target=server.serve_forever).start()
