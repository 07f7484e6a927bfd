"""Writes data/python-standard-library.txt.

The lists of modules are those of the package `stdlibs` (MIT), which reads them out of
CPython's own sources for every release: `pip install stdlibs`, then run this file.
"""

import importlib
import pathlib

import stdlibs

VERSIONS = range(9, 15)
# What was removed before: nobody needs it from elsewhere, and old programs still try it.
REMOVED = ["py27", "py32", "py33", "py34", "py35", "py36", "py37", "py38"]
OUTPUT = pathlib.Path(__file__).parent.parent / "data" / "python-standard-library.txt"
HEADER = f"""\
# Modules of Python's standard library: name, first and last minor version of 3.9 to 3.14 that
# has it; 0 and 8 where only older versions had it. Written by scripts/standard_libraries.py from
# the package stdlibs {stdlibs.__version__}.
"""


def modules(version):
    """The top-level modules of a version: `py312`."""
    names = importlib.import_module(f"stdlibs.{version}").module_names
    return {name for name in names if "." not in name}


def main():
    known = {minor: modules(f"py3{minor}") for minor in VERSIONS}
    removed = set().union(*(modules(version) for version in REMOVED))
    lines = []
    for name in sorted(removed.union(*known.values())):
        having = [minor for minor in VERSIONS if name in known[minor]] or [0, 8]
        lines.append(f"{name} {having[0]} {having[-1]}\n")
    OUTPUT.write_text(HEADER + "".join(lines))


if __name__ == "__main__":
    main()
