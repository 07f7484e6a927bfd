# What: looks into process 1, which knows the job. gVisor lets everybody see some of it, so there
# must be nothing in that.
# Expect: success
import os

with open("/proc/version") as file:
    is_gvisor = "4.4.0" in file.read()
if is_gvisor:
    with open("/proc/1/environ") as file:
        names = {entry.split("=")[0] for entry in file.read().split("\0")}
    if names - {"", "PATH", "HOME", "HOSTNAME", "LANG", "TERM"}:
        print("ESCAPED: process 1 has", names)
PUBLIC = {"environ", "maps", "smaps", "auxv", "fd", "fdinfo", "task/1/fd"} if is_gvisor else set()
FILES = ("environ", "mem", "maps", "smaps", "auxv", "stack", "syscall", "pagemap")
for name in set(FILES) - PUBLIC:
    try:
        with open("/proc/1/" + name, "rb") as file:
            if file.read(4096):
                print("ESCAPED: read", name)
    except OSError:
        pass
for name in {"fd", "map_files", "fdinfo", "task/1/fd"} - PUBLIC:
    try:
        if os.listdir("/proc/1/" + name):
            print("ESCAPED: listed", name)
    except OSError:
        pass
for name in ("exe", "cwd", "root", "ns/mnt"):
    try:
        os.readlink("/proc/1/" + name)
        os.stat("/proc/1/" + name + "/.")
        print("ESCAPED: followed", name)
    except OSError:
        pass
