"""Opens sealed evidence without Tocsin's own code: what is held must be readable by whoever has the key and this page.

A file is "TOCSIN1\\n", a secretstream header, and chunks of 64 KiB (and the seal's overhead), each bound to the SHA-256 of the
content; what comes out is zstd.
"""
import ctypes
import ctypes.util
import hashlib
import pathlib

MAGIC, HEADER_BYTES, OVERHEAD, FINAL = b"TOCSIN1\n", 24, 17, 3
STATE_BYTES = 52
MESSAGE_BYTES = 1 << 28


def _library(name):
    path = ctypes.util.find_library(name)
    if path is None:
        raise RuntimeError(f"lib{name} is not installed")
    return ctypes.CDLL(path)


def _decompress(packed):
    zstd = _library("zstd")
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    size = zstd.ZSTD_getFrameContentSize(packed, ctypes.c_size_t(len(packed)))
    if size > MESSAGE_BYTES:
        raise ValueError("not compressed, or too large")
    content = ctypes.create_string_buffer(max(size, 1))
    real = zstd.ZSTD_decompress(content, ctypes.c_size_t(size), packed, ctypes.c_size_t(len(packed)))
    if real != size:
        raise ValueError("does not decompress")
    return content.raw[:size]


def _unseal(key, name, sealed, chunk_bytes):
    sodium = _library("sodium")
    state = ctypes.create_string_buffer(STATE_BYTES)
    if sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, sealed[:HEADER_BYTES], key) != 0:
        raise ValueError("the header of the seal is invalid")
    packed, rest, tag = b"", sealed[HEADER_BYTES:], ctypes.c_ubyte(0)
    while tag.value != FINAL:
        chunk, rest = rest[:chunk_bytes + OVERHEAD], rest[chunk_bytes + OVERHEAD:]
        out, size = ctypes.create_string_buffer(chunk_bytes), ctypes.c_ulonglong(0)
        if len(chunk) < OVERHEAD or sodium.crypto_secretstream_xchacha20poly1305_pull(
                state, out, ctypes.byref(size), ctypes.byref(tag), chunk, ctypes.c_ulonglong(len(chunk)), name,
                ctypes.c_ulonglong(len(name))) != 0:
            raise ValueError("the seal is broken")
        packed += out.raw[:size.value]
    if rest:
        raise ValueError("bytes behind the end of the seal")
    return packed


def read(folder, sha256_hex, chunk_bytes=1 << 16):
    """The content of one file of evidence; raises when it is not there or is not what its name says."""
    folder = pathlib.Path(folder)
    sealed = (folder / sha256_hex[:2] / sha256_hex).read_bytes()
    if not sealed.startswith(MAGIC):
        raise ValueError("not a sealed file")
    key = (folder / "key").read_bytes()
    content = _decompress(_unseal(key, bytes.fromhex(sha256_hex), sealed[len(MAGIC):], chunk_bytes))
    if hashlib.sha256(content).hexdigest() != sha256_hex:
        raise ValueError("the content is not what its name says")
    return content
