"""What `jobs realtime serve` costs: requests, memory, latency, and a tree of a million leaves.

    realtime.py JOBS        (wants ab, of Debian's apache2-utils)
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

BINARY = sys.argv[1]
LEAVES = int(os.environ.get("LEAVES", "1000000"))
folder = pathlib.Path(tempfile.mkdtemp(prefix="realtime-bench-"))
(folder / "Jobs").mkdir()
server = subprocess.Popen(
    [BINARY, "realtime", "serve", "--emulator", "--port", "0", "--json", "--root", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
address = json.loads("".join(iter(server.stdout.readline, "}\n")) + "}")
url, port = address["url"], address["port"]
database = folder / "data/jobs.sqlite"


def ask(method, path, body=None):
    request = urllib.request.Request(url + path, method=method, data=body and body.encode())
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def resident():
    text = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def per_second(*arguments):
    text = subprocess.run(["ab", "-q", "-k", *arguments], capture_output=True, text=True).stdout
    assert "Non-2xx" not in text, text
    return float(re.search(r"Requests per second:\s+([\d.]+)", text)[1])


def show(what, value):
    print(f"{what:58} {value}", flush=True)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Stream:
    def __init__(self, path):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        self.buffer = b""
        self.until(b"\r\n\r\n")

    def until(self, mark):
        while mark not in self.buffer:
            piece = self.socket.recv(1 << 16)
            assert piece, "the stream ended"
            self.buffer += piece
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def event(self):
        return self.until(b"\n\n")


try:
    ask("PUT", "/small.json", '{"close": 189.25}')
    (folder / "body").write_text('{"close": 190.5}')
    body = str(folder / "body")
    for clients in (1, 16):
        show(f"GET of a small value, {clients} clients, a second", f"{per_second('-c', str(clients), '-n', '30000', url + '/small.json'):,.0f}")
        count = "3000" if clients == 1 else "20000"
        puts = per_second("-c", str(clients), "-n", count, "-u", body, "-T", "application/json", url + "/small.json")
        show(f"PUT of a small value, synced, {clients} clients, a second", f"{puts:,.0f}")

    plain = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE t (path TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
    start = time.perf_counter()
    for number in range(3000):
        plain.execute("INSERT OR REPLACE INTO t VALUES ('small', ?)", (str(number),))
    show("baseline: the same row by plain SQLite, synced, a second", f"{3000 / (time.perf_counter() - start):,.0f}")

    before = resident()
    streams = [Stream("/small.json") for _ in range(200)]
    for stream in streams:
        stream.event()
    show("memory, no stream / 200 streams, MB", f"{before:.1f} / {resident():.1f}")
    for number in range(500):
        ask("PUT", "/small.json?print=silent", str(number))
    for stream in streams:
        for _ in range(500):
            stream.event()
    show("memory after 500 changes told to all 200, MB", f"{resident():.1f}")
    for stream in streams[1:]:
        stream.socket.close()

    other = sqlite3.connect(database, isolation_level=None)
    delays = []
    for number in range(300):
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT OR REPLACE INTO realtime_nodes VALUES ('small', ?)", (str(number),))
        other.execute("INSERT INTO realtime_changes (path, value, is_patch) VALUES ('small', ?, 0)", (str(number),))
        other.execute("COMMIT")
        start = time.perf_counter()
        streams[0].event()
        delays.append((time.perf_counter() - start) * 1000)
        time.sleep(0.003 * (number % 7))
    show("another process's commit to the event, p50 / p99, ms", f"{quantile(delays, 0.5):.1f} / {quantile(delays, 0.99):.1f}")
    delays = []
    for number in range(300):
        start = time.perf_counter()
        ask("PUT", "/small.json?print=silent", str(number))
        streams[0].event()
        delays.append((time.perf_counter() - start) * 1000)
    show("a client's PUT to the event, p50 / p99, ms", f"{quantile(delays, 0.5):.1f} / {quantile(delays, 0.99):.1f}")
    other.close()
    streams[0].socket.close()

    def subtree(symbol):
        times = []
        for _ in range(50):
            start = time.perf_counter()
            ask("GET", f"/quotes/{symbol}.json")
            times.append((time.perf_counter() - start) * 1000)
        return quantile(times, 0.5)

    def symbol(number):
        return {f"d{day:03}": {"o": 1.5, "h": 2.5, "l": 0.5, "c": number + day / 8, "v": day} for day in range(20)}

    ask("PATCH", "/quotes.json?print=silent", json.dumps({f"S{number}": symbol(number) for number in range(10)}))
    small = subtree("S5")
    start = time.perf_counter()
    for first in range(10, LEAVES // 100, 500):
        ask("PATCH", "/quotes.json?print=silent", json.dumps({f"S{number}": symbol(number) for number in range(first, min(first + 500, LEAVES // 100))}))
    seconds = time.perf_counter() - start
    show(f"filling a tree with {LEAVES:,} leaves, leaves a second", f"{LEAVES / seconds:,.0f}")
    show("a subtree of 100 leaves, of 1,000 / of all, ms", f"{small:.2f} / {subtree('S5'):.2f}")
    start = time.perf_counter()
    shallow = len(json.loads(ask("GET", "/quotes.json?shallow=true")))
    show(f"shallow, {shallow:,} children, ms", f"{(time.perf_counter() - start) * 1000:.0f}")
    times = []
    for number in range(20):
        patch = json.dumps({f"S{symbol}/d010/c": number + symbol for symbol in range(0, 5000, 10)})
        start = time.perf_counter()
        ask("PATCH", "/quotes.json?print=silent", patch)
        times.append((time.perf_counter() - start) * 1000)
    show("PATCH of 500 paths in it, ms", f"{quantile(times, 0.5):.1f}")
    before = resident()
    start = time.perf_counter()
    size = len(ask("GET", "/.json"))
    show("the whole tree in one GET, s / MB", f"{time.perf_counter() - start:.1f} / {size / 1e6:.0f}")
    show("memory before / after it, MB", f"{before:.0f} / {resident():.0f}")
    show("the warehouse, MB", f"{database.stat().st_size / 1e6:.0f}")
finally:
    server.send_signal(signal.SIGTERM)
    server.wait()
    shutil.rmtree(folder)
