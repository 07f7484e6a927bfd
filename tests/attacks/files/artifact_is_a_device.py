# What: artifacts that are devices: the disk of the host, its memory, and one that never ends. gVisor
# would let everybody make them.
# Expect: success
import os
import stat

os.mkdir("artifacts")
for name, kind, device in (("disk", stat.S_IFBLK, (254, 0)), ("zero", stat.S_IFCHR, (1, 5)), ("mem", stat.S_IFCHR, (1, 1))):
    try:
        os.mknod("artifacts/" + name, 0o666 | kind, os.makedev(*device))
        print("ESCAPED: made", name)
    except OSError:
        pass
    try:
        os.link("/dev/zero", "artifacts/link-to-" + name)
        print("ESCAPED: linked a device")
    except OSError:
        pass
