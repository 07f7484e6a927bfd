# Looks whether an installer could do its work: fill its directory, and reach the index, or the proxy
# before it.

import os
import socket
import ssl
import urllib.parse

PATIENCE = 5


def main(address):
    open("/install/trial", "w").close()
    os.remove("/install/trial")
    try:
        reach(urllib.parse.urlsplit(address or ""))
    except (OSError, ValueError) as error:
        return {"failure": {"words": str(error)}}
    return {"unchanged": True}


def reach(address):
    if not address.hostname:
        return
    is_safe = address.scheme == "https"
    port = address.port or (443 if is_safe else 80)
    with socket.create_connection((address.hostname, port), PATIENCE) as connection:
        if is_safe:
            context = ssl.create_default_context()
            context.wrap_socket(connection, server_hostname=address.hostname).close()
