"""Writes data/python-shipped.txt: which distributions ship which modules.

    pip download pigar --no-deps && unzip pigar-*.whl
    python3 python_shipped.py pigar/.db.sqlite3 POPULAR

The index is that of the package `pigar` (BSD-3-Clause), which was read out of the wheels and
source archives of all distributions. POPULAR has a line for each distribution that counts: its
name, a tab, and its place among the most downloaded. What others ship is imported by nobody, or
copied from one of these.
"""

import collections
import pathlib
import re
import sqlite3
import sys

# Of the distributions that count, those whose modules are known; of the others, only that they
# ship the same module is told.
KNOWN = 8000
# Of fewer, modules with another name.
DIFFERING = 5000
# A module that is shipped by more, of any popularity, is one that people forget to leave out of
# their wheels, or name like their own: `utils`.
GENERIC = 45
# The first is meant where it is so many times further up.
AHEAD = 10
# Words that people name modules of their own by, and what wheels hold by mistake.
NOT_MEANT = re.compile(
    r"(?i)(.*tests?|tests?_.*|.*_version|.*_(scripts|docs|examples|tools|utils?|bindings|proto))$"
)
OWN_WORDS = set(
    """
    agents alloy amazon analytics api app authorization axes base benchmark bits bot box
    build build_backend build_utils can certs channels checks chunk cli client colors common
    common_util config core cpython curl daemon data dataset datasets dde debug demo
    deviceid directsound dist doc docs dummy editor engine env environ errors evaluation
    example examples exchange factory fake_name formic fsutil gen gui helpers hooks ifilter
    ignore images include install integration interactive internet layers lib license logger
    main manage mapi material maybe merge meta method misc mmapfile mode model models
    node_modules odbc org parallel parser perfmon phoenix plugin plugins pp propsys proto
    proxy ptr public quack race readme resources results runner runtime_client sample
    samples schema scripts segment server service settings setup shared shell silk src
    stream swagger taskscheduler tempo test_suite testfunctions testing timer tools tree
    typings ui unit util utilities utils validate version web wheels workflows
    """.split()
)
DATA = pathlib.Path(__file__).parent.parent / "data"
HEADER = """\
# Modules and the distributions that ship them, of the {known} most downloaded ones. A name alone
# is shipped by the distribution of the same name. `+`: these ship it too, and are not what is
# meant. `|`: any of these can be meant. Written by scripts/python_shipped.py.
"""


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def popular(path):
    lines = (line.split("\t") for line in pathlib.Path(path).read_text().splitlines())
    return {normal(name): int(place) for name, place, *_ in lines if place.isdigit()}


def shipped(index):
    """Who ships each module."""
    query = (
        "select d.name, m.name from distributions d"
        " join top_level_module_names m on m.distribution_id = d.id"
    )
    by = collections.defaultdict(set)
    for distribution, module in sqlite3.connect(index).execute(query):
        by[module].add(normal(distribution))
    return by


def is_generic(module, count):
    is_word = module.lower() in OWN_WORDS or NOT_MEANT.match(module)
    return is_word or count > GENERIC


def line(module, shipping, places):
    """What is known of a module; of one that tells nothing, nothing."""
    distributions = sorted(shipping & places.keys(), key=places.get)
    if not re.fullmatch(r"[A-Za-z]\w*", module) or not distributions:
        return None
    first = distributions[0]
    if places[first] > KNOWN:
        return None
    alike = normal(module) == first
    if not alike and (places[first] > DIFFERING or is_generic(module, len(shipping))):
        return None
    others = distributions[1:5]
    if not others:
        return module if alike else f"{module} {first}"
    ahead = places[others[0]] >= AHEAD * places[first]
    return f"{module} {('+' if alike or ahead else '|').join([first, *others])}"


def doubts(by):
    """Lines of the reviewed table that name the index, and that it does not bear out."""
    for line in (DATA / "python-modules.txt").read_text().splitlines():
        if line.endswith(" index"):
            module, distributions, _ = line.split(" ")
            first = re.split(r"[+|<]", distributions)[0]
            if first not in by[module] | by[module.split(".")[0]]:
                yield line


def main(index, path):
    places = popular(path)
    by = shipped(index)
    for doubt in doubts(by):
        print(doubt)
    lines = (line(module, by[module], places) for module in by)
    ordered = sorted(filter(None, lines), key=lambda one: one.split()[0])
    text = "".join(f"{one}\n" for one in ordered)
    (DATA / "python-shipped.txt").write_text(HEADER.format(known=KNOWN) + text)


if __name__ == "__main__":
    main(*sys.argv[1:])
