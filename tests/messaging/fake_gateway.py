"""A gateway on this machine that does what the test wants: works, fails, hangs, repeats.

Each request takes the next word of ``script`` ("ok" when it is empty): a status as a number;
"hang", no answer; "lost", the message is taken and the answer hangs; "cut", the message is taken
and the line is cut; "drop", cut before that.
"""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeGateway(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.requests, self.applied = [], [], Counter()
        self.bodies, self.guard, self.over = {}, threading.Lock(), threading.Event()
        self.knows_keys = True
        self.url = f"http://127.0.0.1:{self.server_port}/messages"

    def handle_error(self, request, client_address):
        """The client went away before the answer, as a test wants it."""

    def take(self, reference: str, body: dict) -> int:
        """Apply the message once by its reference: 201, then 409."""
        with self.guard:
            if self.knows_keys and reference in self.applied:
                return 409
            self.applied[reference] += 1
            self.bodies[reference] = body
            return 201


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Quiet."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server, key = self.server, self.headers["Idempotency-Key"]
        word = self._next()
        if isinstance(word, int):
            return self._answer(word)
        if word in ("ok", "lost", "cut"):
            status = server.take(key, body)
        if word in ("hang", "lost"):
            server.over.wait(60)
        if word == "ok":
            self._answer(status, {"id": f"gw-{key[-4:]}"})
        return None

    def do_GET(self):
        reference = self.path.rpartition("/")[2]
        word = self._next()
        if isinstance(word, int):
            return self._answer(word)
        known = reference in self.server.applied
        return self._answer(200 if known else 404, {"id": f"gw-{reference[-4:]}"})

    def _next(self):
        with self.server.guard:
            self.server.requests.append((self.command, self.path, dict(self.headers)))
            return self.server.script.pop(0) if self.server.script else "ok"

    def _answer(self, status, body=None):
        data = json.dumps(body or {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.end_headers()
        self.wfile.write(data)
