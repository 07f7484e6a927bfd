# Looks whether an installer could do its work: fill its directory, and be answered by the index.

import os
import urllib.error

from index import ask

PATIENCE = 5


def main(index):
    open("/install/trial", "w").close()
    os.remove("/install/trial")
    try:
        if index:
            ask(index.rstrip("/") + "/pip/", PATIENCE).close()
    except urllib.error.HTTPError as error:
        # That it has no pip is an answer.
        if error.code != 404:
            return {"failure": {"words": f"{error.code} {error.reason}"}}
    except (OSError, ValueError) as error:
        return {"failure": {"words": str(error)}}
    return {"unchanged": True}
