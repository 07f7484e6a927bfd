# Puts uv into /install/bin: the wheel of one version, from the index that everything else comes from,
# by its digest. It needs nothing but Python, so that any image with Python can install.

import hashlib
import html.parser
import io
import json
import os
import sys
import urllib.parse
import zipfile

from index import JSON, get


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.extend(value for name, value in attributes if name == "href")


def main(index, wheels):
    digest = wheels.get(os.uname().machine)
    if not digest:
        return {"failure": {"words": f"uv has no wheel for {os.uname().machine}"}}
    try:
        wheel = fetch(find(index.rstrip("/") + "/uv/", digest))
    except (OSError, ValueError) as error:
        return {"failure": {"words": str(error)}}
    if hashlib.sha256(wheel).hexdigest() != digest:
        return {"failure": {"words": "the wheel of uv is not what it was: its digest differs"}}
    os.mkdir("/install/bin", 0o777)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        with open("/install/bin/uv", "wb") as file:
            file.write(archive.read(name))
    os.chmod("/install/bin/uv", 0o755)
    version = name.split("-")[1].split(".data")[0]
    return {"platform": os.uname().machine, "packages": [["uv", version, "sha256:" + digest]]}


# The page of a package says the digest of each file behind its address (PEP 503), or beside it (PEP 691).
def find(page, digest):
    text, kind = get(page)
    if kind.startswith(JSON):
        files = json.loads(text)["files"]
        links = [file["url"] for file in files if file["hashes"].get("sha256") == digest]
    else:
        links = Links()
        links.feed(text.decode())
        links = [link for link in links.links if link.endswith("#sha256=" + digest)]
    if not links:
        raise ValueError("the index has not the version of uv that is known here")
    return urllib.parse.urljoin(page, links[0])


def fetch(address):
    say(0)
    return get(address, say)[0]


# Tells whoever waits how much is done.
def say(share):
    sys.stderr.write(f"[{int(share * 100)}%] Downloading uv\n")
    sys.stderr.flush()
