"""Google's own client library, unchanged, against `jobs realtime serve`: every call, with the answer that it must get.

    check_firebase_admin.py JOBS REPOSITORY

Starts the server on a folder of its own, ends it, and exits with 1 when any answer is another one.
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import firebase_admin
from firebase_admin import db, exceptions

BINARY, REPOSITORY = sys.argv[1], pathlib.Path(sys.argv[2])

RULES = """{
  // The indexes that the queries below need.
  "rules": {
    ".read": "auth.uid === 'reader'",
    "dinosaurs": {".indexOn": ["height", "dimensions/weight", ".value"]},
    "scores": {".indexOn": ".value"},
    "users": {"$uid": {".read": "auth.uid === $uid", ".write": "auth.uid === $uid", "age": {".validate": "newData.isNumber()"}}}
  }
}"""

DINOSAURS = {
    "bruhathkayosaurus": {"height": 25, "dimensions": {"weight": 135000}},
    "lambeosaurus": {"height": 2.1, "dimensions": {"weight": 5000}},
    "linhenykus": {"height": 0.6, "dimensions": {"weight": 3}},
    "pterodactyl": {"height": 0.6, "dimensions": {"weight": 2}},
    "stegosaurus": {"height": 4, "dimensions": {"weight": 2500}},
    "triceratops": {"height": 3, "dimensions": {"weight": 11000}},
}

failures = []
checks = 0


def expect(what, got, wanted):
    global checks
    checks += 1
    same = got == wanted and type(got) is type(wanted)
    if not same:
        failures.append(what)
        print(f"FAILED {what}\n  wanted {wanted!r}\n  got    {got!r}", flush=True)


class Listener:
    """Collects the events of a place."""

    def __init__(self, reference):
        self.events = []
        self.condition = threading.Condition()
        self.registration = reference.listen(self.take)

    def take(self, event):
        with self.condition:
            self.events.append((event.event_type, event.path, event.data))
            self.condition.notify_all()

    def wait(self, count):
        with self.condition:
            self.condition.wait_for(lambda: len(self.events) >= count, timeout=20)
            return self.events[:count]

    def close(self, wake):
        """The library waits in its socket until something comes: `wake` makes it come."""
        closing = threading.Thread(target=self.registration.close, daemon=True)
        closing.start()
        while closing.is_alive():
            wake()
            closing.join(0.2)


def basics():
    root = db.reference("/basics")
    expect("get of nothing", root.get(), None)
    root.set({"text": "é😀\n\"\\", "number": 1.5, "whole": 3, "yes": True, "no": False, "nested": {"deep": {"er": "x"}}, "none": None, "empty": {}})
    expect(
        "get after set", root.get(),
        {"text": "é😀\n\"\\", "number": 1.5, "whole": 3, "yes": True, "no": False, "nested": {"deep": {"er": "x"}}})
    expect("get of a leaf", root.child("nested/deep/er").get(), "x")
    expect("get of a number", root.child("whole").get(), 3)
    expect("shallow get", root.child("nested").get(shallow=True), {"deep": True})
    expect("shallow get of a leaf", root.child("number").get(shallow=True), 1.5)
    root.child("list").set(["a", "b", None, "d"])
    expect("a list", root.child("list").get(), ["a", "b", None, "d"])
    root.child("list").set({"0": "a", "5": "f"})
    expect("a thin list is an object", root.child("list").get(), {"0": "a", "5": "f"})
    root.child("nested").update({"deep/er": "y", "new/path": 1, "gone": None})
    expect("update of several paths", root.child("nested").get(), {"deep": {"er": "y"}, "new": {"path": 1}})
    root.child("nested").update({"deep": None})
    expect("update that deletes", root.child("nested").get(), {"new": {"path": 1}})
    root.child("nested/new/path").set({"below": "a leaf"})
    expect("a leaf gives way", root.child("nested").get(), {"new": {"path": {"below": "a leaf"}}})
    root.child("nested").delete()
    expect("get after delete", root.child("nested").get(), None)
    root.child("time").set({".sv": "timestamp"})
    expect("server time is now", abs(root.child("time").get() - time.time() * 1000) < 60_000, True)
    root.child("sum").set(2)
    root.child("sum").set({".sv": {"increment": 5}})
    expect("increment", root.child("sum").get(), 7)
    for value in [2**53, -(2**53), 0, -1.25e-7, 1e300, "", " ", "null", True]:
        root.child("value").set(value)
        expect(f"set and get of {value!r}", root.child("value").get(), float(value) if value == 1e300 else value)
    # The library passes the percent sign on as part of the address.
    root.child("BRK%252EB").set(1)
    expect("a key with a percent sign", root.get(shallow=True).get("BRK%2EB"), True)
    root.delete()
    expect("nothing is left", root.get(), None)


def pushes():
    root = db.reference("/pushes")
    names = [root.push({"n": n}).key for n in range(20)]
    expect("push keys ascend", names, sorted(names))
    expect("push keys have 20 characters", {len(name) for name in names}, {20})
    expect("pushed values", [value["n"] for _, value in sorted(root.get().items())], list(range(20)))
    expect("push without a value", root.push().get(), "")
    root.delete()


def tags():
    root = db.reference("/tags")
    value, tag = root.get(etag=True)
    expect("the tag of nothing", (value, tag), (None, "null_etag"))
    expect("set if absent", root.set_if_unchanged("null_etag", {"a": 1})[:2], (True, {"a": 1}))
    value, tag = root.get(etag=True)
    expect("get_if_changed, unchanged", root.get_if_changed(tag), (False, None, None))
    expect("get_if_changed, changed", root.get_if_changed("other"), (True, {"a": 1}, tag))
    expect("set_if_unchanged, changed meanwhile", root.set_if_unchanged("other", 5), (False, {"a": 1}, tag))
    done, value, newer = root.set_if_unchanged(tag, {"a": 2})
    expect("set_if_unchanged", (done, value), (True, {"a": 2}))
    expect("the tag that it told", root.get(etag=True), ({"a": 2}, newer))
    root.delete()


def transactions():
    root = db.reference("/transactions")
    expect("a transaction on nothing", root.child("n").transaction(lambda value: (value or 0) + 1), 1)

    def count():
        for _ in range(25):
            while True:
                try:
                    root.child("n").transaction(lambda value: value + 1)
                    break
                except db.TransactionAbortedError:
                    # 25 others were quicker: the library gives up, and we do not.
                    pass

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect("a counter of eight threads", root.child("n").get(), 201)
    root.delete()


def listening(push_from_another_process):
    root = db.reference("/quotes")
    root.set({"a": 1})
    listener = Listener(root)
    listener.wait(1)
    root.child("b/c").set("x")
    root.update({"a": None, "d/e": [1]})
    root.child("b").delete()
    expect(
        "events of own writes", listener.wait(4),
        [("put", "/", {"a": 1}), ("put", "/b/c", "x"), ("patch", "/", {"a": None, "d/e": [1]}), ("put", "/b", None)])
    push_from_another_process()
    expect("an event of another process", listener.wait(5)[4:], [("patch", "/", {"binance/BTCUSDT": {"close": 5}})])
    other = Listener(root.child("binance"))
    other.wait(1)
    root.child("binance/BTCUSDT/close").set(6)
    expect("events below", other.wait(2), [("put", "/", {"BTCUSDT": {"close": 5}}), ("put", "/BTCUSDT/close", 6)])
    listener.close(lambda: root.child("wake").set(time.time()))
    other.close(lambda: root.child("binance/wake").set(time.time()))
    root.delete()


def queries():
    root = db.reference("/dinosaurs")
    root.set(DINOSAURS)
    names = lambda query: list(query.get())
    by_height = lambda: root.order_by_child("height")
    expect("order_by_child", names(by_height().limit_to_first(6)), ["linhenykus", "pterodactyl", "lambeosaurus", "triceratops", "stegosaurus", "bruhathkayosaurus"])
    expect("the values of a query", by_height().limit_to_last(1).get()["bruhathkayosaurus"], DINOSAURS["bruhathkayosaurus"])
    expect("limit_to_first", names(by_height().limit_to_first(2)), ["linhenykus", "pterodactyl"])
    expect("limit_to_last", names(by_height().limit_to_last(2)), ["stegosaurus", "bruhathkayosaurus"])
    expect("start_at", names(by_height().start_at(3)), ["triceratops", "stegosaurus", "bruhathkayosaurus"])
    expect("end_at", names(by_height().end_at(2.1)), ["linhenykus", "pterodactyl", "lambeosaurus"])
    expect("start_at and end_at", names(by_height().start_at(2).end_at(3)), ["lambeosaurus", "triceratops"])
    expect("equal_to", names(by_height().equal_to(0.6)), ["linhenykus", "pterodactyl"])
    expect("equal_to nothing", by_height().equal_to(7).get(), None)
    expect("a child below", names(root.order_by_child("dimensions/weight").limit_to_first(3)), ["pterodactyl", "linhenykus", "stegosaurus"])
    expect("order_by_key", names(root.order_by_key().limit_to_first(2)), ["bruhathkayosaurus", "lambeosaurus"])
    expect("key range", names(root.order_by_key().start_at("m").end_at("su")), ["pterodactyl", "stegosaurus"])
    expect("key equal_to", names(root.order_by_key().equal_to("triceratops")), ["triceratops"])
    scores = db.reference("/scores")
    scores.set({"a": 55, "b": 93, "c": 80, "d": 21, "e": "text", "f": True})
    expect("order_by_value", names(scores.order_by_value()), ["f", "d", "a", "c", "b", "e"])
    expect("value limit", names(scores.order_by_value().limit_to_last(2)), ["b", "e"])
    expect("value range", names(scores.order_by_value().start_at(50).end_at(85)), ["a", "c"])
    try:
        root.order_by_child("colour").equal_to("red").get()
        expect("a query without an index", "an answer", "an error")
    except exceptions.InvalidArgumentError as error:
        expect("the missing index", str(error), 'Index not defined, add ".indexOn": "colour", for path "/dinosaurs", to the rules')


def errors_and_rules(options):
    root = db.reference("/errors")
    for what, value in [("a forbidden key", {"a.b": 1}), ("an empty key", {"": 1})]:
        try:
            root.set(value)
            expect(what, "an answer", "an error")
        except exceptions.InvalidArgumentError as error:
            expect(what, str(error), "Invalid data; couldn't parse key beginning at 1:2. Key value can't be empty or contain $ # [ ] / or .")
    as_user = lambda uid: firebase_admin.initialize_app(options=dict(options, databaseAuthVariableOverride=uid and {"uid": uid}), name=str(uid))
    ann, bob, nobody = (as_user(uid) for uid in ("ann", "bob", None))
    db.reference("/users/ann", app=ann).set({"age": 30})
    expect("a user's own place", db.reference("/users/ann/age", app=ann).get(), 30)
    denied = [
        ("reading another's place", lambda: db.reference("/users/ann", app=bob).get()),
        ("writing another's place", lambda: db.reference("/users/ann", app=bob).set(1)),
        ("writing without a name", lambda: db.reference("/users/ann", app=nobody).set(1)),
        ("an invalid value", lambda: db.reference("/users/ann", app=ann).update({"age": "old"})),
        ("one bad path of two", lambda: db.reference("/users", app=ann).update({"ann/age": 31, "bob/age": 31})),
    ]
    for what, action in denied:
        try:
            action()
            expect(what, "an answer", "an error")
        except exceptions.UnauthenticatedError as error:
            expect(what, str(error), "Permission denied")
    expect("after all that", db.reference("/users").get(), {"ann": {"age": 30}})


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="conformance-"))
    server = None
    try:
        shutil.copytree(REPOSITORY / "Jobs", folder / "Jobs")
        (folder / "rules.json").write_text(RULES)
        place = ["--root", str(folder)]
        server = subprocess.Popen(
            [BINARY, "realtime", "serve", "--emulator", "--port", "0", "--json", "--rules", str(folder / "rules.json"), *place],
            stdout=subprocess.PIPE, text=True)
        url = json.loads("".join(iter(server.stdout.readline, "}\n")) + "}")["url"]
        os.environ["FIREBASE_DATABASE_EMULATOR_HOST"] = url.removeprefix("http://")
        options = {"databaseURL": f"{url}/?ns=desk"}
        firebase_admin.initialize_app(options=options)

        def push_from_another_process():
            with sqlite3.connect(folder / "data/jobs.sqlite") as warehouse:
                warehouse.execute("INSERT INTO outbox (path, value, logical_date) VALUES ('quotes/binance/BTCUSDT', '{\"close\": 5}', 0)")
            warehouse.close()
            subprocess.run([BINARY, "realtime", "push", *place], check=True, stdout=subprocess.DEVNULL)

        parts = [basics, pushes, tags, transactions, queries, lambda: listening(push_from_another_process), lambda: errors_and_rules(options)]
        for part in parts:
            try:
                part()
            except Exception:
                failures.append("an error")
                traceback.print_exc()
        server.send_signal(signal.SIGTERM)
        expect("the end of the server", server.wait(timeout=20), 0)
    finally:
        if server and server.poll() is None:
            server.kill()
        shutil.rmtree(folder)
    print(f"firebase-admin {firebase_admin.__version__}: {checks} checks, {len(failures)} failures", flush=True)
    # A thread of a listener that did not end must not keep this from ending.
    os._exit(1 if failures else 0)


main()
