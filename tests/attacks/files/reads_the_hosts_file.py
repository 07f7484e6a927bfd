# What: reads a file of the host that everybody there may read, by its path and past it.
# Expect: success
import os

path = os.environ["HOST_FILE"]
places = [path, "/proc/1/root" + path, "/proc/self/root" + path, "/work/" + "../" * 20 + path, "/host" + path,
          *(f"/proc/self/fd/{number}/" + "../" * 20 + path for number in range(64))]
for place in places:
    try:
        with open(place) as file:
            print("ESCAPED: read", file.read())
    except OSError:
        pass
for place in ("/root", "/home", "/var/lib/docker", "/mnt", "/srv", "/boot", "/opt/lazaret"):
    try:
        if os.listdir(place):
            print("ESCAPED: there is something in", place)
    except OSError:
        pass
