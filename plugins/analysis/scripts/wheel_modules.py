"""Tells what wheels ship: `python3 wheel_modules.py DISTRIBUTION-OR-WHEEL...`.

Each is downloaded with `pip` unless it is a wheel of this machine, and nothing of it is run. Of
each, a line: its name, then the modules that nobody else has, which are those that
data/python-modules.txt names. A directory without `__init__.py`, or one that several distributions
share, is no module of anybody's, so what is within it is told: `google.cloud.storage`.

With `--check`, the reviewed table is compared with them: a line that a wheel contradicts is told,
and the exit code is 1.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

TABLE = pathlib.Path(__file__).parent.parent / "data" / "python-modules.txt"
SHARED = {
    "airflow", "airflow.providers", "azure", "azure.ai", "azure.keyvault",
    "azure.mgmt", "azure.monitor", "azure.storage", "backports", "databricks", "google",
    "google.api", "google.cloud", "jaraco", "llama_index", "opentelemetry", "ruamel",
    "opentelemetry.exporter", "opentelemetry.exporter.otlp", "opentelemetry.instrumentation",
    "opentelemetry.util", "snowflake", "sphinxcontrib", "zope",
}
LIBRARY = re.compile(r"^[^/]+\.data/(purelib|platlib)/")
MODULE = re.compile(r"(.+?)(\.[\w-]+)?\.(pyi?|so|pyd)$")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def wheels(names, directory):
    """The wheels that are named, and those of the distributions that are."""
    missing = [name for name in names if not name.endswith(".whl")]
    if missing:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", directory, *missing]
        subprocess.run(command, check=True)
    local = [pathlib.Path(name) for name in names if name.endswith(".whl")]
    return local + sorted(pathlib.Path(directory).glob("*.whl"))


def modules(wheel):
    """The modules of a wheel that no other distribution has a part in."""
    with zipfile.ZipFile(wheel) as archive:
        files = [LIBRARY.sub("", name) for name in archive.namelist()]
    found = set()
    packages = {name.rsplit("/", 1)[0] for name in files if name.endswith("/__init__.py")}
    for file in files:
        match = MODULE.match(file)
        if not match or ".dist-info/" in file or ".data/" in file:
            continue
        path = match[1].removesuffix("/__init__").split("/")
        at = 1
        while at < len(path) and (
            "/".join(path[:at]) not in packages or ".".join(path[:at]) in SHARED
        ):
            at += 1
        module = ".".join(path[:at])
        if module not in SHARED:
            found.add(module)
    return {name for name in found if all(part.isidentifier() for part in name.split("."))}


def contradictions(shipped):
    """The lines of the table that say something else than the wheels."""
    for line in TABLE.read_text().splitlines():
        words = line.split(" ")
        if line.startswith("#"):
            continue
        distribution = re.split("[+|<>=!~]", words[1])[0]
        if distribution not in shipped:
            continue
        own = shipped[distribution]
        inside = any(name == words[0] or name.startswith(words[0] + ".") for name in own)
        if not inside and not any(words[0].startswith(name + ".") for name in own):
            yield f"{line}: it ships {' '.join(sorted(own))}"


def main(arguments):
    names = [name for name in arguments if name != "--check"]
    shipped = {}
    with tempfile.TemporaryDirectory() as directory:
        for wheel in wheels(names, directory):
            shipped[normal(wheel.name.split("-")[0])] = modules(wheel)
    for distribution, own in shipped.items():
        print(distribution, *sorted(own))
    wrong = list(contradictions(shipped)) if "--check" in arguments else []
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
