"""The real clamdscan, and clamd's protocol byte by byte, against Tocsin's clamd door."""
import pathlib
import re
import socket
import struct
import subprocess
import tempfile
import unittest

import demo_mail
from real_programs import need
from tocsin_system import Daemon, SmtpSink

CLEAN = demo_mail.plain("a@far.example", "b@corp.example", "Lunch", "At noon?")
BAD = demo_mail.infected("a@far.example", "b@corp.example")
NAME = "Tocsin.Test.Eicar"


class ClamdDoor(unittest.TestCase):
    """A daemon whose clamd door reads files below one folder."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name).resolve()
        cls.root = cls.folder / "root"
        cls.root.mkdir()
        for name, content in (("clean.eml", CLEAN), ("bad.eml", BAD), ("eicar.com", demo_mail.EICAR), ("empty", b"")):
            (cls.root / name).write_bytes(content)
        (cls.folder / "outside.eml").write_bytes(BAD)
        (cls.root / "link.eml").symlink_to(cls.folder / "outside.eml")
        sink = SmtpSink()
        cls.addClassCleanup(sink.stop)
        cls.daemon = Daemon(sink, clamd=f'scan_root = "{cls.root}"')
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__)


class Clamdscan(ClamdDoor):
    @classmethod
    def setUpClass(cls):
        need("clamdscan")
        super().setUpClass()
        (cls.folder / "clamd.conf").write_text(f"TCPSocket {cls.daemon.ports['clamd']}\nTCPAddr 127.0.0.1\n")

    def clamdscan(self, *words, stdin=b""):
        """(exit code, standard output) of clamdscan: 0 nothing found, 1 found, 2 error."""
        command = ["clamdscan", "-c", str(self.folder / "clamd.conf"), "--no-summary", *map(str, words)]
        result = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)
        return result.returncode, result.stdout.decode()

    def test_a_bare_file_is_opened_like_an_attachment(self):
        """clamd is asked about uploads too; mail that hides behind the looks of a file is still read as mail."""
        packed = demo_mail.zip_of("prices.com", demo_mail.EICAR)
        for name, content, found in (("zip", packed, True), ("zip in a zip", demo_mail.zip_of("a.zip", packed), True),
                                     ("mail behind a zip's beginning", b"PK\x03\x04: x\r\n" + BAD, True),
                                     ("clean zip", demo_mail.zip_of("a.txt", b"hello"), False)):
            with self.subTest(name):
                code, text = self.clamdscan("-", stdin=content)
                self.assertEqual((code, "FOUND" in text), (int(found), found), text)

    def test_streams(self):
        clean, bad = self.root / "clean.eml", self.root / "bad.eml"
        self.assertEqual(self.clamdscan("--stream", clean), (0, f"{clean}: OK\n"))
        self.assertEqual(self.clamdscan("--stream", bad), (1, f"{bad}: {NAME} FOUND\n"))
        self.assertEqual(self.clamdscan("-", stdin=CLEAN), (0, "stream: OK\n"))
        self.assertEqual(self.clamdscan("-", stdin=BAD), (1, f"stream: {NAME} FOUND\n"))
        self.assertEqual(self.clamdscan("--stream", "--allmatch", bad), (1, f"{bad}: {NAME} FOUND\n"))
        large = demo_mail.with_attachment("a@x.example", "b@x.example", "Film", "film.bin", "application/octet-stream",
                                          bytes(24 << 20))
        self.assertEqual(self.clamdscan("-", stdin=large), (0, "stream: OK\n"))

    def test_a_folder_is_streamed_file_by_file(self):
        for words in (["--stream"], ["--stream", "--multiscan"]):
            code, told = self.clamdscan(*words, self.root)
            self.assertEqual((code, sorted(told.splitlines())),
                             (1, [f"{self.root}/bad.eml: {NAME} FOUND", f"{self.root}/eicar.com: {NAME} FOUND"]))

    def test_paths_only_below_the_configured_folder(self):
        self.assertEqual(self.clamdscan(self.root / "bad.eml"), (1, f"{self.root}/bad.eml: {NAME} FOUND\n"))
        self.assertEqual(self.clamdscan(self.root / "clean.eml"), (0, f"{self.root}/clean.eml: OK\n"))
        code, told = self.clamdscan(self.folder / "outside.eml")
        self.assertEqual((code, told.split(": ", 1)[1]), (2, "this path lies outside of the folder that may be scanned. ERROR\n"))
        self.assertEqual(self.clamdscan("--fdpass", self.folder / "outside.eml")[0], 2)

    def test_what_it_says_about_itself(self):
        self.assertEqual(self.clamdscan("--ping", "1"), (0, "PONG\n"))
        code, told = self.clamdscan("--version")
        self.assertEqual(code, 0)
        self.assertRegex(told, r"^ClamAV \d+\.\d+")
        self.assertEqual(self.clamdscan("--reload")[0], 2)


class Protocol(ClamdDoor):
    def exchange(self, request):
        """All bytes that a request is answered with, until the door closes."""
        with socket.create_connection(("127.0.0.1", self.daemon.ports["clamd"]), timeout=60) as client:
            client.sendall(request)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
            return answer

    @staticmethod
    def stream(content, piece=7777):
        chunks = [content[at:at + piece] for at in range(0, len(content), piece)]
        return b"".join(struct.pack(">I", len(chunk)) + chunk for chunk in chunks) + bytes(4)

    def test_one_command_in_each_form(self):
        for command, end in ((b"PING\n", b"\n"), (b"nPING\n", b"\n"), (b"zPING\0", b"\0")):
            self.assertEqual(self.exchange(command), b"PONG" + end)
        self.assertTrue(self.exchange(b"zVERSION\0").startswith(b"ClamAV "))
        self.assertIn(b"| COMMANDS: ", self.exchange(b"zVERSIONCOMMANDS\0"))
        self.assertRegex(self.exchange(b"zSTATS\0"),
                         re.compile(rb"^POOLS: 1\n\nSTATE: VALID PRIMARY\nTHREADS: live \d+  idle 0 max 2 .*\nEND\0$", re.S))
        for command in (b"SHUTDOWN\n", b"zRELOAD\0", b"zQUIT\0"):
            self.assertEqual(self.exchange(command)[:-1], b"COMMAND UNAVAILABLE")
        self.assertEqual(self.exchange(b"nonsense\n"), b"UNKNOWN COMMAND\n")

    def test_a_session_with_several_commands(self):
        request = (b"zIDSESSION\0zPING\0zINSTREAM\0" + self.stream(BAD) + b"zINSTREAM\0" + self.stream(CLEAN) +
                   f"zSCAN {self.root}/eicar.com\0".encode() + b"zINSTREAM\0" + self.stream(b"") + b"zEND\0")
        self.assertEqual(self.exchange(request).split(b"\0"), [
            b"1: PONG", f"2: stream: {NAME} FOUND".encode(), b"3: stream: OK",
            f"4: {self.root}/eicar.com: {NAME} FOUND".encode(), b"5: stream: OK", b""])

    def test_paths_that_lead_out(self):
        for path in ("/etc/passwd", f"{self.root}/../outside.eml", f"{self.root}/link.eml", str(self.root), f"{self.root}/none"):
            answer = self.exchange(f"zSCAN {path}\0".encode())
            self.assertTrue(answer.endswith(b" ERROR\0"), answer)

    def test_every_answer_is_recorded(self):
        before = self.daemon.command("journal", "list", "--json")["total"]
        for content in (CLEAN, BAD):
            self.exchange(b"zINSTREAM\0" + self.stream(content))
        rows = self.daemon.command("journal", "list", "--json")
        self.assertEqual(rows["total"], before + 2)
        self.assertEqual([row["verdict"] for row in rows["records"][:2]], ["malware", "clean"])
        self.assertEqual(rows["records"][0]["listener"], "clamd")


class ClamdDoorWithLittleRoom(unittest.TestCase):
    def test_a_file_counts_as_mail_in_memory(self):
        """What there is no room for is not read, and the record says so."""
        with tempfile.TemporaryDirectory() as folder:
            large = pathlib.Path(folder).resolve() / "large.eml"
            large.write_bytes(CLEAN + b"0123456789" * 300_000)
            sink = SmtpSink()
            self.addCleanup(sink.stop)
            settings = "[daemon]\nbuffer_bytes = 2000000\n"
            with Daemon(sink, configuration=settings, clamd=f'scan_root = "{large.parent}"') as daemon:
                with socket.create_connection(("127.0.0.1", daemon.ports["clamd"]), timeout=60) as client:
                    client.sendall(f"zSCAN {large}\0".encode())
                    self.assertEqual(client.recv(1000), f"{large}: too much mail is being read now ERROR\0".encode())
                record = daemon.command("journal", "list", "--json")["records"][0]
                self.assertEqual((record["disposition"], record["outcome"], record["size_bytes"]),
                                 ("tempfail", "unavailable", large.stat().st_size))


class ClamdDoorWithoutFolder(unittest.TestCase):
    def test_no_path_is_read(self):
        sink = SmtpSink()
        self.addCleanup(sink.stop)
        with Daemon(sink) as daemon, socket.create_connection(("127.0.0.1", daemon.ports["clamd"]), timeout=60) as client:
            client.sendall(b"zSCAN /etc/passwd\0")
            self.assertEqual(client.recv(1000),
                             b"/etc/passwd: paths are not scanned here: send the content with INSTREAM. ERROR\0")


if __name__ == "__main__":
    unittest.main()
