#!/usr/bin/python3
"""Fails on a lambda that is a temporary of the expression that awaits it: GCC 12 destroys its captures twice. Name it first."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
AWAITED_LAMBDA = re.compile(r"co_await\b[^;]*?\[[^\]]+\]\s*[({]")

found = 0
for path in sorted((ROOT / "src").rglob("*.[hc]*")):
    text = path.read_text(encoding="utf-8")
    for match in AWAITED_LAMBDA.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        print(f"{path.relative_to(ROOT)}:{line}: give the lambda a name before co_await (see {pathlib.Path(__file__).name})")
        found += 1
sys.exit(1 if found else 0)
