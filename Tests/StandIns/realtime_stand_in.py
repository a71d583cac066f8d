#!/usr/bin/env python3
"""A strict stand-in for the Realtime Database, Cloud Firestore and Google's token service, on the loopback.

It shares nothing with the program: it was written from what the services document. It refuses what they refuse, loses answers after it has
applied a write, lets tokens expire, and counts what a client must never do. It is no database: everything is gone when it ends.

    realtime_stand_in.py --key-out key.json --lose 25 --errors 0.05 --seed 7 --token-uses 40

The first line on standard output is {"port": 4711}. GET /__stats tells what it saw, GET /__tree the whole tree, GET /__documents Firestore's;
/__control {"lose": 0, "refuse": [...]} changes its
mind, /__secrets lists what no file of a client may hold. Python's standard library only.
"""
import argparse
import base64
import hashlib
import json
import random
import re
import secrets
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

FORBIDDEN = set('.$#[]/') | {chr(c) for c in range(32)} | {chr(127)}
SIZE_TEXT = "Data to write exceeds the maximum size that can be modified with a single request."


# --- RSA, as far as a token service needs it -------------------------------------------------------------------------------------------

def is_prime(n, rounds=24):
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for _ in range(rounds):
        x = pow(secrets.randbelow(n - 3) + 2, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(bits):
    while True:
        n = secrets.randbits(bits) | (3 << (bits - 2)) | 1
        if n % 65537 != 1 and is_prime(n):
            return n


def der(tag, body):
    n = len(body)
    length = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + body


def der_int(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


class Key:
    def __init__(self, bits=2048):
        e = 65537
        p, q = prime(bits // 2), prime(bits // 2)
        self.n, self.e = p * q, e
        d = pow(e, -1, (p - 1) * (q - 1))
        rsa = der(0x30, b"".join(map(der_int, (0, self.n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)))))
        algorithm = der(0x30, bytes.fromhex("06092a864886f70d010101") + der(5, b""))
        pkcs8 = der(0x30, der_int(0) + algorithm + der(4, rsa))
        text = base64.encodebytes(pkcs8).decode().replace("\n", "")
        lines = [text[i:i + 64] for i in range(0, len(text), 64)]
        self.pem = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(lines) + "\n-----END PRIVATE KEY-----\n"

    def verifies(self, message, signature):
        """RFC 8017, section 8.2.2, by comparing the whole padded block."""
        size = (self.n.bit_length() + 7) // 8
        if len(signature) != size:
            return False
        block = pow(int.from_bytes(signature, "big"), self.e, self.n).to_bytes(size, "big")
        info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(message).digest()
        return block == b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


def unbase64url(text):
    if "=" in text:
        raise ValueError("padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- the tree --------------------------------------------------------------------------------------------------------------------------

class Refusal(Exception):
    def __init__(self, status, text, headers=()):
        self.status, self.text, self.headers = status, text, headers


def check_key(key):
    if key == "" or any(c in FORBIDDEN for c in key):
        raise Refusal(400, "Invalid data; couldn't parse key beginning at 1:2. Key value can't be empty or contain $ # [ ] / or .")
    if len(key.encode()) > 768:
        raise Refusal(400, "Invalid path: key is longer than 768 bytes")
    if re.fullmatch(r"-?[0-9]+", key):
        raise Refusal(400, "bare integer as key (this stand-in's own rule: it would come back as an array)")


def check_path(path):
    first = 2 if path[:2] == ["mirror", "copy"] else 0
    for place, key in enumerate(path):
        # A user's key was made elsewhere, and may be a number.
        is_user = place == first + 1 and path[first] == "users" and re.fullmatch("-?[0-9]+", key)
        check_key(key + "x" if is_user else key)


def clean(value, depth):
    """A value as it is stored; None for nothing."""
    if depth > 32:
        raise Refusal(400, "Invalid data; depth exceeds 32")
    if isinstance(value, list):
        raise Refusal(400, "an array (this stand-in's own rule: the tree has none)")
    if isinstance(value, str) and len(value.encode()) > 10_000_000:
        raise Refusal(400, "string is longer than 10 MB")
    if not isinstance(value, dict):
        return value
    result = {}
    for key, child in value.items():
        check_key(key)
        stored = clean(child, depth + 1)
        if stored is not None:
            result[key] = stored
    return result or None


def leaves(value):
    if isinstance(value, dict):
        return sum(leaves(child) for child in value.values())
    return 0 if value is None else 1


class Database:
    def __init__(self, options, key):
        self.options, self.key = options, key
        self.lock = threading.Lock()
        self.random = random.Random(options.seed)
        self.tree, self.documents, self.clock = {}, {}, 0
        self.tokens, self.assertions, self.count = {}, [], 0
        self.control = {"lose": options.lose, "errors": options.errors, "refuse": [], "max_delete": options.max_delete}
        self.stats = dict(
            requests=0, writes=0, paths=0, bytes=0, lost=0, errors=0, posts=0, expired=0, unsigned=0, tokens=0, out_of_order=0, mixtures=0,
            switches=0, paths_max=0, bytes_max=0, refusals=[], commits=0, people=0)
        self.nights = {"root": {}, "copy": {}}

    def touch(self, path):
        """Counts what reads or writes anything that people keep: all below /users but their results."""
        rest = path[2:] if path[:2] == ["mirror", "copy"] else path
        if rest[:1] == ["users"] and rest[2:3] != ["results"] or not rest:
            self.stats["people"] += 1

    # What readers are promised: the tree that the pointer names shows one night only.
    def tally(self, path, old, new):
        tree, rest = ("copy", path[2:]) if path[:2] == ["mirror", "copy"] else ("root", path)
        if rest[:1] != [self.options.watched]:
            return
        for value, change in ((old, -1), (new, 1)):
            for night in self.nights_in(value):
                counts = self.nights[tree]
                counts[night] = counts.get(night, 0) + change
                if counts[night] == 0:
                    del counts[night]

    def nights_in(self, value):
        if isinstance(value, dict):
            if "night" in value and not isinstance(value["night"], dict):
                yield value["night"]
            else:
                for child in value.values():
                    yield from self.nights_in(child)

    def judge_readers(self):
        pointer = self.get(["mirror", "current"])
        if not isinstance(pointer, dict):
            return
        tree = "copy" if pointer.get("at") == "/mirror/copy" else "root"
        if len(self.nights[tree]) > 1:
            self.stats["mixtures"] += 1

    def get(self, path):
        value = self.tree
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value

    def set(self, path, value):
        old = self.get(path)
        if isinstance(old, dict) and isinstance(value, dict) and isinstance(old.get("n"), (int, float)) \
                and isinstance(value.get("n"), (int, float)) and value["n"] < old["n"]:
            self.stats["out_of_order"] += 1
        if value is None and self.control["max_delete"] and leaves(old) > self.control["max_delete"]:
            raise Refusal(400, SIZE_TEXT)
        self.tally(path, old, value)
        if not path:
            self.tree = value or {}
            return
        parents, node = [], self.tree
        for key in path[:-1]:
            child = node.get(key)
            if not isinstance(child, dict):
                if value is None:
                    return
                child = node[key] = {}
            parents.append((node, key))
            node = child
        if value is not None:
            node[path[-1]] = value
            return
        node.pop(path[-1], None)
        for parent, key in reversed(parents):
            if parent[key]:
                break
            del parent[key]

    def patch(self, base, body, size):
        if not isinstance(body, dict):
            raise Refusal(400, "Invalid data; couldn't parse JSON object. Are you sending a JSON object with valid key names?")
        changes = []
        for name, value in body.items():
            path = base + name.strip("/").split("/")
            check_path(path)
            self.touch(path)
            changes.append((path, clean(value, len(path))))
        names = {tuple(path) for path, _ in changes}
        for path, _ in changes:
            if any(tuple(path[:n]) in names for n in range(1, len(path))):
                raise Refusal(400, "Path '/%s' is an ancestor of another path in the same update" % "/".join(path))
        if self.control["max_delete"]:
            for path, value in changes:
                if value is None and leaves(self.get(path)) > self.control["max_delete"]:
                    raise Refusal(400, SIZE_TEXT)
        for path, value in changes:
            self.demand_allowed(path, value)
        for path, value in changes:
            self.set(path, value)
        self.stats["paths"] += len(changes)
        self.stats["paths_max"] = max(self.stats["paths_max"], len(changes))

    def demand_allowed(self, path, value=None):
        for deny in self.control["refuse"]:
            if "path" in deny and "/".join(path).startswith(deny["path"]) and deny.get("value", value) == value:
                raise Refusal(deny.get("status", 401), deny.get("text", "Permission denied"))

    # --- tokens

    def token(self, form):
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            raise Refusal(400, {"error": "unsupported_grant_type"})
        try:
            header, claims, signature = form["assertion"][0].split(".")
            self.assertions += [claims, signature]
            head, body = json.loads(unbase64url(header)), json.loads(unbase64url(claims))
            is_signed = self.key.verifies((header + "." + claims).encode(), unbase64url(signature))
        except (KeyError, ValueError):
            is_signed = False
        if not is_signed or head.get("alg") != "RS256":
            self.stats["unsigned"] += 1
            raise Refusal(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        now = time.time() + self.options.skew
        if body.get("iss") != self.options.email or body.get("aud") != self.audience or not body.get("scope"):
            raise Refusal(400, {"error": "invalid_grant", "error_description": "Invalid grant: account not found"})
        if not (now - 3600 <= body["iat"] <= now + 5 and now < body["exp"] <= body["iat"] + 3600):
            raise Refusal(400, {
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim."})
        token = "ya29." + secrets.token_urlsafe(60)
        self.tokens[token] = self.options.token_uses
        self.stats["tokens"] += 1
        return {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def demand_token(self, header):
        if self.options.owner:
            if header != "Bearer owner":
                raise Refusal(401, "Unauthorized request.")
            return
        left = self.tokens.get((header or "").removeprefix("Bearer "))
        if left is None:
            raise Refusal(401, "Unauthorized request.")
        if left == 0:
            self.stats["expired"] += 1
            raise Refusal(401, "Auth token is expired")
        if left > 0:
            self.tokens[header.removeprefix("Bearer ")] = left - 1

    # --- Firestore

    def commit(self, body, root):
        writes = body.get("writes")
        if not isinstance(writes, list) or len(writes) > 500:
            raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "maximum 500 writes allowed per request"))
        seen = set()
        staged = []
        for write in writes:
            name = write.get("delete") or write.get("update", {}).get("name", "")
            if not name.startswith(root + "/") or len(name[len(root) + 1:].split("/")) % 2:
                raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Document name %r lacks an even number of parts" % name))
            for part in name[len(root) + 1:].split("/"):
                if part in ("", ".", "..") or re.fullmatch("__.*__", part) or len(part.encode()) > 1500:
                    raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Resource id %r is invalid" % part))
            if name in seen:
                raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "the same document twice (this stand-in's own rule)"))
            seen.add(name)
            condition = write.get("currentDocument", {})
            known = self.documents.get(name)
            if "exists" in condition and condition["exists"] != (known is not None):
                status = (409, "ALREADY_EXISTS") if known else (404, "NOT_FOUND")
                raise Refusal(status[0], firestore_error(*status, "document condition"))
            if "updateTime" in condition and (known is None or known["updateTime"] != condition["updateTime"]):
                raise Refusal(400, firestore_error(400, "FAILED_PRECONDITION", "the stored version does not match"))
            staged.append((name, write))
        self.clock += 1
        stamp = "2026-01-01T00:00:00.%06dZ" % self.clock
        results = []
        for name, write in staged:
            if "delete" in write:
                self.documents.pop(name, None)
            else:
                self.update(name, write, stamp)
            results.append({"updateTime": stamp})
        self.stats["commits"] += 1
        self.stats["paths"] += len(writes)
        self.stats["paths_max"] = max(self.stats["paths_max"], len(writes))
        return {"writeResults": results, "commitTime": stamp}

    def query(self, query, root):
        (source,), limit = query["from"], query["limit"]
        prefix = root + "/" + source["collectionId"] + "/"
        if source["collectionId"] == "users":
            self.stats["people"] += 1
        if [order["field"]["fieldPath"] for order in query["orderBy"]] != ["__name__"]:
            raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "this stand-in orders by name only"))
        names = sorted((n for n in self.documents if n.startswith(prefix) and "/" not in n[len(prefix):]), key=str.encode)
        for part in query.get("where", {}).get("compositeFilter", {}).get("filters", []):
            rule = part["fieldFilter"]
            bound, op = rule["value"]["referenceValue"].encode(), rule["op"]
            if rule["field"]["fieldPath"] != "__name__" or not bound.startswith(prefix.encode()):
                raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "this stand-in filters by name only"))
            keep = {"GREATER_THAN": bytes.__gt__, "GREATER_THAN_OR_EQUAL": bytes.__ge__, "LESS_THAN": bytes.__lt__}[op]
            names = [n for n in names if keep(n.encode(), bound)]
        fields = [field["fieldPath"] for field in query.get("select", {}).get("fields", [])]
        found = [self.documents[n] for n in names[:limit]]
        if fields:
            found = [dict(d, fields={k: v for k, v in d["fields"].items() if k in fields}) for d in found]
        return [{"document": d, "readTime": "2026-01-01T00:00:00Z"} for d in found] or [{"readTime": "2026-01-01T00:00:00Z"}]

    def update(self, name, write, stamp):
        fields = write["update"].get("fields", {})
        for value in fields.values():
            check_typed(value, 1)
        if "updateMask" not in write:
            stored = fields
        else:
            stored = json.loads(json.dumps(self.documents.get(name, {}).get("fields", {})))
            for text in write["updateMask"].get("fieldPaths", []):
                put(stored, field_path(text), pick(fields, field_path(text)))
        if len(json.dumps(stored)) > 1 << 20:
            raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Document exceeds the maximum allowed size of 1,048,576 bytes."))
        self.documents[name] = {"name": name, "fields": stored, "updateTime": stamp}


def firestore_error(code, status, message):
    return {"error": {"code": code, "message": message, "status": status}}


def bad_value(value):
    raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Invalid value: %s" % json.dumps(value)[:80]))


def check_typed(value, depth, in_array=False):
    if not isinstance(value, dict) or len(value) != 1 or depth > 20:
        bad_value(value)
    (kind, inner), = value.items()
    if kind == "integerValue":
        if not isinstance(inner, str) or not re.fullmatch(r"-?[0-9]{1,19}", inner) or not -2**63 <= int(inner) < 2**63:
            bad_value(value)
    elif kind == "doubleValue":
        if isinstance(inner, bool) or not isinstance(inner, (int, float)):
            bad_value(value)
    elif kind == "timestampValue":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", inner):
            bad_value(value)
    elif kind == "arrayValue":
        if in_array:
            bad_value(value)
        for element in inner.get("values", []):
            check_typed(element, depth + 1, True)
    elif kind == "mapValue":
        for name, child in inner.get("fields", {}).items():
            if name == "" or re.fullmatch("__.*__", name):
                bad_value(value)
            check_typed(child, depth + 1)
    elif not (kind == "stringValue" and isinstance(inner, str) or kind == "booleanValue" and isinstance(inner, bool)
              or kind == "nullValue" and inner is None):
        bad_value(value)


def field_path(text):
    parts, rest = [], text
    while True:
        quoted = re.match(r"`((?:[^`\\]|\\.)*)`", rest)
        plain = re.match(r"[A-Za-z_][A-Za-z_0-9]*", rest)
        if quoted:
            parts.append(re.sub(r"\\(.)", r"\1", quoted.group(1)))
        elif plain:
            parts.append(plain.group(0))
        else:
            raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Invalid property path %r" % text))
        rest = rest[(quoted or plain).end():]
        if rest == "":
            return parts
        if rest[0] != ".":
            raise Refusal(400, firestore_error(400, "INVALID_ARGUMENT", "Invalid property path %r" % text))
        rest = rest[1:]


def pick(fields, path):
    for key in path[:-1]:
        fields = fields.get(key, {}).get("mapValue", {}).get("fields", {})
    return fields.get(path[-1])


def put(fields, path, value):
    for key in path[:-1]:
        fields = fields.setdefault(key, {"mapValue": {"fields": {}}}).setdefault("mapValue", {"fields": {}}).setdefault("fields", {})
    if value is None:
        fields.pop(path[-1], None)
    else:
        fields[path[-1]] = value


def etag(value):
    return "null_etag" if value is None else hashlib.sha1(json.dumps(value, sort_keys=True).encode()).hexdigest()


# --- HTTP ------------------------------------------------------------------------------------------------------------------------------

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    database = None

    def log_message(self, *arguments):
        pass

    def handle_any(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        url = urlsplit(self.path)
        if url.path.startswith("/__"):
            return self.answer(200, self.own(url.path, body))
        base = self.database
        with base.lock:
            is_lost = False
            try:
                status, value, headers, is_lost = self.serve(base, url, parse_qs(url.query), body)
            except Refusal as refusal:
                # What a well-behaved client never causes; conditions that do not hold and missing documents are answers like others.
                is_due = refusal.status in (400, 405, 413) and "FAILED_PRECONDITION" not in str(refusal.text) and refusal.text != SIZE_TEXT
                if is_due and url.path != "/token" and len(base.stats["refusals"]) < 20:
                    base.stats["refusals"].append([refusal.status, self.command, url.path, str(refusal.text)[:200]])
                value = refusal.text if isinstance(refusal.text, dict) else {"error": refusal.text}
                status, headers = refusal.status, refusal.headers
            base.judge_readers()
        if is_lost:
            # Applied, and nobody is told.
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.answer(status, value, headers)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = handle_any

    def own(self, path, body):
        base = self.database
        with base.lock:
            if path == "/__control":
                base.control.update(json.loads(body or unquote(urlsplit(self.path).query)))
            if path == "/__secrets":
                return list(base.tokens) + base.assertions
            return {"/__stats": base.stats, "/__tree": base.tree, "/__documents": base.documents}.get(path, base.control)

    def serve(self, base, url, query, body):
        if url.path == "/token" and self.command == "POST":
            return 200, base.token(parse_qs(body.decode())), (), False
        base.stats["requests"] += 1
        base.count += 1
        if base.control["errors"] and base.random.random() < base.control["errors"]:
            base.stats["errors"] += 1
            raise Refusal(base.random.choice([503, 503, 429, 500]), "try again")
        base.demand_token(self.headers.get("Authorization"))
        for refuse in base.control["refuse"]:
            if "after" in refuse and base.stats["writes"] >= refuse["after"] and self.command in ("PATCH", "PUT", "POST"):
                raise Refusal(refuse["status"], refuse.get("text", "refused"))
        is_write = self.command != "GET"
        if is_write:
            base.stats["writes"] += 1
            base.stats["bytes"] += len(body)
            base.stats["bytes_max"] = max(base.stats["bytes_max"], len(body))
        if url.path.startswith("/v1/"):
            status, value, headers = self.firestore(base, url, query, body)
        else:
            status, value, headers = self.realtime(base, url, query, body)
        is_lost = is_write and base.control["lose"] and base.stats["writes"] % base.control["lose"] == 0
        if is_lost:
            base.stats["lost"] += 1
        return status, value, headers, is_lost

    def realtime(self, base, url, query, body):
        if not url.path.endswith(".json"):
            raise Refusal(404, "not found")
        path = [unquote(part) for part in url.path[1:-5].split("/") if part]
        check_path(path)
        if self.command != "PATCH" and "shallow" not in query:
            base.touch(path)
        if self.command == "POST":
            base.stats["posts"] += 1
            raise Refusal(400, "a client of ours must never push")
        if self.command == "GET":
            value = base.get(path)
            if query.get("shallow") == ["true"]:
                return 200, {key: True for key in value} if isinstance(value, dict) else value, ()
            if "orderBy" in query:
                if query["orderBy"] != ['"$key"'] or not isinstance(value, dict):
                    raise Refusal(400, "this stand-in orders the children of an object by key only")
                first, last = (json.loads(query[name][0]).encode() for name in ("startAt", "endAt"))
                value = {key: child for key, child in value.items() if first <= key.encode() <= last} or None
            return 200, value, (("ETag", etag(value)),) if self.headers.get("X-Firebase-ETag") else ()
        try:
            value = json.loads(body, parse_constant=lambda text: bad_value(text)) if body else None
        except ValueError:
            raise Refusal(400, "Invalid data; couldn't parse JSON object, array, or value.")
        if self.command == "PATCH":
            base.patch(path, value, len(body))
        else:
            base.demand_allowed(path)
            condition = self.headers.get("if-match")
            if condition is not None and condition != etag(base.get(path)):
                return 412, base.get(path), (("ETag", etag(base.get(path))),)
            base.set(path, clean(value, len(path)) if self.command == "PUT" else None)
            if path == ["mirror", "current"]:
                base.stats["switches"] += 1
        if query.get("print") == ["silent"]:
            return 204, None, ()
        return 200, value, (("ETag", etag(base.get(path))),) if self.headers.get("X-Firebase-ETag") else ()

    def firestore(self, base, url, query, body):
        match = re.fullmatch(r"/v1/(projects/[^/]+/databases/\(default\)/documents)(:commit|:runQuery|/.*)?", unquote(url.path))
        if not match:
            raise Refusal(404, firestore_error(404, "NOT_FOUND", "no such method"))
        root, rest = match.groups()
        if rest == ":commit" and self.command == "POST":
            return 200, base.commit(json.loads(body), root), ()
        if rest == ":runQuery" and self.command == "POST":
            return 200, base.query(json.loads(body)["structuredQuery"], root), ()
        if self.command != "GET":
            raise Refusal(405, firestore_error(405, "UNIMPLEMENTED", "not in this stand-in"))
        name = root + rest
        if rest.count("/") % 2 == 0:
            if name not in base.documents:
                raise Refusal(404, firestore_error(404, "NOT_FOUND", 'Document "%s" not found.' % name))
            document = base.documents[name]
            if "mask.fieldPaths" in query:
                wanted = [field_path(text)[0] for text in query["mask.fieldPaths"]]
                document = dict(document, fields={k: v for k, v in document["fields"].items() if k in wanted})
            elif rest.startswith("/users/"):
                base.stats["people"] += 1
            return 200, document, ()
        names = sorted(n for n in base.documents if n.startswith(name + "/") and "/" not in n[len(name) + 1:])
        start = int(query.get("pageToken", ["0"])[0])
        size = int(query.get("pageSize", ["100"])[0])
        page = {"documents": [{"name": n} for n in names[start:start + size]]}
        if start + size < len(names):
            page["nextPageToken"] = str(start + size)
        return 200, page, ()

    def answer(self, status, value, headers=()):
        body = b"" if status == 204 else json.dumps(value).encode()
        head = ["HTTP/1.1 %d X" % status, "Date: " + self.date_time_string(time.time() + self.database.options.skew)]
        head += ["%s: %s" % pair for pair in headers]
        if status != 204:
            head += ["Content-Type: application/json; charset=utf-8", "Content-Length: %d" % len(body)]
        self.wfile.write("\r\n".join(head + ["", ""]).encode() + body)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key-out", help="write a service account's key file, made for this run")
    parser.add_argument("--email", default="jobs@stand-in.iam.gserviceaccount.com")
    parser.add_argument("--owner", action="store_true", help="an emulator: lets in `Bearer owner` and nobody else")
    parser.add_argument("--lose", type=int, default=0, help="every so many-th write is applied and not answered")
    parser.add_argument("--errors", type=float, default=0.0, help="share of requests that are answered 503, 429 or 500 and not applied")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token-uses", type=int, default=-1, help="requests that a token is good for")
    parser.add_argument("--skew", type=float, default=0, help="seconds that its clock is ahead")
    parser.add_argument("--max-delete", type=int, default=0, help="leaves that one delete may remove")
    parser.add_argument("--watched", default="quotes", help="the top whose values' `night` readers must see one of")
    options = parser.parse_args()
    key = Key() if options.key_out else None
    database = Database(options, key)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), type("Bound", (Handler,), {"database": database}))
    server.daemon_threads = True
    port = server.server_address[1]
    database.audience = "http://127.0.0.1:%d/token" % port
    if options.key_out:
        with open(options.key_out, "w") as file:
            json.dump({
                "type": "service_account", "project_id": "stand-in", "private_key_id": secrets.token_hex(20), "private_key": key.pem,
                "client_email": options.email, "client_id": "1", "token_uri": database.audience}, file, indent=2)
    print(json.dumps({"port": port}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


main()
