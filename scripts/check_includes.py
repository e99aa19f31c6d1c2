#!/usr/bin/python3
"""Fails when a file includes what its room may not see (docs/ARCHITECTURE.md, "Rooms")."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MESSAGES = "core/messages/"

# What each room may include of the others, as path prefixes below src/. Every room sees itself and base.
ALLOWED = {
    "src/base": [],
    "src/core": [],
    "src/store": [MESSAGES],
    "src/telephony": [MESSAGES],
    "src/api": [MESSAGES, "store/"],
    "src/server": ["core/", "store/", "telephony/", "api/", "tools/"],
    "tools/simulator": ["core/"],
    "tools/sandbox": [],
}
# The media plane knows nothing of SIP and of the choreography above it.
FORBIDDEN = {"src/telephony/media": ["telephony/sip/", "telephony/telephony.h"]}


def rooms_of(path: pathlib.Path):
    name = path.relative_to(ROOT).as_posix()
    return next((room for room in ALLOWED if name.startswith(room + "/")), None)


def faults(path: pathlib.Path):
    room = rooms_of(path)
    if room is None:
        return
    own = room.removeprefix("src/") + "/"
    name = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        header = match.group(1)
        seen = [own, "base/", *ALLOWED[room]]
        known = header.split("/")[0] in {"base", "core", "store", "telephony", "api", "server", "tools"}
        if known and not any(header.startswith(prefix) for prefix in seen):
            yield f"{name}:{number}: {room} may not include {header}"
        for place, prefixes in FORBIDDEN.items():
            if name.startswith(place + "/") and any(header.startswith(p) for p in prefixes):
                yield f"{name}:{number}: {place} may not include {header}"


def main():
    files = [p for top in ("src", "tools") for p in (ROOT / top).rglob("*") if p.suffix in {".h", ".cpp"}]
    found = [fault for path in sorted(files) for fault in faults(path)]
    print("\n".join(found) if found else f"include rules hold in {len(files)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
