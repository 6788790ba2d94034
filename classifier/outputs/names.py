r"""Names of files and classes as one line of Unicode, and back.

File systems allow names with line ends, control characters and bytes that are not UTF-8. Tables, JSON and terminals do
not take them all. They are written as in many programming languages: \n, \r, \t, \\ for a backslash, \u001b for another
control character, and \xe8 for a byte that is not UTF-8. So two names never become one, and `unescape` restores each.
"""

import os
import re
from pathlib import Path

# Control characters, line separators, characters that turn the direction of writing (they can make "gpj.exe" look like
# "exe.jpg"), the byte order mark, and what Python makes of bytes that are not UTF-8.
_ODD = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(?:([\\nrt])|x([89a-f][0-9a-f])|u([0-9a-f]{4}))")
_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONG = {short[1]: letter for letter, short in _SHORT.items()}
_BYTES = 0xDC00  # Python's surrogateescape: byte 0xE8 is read as U+DCE8


def escape(text: str) -> str:
    r"""Escape what is not printable in one line: "a\nb" → "a\\nb". The result is always valid UTF-8."""
    return _ODD.sub(lambda match: _escaped(match.group()), text)


def unescape(text: str) -> str:
    """Restore what `escape` was given."""
    return _ESCAPED.sub(_restored, text)


def readable_name(path: Path) -> str:
    """Name of a file with its path, escaped."""
    return escape(name_of(path))


def name_of(path: Path) -> str:
    """Name of a file with its path as Python's text: bytes that are not UTF-8 become surrogates."""
    return os.fsencode(path).decode("utf-8", errors="surrogateescape")


def _escaped(letter: str) -> str:
    byte = ord(letter) - _BYTES
    return _SHORT.get(letter) or (f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else f"\\u{ord(letter):04x}")


def _restored(match: re.Match[str]) -> str:
    short, byte, code = match.groups()
    if short:
        return _LONG[short]
    return chr(_BYTES + int(byte, 16)) if byte else chr(int(code, 16))
