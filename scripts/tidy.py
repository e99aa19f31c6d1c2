#!/usr/bin/python3
"""Runs clang-tidy over our sources, with the flags of build/dev. A file whose content, headers of ours and
flags have not changed since it was last clean is passed over (build/tidy)."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "tidy"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def closure(path, seen):
    """The file and every header of ours that it includes."""
    if path in seen or not path.exists():
        return
    seen.add(path)
    for header in INCLUDE.findall(path.read_text(encoding="utf-8", errors="replace")):
        closure(ROOT / "src" / header, seen)
        closure(path.parent / header, seen)


def key(entry):
    seen = set()
    closure(pathlib.Path(entry["file"]), seen)
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + entry["command"].encode())
    for path in sorted(seen):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check(entry):
    mark = CACHE / key(entry)
    if mark.exists():
        return True, ""
    run = subprocess.run(
        ["clang-tidy-19", "--quiet", "-p", str(ROOT / "build" / "dev"), "--warnings-as-errors=*",
         "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-everything",
         # Boost 1.74 does not know that this clang has the coroutines of C++20.
         "--extra-arg=-DBOOST_ASIO_HAS_CO_AWAIT=1", "--extra-arg=-DBOOST_ASIO_HAS_STD_COROUTINE=1", entry["file"]],
        capture_output=True, text=True, check=False)
    if run.returncode == 0:
        mark.touch()
    return run.returncode == 0, run.stdout + (run.stderr if run.returncode else "")


def main():
    CACHE.mkdir(parents=True, exist_ok=True)
    entries = [e for e in json.loads((ROOT / "build/dev/compile_commands.json").read_text())
               if e["file"].startswith((str(ROOT / "src"), str(ROOT / "tools"))) and not e["file"].endswith("_test.cpp")]
    entries = list({e["file"]: e for e in entries}.values())
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        for entry, (good, text) in zip(entries, pool.map(check, entries)):
            if not good:
                failed += 1
                print(f"-- {entry['file']}\n{text}", flush=True)
    print(f"clang-tidy: {len(entries) - failed} of {len(entries)} files are clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
