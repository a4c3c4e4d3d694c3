"""provider.py PORTFILE: an OAuth2 provider on loopback; what it says at /answer is in PORTFILE.answer: a number, and the rest; at /script
one answer after the other of PORTFILE.script, with a line ---- between them (code 0: the connection is closed; 302: a redirection).  Device codes are pending once; a refresh token is good for one use, "gone" is withdrawn."""
import http.server, json, os, sys, urllib.parse
state = {"number": 0, "refresh": "", "polls": 0}
class Provider(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def say(self, code, words):
        body = json.dumps(words, indent=1).encode()
        self.send_response(code); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def tokens(self, refresh=True):
        state["number"] += 1
        words = {"token_type": "Bearer", "expires_in": 3600 if state["number"] != 2 else 100, "access_token": "access%d.tok-en_/+=" % state["number"]}
        if refresh:
            state["refresh"] = words["refresh_token"] = "refresh%d" % state["number"]
        self.say(200, words)
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        if self.path == "/answer":
            code, body = open(sys.argv[1] + ".answer", "rb").read().split(b"\n", 1)
            self.send_response(int(code)); self.end_headers(); self.wfile.write(body)
        elif self.path == "/script":
            first, _, rest = open(sys.argv[1] + ".script").read().partition("\n----\n")
            open(sys.argv[1] + ".script", "w").write(rest)
            code, _, body = first.partition("\n")
            if code == "0": return
            self.send_response(int(code)); self.send_header("Location", "https://login.example.net/x?secret=1"); self.end_headers(); self.wfile.write(body.encode())
        elif form.get("client_id") != "us":
            self.say(401, {"error": "invalid_client", "error_description": "no such client"})
        elif self.path == "/device":
            self.say(200, {"device_code": "dc", "user_code": "WDJB-MJHT", "verification_uri": "https://provider.example/device", "interval": 0, "expires_in": 900})
        elif self.path == "/hostile":
            self.send_response(400); self.end_headers()
            self.wfile.write(b'{"error": "\x1b[2Jbad\xc2\x9b3m", "error_description": "\\033]0;x\\007 $(touch /tmp/x) `id`\x00\x07", "verification_uri": "\x1b[31m"}')
        elif self.path == "/device-hostile":
            self.send_response(200); self.end_headers()
            self.wfile.write(b'{"device_code": "dc\\nurl=file:///etc/passwd", "user_code": "\\033[1mX\x1b[7m", "verification_uri": "https://p.example/\\007\x1b]0;y", "interval": 99999999}')
        elif self.path == "/endless":
            self.send_response(200); self.end_headers()
            try:
                for i in range(64): self.wfile.write(b'{"access_token": "' + b"x" * 1048576)
            except OSError: pass
        elif self.path == "/odd":
            self.say(200, ["what"])
        elif form.get("client_secret") != 'se"cret\\&=':
            self.say(401, {"error": "invalid_client"})
        elif form["grant_type"].endswith("device_code"):
            state["polls"] += 1
            self.say(400, {"error": "authorization_pending"}) if state["polls"] == 1 else self.tokens()
        elif form["grant_type"] == "authorization_code":
            self.tokens() if form["code"] == "4/xyz" else self.say(400, {"error": "invalid_grant"})
        elif form["grant_type"] == "client_credentials":
            self.tokens(False)
        elif form["refresh_token"] != state["refresh"]:
            self.say(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
        else:
            self.tokens()
server = http.server.HTTPServer(("127.0.0.1", 0), Provider)
open(sys.argv[1] + ".new", "w").write("%d\n" % server.server_port)
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
