"""How to reach a NATS server and log in: addresses, credentials, and contexts of the `nats` command."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import ssl
import urllib.parse
from typing import Any, Mapping

from .errors import HypertideError

ADDRESS = "nats://127.0.0.1:4222"
UNSUPPORTED = ("nsc", "user_jwt", "socks_proxy")
NAMING = ("prefix", "domain", "api")
PREFIX = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
API = re.compile(r"\$?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class Access:
    """The address of a server and a login. Arguments override the context, and the context overrides HYPERTIDE_NATS."""

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        nkey: str | None = None,
        tls: ssl.SSLContext | None = None,
        creds: str | None = None,
        context: str | None = None,
    ) -> None:
        found = context_named(context) if context else {}
        address = url or found.get("url") or (ADDRESS if context else os.environ.get("HYPERTIDE_NATS"))
        if not address:
            raise ValueError("expected the url of a server, a context, or HYPERTIDE_NATS in the environment")
        self.url: str = address
        login = {} if nkey or creds or token else found
        self.user: str | None = login.get("user")
        self.password: str = login.get("password", "")
        self.token: str | None = token or login.get("token")
        self.jwt: str | None = None
        self.seed: str | None = None
        self.creds: str | None = creds or login.get("creds")
        if self.creds:
            self.jwt, self.seed = credentials_in(self.creds)
        elif path := nkey or login.get("nkey"):
            self.seed = read(path)
        self.tls = tls or tls_of(found)
        said = {"domain": found.get("jetstream_domain"), "api": found.get("jetstream_api_prefix"), **naming_in(address)}
        self.prefix: str = said.get("prefix") or "ht"
        self.api: str = said.get("api") or (f"$JS.{said['domain']}.API" if said.get("domain") else "$JS.API")
        if not PREFIX.fullmatch(self.prefix) or not API.fullmatch(self.api):
            raise ValueError(f"expected a prefix such as acme.ml and a domain such as hub in the address, got {self.prefix} and {self.api}")


def signed(seed: str, challenge: str) -> tuple[str, str]:
    """The public key of an nkey's seed, and its signature of what the server sent. Raises HypertideError where cryptography is missing."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    except ImportError as error:
        raise HypertideError("a login with a seed or credentials needs the package cryptography: pip install cryptography") from error

    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    kind = (raw[0] & 7) << 5 | raw[1] >> 3  # of the key, in its first byte: U for a user
    key = Ed25519PrivateKey.from_private_bytes(raw[2:34])
    body = bytes([kind]) + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")
    return public, base64.urlsafe_b64encode(key.sign(challenge.encode())).decode().rstrip("=")


def naming_in(url: str) -> dict[str, str]:
    """How studies are named on a server, as its address says: nats://host?prefix=acme.ml&domain=hub."""
    said: dict[str, str] = {}
    for one in map(str.strip, url.split(",")):
        said.update(urllib.parse.parse_qsl(urllib.parse.urlparse(one if "://" in one else f"nats://{one}").query))
    other = next((name for name in said if name not in NAMING), None)
    if other:
        raise ValueError(f"expected prefix, domain or api after the question mark of an address, got {other}")
    return said


def read(path: str) -> str:
    with open(os.path.expanduser(path), encoding="utf-8") as file:
        return file.read().strip()


def credentials_in(path: str) -> tuple[str, str]:
    """The JWT and the seed in a file of credentials."""
    blocks = re.findall(r"-{3,}BEGIN [^\n]*-{3,}\s+(\S+)\s+-{3,}END ", read(path))
    if len(blocks) != 2:
        raise ValueError(f"{path}: expected credentials: a JWT and a seed, such as hypertide server render writes")
    return blocks[0], blocks[1]


def context_named(name: str) -> dict[str, Any]:
    """The fields of a context, as `nats context add` stores it."""
    if os.path.basename(name) != name or name in ("", ".", ".."):
        raise ValueError(f"expected the name of a context, got {name}")
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    path = os.path.join(home, "nats", "context", f"{name}.json")
    fields = {key: value for key, value in json.loads(read(path)).items() if value}
    other = next((key for key in UNSUPPORTED if key in fields), None)
    if other:
        raise ValueError(f"{path}: it sets {other}, which hypertide does not support")
    return fields


def tls_of(fields: Mapping[str, str]) -> ssl.SSLContext | None:
    """The certificates of a context; None if it has none."""
    if not any(key in fields for key in ("ca", "cert", "key")):
        return None
    ca = fields.get("ca")
    context = ssl.create_default_context(cafile=ca and os.path.expanduser(ca))
    if "cert" in fields:
        context.load_cert_chain(os.path.expanduser(fields["cert"]), os.path.expanduser(fields["key"]))
    return context
