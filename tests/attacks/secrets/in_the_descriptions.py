# What: looks for itself in what a sandbox is told about its own making.
# Expect: success
import glob

SECRET = b"a-secret-of-" + b"the-host"
for path in ("/proc/cmdline", "/proc/self/mountinfo", "/proc/1/mountinfo", "/proc/version", "/.dockerenv", "/etc/hostname", "/etc/hosts",
             *glob.glob("/run/**", recursive=True), *glob.glob("/proc/sys/kernel/**", recursive=True)):
    try:
        with open(path, "rb") as file:
            if SECRET in file.read(1 << 20):
                print("ESCAPED: it is in", path)
    except OSError:
        pass
