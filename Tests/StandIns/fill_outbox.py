#!/usr/bin/env python3
"""Queues changes for the realtime database in a warehouse: fill_outbox.py DATABASE COUNT NIGHT. Prints the tree that they come to."""
import json
import sqlite3
import sys

path, count, night = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = []
for i in range(count):
    value = {"close": i * 1.01 + night, "high": i + 2.5, "low": i + 0.5, "n": night, "night": night, "open": i + 1.5,
             "open_time": "2026-01-%02dT00:00:00Z" % night, "volume": 1000 + i}
    rows.append(("quotes/binance/S%06d/1d" % i, json.dumps(value, separators=(",", ":")), night * 86_400_000))
with sqlite3.connect(path, timeout=30) as database:
    database.executemany("INSERT INTO outbox (path, value, logical_date) VALUES (?, ?, ?)", rows)
print(len(rows))
