"""`tocsin rules update URL`: archives from a server of our own on loopback, good ones and every kind of bad one. Whatever bad
comes, the rules that were there stay, and a sentence says what to do."""
import gzip
import hashlib
import http.server
import io
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest
import zipfile

from tocsin_system import BUILD

GOOD = 'name: "{name}"\nsource: |\n  subject.subject == "{name}"\n'
BAD = 'name: "bad"\nsource: |\n  subject.subjct == "a"\n'
TOP = "feed-1a2b3c/"


def rule(name):
    return GOOD.format(name=name).encode()


def tar(members, mode="gz"):
    """`members`: (path, bytes) or a ready TarInfo."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:" + mode) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            archive.addfile(info, io.BytesIO(member[1]))
    return buffer.getvalue()


def link(path, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    return info


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members:
            archive.writestr(path, content)
    return buffer.getvalue()


class Server:
    """Says what `answers` has for a path: bytes, (status, fields, bytes), or a function that gets the request."""

    def __init__(self, context=None):
        self.answers, self.asked = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, self.headers.get("If-None-Match")))
                answer = outer.answers.get(self.path, (404, {}, b"no such thing"))
                if callable(answer):
                    answer(self)
                    return
                status, fields, body = answer if isinstance(answer, tuple) else (200, {}, answer)
                if fields.get("ETag") and self.headers.get("If-None-Match") == fields["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if context else "http"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Fetching(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.target = self.folder / "rules"
        self.server = Server()
        self.addCleanup(self.server.stop)

    def update(self, source, *words):
        command = [BUILD / "tocsin", "rules", "update", *words, source, self.target]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)

    def there(self, folder=None):
        folder = folder or self.target
        return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.y*ml")}

    def serve(self, body, path="/feed.tar.gz", **fields):
        self.server.answers[path] = (200, fields, body)
        return self.server.url(path)

    def first_version(self):
        result = self.update(self.serve(tar([(TOP + "a.yml", rule("a"))]), "/first.tar.gz"))
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.there()

    def assert_refused(self, source, *phrases, words=(), code=2):
        """Nothing is changed, and one line says why and what to do."""
        before = self.there() or self.first_version()
        result = self.update(source, *words)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        for phrase in phrases:
            self.assertIn(phrase, result.stderr)
        self.assertIn("nothing was changed", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertEqual(self.there(), before)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir() if path.name.startswith("rules")), ["rules"])


class Good(Fetching):
    def test_every_kind_of_archive(self):
        members = [(TOP + "a.yml", rule("a")), (TOP + "inner/b.yaml", rule("b")), (TOP + "README.md", b"words"),
                   (TOP + ".github/workflow.yml", b"on: push\n")]
        wanted = {"a.yml": GOOD.format(name="a"), "inner/b.yaml": GOOD.format(name="b")}
        for number, archive in enumerate((tar(members), tar(members, "xz"), tar(members, ""), zipped(members))):
            self.target = self.folder / f"rules-{number}"
            result = self.update(self.serve(archive))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(self.there(), wanted)
            self.assertIn("archive   sha256 " + hashlib.sha256(archive).hexdigest(), result.stdout)

    def test_what_changed_and_back_again(self):
        first = [(TOP + "a.yml", rule("a")), (TOP + "b.yml", rule("b")), (TOP + "bad.yml", BAD.encode())]
        result = self.update(self.serve(tar(first)))
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stdout.splitlines()[0].split(": ")[0], "rejected  bad.yml:3:3")
        second = [("feed-9/b.yml", rule("other")), ("feed-9/c.yml", rule("c"))]
        result = self.update(self.serve(tar(second)))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.splitlines()[:3], ["new       c.yml", "changed   b.yml", "gone      a.yml"])
        self.assertIn(f"to go back: tocsin rules update --undo {self.target}", result.stdout)
        new = self.there()
        undone = subprocess.run([BUILD / "tocsin", "rules", "update", "--undo", self.target], capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(undone.returncode, 0, undone.stderr)
        self.assertEqual(undone.stdout.splitlines()[:3], ["new       a.yml", "changed   b.yml", "gone      c.yml"])
        self.assertEqual(self.there(), {"a.yml": GOOD.format(name="a"), "b.yml": GOOD.format(name="b")})
        self.assertEqual(self.there(self.folder / "rules.previous"), new)

    def test_a_second_run_fetches_nothing_and_says_so(self):
        url = self.serve(tar([(TOP + "a.yml", rule("a"))]), ETag='"one"')
        self.assertEqual(self.update(url).returncode, 0)
        result = self.update(url)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(f"unchanged: 1 rules are in {self.target}", result.stdout)
        self.assertEqual([tag for _, tag in self.server.asked], [None, '"one"'])
        (self.target / "a.yml").write_text(BAD)  # by hand: then the tag stands for something else
        self.assertEqual(self.update(url).returncode, 0)
        self.assertEqual(self.there(), {"a.yml": GOOD.format(name="a")})
        self.assertIsNone(self.server.asked[-1][1])
        origin = self.target / ".tocsin-origin.json"  # another version may understand more rules
        origin.write_text(json.dumps(json.loads(origin.read_text()) | {"tocsin": "0.0.1"}))
        self.assertEqual(self.update(url).returncode, 0)
        self.assertIsNone(self.server.asked[-1][1])

    def test_what_was_rejected_is_told_by_every_run(self):
        url = self.serve(tar([(TOP + "a.yml", rule("a")), (TOP + "bad.yml", BAD.encode())]), ETag='"one"')
        first, second = self.update(url), self.update(url)
        for run in (first, second):
            self.assertEqual((run.returncode, run.stderr), (1, ""))
            self.assertIn("rejected  bad.yml:3:3: ", run.stdout)
            self.assertIn("archive   sha256 ", run.stdout)
        self.assertIn(f"unchanged: 1 rules are in {self.target}, 1 were rejected", second.stdout)
        self.assertFalse((self.folder / "rules.previous").exists())
        self.serve(tar([(TOP + "a.yml", rule("a"))]), ETag='"two"')
        self.assertEqual(self.update(url).returncode, 0)
        self.assertIn("unchanged: 1 rules", self.update(url).stdout)
        self.assertEqual([tag for _, tag in self.server.asked], [None, None, None, '"two"'])

    def test_without_a_tag_the_same_bytes_are_unchanged_too(self):
        archive = tar([(TOP + "a.yml", rule("a"))])
        url = self.serve(archive)
        self.assertEqual(self.update(url).returncode, 0)
        self.assertIn("unchanged", self.update(url).stdout)
        self.serve(tar([("other/a.yml", rule("a")), ("other/README", b"new words")]))
        self.assertIn("unchanged", self.update(url).stdout)
        self.assertFalse((self.folder / "rules.previous").exists())

    def test_a_pinned_archive(self):
        archive = tar([(TOP + "a.yml", rule("a"))])
        url, digest = self.serve(archive), hashlib.sha256(archive).hexdigest()
        self.assertEqual(self.update(url, "--sha256", digest.upper()).returncode, 0)
        self.assertIn("unchanged", self.update(url, "--sha256", digest).stdout)
        self.assertEqual(len(self.server.asked), 1)

    def test_one_folder_of_an_archive(self):
        url = self.serve(zipped([(TOP + "detection-rules/a.yml", rule("a")), (TOP + "insights/b.yml", rule("b"))]))
        self.assertEqual(self.update(url, "--folder", "detection-rules").returncode, 0)
        self.assertEqual(self.there(), {"a.yml": GOOD.format(name="a")})
        self.assert_refused(url, "no .yml or .yaml file in the folder detection", words=("--folder", "detection"))

    def test_an_archive_that_is_a_file_here_and_json(self):
        file = self.folder / "feed.zip"
        file.write_bytes(zipped([("a.yml", rule("a"))]))
        result = self.update(file, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(result.stdout)
        self.assertEqual((told["rules"], told["new"], told["rejected"], told["unchanged"]), (1, ["a.yml"], [], False))

    def test_https_with_an_authority_of_its_own(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                        "-subj", "/CN=feed", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = Server(context)
        self.addCleanup(server.stop)
        server.answers["/feed.tar.gz"] = tar([(TOP + "b.yml", rule("b"))])
        self.assert_refused(server.url("/feed.tar.gz"), "does not prove who it is", "--ca-file")
        self.server.answers["/moved"] = (302, {"Location": server.url("/feed.tar.gz")}, b"")
        result = self.update(self.server.url("/moved"), "--ca-file", certificate)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.there(), {"b.yml": GOOD.format(name="b")})
        server.answers["/loop"] = (302, {"Location": server.url("/loop")}, b"")
        result = self.update(server.url("/loop"), "--ca-file", certificate)
        self.assertEqual(result.returncode, 2)
        self.assertIn("leads on more than 5 times", result.stderr)
        self.assertEqual(len([path for path, _ in server.asked if path == "/loop"]), 6)


class BadServers(Fetching):
    def test_another_archive_than_the_pinned_one(self):
        archive = tar([(TOP + "b.yml", rule("b"))])
        self.assert_refused(self.serve(archive), hashlib.sha256(archive).hexdigest(), "find out which one is right",
                            words=("--sha256", "0" * 64))

    def test_redirections_to_what_is_not_https(self):
        for place in ("file:///etc/passwd", self.server.url("/first.tar.gz"), "ftp://127.0.0.1/a", "gopher://127.0.0.1:1/a"):
            self.server.answers["/moved"] = (302, {"Location": place}, b"")
            self.assert_refused(self.server.url("/moved"), "leads to " + place, "only https is followed")

    def test_http_to_another_host_is_not_tried(self):
        self.assert_refused("http://feed.example/a.tar.gz", "over https only")
        self.assert_refused("file:///etc/passwd", "over https only")

    def test_answers_that_are_no_file(self):
        self.assert_refused(self.server.url("/nothing"), "is not there (the server says 404)", "look at the address")
        for status, phrase in ((403, "is not for everybody"), (500, "try again later"), (204, "instead of sending a file")):
            self.server.answers["/x"] = (status, {}, b"")
            self.assert_refused(self.server.url("/x"), phrase)

    def test_a_server_that_is_not_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        self.assert_refused(f"http://127.0.0.1:{port}/a.tar.gz", "cannot be reached", "look at the address")

    def test_too_many_bytes(self):
        def endless(request):
            request.send_response(200)
            request.end_headers()
            try:
                while True:
                    request.wfile.write(b"x" * 1_000_000)
            except OSError:
                pass

        self.server.answers["/endless"] = endless
        self.assert_refused(self.server.url("/endless"), "more than 67108864 bytes")

    def test_too_many_header_fields(self):
        self.server.answers["/x"] = (200, {f"X-{number}": "x" * 1000 for number in range(80)}, b"")
        self.assert_refused(self.server.url("/x"), "bytes of header fields")

    def test_a_body_that_never_ends(self):
        def slow(request):
            request.send_response(200)
            request.end_headers()
            try:
                while True:
                    request.wfile.write(b"x")
                    time.sleep(0.2)
            except OSError:
                pass

        self.server.answers["/slow"] = slow
        self.assert_refused(self.server.url("/slow"), "within 1 s", "--timeout-s", words=("--timeout-s", "1"))

    def test_a_body_that_breaks_off(self):
        def cut(request):
            request.send_response(200)
            request.send_header("Content-Length", "1000")
            request.end_headers()
            request.wfile.write(b"x" * 10)

        self.server.answers["/cut"] = cut
        self.assert_refused(self.server.url("/cut"), "could not be fetched", "try again later")


class BadArchives(Fetching):
    def test_what_is_no_archive(self):
        self.assert_refused(self.serve(b"name: a\n"), "this is no .tar.gz, .tar.xz or .zip archive")
        self.assert_refused(self.serve(b"\n<!DOCTYPE html><title>Sign in</title>"), "it looks like a web page")
        self.assert_refused(self.serve(b""), "archive")

    def test_a_damaged_archive(self):
        whole = tar([(TOP + f"{number}.yml", rule(str(number)) + bytes(hashlib.sha256(b"x").hexdigest() * 50, "ascii"))
                     for number in range(20)])
        self.assert_refused(self.serve(whole[:len(whole) // 2]), "/feed.tar.gz: ")

    def test_paths_that_lead_away(self):
        for path in ("../outside.yml", TOP + "../../outside.yml", "/tmp/outside.yml", "a/..\\outside.yml"):
            for archive in (tar([(TOP + "b.yml", rule("b")), (path, rule("x"))]),
                            zipped([(TOP + "b.yml", rule("b")), (path, rule("x"))])):
                self.assert_refused(self.serve(archive), "outside.yml", "do not use this archive")
        self.assertEqual([path.name for path in self.folder.rglob("outside.yml")], [])
        self.assertFalse(pathlib.Path("/tmp/outside.yml").exists())

    def test_a_member_that_leads_away_and_is_no_rule(self):
        for path in ("../README", TOP + "../../README", "/tmp/README", TOP + "..\\..\\README"):
            self.assert_refused(self.serve(tar([(TOP + "b.yml", rule("b")), (path, b"words")])),
                                f"the archive has a member outside of itself: {path}", "do not use this archive")
        self.assert_refused(self.serve(tar([link("../README", "b.yml"), (TOP + "b.yml", rule("b"))])), "../README")

    def test_a_name_that_would_paint_the_terminal(self):
        before = self.first_version()
        result = self.update(self.serve(tar([("\x1b[2Jx\n.yml", rule("x"))])))
        self.assertEqual(result.returncode, 2)
        self.assertNotIn("\x1b", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertEqual(self.there(), before)

    def test_links_and_devices(self):
        for member in (link(TOP + "x.yml", "/etc/passwd"), link(TOP + "x.yml", "../../a.yml"),
                       link(TOP + "x.yml", TOP + "b.yml", tarfile.LNKTYPE), link(TOP + "x.yml", "", tarfile.CHRTYPE),
                       link(TOP + "x.yml", "", tarfile.FIFOTYPE)):
            self.assert_refused(self.serve(tar([(TOP + "b.yml", rule("b")), member])), "x.yml is a link or a device")

    def test_a_folder_that_is_a_link_leads_nowhere(self):
        result = self.update(self.serve(tar([link("rules", str(self.folder / "elsewhere")), ("rules/b.yml", rule("b"))])))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.there(), {"b.yml": GOOD.format(name="b")})
        self.assertFalse((self.folder / "elsewhere").exists())

    def test_one_path_twice(self):
        self.assert_refused(self.serve(tar([("a.yml", rule("a")), ("./a.yml", rule("b"))])), "holds a.yml twice")
        self.assert_refused(self.serve(tar([("a.yml", rule("a")), ("a.yml/b.yml", rule("b"))])), "below another file")

    def test_bombs(self):
        zeros = gzip.compress(tar([("zeros.bin", b"\0" * (300 << 20))], ""), 1)
        self.assertLess(len(zeros), 2 << 20)
        self.assert_refused(self.serve(zeros), "unpacks to more than 268435456 bytes")
        self.assert_refused(self.serve(tar([("zeros.yml", b"\0" * (2 << 20))])), "zeros.yml is larger than 1048576 bytes")
        self.assert_refused(self.serve(zipped([("zeros.yml", b"\0" * (2 << 20))])), "zeros.yml is larger than 1048576 bytes")
        many = [(f"{number}.yml", b" " * (1 << 20)) for number in range(65)]
        self.assert_refused(self.serve(tar(many)), "rule files of the archive have more than 67108864 bytes")
        self.assert_refused(self.serve(tar([(f"{number}.yml", b"") for number in range(20_001)])), "more than 20000 rule files")

    def test_no_rule_that_loads(self):
        self.assert_refused(self.serve(tar([("bad.yml", BAD.encode())])), "no rule in it can be used")
        self.assert_refused(self.serve(tar([("README.md", b"words")])), "holds no .yml or .yaml file")


class Words(Fetching):
    def test_command_line_that_makes_no_sense(self):
        for words, phrase in ((("--sha256", "abc"), "64 hexadecimal digits"), (("--timeout-s", "0"), "--timeout-s"),
                              (("--ca-file", self.folder / "none.pem"), "--ca-file"), (("--folder", ""), "--folder")):
            result = self.update("https://feed.example/a.zip", *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(phrase, result.stderr)
        undo = subprocess.run([BUILD / "tocsin", "rules", "update", "--undo", self.target], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(undo.returncode, 2)
        self.assertIn("nothing can be undone", undo.stderr)

    def test_a_password_in_the_address_is_not_repeated(self):
        result = self.update("https://user:hidden@feed.example/a.zip")
        self.assertEqual(result.returncode, 2)
        self.assertNotIn("hidden", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
