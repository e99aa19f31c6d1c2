#!/usr/bin/python3
"""Adds up JUnit reports and prints "N passed, N failed"; a report that is missing or empty is a failure."""
import sys
import xml.etree.ElementTree as tree


def main():
    passed = failed = 0
    if sys.argv[1] != "0":
        failed += 1
        print("the build failed")
    for path in sys.argv[2:]:
        try:
            cases = list(tree.parse(path).getroot().iter("testcase"))
        except (OSError, tree.ParseError) as error:
            cases = []
            print(f"no report: {error}")
        if not cases:
            failed += 1
        for case in cases:
            # ctest marks a test that did not run with status="notrun" or "disabled"; nothing is skipped silently.
            bad = case.find("failure") is not None or case.find("error") is not None or \
                case.find("skipped") is not None or case.get("status") in ("fail", "notrun", "disabled")
            if bad:
                failed += 1
                print(f"failed: {case.get('classname', '')} {case.get('name')}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
