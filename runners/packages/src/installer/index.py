# Asks an index, as whoever its address says.

import base64
import io
import urllib.parse
import urllib.request

JSON = "application/vnd.pypi.simple.v1+json"
PATIENCE = 30
# Bytes that are read before it is told how many.
BLOCK = 1 << 20


# What is at an address, and of which kind it is.
def get(address, say=lambda share: None):
    with ask(address, PATIENCE) as answer:
        size = int(answer.headers.get("Content-Length") or 0)
        content = io.BytesIO()
        while block := answer.read(BLOCK):
            content.write(block)
            say(min(content.tell() / size, 1) if size else 0)
        return content.getvalue(), answer.headers.get_content_type()


# The answer of an index; an error where it has none.
def ask(address, patience):
    parts = urllib.parse.urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(parts._replace(netloc=place, fragment="").geturl())
    request.add_header("Accept", f"{JSON}, text/html;q=0.1, */*;q=0.01")
    if parts.username is not None:
        words = [urllib.parse.unquote(word or "") for word in (parts.username, parts.password)]
        words = base64.b64encode(":".join(words).encode()).decode()
        request.add_unredirected_header("Authorization", "Basic " + words)
    return urllib.request.urlopen(request, timeout=patience)
