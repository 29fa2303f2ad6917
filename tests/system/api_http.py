"""Calls of the daemon's API as other programs make them: over TCP, or on its Unix socket."""
import http.client
import json
import re
import socket

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def call(connection, method, target, headers=None, body=None):
    """(status, headers, text) of one request."""
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def over_tcp(daemon, method, target, headers=None, body=None):
    return call(http.client.HTTPConnection("127.0.0.1", daemon.ports["api"], timeout=30), method, target, headers, body)


def own_socket(daemon, method, target, headers=None, body=None):
    return call(UnixConnection(daemon.data / "api.sock"), method, target, headers, body)


def token_of(daemon):
    return (daemon.data / "api-token").read_text().strip()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def ready(daemon):
    status, _, text = over_tcp(daemon, "GET", "/ready")
    return status, json.loads(text)["reasons"]


class Metrics:
    """A page in Prometheus' text format 0.0.4, read strictly: every sample belongs to a family with HELP and TYPE."""

    def __init__(self, text):
        assert text.endswith("\n"), "the last line ends too"
        self.types, self.samples = {}, {}
        helped = ""
        for line in text.splitlines():
            if line.startswith("# HELP "):
                helped = line.split(" ", 3)[2]
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name == helped and name not in self.types, line
                self.types[name] = kind
            else:
                self._sample(line)

    def _sample(self, line):
        name, labels, value = SAMPLE.fullmatch(line).groups()
        family = name
        if family not in self.types:
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert self.types[family] == "histogram", line
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{key}="{text}"' for key, text in pairs) == (labels or ""), line
        key = (name, frozenset(pairs))
        assert key not in self.samples, line
        self.samples[key] = float(value)

    def value(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def labels(self):
        """family -> names of its labels, as far as it has samples."""
        out = {}
        for name, pairs in self.samples:
            family = name if name in self.types else re.sub(r"_(bucket|sum|count)$", "", name)
            out.setdefault(family, set()).update(key for key, _ in pairs)
        return out


def metrics(daemon):
    status, headers, text = over_tcp(daemon, "GET", "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), (status, headers)
    return Metrics(text)
