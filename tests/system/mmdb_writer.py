"""Writes MaxMind DB files for tests, from the public description of the format (version 2.0), in its simplest form.

    write(path, {"192.0.2.0/24": {"country": {"iso_code": "DE"}}}, database_type="GeoLite2-Country")

The search tree has records of 24 bits; IPv4 networks of an IPv6 database lie below ::/96. There are no pointers in the data, and
no networks inside of others.
"""
import ipaddress
import struct

METADATA_MARKER = b"\xab\xcd\xefMaxMind.com"
SEPARATOR = bytes(16)
MAP, TEXT, UINT16, UINT32, UINT64, ARRAY = 7, 2, 5, 6, 9, 11
RECORD_BITS = 24


class Sized(int):
    """A number that is to have another type than UINT32."""

    def __new__(cls, value, kind):
        number = super().__new__(cls, value)
        number.kind = kind
        return number


def control(kind, size):
    """Type and size of what follows; types from 8 on are told by a second byte."""
    extra = b""
    if size >= 285:
        size, extra = 30, struct.pack(">H", size - 285)
    elif size >= 29:
        size, extra = 29, bytes([size - 29])
    first = bytes([size if kind > 7 else kind << 5 | size])
    return first + (bytes([kind - 7]) if kind > 7 else b"") + extra


def encode(value):
    if isinstance(value, dict):
        return control(MAP, len(value)) + b"".join(encode(key) + encode(entry) for key, entry in value.items())
    if isinstance(value, list):
        return control(ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, int):
        digits = value.to_bytes(8, "big").lstrip(b"\0")
        return control(getattr(value, "kind", UINT32), len(digits)) + digits
    text = value.encode()
    return control(TEXT, len(text)) + text


def bits_of(network, ip_version):
    """The way of a network through the tree."""
    network = ipaddress.ip_network(network)
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[:network.prefixlen]
    return "0" * 96 + bits if (network.version, ip_version) == (4, 6) else bits


def database(networks, database_type, ip_version=6):
    """The bytes of a database of these networks, each with its record."""
    nodes, data, places = [[None, None]], b"", {}
    for network, record in networks.items():
        encoded = encode(record)
        if encoded not in places:
            places[encoded] = len(data)
            data += encoded
        *way, last = (int(bit) for bit in bits_of(network, ip_version))
        node = 0
        for bit in way:
            if nodes[node][bit] is None:
                nodes[node][bit] = len(nodes)
                nodes.append([None, None])
            node = nodes[node][bit]
            assert not isinstance(node, tuple), f"{network} lies inside of another"
        nodes[node][last] = (places[encoded],)

    def number(entry):
        if entry is None:
            return len(nodes)
        return entry[0] + len(nodes) + len(SEPARATOR) if isinstance(entry, tuple) else entry

    tree = b"".join(number(entry).to_bytes(RECORD_BITS // 8, "big") for node in nodes for entry in node)
    metadata = {"node_count": len(nodes), "record_size": Sized(RECORD_BITS, UINT16), "ip_version": Sized(ip_version, UINT16),
                "database_type": database_type, "languages": ["en"],
                "binary_format_major_version": Sized(2, UINT16), "binary_format_minor_version": Sized(0, UINT16),
                "build_epoch": Sized(1_767_225_600, UINT64), "description": {"en": "for tests"}}
    return tree + SEPARATOR + data + METADATA_MARKER + encode(metadata)


def write(path, networks, **options):
    with open(path, "wb") as file:
        file.write(database(networks, **options))
