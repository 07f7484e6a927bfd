"""What is found in packages that everybody uses: false alarms, by profile and rule.

    python3 plugins/analysis/scripts/false_alarms.py FOLDER [more folders of sources ...]

downloads the packages below into FOLDER by `pip` and `npm` (sources only, nothing is installed or
run), lets `lazaret check` judge every file once in each profile, and prints how much is found and
how much is denied. What is in FOLDER already is not downloaded again. Each package is a project of
its own, and so is each further folder.

Files are named to the program one by one, because of a folder it takes only what git would see. No
configuration is read but the defaults. With `--sample 30` it also prints 30 findings of each profile
that are high or critical, to be read.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PYPI = [
    "boto3", "certifi", "charset-normalizer", "idna", "packaging", "python-dateutil", "requests",
    "setuptools", "typing-extensions", "urllib3",
]
NPM = [
    "ansi-styles", "chalk", "commander", "debug", "glob", "lodash", "minimatch", "ms", "semver",
    "supports-color",
]
PROFILES = ["gate", "repo", "audit"]
SEVERE = {"high", "critical"}
# What honest code should have little of.
SHARP = {"introspection", "evasion", "not-analysable"}
ENDINGS = {
    ".py", ".pyi", ".pyw", ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".sh", ".bash",
}
# The program refuses to start where this takes a file that it does not know the language of.
INTERPRETER = re.compile(
    rb"#!\s*(\S*/)?(env(\s+-\S+)*\s+)?(\S*/)?"
    rb"(python|pypy|nodejs|node|bun|deno|ts-node|tsx|bash|sh|dash|ash|ksh|zsh)[\d.]*\s"
)


@dataclasses.dataclass
class Judged:
    """What one profile says about a set of sources."""

    profile: str
    projects: int
    findings: list[dict] = dataclasses.field(default_factory=list)
    unjudged: set[str] = dataclasses.field(default_factory=set)
    partly: set[str] = dataclasses.field(default_factory=set)
    denied: set[pathlib.Path] = dataclasses.field(default_factory=set)

    def files(self, is_meant) -> set[str]:
        return {finding["place"]["path"] for finding in self.findings if is_meant(finding)}

    def severe(self) -> list[dict]:
        return [finding for finding in self.findings if finding["severity"] in SEVERE]


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
    if path.suffix.lower() in ENDINGS:
        return True
    with path.open("rb") as file:
        return INTERPRETER.match(file.read(128)) is not None


def check(program: pathlib.Path, profile: str, project: pathlib.Path, files: list[pathlib.Path]) -> dict:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAZARET_")}
    names = [str(file.relative_to(project)) for file in files]
    with tempfile.NamedTemporaryFile(suffix=".toml") as defaults:
        command = [program, "check", "--config", defaults.name, "--profile", profile, "--json", "--", *names]
        done = subprocess.run(command, cwd=project, env=environment, stdout=subprocess.PIPE)
    if done.returncode not in {0, 1, 3}:
        sys.exit(f"cannot judge {project}: `check` ended with {done.returncode}")
    answer = json.loads(done.stdout)
    if [stage["name"] for stage in answer["stages"]] != ["analysis", "policies"]:
        sys.exit(f"cannot judge {project}: {answer['unknown']}")
    return answer


def judged(program: pathlib.Path, profile: str, projects: dict[pathlib.Path, list[pathlib.Path]]) -> Judged:
    result = Judged(profile, len(projects))
    for project, files in projects.items():
        answer = check(program, profile, project, files)
        if answer["verdict"] == "deny":
            result.denied.add(project)
        for finding in answer["findings"]:
            finding["place"]["path"] = str(project / finding["place"]["path"])
            result.findings.append(finding)
        result.unjudged |= {str(project / file["path"]) for file in answer["unjudged"]}
        result.partly |= {str(project / file["path"]) for file in answer["partly_analysed"]}
    return result


def is_sharp(finding: dict) -> bool:
    return finding["capability"] in SHARP


def share(files: set[str], total: int) -> str:
    return f"{len(files)} ({len(files) * 100 / max(total, 1):.1f} %)"


def row(result: Judged, files: int, lines: int) -> str:
    severe = result.severe()
    denied = result.files(lambda finding: finding["denies"])
    cells = [
        result.profile,
        f"{len(result.findings) * 1000 / max(lines, 1):.1f}",
        f"{len(severe) * 1000 / max(lines, 1):.1f}",
        share(result.files(lambda finding: finding["severity"] in SEVERE), files),
        share(denied, files),
        f"{len(result.denied)} of {result.projects}",
        share(result.unjudged - denied, files),
        share(result.files(is_sharp), files),
        share(result.files(lambda finding: is_sharp(finding) and finding["denies"]), files),
    ]
    return f"| {' | '.join(cells)} |"


HEAD = """\
| profile | findings in 1000 lines | high or critical | files with one | files denied | projects denied | \
not decided | files with introspection, evasion or not analysable | denied by it |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def top(result: Judged, most: int) -> None:
    rules, severe, denied = collections.Counter(), collections.Counter(), collections.defaultdict(set)
    for finding in result.findings:
        rules[finding["rule"]] += 1
        severe[finding["rule"]] += finding["severity"] in SEVERE
        if finding["denies"]:
            denied[finding["rule"]].add(finding["place"]["path"])
    print(f"\n  {result.profile}: rule, findings, high or critical, files denied")
    for rule, count in sorted(rules.items(), key=lambda one: (-severe[one[0]], -one[1]))[:most]:
        print(f"    {rule}: {count}, {severe[rule]}, {len(denied[rule])}")


def sample(result: Judged, most: int) -> None:
    """Some findings to read, always the same ones."""
    severe = result.severe()
    chosen = random.Random(0).sample(severe, min(most, len(severe)))
    print(f"\n  {result.profile}: {len(chosen)} of {len(severe)} findings that are high or critical")
    for finding in chosen:
        place = finding["place"]
        text = pathlib.Path(place["path"]).read_bytes()
        beginning = text.rfind(b"\n", 0, place["start_byte"]) + 1
        line = text[max(beginning, place["start_byte"] - 80) :].split(b"\n")[0][:200].decode(errors="replace")
        print(f"    {place['path']}:{place['start_line']}: {finding['severity']}[{finding['rule']}]")
        print(f"      {line.strip()}")
        print(f"      {finding['message']}")


def report(title: pathlib.Path, projects: list[pathlib.Path], program: pathlib.Path, options) -> None:
    by_project = {project: sorted(filter(is_source, project.rglob("*"))) for project in projects}
    by_project = {project: files for project, files in by_project.items() if files}
    files = [file for files in by_project.values() for file in files]
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    results = [judged(program, profile, by_project) for profile in PROFILES]
    # The gate does not decide about files that are understood in part; the others judge the rest.
    partly = len(results[-1].partly)
    print(f"\n{title}: {len(files)} files, {lines} lines, {partly} files understood in part\n")
    print(HEAD)
    for result in results:
        print(row(result, len(files), lines))
    for result in results:
        top(result, options.top)
    if options.sample:
        for result in results:
            sample(result, options.sample)


def options() -> argparse.Namespace:
    root = pathlib.Path(__file__).resolve().parents[3]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="where packages are, or are downloaded to")
    parser.add_argument("more", type=pathlib.Path, nargs="*", help="folders of further sources")
    parser.add_argument("--program", type=pathlib.Path, default=root / "target/release/lazaret")
    parser.add_argument("--top", type=int, default=15, help="rules to show of each profile")
    parser.add_argument("--sample", type=int, default=0, help="findings to show with their source")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    program, folder = chosen.program.resolve(), chosen.folder.resolve()
    if not program.is_file():
        sys.exit(f"there is no {program}: `cargo build --release`")
    download(folder)
    for place in [folder / "pypi", folder / "npm"]:
        projects = sorted(path for path in place.iterdir() if path.is_dir())
        report(place, projects, program, chosen)
    for place in chosen.more:
        report(place, [place.resolve()], program, chosen)


if __name__ == "__main__":
    main()
