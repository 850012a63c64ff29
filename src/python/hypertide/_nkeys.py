"""Signs what a NATS server sends with the seed of an nkey, with the standard library only."""

import base64
import binascii
import hashlib


def signed(seed, challenge):
    """The public key of an nkey's seed, and its signature of what the server sent."""
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    kind = (raw[0] & 7) << 5 | raw[1] >> 3  # of the key, in its first byte: U for a user
    public, signature = ed25519(raw[2:34], challenge)
    body = bytes([kind]) + public
    key = base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")
    return key, base64.urlsafe_b64encode(signature).decode().rstrip("=")


# Ed25519 as in RFC 8032, 5.1: points (X, Y, Z, T) of the curve -x^2 + y^2 = 1 + d x^2 y^2 with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 4 * pow(5, -1, P) % P
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519(secret, message):
    """Public key and signature. Not in constant time: for a machine of one's own."""
    digest = hashlib.sha512(secret).digest()
    scalar = (int.from_bytes(digest[:32], "little") & ~7 & (2**255 - 1)) | 2**254
    public = encoded(multiplied(scalar, BASE))
    nonce = hashed(digest[32:], message)
    commitment = encoded(multiplied(nonce, BASE))
    response = (nonce + hashed(commitment, public, message) * scalar) % ORDER
    return public, commitment + response.to_bytes(32, "little")


def hashed(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def multiplied(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = added(total, point)
        point = added(point, point)
        scalar >>= 1
    return total


def added(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def encoded(point):
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")
