# Installs packages of Python into /install: resolves the requirements to exact versions and digests,
# and installs these, so that what is downloaded is what was resolved.

import contextlib
import functools
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.parse

PLACE = "/install"
# On the file system of the packages: what uv unpacks there it need not copy.
CACHE = PLACE + "/.uv"
RESOLVED = "/tmp/resolved.txt"
PINS = "/tmp/pins.txt"
# Of an installer's last words.
MOST_LINES = 40
# Files that one process compiles.
FEW = 300
# Files that are compiled before it is told how many.
BATCH = 20
# Seconds between two looks at how much is done.
ROUND = 0.2


class Failure(Exception):
    pass


def main(requirements, pins, sources, builds, before):
    # Whoever is outside may be another user, and has to be able to remove what is left here.
    os.umask(0)
    try:
        installer = Uv(sources, builds) if shutil.which("uv") else Pip(sources, builds)
        say("Resolving")
        with open(PINS, "w") as file:
            file.write("\n".join(pins))
        packages = installer.resolve(requirements)
        if before is not None and sorted(packages) == sorted(before):
            return {"unchanged": True}
        say("Installing", 0)
        installer.install(packages)
    except Failure as failure:
        return {"failure": {"words": str(failure)}}
    compile_all()
    return {"platform": platform(), "packages": packages}


class Uv:
    def __init__(self, sources, builds):
        self.options = ["--python", sys.executable, "--cache-dir", CACHE, "--no-config", "--no-progress"]
        self.options += index_options(sources) + ([] if builds else ["--only-binary", ":all:"])
        # It asks UV_EXTRA_INDEX_URL in order, then UV_INDEX_URL, and takes a package from the first that has it.
        *first, last = [sources["index"], *sources["extra_indexes"]]
        tell_indexes(UV_INDEX_URL=last, UV_EXTRA_INDEX_URL=" ".join(first))

    def resolve(self, requirements):
        options = ["--generate-hashes", "--no-header", "--no-annotate", "--quiet", "--output-file", RESOLVED]
        command = ["uv", "pip", "compile", "-", "--constraint", PINS, *options, *self.options]
        run(command, "\n".join(requirements))
        packages = []
        for line in open(RESOLVED):
            name, _, version = line.strip().rstrip("\\ ").partition("==")
            if version:
                packages.append([name, version, []])
            elif line.strip().startswith("--hash="):
                packages[-1][2].append(line.strip().rstrip("\\ ").removeprefix("--hash="))
        return [[name, version, digest_of(hashes)] for name, version, hashes in packages]

    def install(self, packages):
        options = ["--no-deps", "--require-hashes", "--target", PLACE]
        # What it has downloaded and unpacked lies there, until all of it is moved at once.
        done = lambda: len(glob.glob(CACHE + "/archive-v*/*")) / max(len(packages), 1)
        run(["uv", "pip", "install", "--requirement", RESOLVED, *options, *self.options], done=done)
        shutil.rmtree(CACHE, ignore_errors=True)


# An index has several files of a version, and which of them is installed is not told.
def digest_of(hashes):
    return "sha256:" + hashlib.sha256(" ".join(sorted(hashes)).encode()).hexdigest()


class Pip:
    def __init__(self, sources, builds):
        if sources["extra_indexes"]:
            raise Failure(
                "several indexes need uv, which is neither in the image nor on the first index:"
                " pip would take the newest version of all"
            )
        self.command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        self.command += ["--no-cache-dir", "--ignore-installed", "--progress-bar", "off", "--retries", "1"]
        self.command += index_options(sources) + ([] if builds else ["--only-binary", ":all:"])
        tell_indexes(PIP_INDEX_URL=sources["index"])

    def resolve(self, requirements):
        report = "/tmp/report.json"
        written = "/tmp/requirements.txt"
        with open(written, "w") as file:
            file.write("\n".join(requirements))
        options = ["--dry-run", "--report", report, "--requirement", written, "--constraint", PINS]
        run([*self.command, *options])
        packages = []
        for package in json.load(open(report))["install"]:
            file = package["download_info"]
            hashes = file.get("archive_info", {}).get("hashes") or hashes_of(file["url"])
            digests = sorted(f"{name}:{digest}" for name, digest in hashes.items())
            about = package["metadata"]
            packages.append([about["name"], about["version"], " ".join(digests)])
        return sorted(packages)

    def install(self, packages):
        with open(RESOLVED, "w") as file:
            for name, version, digests in packages:
                file.write(f"{name}=={version} {' '.join('--hash=' + digest for digest in digests.split())}\n")
        options = ["--no-deps", "--no-compile", "--target", PLACE]
        options += ["--require-hashes"] if all(digests for _, _, digests in packages) else []
        run([*self.command, *options, "--requirement", RESOLVED])


# Of a file in a directory, nobody has said its digest.
def hashes_of(address):
    if not address.startswith("file://"):
        return {}
    path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
    with open(path, "rb") as file:
        return {"sha256": hashlib.sha256(file.read()).hexdigest()}


def index_options(sources):
    found = [f"--find-links=/sources/{number}" for number in range(sources["find_links"])]
    return found if sources["index"] else [*found, "--no-index"]


# Everybody on a machine can read the words that a process is started with, and its environment nobody
# else can: addresses may hold passwords.
def tell_indexes(**variables):
    os.environ.update({name: value for name, value in variables.items() if value})


# Tells whoever waits: what is done now, and how much of it is. Either holds until it is told anew.
def say(words, share=None):
    percent = "" if share is None else f"[{min(int(share * 100), 100)}%] "
    sys.stderr.write(f"{percent}{words}\n")
    sys.stderr.flush()


# What it says is told as it says it; its last words are the reason where it fails.
def run(command, stdin=None, done=None):
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=sys.stderr,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # Python ignores the signal of a file that is too large, and so sees the error. So do others.
            restore_signals=False,
        )
    except OSError as error:
        raise Failure(str(error))
    process.stdin.write(stdin or "")
    process.stdin.close()
    if done:
        threading.Thread(target=say_share, args=(process, done)).start()
    words = []
    for line in process.stderr:
        print(line, end="", file=sys.stderr, flush=True)
        words = [*words, line][-MOST_LINES:]
    if process.wait() != 0:
        raise Failure("".join(words).strip() or f"{command[0]} ended with {process.returncode}")


def say_share(process, done):
    last = 0
    while process.poll() is None:
        time.sleep(ROUND)
        share = done()
        if share > last:
            say("", share)
            last = share


# So that no program has to, which cannot keep it. What changes is a new set, so nobody has to look at
# the times of files. Packages' own tests are left out, which nobody imports: of pandas, they are four
# files in five.
def compile_all():
    import compileall
    import concurrent.futures
    import py_compile

    paths = (os.path.join(place, name) for place, _, names in os.walk(PLACE) for name in names)
    files = [path for path in paths if path.endswith(".py") and not re.search("/tests?/", path)]
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compile_one = functools.partial(compileall.compile_file, quiet=2, invalidation_mode=mode)
    say("Compiling", 0)
    # To start processes takes longer than to compile a few files.
    with concurrent.futures.ProcessPoolExecutor() if len(files) > FEW else contextlib.nullcontext() as pool:
        compiled = pool.map(compile_one, files, chunksize=BATCH) if pool else map(compile_one, files)
        for number, _ in enumerate(compiled, 1):
            if number % BATCH == 0:
                say("", number / len(files))


# What wheels and compiled files are for. Another C library than GNU's does not tell its version.
def platform():
    try:
        library = os.confstr("CS_GNU_LIBC_VERSION")
    except (OSError, ValueError):
        library = sysconfig.get_config_var("HOST_GNU_TYPE")
    return f"{sys.implementation.cache_tag} {os.uname().machine} {library}"
