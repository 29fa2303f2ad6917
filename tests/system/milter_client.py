"""A small MTA's side of the milter protocol, version 6: one connection, one message after the other."""
import socket
import struct

ACTIONS = 0x1FF  # all that Postfix offers
PROTOCOL = 0x1FFFFF
CONTINUE, ACCEPT, REJECT, TEMPFAIL, DISCARD, REPLY, SKIP = (letter.encode() for letter in "cartdys")
CHUNK = 65535


class Answer:
    """What the filter decided at the end of a message, and the changes that it asked for before."""

    def __init__(self, code, text, changes):
        self.code, self.text, self.changes = code, text, changes

    def headers(self, command):
        """(index, name, value) of the header changes with this command: `m` changes, `i` inserts."""
        out = []
        for letter, data in self.changes:
            if letter == command:
                name, value = data[4:].split(b"\0")[:2]
                out.append((struct.unpack("!I", data[:4])[0], name.decode("latin-1"), value.decode("latin-1")))
        return out

    def passes(self):
        return self.code in (CONTINUE, ACCEPT)


class MilterClient:
    """Says what an MTA says. Use it as a context manager."""

    def __init__(self, port, timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        self.no_reply = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def frame(self, command, data=b""):
        self.socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def read_frame(self):
        """(command, data); raises ConnectionError when the filter has closed."""
        while len(self.buffer) < 4 or len(self.buffer) < 4 + struct.unpack("!I", self.buffer[:4])[0]:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the filter closed the connection")
            self.buffer += piece
        size = struct.unpack("!I", self.buffer[:4])[0]
        frame, self.buffer = self.buffer[4:4 + size], self.buffer[4 + size:]
        return frame[:1], frame[1:]

    def negotiate(self, actions=ACTIONS):
        self.frame(b"O", struct.pack("!III", 6, actions, PROTOCOL))
        command, data = self.read_frame()
        assert command == b"O", command
        self.no_reply = struct.unpack("!III", data[:12])[2]
        return self

    def ask(self, command, data, no_reply_bit):
        """Sends one stage; returns its answer, or `continue` when the filter said that it gives none."""
        self.frame(command, data)
        return (CONTINUE, b"") if self.no_reply & no_reply_bit else self.read_frame()

    def connect(self, address="192.0.2.7", name="client.example"):
        self.frame(b"D", b"Cj\0mta.example\0")
        self.ask(b"C", name.encode() + b"\0" + b"4" + struct.pack("!H", 4711) + address.encode() + b"\0", 0x1000)
        return self.ask(b"H", b"client.example\0", 0x2000)

    def envelope(self, sender, recipients, login=None, mail_arguments=b"", recipient_arguments=b"", recipient_macros=b""):
        """The answer to MAIL if it is no `continue`, else that to the last recipient. Arguments end with NUL each."""
        if login:
            self.frame(b"D", b"M{auth_authen}\0" + login.encode() + b"\0")
        answer = self.ask(b"M", b"<" + sender.encode() + b">\0" + mail_arguments, 0x4000)
        for recipient in recipients:
            if answer[0] == CONTINUE:
                if recipient_macros:
                    self.frame(b"D", b"R" + recipient_macros)
                answer = self.ask(b"R", b"<" + recipient.encode() + b">\0" + recipient_arguments, 0x8000)
        return answer

    def headers(self, fields):
        self.ask(b"T", b"", 0x10000)
        for name, value in fields:
            self.ask(b"L", name + b"\0" + value + b"\0", 0x80)
        self.ask(b"N", b"", 0x40000)

    def body(self, content):
        for at in range(0, len(content), CHUNK):
            if self.ask(b"B", content[at:at + CHUNK], 0x80000)[0] == SKIP:
                break

    def end(self):
        """Ends the message; returns the Answer."""
        self.frame(b"E")
        changes = []
        while True:
            command, data = self.read_frame()
            if command in (CONTINUE, ACCEPT, REJECT, TEMPFAIL, DISCARD, REPLY):
                return Answer(command, data.rstrip(b"\0").decode("latin-1"), changes)
            changes.append((command, data))

    def send(self, sender, recipients, content, **envelope):
        """A whole message given as bytes with CRLF; the header must be plain."""
        head, _, body = content.partition(b"\r\n\r\n")
        fields = []
        for line in head.split(b"\r\n"):
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1][1] += b"\n" + line
            elif line:
                name, _, value = line.partition(b":")
                fields.append([name, value])
        answer = self.envelope(sender, recipients, **envelope)
        if answer[0] != CONTINUE:
            return Answer(answer[0], answer[1].rstrip(b"\0").decode("latin-1"), [])
        self.headers(fields)
        self.body(body)
        return self.end()


def ask_milter(port, sender, recipients, content, address="192.0.2.7", **more):
    """One message on a connection of its own."""
    with MilterClient(port) as client:
        client.negotiate().connect(address)
        return client.send(sender, recipients, content, **more)
