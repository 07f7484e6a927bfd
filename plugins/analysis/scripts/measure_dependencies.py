"""Compares what is found in wheels and npm packages with what they declare themselves.

    python3 measure_dependencies.py LAZARET DIRECTORY

DIRECTORY holds wheels and archives of npm, as `pip download --no-deps` and `npm pack` leave them.
Each is unpacked without its declaration, so that nothing but its imports is known, and
`lazaret deps --json` is asked. What it names is compared with the declaration:

    right       the package is declared
    undeclared  the package is known and not declared: a mistake of either side
    several     more than one package can be meant, one of them declared
    open        nobody knows
    not found   it is declared, and nothing imports it
"""

import email
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

KINDS = ["right", "undeclared", "several", "open", "not found"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def wheel(path, directory):
    """Unpacks a wheel, and tells what it declares: always, and at all."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(directory)
    metadata = next(pathlib.Path(directory).glob("*.dist-info/METADATA"))
    message = email.message_from_string(metadata.read_text())
    asked = message.get_all("Requires-Dist", [])
    names = {normal(re.match(r"[\w.-]+", one)[0]) for one in asked}
    always = {normal(re.match(r"[\w.-]+", one)[0]) for one in asked if "extra ==" not in one}
    return always, names | {normal(message["Name"])}


def package(path, directory):
    """The same of a package of npm's."""
    with tarfile.open(path) as archive:
        archive.extractall(directory, filter="data")
    manifest = pathlib.Path(directory) / "package" / "package.json"
    declared = json.loads(manifest.read_text())
    manifest.unlink()
    always = set(declared.get("dependencies", {}))
    tables = ["peerDependencies", "optionalDependencies", "devDependencies"]
    names = always.union(*(declared.get(table, {}) for table in tables))
    return always, names | {declared["name"]}


def found(lazaret, directory):
    command = [lazaret, "deps", "--json", "."]
    ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    report = json.loads(ran.stdout)
    for file in report["unjudged"]:
        print("  not read:", file["path"], file["reason"])
    return [need for need in report["needs"] if need["kind"] != "type_only"]


def compared(needs, always, names):
    sorts = {kind: [] for kind in KINDS}
    seen = set()
    for need in needs:
        if need["package"]:
            seen.add(need["package"])
            kind = "right" if need["package"] in names else "undeclared"
        else:
            declared = names & set(need["candidates"])
            seen |= declared
            kind = "several" if declared else "open"
        sorts[kind].append(need["package"] or need["name"])
    sorts["not found"] = sorted(always - seen)
    return sorts


def main(lazaret, directory):
    total = dict.fromkeys(KINDS, 0)
    for path in sorted(pathlib.Path(directory).iterdir()):
        with tempfile.TemporaryDirectory() as unpacked:
            unpack = wheel if path.suffix == ".whl" else package
            always, names = unpack(path, unpacked)
            sorts = compared(found(lazaret, unpacked), always, names)
        print(path.name)
        for kind, packages in sorts.items():
            total[kind] += len(packages)
            print(f"  {len(packages)} {kind}", *([] if kind == "right" else packages))
    print("all:", ", ".join(f"{number} {kind}" for kind, number in total.items()))


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2])
