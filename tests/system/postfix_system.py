"""A real Postfix of the test's own: configuration, queue and data in a temporary folder, free ports on loopback.

Nothing of the system's Postfix is read or changed, but its programs and `postfix-files`. It needs root, because Postfix does.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20

# The services that a small Postfix is made of; no chroot, so nothing has to be copied.
MASTER = """
pickup     unix  n  -  n  60   1  pickup
cleanup    unix  n  -  n  -    0  cleanup
qmgr       unix  n  -  n  300  1  qmgr
rewrite    unix  -  -  n  -    -  trivial-rewrite
bounce     unix  -  -  n  -    0  bounce
defer      unix  -  -  n  -    0  bounce
trace      unix  -  -  n  -    0  bounce
flush      unix  n  -  n  1000 0  flush
proxymap   unix  -  -  n  -    -  proxymap
smtp       unix  -  -  n  -    -  smtp
showq      unix  n  -  n  -    -  showq
error      unix  -  -  n  -    -  error
retry      unix  -  -  n  -    -  error
anvil      unix  -  -  n  -    1  anvil
postlog    unix-dgram n - n -  1  postlogd
"""


def why_not():
    """Why Postfix cannot be run here; empty when it can. Prints it, because a test that is skipped does not say so."""
    reason = ""
    if os.geteuid() != 0:
        reason = f"Postfix needs root; this is user {os.geteuid()}"
    elif shutil.which("postfix", path="/usr/sbin:/usr/bin") is None:
        reason = "Postfix is not installed: tools/install-dependencies test"
    if reason:
        print(f"skipped: {reason}")
    return reason


def free_port():
    """Below the ports that clients get, so that no connection takes it while its server is being restarted."""
    while True:
        port = random.randint(20000, 32000)
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Postfix:
    """Add services, then use it as a context manager. What it delivers goes to the SMTP server at `sink_port`."""

    def __init__(self, sink_port, **parameters):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-postfix-"))
        self.services, self.ports = {}, {}
        self.parameters = self._defaults(sink_port) | parameters

    def _defaults(self, sink_port):
        return {
            "compatibility_level": "3.6", "queue_directory": self.folder / "queue", "data_directory": self.folder / "data",
            "maillog_file": self.folder / "postfix.log", "maillog_file_prefixes": self.folder,
            "myhostname": "mx.example.net", "mydestination": "", "mynetworks": "127.0.0.0/8", "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4", "alias_maps": "", "alias_database": "", "local_recipient_maps": "", "biff": "no",
            "relay_transport": f"smtp:[127.0.0.1]:{sink_port}", "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native", "relay_domains": "static:all", "smtpd_relay_restrictions": "reject_unauth_destination",
            "smtpd_peername_lookup": "no", "notify_classes": "", "message_size_limit": "60000000",
            "smtpd_authorized_xclient_hosts": "127.0.0.0/8", "smtpd_authorized_xforward_hosts": "127.0.0.0/8",
            "smtpd_client_connection_count_limit": "0", "minimal_backoff_time": "1s", "queue_run_delay": "1s",
            "maximal_backoff_time": "2s", "smtp_destination_concurrency_limit": "20", "in_flow_delay": "0",
            "smtpd_error_sleep_time": "0", "smtpd_hard_error_limit": "1000", "smtpd_junk_command_limit": "1000",
            "message_drop_headers": "",
        }

    def add_service(self, name, **options):
        """An smtpd with its own options; returns its port. Options may be changed until the start."""
        self.ports[name] = free_port()
        self.services[name] = options
        return self.ports[name]

    def __enter__(self):
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        self._write_configuration()
        try:
            self._postfix("start")
            self._wait_for_ports()
        except Exception:
            self.__exit__()
            raise
        return self

    def _write_configuration(self):
        main = "".join(f"{name} = {value}\n" for name, value in self.parameters.items())
        (self.folder / "etc" / "main.cf").write_text(main, encoding="utf-8")
        master = MASTER
        for name, options in self.services.items():
            master += f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n    -o syslog_name=postfix/{name}\n"
            master += "".join(f"    -o {{ {option} = {value} }}\n" for option, value in options.items())
        (self.folder / "etc" / "master.cf").write_text(master, encoding="utf-8")

    def _postfix(self, command):
        result = subprocess.run(["/usr/sbin/postfix", "-c", str(self.folder / "etc"), command], capture_output=True,
                                text=True, timeout=60, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"postfix {command}: {result.stdout}{result.stderr}{self.log()}")

    def _wait_for_ports(self):
        deadline = time.monotonic() + START_TIMEOUT_S
        for port in self.ports.values():
            while True:
                try:
                    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as probe:
                        if probe.recv(4) == b"220 ":
                            break
                except OSError:
                    time.sleep(0.05)
                if time.monotonic() > deadline:
                    raise RuntimeError("Postfix did not start:\n" + self.log())

    def log(self):
        try:
            return (self.folder / "postfix.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def queue(self):
        """What is in the queue, as postqueue tells it."""
        result = subprocess.run(["/usr/sbin/postqueue", "-c", str(self.folder / "etc"), "-j"], capture_output=True, text=True,
                                timeout=60, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def wait_until_empty(self, timeout_s=30):
        """Until everything is delivered or held."""
        deadline = time.monotonic() + timeout_s
        while waiting := [entry for entry in self.queue() if entry["queue_name"] != "hold"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(waiting)} messages are still queued, the first: {waiting[0]}\n{self.log()[-3000:]}")
            if all(entry["queue_name"] == "deferred" for entry in waiting):
                self.flush()
            time.sleep(0.1)

    def count_queued(self):
        """How many messages wait, whatever for; of one that moves from queue to queue just now, none or two may be seen."""
        return sum(len(files) for name in ("maildrop", "incoming", "active", "deferred")
                   for _, _, files in os.walk(self.folder / "queue" / name))

    def flush(self):
        subprocess.run(["/usr/sbin/postqueue", "-c", str(self.folder / "etc"), "-f"], capture_output=True, timeout=60, check=True)

    def __exit__(self, *_):
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self):
        """Ends the master by its process id; it ends its own children."""
        try:
            master = int((self.folder / "queue" / "pid" / "master.pid").read_text())
            os.kill(master, signal.SIGTERM)
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline and self._lives(master):
            time.sleep(0.02)

    @staticmethod
    def _lives(process):
        """A zombie, which its parent has not looked at yet, has no command line."""
        try:
            return pathlib.Path(f"/proc/{process}/cmdline").read_bytes() != b""
        except OSError:
            return False
