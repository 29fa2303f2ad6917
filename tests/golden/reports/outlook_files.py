"""Writes what Outlook writes, as far as the tests need it: .msg ([MS-OXMSG] in [MS-CFB]) and winmail.dat ([MS-OXTNEF])."""
import struct

INTEGER, OBJECT, STRING8, UNICODE, TIME, BINARY = 0x0003, 0x000D, 0x001E, 0x001F, 0x0040, 0x0102
SUBJECT, SUBMITTED, HEADERS, RECIPIENT_TYPE, SENDER_NAME, SENDER_TYPE, SENDER = (
    0x0037, 0x0039, 0x007D, 0x0C15, 0x0C1A, 0x0C1E, 0x0C1F)
BODY, RTF, HTML, MESSAGE_ID, DISPLAY_NAME, ADDRESS = 0x1000, 0x1009, 0x1013, 0x1035, 0x3001, 0x3003
DATA, METHOD, LONG_NAME, SMTP, INTERNET_CODEPAGE, MESSAGE_CODEPAGE, SENDER_SMTP = (
    0x3701, 0x3705, 0x3707, 0x39FE, 0x3FDE, 0x3FFD, 0x5D01)


def file_time(seconds_since_1970):
    return struct.pack("<Q", (seconds_since_1970 + 11644473600) * 10_000_000)


def encoded(kind, value):
    if kind == UNICODE:
        return value.encode("utf-16-le")
    if kind == STRING8:
        return value.encode("cp1252")
    return struct.pack("<I", value) if kind == INTEGER else value


class Message:
    """Properties as (number, type): value; recipients and attachments as lists of the same; an attachment may be a Message."""

    def __init__(self, properties, recipients=(), attachments=()):
        self.properties, self.recipients, self.attachments = properties, recipients, attachments


# ---- compressed RTF ([MS-OXRTFCP]): literals only, which every reader must take

def compressed_rtf(text):
    packed = b""
    for at in range(0, len(text), 8):
        piece = text[at:at + 8]
        packed += bytes([0 if len(piece) == 8 else 1 << len(piece)]) + piece
    end = (207 + len(text)) % 4096
    token = struct.pack(">H", end << 4)
    packed += (b"\x01" if len(text) % 8 == 0 else b"") + token
    return struct.pack("<IIII", len(packed) + 12, len(text), 0x75465A4C, 0) + packed


# ---- compound files ([MS-CFB] version 3)

class Storage:
    def __init__(self, name, children=()):
        self.name, self.children, self.data = name, list(children), None


class Stream:
    def __init__(self, name, data):
        self.name, self.data, self.children = name, data, []


def compound_file(children):
    """Siblings stand as a chain to the right, sorted as section 2.6.4 wants it."""
    sector, mini, end, none = 512, 64, 0xFFFFFFFE, 0xFFFFFFFF
    entries, fat, mini_fat = [], [], []

    def collect(node):
        index = len(entries)
        entries.append(node)
        node.children.sort(key=lambda child: (len(child.name), child.name.upper()))
        node.numbers = [collect(child) for child in node.children]
        return index

    collect(Storage("Root Entry", children))

    def chain(table, count):
        first = len(table)
        table.extend(range(first + 1, first + count))
        if count:
            table.append(end)
        return first if count else end

    def padded(data, unit):
        return data + b"\0" * (-len(data) % unit)

    mini_stream, big, starts = b"", b"", {}
    for number, node in enumerate(entries):
        if node.data and len(node.data) < 4096:
            starts[number] = chain(mini_fat, -(-len(node.data) // mini))
            mini_stream += padded(node.data, mini)
    directory_sectors = -(-len(entries) * 128 // sector)
    mini_fat_data = padded(b"".join(struct.pack("<I", one) for one in mini_fat), sector)
    directory_start = chain(fat, directory_sectors)
    mini_fat_start = chain(fat, len(mini_fat_data) // sector)
    mini_start = chain(fat, -(-len(mini_stream) // sector))
    for number, node in enumerate(entries):
        if node.data and len(node.data) >= 4096:
            starts[number] = chain(fat, -(-len(node.data) // sector))
            big += padded(node.data, sector)
    right, child = {}, {}
    for number, node in enumerate(entries):
        if node.numbers:
            child[number] = node.numbers[0]
            right.update(zip(node.numbers, node.numbers[1:]))
    directory = b""
    for number, node in enumerate(entries):
        name = node.name.encode("utf-16-le") + b"\0\0"
        kind = 5 if number == 0 else 1 if node.data is None else 2
        size = len(mini_stream) if number == 0 else len(node.data or b"")
        start = mini_start if number == 0 else starts.get(number, 0 if kind == 1 else end)
        directory += (name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name), kind, 1, none, right.get(number, none),
                                                          child.get(number, none))
                      + b"\0" * 36 + struct.pack("<IQ", start, size))
    directory = padded(directory, sector)
    fat_sectors = 1
    while (len(fat) + fat_sectors) * 4 > fat_sectors * sector:
        fat_sectors += 1
    fat_start = len(fat)
    fat += [0xFFFFFFFD] * fat_sectors
    fat_data = b"".join(struct.pack("<I", one) for one in fat).ljust(fat_sectors * sector, b"\xff")
    assert fat_sectors <= 109
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
              + struct.pack("<IIIIIIIII", 0, fat_sectors, directory_start, 0, 4096,
                            mini_fat_start, len(mini_fat_data) // sector, end, 0)
              + b"".join(struct.pack("<I", fat_start + number) for number in range(fat_sectors)))
    return header.ljust(sector, b"\xff") + directory + mini_fat_data + padded(mini_stream, sector) + big + fat_data


# ---- .msg ([MS-OXMSG])

def value_streams(properties):
    return [Stream(f"__substg1.0_{number:04X}{kind:04X}", encoded(kind, value))
            for (number, kind), value in properties.items() if kind not in (INTEGER, TIME)]


def property_stream(properties, head):
    data = head
    for (number, kind), value in properties.items():
        raw = encoded(kind, value)
        if kind not in (INTEGER, TIME):
            raw = struct.pack("<I", len(raw) + (2 if kind == UNICODE else 1 if kind == STRING8 else 0))
        data += struct.pack("<HHI", kind, number, 6) + raw.ljust(8, b"\0")
    return Stream("__properties_version1.0", data)


def storages_of(message, top):
    counts = struct.pack("<IIII", len(message.recipients), len(message.attachments), len(message.recipients),
                         len(message.attachments))
    head = b"\0" * 8 + counts + (b"\0" * 8 if top else b"")
    nodes = value_streams(message.properties) + [property_stream(message.properties, head)]
    if top:
        nodes.append(Storage("__nameid_version1.0", [Stream(f"__substg1.0_000{number}0102", b"") for number in (2, 3, 4)]))
    for number, recipient in enumerate(message.recipients):
        nodes.append(Storage(f"__recip_version1.0_#{number:08X}",
                             value_streams(recipient) + [property_stream(recipient, b"\0" * 8)]))
    for number, attachment in enumerate(message.attachments):
        if isinstance(attachment, Message):
            properties = {(METHOD, INTEGER): 5, (DISPLAY_NAME, UNICODE): "attached"}
            inner = [Storage("__substg1.0_3701000D", storages_of(attachment, False))]
        else:
            properties, inner = attachment, []
        nodes.append(Storage(f"__attach_version1.0_#{number:08X}",
                             value_streams(properties) + [property_stream(properties, b"\0" * 8)] + inner))
    return nodes


def msg_file(message):
    return compound_file(storages_of(message, True))


# ---- winmail.dat ([MS-OXTNEF])

def tnef_properties(properties):
    data = struct.pack("<I", len(properties))
    for (number, kind), value in properties.items():
        data += struct.pack("<HH", kind, number)
        raw = encoded(kind, value)
        if kind in (INTEGER, TIME):
            data += raw.ljust(8 if kind == TIME else 4, b"\0")
            continue
        raw += b"\0\0" if kind == UNICODE else b"\0" if kind == STRING8 else b""
        data += struct.pack("<II", 1, len(raw)) + raw + b"\0" * (-len(raw) % 4)
    return data


def attribute(level, number, data):
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef_file(message):
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x00089006, struct.pack("<I", 0x00010000))      # version
    out += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))        # code page
    out += attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0")       # class
    out += attribute(1, 0x00069003, tnef_properties(message.properties))
    if message.recipients:
        rows = b"".join(tnef_properties(recipient) for recipient in message.recipients)
        out += attribute(1, 0x00069004, struct.pack("<I", len(message.recipients)) + rows)
    for one in message.attachments:
        out += attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0, 32, 32, 0))
        if isinstance(one, Message):
            interface = bytes.fromhex("0703020000000000C000000000000046")
            one = {(METHOD, INTEGER): 5, (DATA, OBJECT): interface + tnef_file(one)}
        else:
            out += attribute(2, 0x0006800F, one[(DATA, BINARY)])
            one = {key: value for key, value in one.items() if key[0] != DATA}
        out += attribute(2, 0x00069005, tnef_properties(one))
    return out
