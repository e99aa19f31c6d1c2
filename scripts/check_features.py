"""docs/FEATURES.md links each feature of the reference to its test: every linked test must exist."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[([^\]]+)\]\(\.\./(tests/[^)]+|src/[^)]+|web/[^)]+)\)")


def faults(page):
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| Feature") or line.startswith("| ---"):
            continue
        links = LINK.findall(line)
        if not links:
            yield f"{number}: no test is linked"
        for name, path in links:
            file = ROOT / path
            if not file.is_file():
                yield f"{number}: there is no {path}"
            elif name not in file.read_text() and name not in path:
                yield f"{number}: {path} has no test called {name}"


found = list(faults(ROOT / "docs/FEATURES.md"))
for fault in found:
    print(f"docs/FEATURES.md:{fault}")
sys.exit(1 if found else 0)
