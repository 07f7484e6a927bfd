"""What is found in packages that everybody uses: false alarms, by rule, capability and severity.

    python3 plugins/analysis/scripts/false_alarms.py FOLDER [more folders of sources ...]

downloads the packages below into FOLDER by `pip` and `npm` (sources only, nothing is installed or
run), judges every file with the example `judge`, and prints how many findings there are in a
thousand lines. What is in FOLDER already is not downloaded again.
"""

import collections
import json
import pathlib
import subprocess
import sys
import tarfile
import zipfile

PYPI = [
    "boto3", "certifi", "charset-normalizer", "idna", "packaging", "python-dateutil", "requests",
    "setuptools", "typing-extensions", "urllib3",
]
NPM = [
    "ansi-styles", "chalk", "commander", "debug", "glob", "lodash", "minimatch", "ms", "semver",
    "supports-color",
]
ENDINGS = {".py", ".js", ".cjs", ".mjs", ".ts", ".sh", ".bash"}
AT_ONCE = 200


def unpacked(archive: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if archive.suffix in {".whl", ".zip"}:
        zipfile.ZipFile(archive).extractall(folder)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    archive.unlink()


def download(folder: pathlib.Path) -> None:
    for name in PYPI:
        place = folder / "pypi" / name
        if not place.exists():
            place.mkdir(parents=True)
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            wheels = ["--only-binary", ":all:", "--dest", str(place), name]
            subprocess.run([*pip, *wheels], check=True)
            for archive in list(place.iterdir()):
                unpacked(archive, place)
    for name in NPM:
        place = folder / "npm" / name
        if not place.exists():
            place.mkdir(parents=True)
            subprocess.run(["npm", "pack", "--silent", name], cwd=place, check=True, stdout=subprocess.DEVNULL)
            for archive in list(place.glob("*.tgz")):
                unpacked(archive, place)


def is_source(path: pathlib.Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    if path.suffix in ENDINGS:
        return True
    with path.open("rb") as file:
        return not path.suffix and file.read(2) == b"#!"


def judged(program: pathlib.Path, files: list[pathlib.Path]):
    for at in range(0, len(files), AT_ONCE):
        names = [str(file) for file in files[at : at + AT_ONCE]]
        printed = subprocess.run([program, "--json", *names], check=True, stdout=subprocess.PIPE)
        yield from map(json.loads, printed.stdout.splitlines())


def report(title: str, files: list[pathlib.Path], program: pathlib.Path) -> None:
    lines, refused, flagged = 0, 0, collections.Counter()
    counts = {"severity": collections.Counter(), "capability": collections.Counter(), "rule": collections.Counter()}
    total = 0
    for file in judged(program, files):
        total += 1
        lines += file["lines"]
        refused += file["refused"] is not None
        for what in {finding["capability"] for finding in file["findings"]}:
            flagged[what] += 1
        for finding in file["findings"]:
            for kind, counter in counts.items():
                counter[finding[kind]] += 1
    print(f"\n{title}: {total} files, {lines} lines, {refused} refused")
    for kind, counter in counts.items():
        for name, count in counter.most_common():
            files_flagged = f", in {flagged[name]} files" if kind == "capability" else ""
            print(f"  {kind} {name}: {count} ({count * 1000 / max(lines, 1):.2f} in 1000 lines{files_flagged})")


def main() -> None:
    folder = pathlib.Path(sys.argv[1]).resolve()
    root = pathlib.Path(__file__).resolve().parents[3]
    build = ["cargo", "build", "--quiet", "--release", "-p", "lazaret-analysis", "--example", "judge"]
    subprocess.run(build, cwd=root, check=True)
    program = root / "target/release/examples/judge"
    download(folder)
    places = [folder / "pypi", folder / "npm", *map(pathlib.Path, sys.argv[2:])]
    for place in places:
        report(str(place), sorted(filter(is_source, place.rglob("*"))), program)


if __name__ == "__main__":
    main()
