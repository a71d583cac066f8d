"""The server and the cases of bombs.sh."""

import gzip
import hashlib
import io
import itertools
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import threading
import urllib.parse
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEAK_MB = 150
MB = 1 << 20
ROOT, WORK, JOBS, *ONLY = sys.argv[1:]


# Bodies: generators of pieces, so that nothing large is ever held here.

def zeros(count):
    piece = bytes(MB)
    for _ in range(count // MB):
        yield piece


def gzipped(pieces):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def repeated(head, piece, tail, size):
    """`piece` again and again between `head` and `tail`, `size` bytes about."""
    yield head
    block = piece * max(1, MB // len(piece))
    for _ in range(size // len(block)):
        yield block
    yield tail


def letters(size, head=b'["', tail=b'"]'):
    """One JSON string. Its letters repeat so rarely that gzip stays below the ratio at which a bomb is seen."""
    noise = random.Random(7)
    yield head
    for _ in range(size // MB):
        yield (bytes(noise.choices(b"abcdefghijklmnop", k=8192)) + b"a" * (MB - 8192))
    yield tail


def laughs(root, namespace):
    """A billion laughs: nine entities, each ten times the one before."""
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10 if level else b"ha" * 50) for level in range(10))
    return b'<?xml version="1.0"?><!DOCTYPE %s [%s]><%s xmlns="%s">&e9;</%s>' % (root, entities, root, namespace, root)


def nested(open, close, depth):
    yield open * depth
    yield close * depth


S3 = b"http://s3.amazonaws.com/doc/2006-03-01/"
ECB = b'<Envelope xmlns="http://www.gesmes.org/xml/2002-08-01"><Cube>'
FILE = "BTCUSDT-1m-2025-01"
FOLDER = "data/spot/monthly/klines/BTCUSDT/1m/"
LISTING = b'<ListBucketResult xmlns="%s"><IsTruncated>false</IsTruncated>%s</ListBucketResult>' % (
    S3, b"<Contents><Key>%s%s.zip</Key></Contents>" % (FOLDER.encode(), FILE.encode()))


def ecb_history(days=7000, currencies=40):
    """As long as the real one, and then some."""
    names = sorted({a + b + "X" for a in "ABCDEFG" for b in "ABCDEFG"})[:currencies]
    yield ECB
    for day in range(days):
        date = "%04d-%02d-%02d" % (1999 + day // 336, 1 + day % 336 // 28, 1 + day % 28)
        yield ('<Cube time="%s">%s</Cube>' % (
            date, "".join('<Cube currency="%s" rate="%.4f"/>' % (name, 1 + day % 97 / 100) for name in names))).encode()
    yield b"</Cube></Envelope>"


def zip_of(pieces, name=FILE + ".csv"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as entry:
            for piece in pieces:
                entry.write(piece)
    return out.getvalue()


def lying_zip():
    """It says 1 kB in both headers, and unpacks to a gigabyte."""
    packed = bytearray(zip_of(zeros(1024 * MB)))
    directory = packed.rindex(b"PK\x01\x02")
    struct.pack_into("<I", packed, 22, 1024)
    struct.pack_into("<I", packed, directory + 24, 1024)
    return bytes(packed)


def overlapping_zip():
    """A thousand entries that share one body (Fifield, "A better zip bomb")."""
    one = zip_of(zeros(16 * MB), "0")
    start, directory = one.rindex(b"PK\x01\x02"), b""
    for index in range(1000):
        entry = bytearray(one[start:start + 46])
        struct.pack_into("<H", entry, 28, 3)
        directory += bytes(entry) + b"%03d" % index
    return one[:start] + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1000, 1000, len(directory), start, 0)


def klines(size):
    """Rows of candles, a minute apart, as the archive has them."""
    start, made = 1735689600000, 0
    for index in itertools.count():
        row = b"%d,94591.78,94601.10,94500.01,94550.5,12.34567,%d,1167123.45,2345,6.1,576000.1,0\n" % (
            start + index * 60000, start + index * 60000 + 59999)
        made += len(row)
        if made > size:
            return
        yield row


# Cases: a name, a step, who answers what, and what must be said of it.

class Case:
    def __init__(self, name, step, says, answers, encoding=None, length=None, status=65, headers=()):
        self.name, self.step, self.says, self.status = name, step, says, status
        self.answers, self.encoding, self.length, self.headers = answers, encoding, length, headers


BINANCE = "uses: binance.candles\n    each: { symbol: [BTCUSDT], interval: [1d] }\n    with: { history: 30d }"
MINUTES = "uses: binance.candles\n    each: { symbol: [BTCUSDT], interval: [1m] }\n    with: { history: 40d }"
SHARES = "uses: alphavantage.candles\n    each: { symbol: [IBM] }\n    with: { history: all%s }"
INSTRUMENTS = "uses: binance.instruments"
RATES = "uses: ecb.rates\n    with: { history: all }"
COMPANIES = "uses: sec.tickers"
ALL = ""


def archive(name, says, file):
    """A file of the bulk archive, with its right checksum."""
    def answers():
        body = file() if callable(file) else file
        checksum = b"%s  %s.zip\n" % (hashlib.sha256(body).hexdigest().encode(), FILE.encode())
        return {"/listing/": [LISTING], ".CHECKSUM": [checksum], ".zip": [body]}
    return Case(name, MINUTES, says, answers, status=0)


def body(name, step, says, pieces, **more):
    return Case(name, step, says, lambda: {ALL: pieces()}, **more)


def listing(name, says, pieces):
    return Case(name, MINUTES, says, lambda: {"/listing/": pieces()}, status=0)


SYMBOL = (b'{"symbol":"AAAAAAAA","status":"TRADING","baseAsset":"AAAA","quoteAsset":"AAAA","filters":[]},')
CASES = [
    body("gzip of 1 GiB of zeros", BINANCE, "more than 200 times", lambda: gzipped(zeros(1024 * MB)), encoding="gzip", status=1),
    body("body without end", BINANCE, "longer than", lambda: itertools.repeat(b"[" + b" " * MB), status=1),
    body("body of 600 MB, announced", BINANCE, "longer than", lambda: zeros(600 * MB), length=600 * MB, status=1),
    body("headers without end", BINANCE, "bytes of headers", lambda: [], headers=[("X-Filler", "a" * 1000)] * 1000, status=1),
    body("JSON 100,000 deep", BINANCE, "deep", lambda: nested(b"[", b"]", 100_000)),
    body("JSON 15,000,000 deep", BINANCE, "deep", lambda: nested(b"[" * MB, b"]" * MB, 15)),
    body("JSON objects 100,000 deep", INSTRUMENTS, "deep", lambda: nested(b'{"a":', b"}", 100_000)),
    body("JSON of one string of 200 MB", BINANCE, "longer than", lambda: letters(200 * MB), length=200 * MB + 4, status=1),
    body("the same in gzip", BINANCE, "longer than", lambda: gzipped(letters(200 * MB)), encoding="gzip", status=1),
    body("one string of 31 MB, below the cap", BINANCE, "failed", lambda: letters(31 * MB)),
    body("one string of 63 MB in gzip, below the cap", BINANCE, "failed", lambda: gzipped(letters(63 * MB)), encoding="gzip"),
    body("31 MB of rows that are none", BINANCE, "more than", lambda: repeated(b"[", b"[],", b"[]]", 31 * MB)),
    body("31 MB of pairs", INSTRUMENTS, "more than", lambda: repeated(b'{"symbols":[', SYMBOL, SYMBOL[:-1] + b"]}", 31 * MB)),
    body("31 MB of pairs that are none", INSTRUMENTS, "cannot be read", lambda: repeated(b'{"symbols":[', b"{},", b"{}]}", 31 * MB)),
    body("31 MB of keys", INSTRUMENTS, "more than", lambda: itertools.chain(
        [b'{"-":1'], (b"".join(b',"%x":1' % (block * 100_000 + index) for index in range(100_000)) for block in range(30)), [b"}"])),
    body("31 MB of shares' rows that are none", SHARES % "", "cannot be read", lambda: repeated(
        b'{"Meta Data":{"2. Symbol":"IBM"},"Time Series (Daily)":{', b'"":{},', b'"":{}}}', 31 * MB)),
    body("31 MB of lines that are none", SHARES % ", form: csv", "cannot be read", lambda: repeated(
        b"timestamp,open,high,low,close,volume\r\n", b"a\n", b"", 31 * MB)),
    body("31 MB of companies that are none", COMPANIES, "cannot be read", lambda: repeated(b"{", b'"":{},', b'"":{}}', 31 * MB)),
    body("XML with a billion laughs", RATES, "document type", lambda: [laughs(b"Envelope", b"http://www.gesmes.org/xml/2002-08-01")]),
    body("XML 100,000 deep", RATES, "no XML", lambda: nested(b"<Envelope>", b"</Envelope>", 100_000), status=1),
    body("31 MB of elements", RATES, "more than", lambda: repeated(ECB, b"<a/>", b"</Cube></Envelope>", 31 * MB)),
    body("31 MB of attributes", RATES, "in one element", lambda: itertools.chain([ECB], (
        b"<Cube " + b"".join(b"a%d='' " % index for index in range(90_000)) + b"/>" for _ in range(31)), [b"</Cube></Envelope>"])),
    body("all rates since 1999: no bomb", RATES, "fetch", ecb_history, status=0),
    listing("listing with a billion laughs", "document type", lambda: [laughs(b"ListBucketResult", S3)]),
    listing("listing 100,000 deep", "no well-formed XML", lambda: nested(b"<ListBucketResult>", b"</ListBucketResult>", 100_000)),
    listing("listing of 4 MB of elements", "more elements", lambda: repeated(b"<ListBucketResult>", b"<a/>", b"</ListBucketResult>", 4 * MB - 100_000)),
    listing("listing of 4 MB of keys", "keys", lambda: repeated(
        b"<ListBucketResult>", b"<Contents><Key>a</Key></Contents>", b"</ListBucketResult>", 4 * MB - 100_000)),
    archive("zip of 1 GiB of zeros", "refused", lambda: zip_of(zeros(1024 * MB))),
    archive("zip of 1 GiB that says 1 kB", "refused", lying_zip),
    archive("zip of a thousand entries in one place", "refused", overlapping_zip),
    archive("zip of 63 MB of rows, below the cap", "more than 100000 rows", lambda: zip_of(klines(63 * MB))),
    archive("zip of 63 MB of lines that are none", "cannot be read", lambda: zip_of(itertools.chain(
        (b"a\n" * (MB // 2 - 4096) + bytes(random.Random(block).choices(b"abcdefgh\n", k=8192)) for block in range(63))))),
]

YAML = {
    "YAML with aliases": (b"job: x\nsteps: {}\na: &a [1,1,1,1,1,1,1,1,1]\n" + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 110)), "alias"),
    "YAML 400,000 deep": (b"job: " + b"[" * 400_000, "too many brackets"),
    "YAML 300,000 deep by blocks": (b"- " * 300_000, "E103"),
    "YAML of 500 MB": (itertools.chain([b"job: x\n"], (b"# comment\n" * (MB // 10) for _ in range(500))), "bytes"),
    "YAML of 1 MB of marks": (b"job: [" + b"," * 990_000, "too many values"),
    "YAML of 1 MB of keys": (b"job: x\n" + b"".join(b"k%d: 1\n" % index for index in range(90_000)), "E103"),
}


def minutes(query):
    """What the exchange itself answers where the archive is of no use."""
    start, end, limit = (int(query[name][0]) for name in ("startTime", "endTime", "limit"))
    start = -(-start // 60000) * 60000
    rows = ('[%d,"1.5","2","1","1.25","10",%d,"15",3,"4","5","0"]' % (time, time + 59999)
            for time in range(start, min(end + 1, start + limit * 60000), 60000))
    return ("[%s]" % ",".join(rows)).encode()


class Provider(BaseHTTPRequestHandler):
    """Answers as the case says; whatever it does not speak of is absent."""
    protocol_version = "HTTP/1.1"
    case, answers, lock = None, {}, threading.Lock()

    def do_GET(self):
        case, (path, _, query) = Provider.case, self.path.partition("?")
        with Provider.lock:
            found = next((key for key in Provider.answers if key in path), None)
            pieces = Provider.answers.get(found)
            if not isinstance(pieces, list):
                # A stream is sent once: a second question for it would be an attempt too many.
                Provider.answers.pop(found, None)
        if found is None and case.step == MINUTES and path == "/api/v3/klines":
            pieces = [minutes(urllib.parse.parse_qs(query))]
        self.send_response(200 if pieces is not None else 404)
        self.close_connection = True
        self.send_header("Connection", "close")
        for name, value in case.headers:
            self.send_header(name, value)
        if case.encoding:
            self.send_header("Content-Encoding", case.encoding)
        if case.length:
            self.send_header("Content-Length", str(case.length))
        try:
            self.end_headers()
            for piece in pieces or []:
                self.wfile.write(piece)
        except OSError:
            pass  # It has hung up: that is what it is meant to do.

    def log_message(self, *_):
        pass


# The peak of the program alone: a child of a large process would be charged with what that one holds. It has a minute.
LAUNCHER = """
import os, signal, sys
child = os.fork()
if child == 0:
    signal.alarm(60)
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
open(sys.argv[1], "w").write("%d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss))
"""


def measured(arguments, project):
    """Exit status (negative: the signal), peak in MB, and all that was said."""
    figures = os.path.join(WORK, "figures")
    environment = {"PATH": "/usr/bin:/bin", "HOME": WORK, "SWIFT_BACKTRACE": "enable=no"}
    ended = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCHER, figures, JOBS, *arguments], cwd=project, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    status, kilobytes = open(figures).read().split()
    return int(status), int(kilobytes) / 1024, ended.stdout.decode(errors="replace")


def new_project(port):
    """Jobs and configuration of the checkout, its providers on the loopback."""
    project = os.path.join(WORK, "project")
    shutil.rmtree(project, ignore_errors=True)
    os.mkdir(project)
    shutil.copytree(os.path.join(ROOT, "Jobs"), os.path.join(project, "Jobs"))
    shutil.copy(os.path.join(ROOT, "crontab"), project)
    path = os.path.join(project, "Jobs/config/providers.yaml")
    text = open(path).read()
    text = re.sub(r"https://s3[^\s]*", "http://127.0.0.1:%d/listing" % port, text)
    text = re.sub(r"https://[a-z0-9.-]+", "http://127.0.0.1:%d" % port, text)
    os.makedirs(os.path.join(project, "data/secrets"), mode=0o700)
    with open(os.path.join(project, "data/secrets/alphavantage"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("demo")
    open(path, "w").write(text.replace("\nsec:\n", "\nsec:\n  contact: \"Nobody nobody@example.com\"\n"))
    return project


failures = 0


def judge(name, status, expected, peak, said, says):
    """One line of the table."""
    global failures
    line = next((line for line in said.splitlines() if says and says in line), "")
    wrong = []
    if peak > PEAK_MB:
        wrong.append("MORE THAN %d MB" % PEAK_MB)
    if status not in expected:
        wrong.append("NOT REFUSED" if status == 0 else "STATUS %d" % status)
    if says and not line:
        wrong.append("NOT SAID: " + says)
    failures += bool(wrong)
    shown = line or (said.strip().splitlines() or [""])[-1]
    # What is about the place is known here; the reason is wanted.
    shown = re.sub(r"^.*?(the API was asked|no complete answer|binance|sec|ecb|alphavantage|error)", r"\1", shown.strip())
    shown = re.sub(r"(?<=archive: )(the listing|\S+zip): ", "", re.sub(r" \(\".*|: X-Filler.*", "", shown))
    shown = re.sub(r"; (nothing of it was stored|another attempt).*", "", shown).replace(WORK, "").replace("|", "\\|")
    print("| %s | %d | %.0f | %s%s |" % (name, status, peak, "**%s** " % ", ".join(wrong) if wrong else "", shown[:200]), flush=True)


def wanted(name):
    return not ONLY or any(part in name for part in ONLY)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("| what | status | peak, MB | what it said |\n| --- | ---: | ---: | --- |")
    for case in CASES:
        if not wanted(case.name):
            continue
        project = new_project(server.server_port)
        Provider.case, Provider.answers = case, case.answers()
        with open(os.path.join(project, "Jobs/bomb.yaml"), "w") as file:
            file.write("job: bomb\ndescription: One fetch.\ndefaults: { retry: { attempts: 1 } }\nsteps:\n  fetch:\n    %s\n" % case.step)
        status, peak, said = measured(["run", "bomb", "--date", "2025-03-10"], project)
        judge(case.name, status, [case.status], peak, said, case.says)
    for name, (text, says) in YAML.items():
        if not wanted(name):
            continue
        project = new_project(server.server_port)
        with open(os.path.join(project, "Jobs/x.yaml"), "wb") as file:
            file.writelines([text] if isinstance(text, bytes) else text)
        status, peak, said = measured(["check"], project)
        judge(name, status, [65, 78], peak, said, says)
    sys.exit(1 if failures else 0)


main()
