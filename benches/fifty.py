"""Counts the words of the texts in a folder, and writes the most frequent ones down."""

import argparse
import collections
import json
import re
from pathlib import Path

WORD = re.compile(r"[a-z']+")
PLAIN = {"a", "an", "and", "in", "is", "of", "the", "to"}


class Count:
    """How often words are in a text."""
    def __init__(self, name):
        self.name = name
        self.words = collections.Counter()

    def add(self, line):
        for word in WORD.findall(line.lower()):
            if word not in PLAIN:
                self.words[word] += 1

    def most(self, number):
        return dict(self.words.most_common(number))


def texts(folder, suffixes=(".txt", ".md")):
    return sorted(path for path in Path(folder).rglob("*") if path.suffix in suffixes)


def counted(path):
    count = Count(path.name)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            count.add(line)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--number", type=int, default=10)
    arguments = parser.parse_args()
    counts = [counted(path) for path in texts(arguments.folder)]
    print(json.dumps({count.name: count.most(arguments.number) for count in counts}, indent=2))


if __name__ == "__main__":
    main()
