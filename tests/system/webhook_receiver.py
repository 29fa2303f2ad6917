"""An HTTP server on this machine that takes what Tocsin calls, as another system would."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import uuid
from dataclasses import dataclass

SECRET = b"a secret of thirty-two bytes: ok"
WRITTEN_SECRET = "whsec_" + base64.b64encode(SECRET).decode()


@dataclass
class Call:
    """One request, and when it came."""

    method: str
    path: str
    headers: dict  # names in lower case
    body: bytes
    at: float

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        return self.headers["webhook-id"]


def is_signed(call, secret=SECRET):
    """The example of docs/manual/webhooks.md."""
    if abs(time.time() - int(call.headers["webhook-timestamp"])) > 300:
        return False
    text = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    code = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, "v1," + code) for one in call.headers["webhook-signature"].split())


class Receiver:
    """Keeps every call. `answer(call)` gives (status, headers, body), or waits; by default everything is well. `tls`: an
    ssl.SSLContext."""

    def __init__(self, tls=None):
        self.calls = []
        self.answer = lambda call: (200, {}, b"")
        self.open = threading.Event()  # what hangs waits for it
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                call = Call(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body,
                            time.monotonic())
                receiver.calls.append(call)
                status, headers, body = receiver.answer(call)
                try:
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(body)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # a daemon that was killed, or did not wait

            do_GET = do_POST = do_DELETE = serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # who called did not like our certificate

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def hang(self, _):
        """An answer that does not come."""
        self.open.wait(120)
        return 200, {}, b""

    def to(self, path):
        return [call for call in list(self.calls) if call.path == path]

    def stop(self):
        self.open.set()
        self._server.shutdown()
        self._server.server_close()


class FakeKumo:
    """KumoMTA's list of suspensions, as its API has it: an id of its own for each."""

    def __init__(self):
        self.suspended = {}

    def __call__(self, call):
        if call.path != "/api/admin/suspend/v1":
            return 404, {}, b"no such page"
        if call.method == "GET":
            return 200, {}, json.dumps([{"id": key, **value} for key, value in self.suspended.items()]).encode()
        asked = json.loads(call.body)
        if call.method == "DELETE":
            return (200, {}, b"OK") if self.suspended.pop(asked["id"], None) else (404, {}, b"no such id")
        key = str(uuid.uuid4())
        self.suspended[key] = asked
        return 200, {}, json.dumps({"id": key}).encode()
