"""Writes data/popular-pypi.txt and data/popular-npm.txt.

    python3 popular_packages.py PYPI NPM MONTH

Both are files of lines, a name and a number with a tab between: in the first, the place among the
most downloaded packages; in the second, the downloads of the month. What a registry publishes of
its downloads is brought to this form by whoever runs this.
"""

import pathlib
import re
import sys

KEPT = 4000
DATA = pathlib.Path(__file__).parent.parent / "data"
HEADER = """\
# The {kept} packages of {registry} that were downloaded most in {month}, the most downloaded
# first. Written by scripts/popular_packages.py.
"""


def read(path):
    lines = (line.split("\t") for line in pathlib.Path(path).read_text().splitlines())
    return [(int(number), name) for name, number, *_ in lines if number.isdigit()]


def write(file, registry, month, names):
    header = HEADER.format(kept=KEPT, registry=registry, month=month)
    (DATA / file).write_text(header + "".join(f"{name}\n" for name in names[:KEPT]))


def main(pypi, npm, month):
    ranked = [re.sub(r"[-_.]+", "-", name).lower() for _, name in sorted(read(pypi))]
    write("popular-pypi.txt", "PyPI", month, list(dict.fromkeys(ranked)))
    write("popular-npm.txt", "npm", month, [name for _, name in sorted(read(npm), reverse=True)])


if __name__ == "__main__":
    main(*sys.argv[1:])
