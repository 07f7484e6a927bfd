"""Writes data/python-standard-library.txt.

The lists of modules are those of the package `stdlibs` (MIT), which reads them out of
CPython's own sources for every release: `pip install stdlibs`, then run this file.
"""

import importlib
import pathlib

import stdlibs

VERSIONS = range(9, 15)
OUTPUT = pathlib.Path(__file__).parent.parent / "data" / "python-standard-library.txt"
HEADER = f"""\
# Modules of Python's standard library: name, first and last minor version of 3.9 to 3.14 that
# has it. Written by scripts/standard_libraries.py from the package stdlibs {stdlibs.__version__}.
"""


def modules(minor):
    """The top-level modules of Python 3.`minor`."""
    names = importlib.import_module(f"stdlibs.py3{minor}").module_names
    return {name for name in names if "." not in name}


def main():
    known = {minor: modules(minor) for minor in VERSIONS}
    lines = []
    for name in sorted(set().union(*known.values())):
        having = [minor for minor in VERSIONS if name in known[minor]]
        lines.append(f"{name} {having[0]} {having[-1]}\n")
    OUTPUT.write_text(HEADER + "".join(lines))


if __name__ == "__main__":
    main()
