#!/usr/bin/python3
"""Writes arc_vectors.hpp: messages sealed by another implementation (Debian: python3-dkim, python3-authres), with a key
made for this purpose.

    openssl genrsa 1024 > key.pem && /usr/bin/python3 make_arc_vectors.py key.pem > arc_vectors.hpp
"""
import base64
import re
import subprocess
import sys

import dkim

KEY_FILE = sys.argv[1]
with open(KEY_FILE, "rb") as file:
    KEY = file.read()
DER = subprocess.run(["openssl", "rsa", "-in", KEY_FILE, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
TIME = 1_770_000_000
ORIGINAL = (b"From: Anna <anna@shop.example>\r\nTo: list@list.example\r\nSubject: hello\r\n"
            b"Date: Sun, 01 Mar 2026 12:00:00 +0000\r\nMessage-ID: <a@shop.example>\r\n\r\nSome  words.\r\n\r\n")


def seal(message, domain, results):
    """What the server of `domain` makes of it: its Authentication-Results, and its set in front of that."""
    server = b"mx." + domain
    message = b"Authentication-Results: " + server + b"; " + results + b"\r\n" + message
    fields = dkim.arc_sign(message, b"s1", domain, KEY, server, timestamp=TIME)
    return b"".join(fields) + message


def with_footer(message):
    return message + b"-- \r\nYou get this from a list.\r\n"


def literal(text):
    out = re.sub(r"([A-Za-z0-9+/=]{90})(?=[A-Za-z0-9+/=])", "\\1\x01", text)
    out = out.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    out = re.sub(r"(?<=.{60}; )(?=[a-z]+=)", "\x01", out)
    return '"' + out.replace("\x01", '"\n     "').replace("\r\n", '\\r\\n"\n     "') + '"'


FIRST = seal(ORIGINAL, b"list.example",
             b"spf=pass smtp.mailfrom=anna@shop.example; dmarc=pass header.from=shop.example")
SECOND = seal(with_footer(FIRST), b"forward.example",
              b"arc=pass; spf=pass smtp.mailfrom=list@list.example; dmarc=fail header.from=shop.example")
THIRD = seal(SECOND, b"college.example", b"arc=pass; spf=none; dmarc=pass header.from=shop.example")
VECTORS = [
    ("one", "pass", FIRST),
    ("two, changed before the second", "pass", SECOND),
    ("three", "pass", THIRD),
    ("said to fail", "fail", seal(with_footer(SECOND), b"college.example", b"arc=fail")),
    ("changed after the last", "fail", with_footer(SECOND)),
    ("none", "none", ORIGINAL),
]

HEAD = """// Made by make_arc_vectors.py: do not edit.
#pragma once

/// A message, and what its chain is.
struct ArcVector {
    const char* name;
    const char* verdict;
    const char* message;
};

// clang-format off
/// Of selector s1 in list.example, forward.example and college.example."""

print(HEAD)
print("inline constexpr const char* arc_vector_key =")
print(f'    {literal("v=DKIM1; k=rsa; p=" + base64.b64encode(DER).decode())};')
print("\ninline constexpr ArcVector arc_vectors[] = {")
for name, verdict, message in VECTORS:
    print(f'    {{"{name}", "{verdict}",\n     {literal(message.decode())}}},')
print("};\n// clang-format on")
