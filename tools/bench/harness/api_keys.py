# SPDX-License-Identifier: Apache-2.0
"""Keys in Sallyport's form, so that every subject compares strings of the same length."""

import secrets
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET = 27
CHECKSUM = 6


def checksum(text):
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def well_formed():
    """A key that nobody has: its checksum is right, so that it must be looked up."""
    def draw(length):
        return "".join(secrets.choice(ALPHABET) for _ in range(length))

    body = f"spk_live_{draw(8)}_{draw(SECRET)}"
    return f"{body}_{checksum(body)}"
