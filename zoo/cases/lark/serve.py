"""Takes note of messages on the address and port given."""

import http.server
import sys


class Notes(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Notes)
print("ready", flush=True)
server.serve_forever()
