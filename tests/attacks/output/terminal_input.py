# What: types into a terminal that is not its own.
# Expect: success
import fcntl
import glob
import os
import termios

for path in ["/dev/tty", "/dev/console", "/dev/tty0", "/dev/ptmx", *glob.glob("/dev/pts/[0-9]*"), "/proc/self/fd/0"]:
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(terminal, termios.TIOCSTI, b"x")
        print("ESCAPED: typed into", path)
    except OSError:
        pass
