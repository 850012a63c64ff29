"""How to reach a NATS server and log in: addresses, credentials, and contexts of the `nats` command."""

import json
import os
import re
import ssl
import urllib.parse

ADDRESS = "nats://127.0.0.1:4222"
UNSUPPORTED = ("nsc", "user_jwt", "socks_proxy")
NAMING = ("prefix", "domain", "api")
PREFIX = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
API = re.compile(r"\$?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class Access:
    """The address of a server and a login. Arguments override the context, and the context overrides HYPERTIDE_NATS."""

    def __init__(self, url=None, token=None, nkey=None, tls=None, creds=None, context=None):
        found = context_named(context) if context else {}
        self.url = url or found.get("url") or (ADDRESS if context else os.environ.get("HYPERTIDE_NATS"))
        if not self.url:
            raise ValueError("expected the url of a server, a context, or HYPERTIDE_NATS in the environment")
        given = nkey or creds or token
        self.user, self.password = (None, None) if given else (found.get("user"), found.get("password", ""))
        self.token = token or (None if given else found.get("token"))
        self.seed = read(nkey or (None if given else found.get("nkey")))
        self.jwt = None
        if creds or (not given and found.get("creds")):
            self.jwt, self.seed = credentials_in(creds or found["creds"])
        self.tls = tls or tls_of(found)
        said = {"domain": found.get("jetstream_domain"), "api": found.get("jetstream_api_prefix"), **naming_in(self.url)}
        self.prefix = said.get("prefix") or "ht"
        self.api = said.get("api") or (f"$JS.{said['domain']}.API" if said.get("domain") else "$JS.API")
        if not PREFIX.fullmatch(self.prefix) or not API.fullmatch(self.api):
            raise ValueError(f"expected a prefix such as acme.ml and a domain such as hub in the address, got {self.prefix} and {self.api}")


def naming_in(url):
    """How studies are named on a server, as its address says: nats://host?prefix=acme.ml&domain=hub."""
    said = {}
    for one in map(str.strip, url.split(",")):
        said.update(urllib.parse.parse_qsl(urllib.parse.urlparse(one if "://" in one else f"nats://{one}").query))
    other = next((name for name in said if name not in NAMING), None)
    if other:
        raise ValueError(f"expected prefix, domain or api after the question mark of an address, got {other}")
    return said


def read(path):
    if not path:
        return None
    with open(os.path.expanduser(path), encoding="utf-8") as file:
        return file.read().strip()


def credentials_in(path):
    """The JWT and the seed in a file of credentials."""
    blocks = re.findall(r"-{3,}BEGIN [^\n]*-{3,}\s+(\S+)\s+-{3,}END ", read(path))
    if len(blocks) != 2:
        raise ValueError(f"{path}: expected credentials: a JWT and a seed, such as hypertide nats-config --jwt writes")
    return blocks


def context_named(name):
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


def tls_of(fields):
    """An SSLContext for the certificates of a context; None if it has none."""
    if not any(key in fields for key in ("ca", "cert", "key")):
        return None
    ca = fields.get("ca")
    context = ssl.create_default_context(cafile=ca and os.path.expanduser(ca))
    if "cert" in fields:
        context.load_cert_chain(os.path.expanduser(fields["cert"]), os.path.expanduser(fields["key"]))
    return context
