#!/usr/bin/env python3
"""Has `jobs bridge` hear a flood: a real redis-server on the loopback, `flood` as the bots, `CLIENT KILL TYPE pubsub` every few seconds.

    bridge.py --jobs PROGRAM --flood PROGRAM [--seconds 60] [--prices 50000] [--orders 500] [--tickers 500] [--kill-every 5] [--sigkill]

Says how many orders were published, heard, kept and told, whether each that is missing was published around a recorded gap, the memory of
the bridge over time, and how long it took to tell the realtime database. With --sigkill the bridge itself is killed, too, and started again.
Ends with 1 when an order that was received is missing or stands twice, or when one is missing that no gap explains.
"""
import argparse, json, os, re, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("--jobs", required=True)
parser.add_argument("--flood", required=True)
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--prices", type=int, default=50_000)
parser.add_argument("--orders", type=int, default=500)
parser.add_argument("--tickers", type=int, default=500)
parser.add_argument("--kill-every", type=float, default=5)
parser.add_argument("--sigkill", action="store_true")
parser.add_argument("--keep", action="store_true")
args = parser.parse_args()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


folder = tempfile.mkdtemp(prefix="bridge-flood-")
port = free_port()
redis = subprocess.Popen(
    ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    stdout=subprocess.DEVNULL)


def cli(*words):
    return subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, text=True).stdout.strip()


def wait_for(what, seconds, condition):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return
        time.sleep(0.02)
    sys.exit(f"bridge.py: {what} did not come in {seconds} s")


wait_for("redis-server", 10, lambda: cli("ping") == "PONG")
root = os.path.join(folder, "project")
os.makedirs(os.path.join(root, "Jobs", "config"))
with open(os.path.join(root, "Jobs", "config", "bridge.yaml"), "w") as f:
    f.write(f"redis: 127.0.0.1:{port}\n")
log = open(os.path.join(folder, "bridge.log"), "w")
bridges = []


def start_bridge():
    process = subprocess.Popen([args.jobs, "bridge", "--root", root, "--figures-every", "10"], stderr=log, stdout=log)
    bridges.append(process)
    wait_for("the subscription", 15, lambda: cli("pubsub", "numpat") == "1")
    return process


bridge = start_bridge()
memory, done = [], threading.Event()


def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch():
    began = time.time()
    while not done.wait(1):
        try:
            text = open(f"/proc/{bridges[-1].pid}/status").read()
            memory.append((time.time() - began, int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024))
        except (OSError, TypeError):
            pass  # it is being started again


kills = []


def kill():
    while not done.wait(args.kill_every):
        if args.sigkill and len(kills) % 3 == 2:
            bridges[-1].send_signal(signal.SIGKILL)
            bridges[-1].wait()
            start_bridge()
        else:
            cli("client", "kill", "type", "pubsub")
        kills.append(time.time())


threads = [threading.Thread(target=watch), threading.Thread(target=kill)]
for thread in threads:
    thread.start()
before = cpu(bridge.pid)
out = subprocess.run(
    [args.flood, "127.0.0.1", str(port), str(args.seconds), str(args.prices), str(args.orders), str(args.tickers), "0"],
    capture_output=True, text=True, check=True).stdout.splitlines()
done.set()
for thread in threads:
    thread.join()
time.sleep(1)
bridge = bridges[-1]
used = cpu(bridge.pid) - (before if len(bridges) == 1 else 0)
peak = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{bridge.pid}/status").read())[1]) / 1024
stopped = time.time()
bridge.send_signal(signal.SIGTERM)
status = bridge.wait(timeout=30)
drain = time.time() - stopped
redis.terminate()
redis.wait()

published = {}
for line in out[:-1]:
    number, at, receivers = line.split()
    published[int(number)] = (int(at) / 1e6, int(receivers))
db = sqlite3.connect(os.path.join(root, "data", "jobs.sqlite"))
kept = [row[0] for row in db.execute("SELECT event_key FROM bridge_events")]
untold = db.execute("SELECT count(*) FROM bridge_events WHERE told = 0").fetchone()[0]
gaps = [(a / 1000, b / 1000, why) for a, b, why in db.execute("SELECT from_time, to_time, reason FROM bridge_gaps ORDER BY 1")]
# A row for each leaf: keys are counted.
paths = [path.replace("\x01", "/").split("/") for path, in db.execute("SELECT path FROM realtime_nodes")]
events = {tuple(keys[:4]) for keys in paths if len(keys) > 3 and keys[2] == "events"}
numbers = {int(key[2:]) for key in kept}
missing = sorted(set(published) - numbers)
# What Redis had not sent when the connection was cut is gone with it: published up to a moment before the gap that we see.
slack = 1.0
unexplained = [n for n in missing if not any(a - slack <= published[n][0] <= b + 0.2 for a, b, _ in gaps)]
text = open(log.name).read()
figures = re.findall(r"orders (\d+) received, (\d+) told, (\d+) repeated", text)
# After a SIGKILL the figures of the process are gone; without one they must add up.
received = int(figures[-1][0]) if figures else 0
repeated = int(figures[-1][2]) if figures else 0
lost = received - repeated - len(kept) if not args.sigkill else 0
doubles = len(kept) - len(set(kept))
latency = re.findall(r"(orders|prices) told after (\d+) ms \(p50\), (\d+) ms \(p99\), (\d+) ms at most", text)[-2:]
print(f"flood: {out[-1]}")
print(f"kills: {len(kills)}; gaps recorded: {len(gaps)}, {sum(b - a for a, b, _ in gaps):.2f} s in all, the longest {max([b - a for a, b, _ in gaps] or [0]):.2f} s")
print(f"orders: {len(published)} published, {received} received ({repeated} of them repeated), {len(kept)} kept, {len(events)} in the tree, {untold} untold")
print(f"orders lost after receipt: {lost}; kept twice: {doubles}; missing: {len(missing)}, of which no gap explains {len(unexplained)} {unexplained[:10]}")
prices = re.findall(r"prices (\d+) received, (\d+) told, (\d+) replaced", text)
print(f"prices: {prices[-1] if prices else None} (received, told, replaced)")
for kind, half, most, longest in latency:
    print(f"latency of {kind}: p50 {half} ms, p99 {most} ms, longest {longest} ms")
third = max(1, len(memory) // 3)
print(f"memory: {memory[0][1]:.0f} MB at first, {max(m for _, m in memory[:third]):.0f} / {max(m for _, m in memory[third:2 * third]):.0f} / {max(m for _, m in memory[2 * third:]):.0f} MB in each third, peak {peak:.0f} MB")
print(f"processor: {used:.1f} s in {args.seconds:.0f} s ({used / args.seconds * 100:.0f} % of a core); end {status} after {drain:.2f} s")
if args.keep:
    print(folder)
else:
    shutil.rmtree(folder)
sys.exit(1 if lost or doubles or unexplained or untold or len(events) != len(kept) else 0)
