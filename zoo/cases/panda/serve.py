"""Serves rates on the address and port given."""

import http.server
import sys


class Rates(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"EUR": 1.0, "USD": 1.25, "GBP": 0.85}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Rates)
print("ready", flush=True)
server.serve_forever()
