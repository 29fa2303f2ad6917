"""A small QR encoder: version 5, error correction L, mask 0, byte mode.

One fixed size is enough for the suite (up to 106 bytes) and keeps the tables
out of the source.
"""

from __future__ import annotations

SIZE = 37
DATA_WORDS = 108
CHECK_WORDS = 26
# The format word for level L and mask 0, with its check bits and its own mask.
FORMAT = "111011111000100"


def field_tables() -> tuple[list[int], list[int]]:
    """Powers and logarithms in the field of 256 elements that QR uses."""
    powers, logarithms, value = [], [0] * 256, 1
    for exponent in range(255):
        powers.append(value)
        logarithms[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return powers, logarithms


POWERS, LOGARITHMS = field_tables()


def times(left: int, right: int) -> int:
    """Multiply in the field."""
    return 0 if 0 in (left, right) else POWERS[(LOGARITHMS[left] + LOGARITHMS[right]) % 255]


def check_words(data: list[int]) -> list[int]:
    """The Reed-Solomon words for the data."""
    generator = [1]
    for exponent in range(CHECK_WORDS):
        root = POWERS[exponent]
        shifted = generator + [0]
        generator = [term ^ times(root, previous) for term, previous in zip(shifted, [0] + generator)]
    rest = data + [0] * CHECK_WORDS
    for position in range(len(data)):
        factor = rest[position]
        for offset, term in enumerate(generator):
            rest[position + offset] ^= times(term, factor)
    return rest[len(data) :]


def code_words(text: bytes) -> list[int]:
    """Mode, length, text, filling, and check words."""
    if len(text) > DATA_WORDS - 2:
        raise ValueError("the text is too long for this QR code")
    bits = "0100" + f"{len(text):08b}" + "".join(f"{byte:08b}" for byte in text) + "0000"
    data = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    fillers = (0xEC, 0x11)
    data += [fillers[index % 2] for index in range(DATA_WORDS - len(data))]
    return data + check_words(data)


def place_finder(grid: list[list[int | None]], row: int, column: int) -> None:
    """One of the three large corner squares, with its white border."""
    for down in range(-1, 8):
        for right in range(-1, 8):
            if 0 <= row + down < SIZE and 0 <= column + right < SIZE:
                ring = max(abs(down - 3), abs(right - 3))
                grid[row + down][column + right] = int(ring in (0, 1, 3))


def place_fixed(grid: list[list[int | None]]) -> None:
    """Everything that is not data."""
    for row, column in ((0, 0), (0, SIZE - 7), (SIZE - 7, 0)):
        place_finder(grid, row, column)
    for down in range(-2, 3):
        for right in range(-2, 3):
            grid[SIZE - 7 + down][SIZE - 7 + right] = int(max(abs(down), abs(right)) != 1)
    for index in range(8, SIZE - 8):
        grid[6][index] = grid[index][6] = int(index % 2 == 0)
    first = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    second = [(SIZE - 1 - index, 8) for index in range(7)] + [(8, SIZE - 8 + index) for index in range(8)]
    for places in (first, second):
        for (row, column), bit in zip(places, FORMAT):
            grid[row][column] = int(bit)
    grid[SIZE - 8][8] = 1


def qr_grid(text: bytes) -> list[list[int]]:
    """The finished code: rows of 0 (light) and 1 (dark)."""
    grid: list[list[int | None]] = [[None] * SIZE for _ in range(SIZE)]
    place_fixed(grid)
    bits = iter("".join(f"{word:08b}" for word in code_words(text)))
    upwards = True
    for right in (*range(SIZE - 1, 6, -2), 5, 3, 1):
        for row in range(SIZE - 1, -1, -1) if upwards else range(SIZE):
            for column in (right, right - 1):
                if grid[row][column] is None:
                    grid[row][column] = int(next(bits, "0")) ^ int((row + column) % 2 == 0)
        upwards = not upwards
    return [[int(cell or 0) for cell in row] for row in grid]


def draw_for_pdf(text: bytes, scale: int = 8, left: int = 120, top: int = 640) -> bytes:
    """PDF drawing commands, one rectangle for each dark run in a row."""
    commands = [b"0 g"]
    for row, cells in enumerate(qr_grid(text)):
        start = None
        for column, cell in enumerate(cells + [0]):
            if cell and start is None:
                start = column
            elif not cell and start is not None:
                commands.append(
                    b"%d %d %d %d re"
                    % (left + start * scale, top - (row + 1) * scale, (column - start) * scale, scale)
                )
                start = None
    return b"\r\n".join(commands + [b"f"])
