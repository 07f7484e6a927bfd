# What: stops every process there is, the agent too if it could.
# Expect: time_limit
# Limits: timeout=1s
import os
import signal

for process in [name for name in os.listdir("/proc") if name.isdigit()]:
    if int(process) != os.getpid():
        try:
            os.kill(int(process), signal.SIGSTOP)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGSTOP)
except OSError:
    pass
os.kill(os.getpid(), signal.SIGSTOP)
signal.pause()
