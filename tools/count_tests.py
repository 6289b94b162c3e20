#!/usr/bin/env python3
"""Prints "passed failed skipped" of a JUnit file as CTest and GoogleTest write it."""

import sys
import xml.etree.ElementTree as ElementTree


def main(path):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            counts["skipped"] += 1
        else:
            counts["passed"] += 1
    print(*counts.values())


if __name__ == "__main__":
    main(sys.argv[1])
