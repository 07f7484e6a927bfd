# What: ignores the signal for the end of its processor time, and asks for more of it.
# Expect: cpu_limit
# Limits: timeout=30s cpu=1s
import resource
import signal

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
try:
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print("ESCAPED: no limit any more")
except (ValueError, OSError):
    pass
while True:
    pass
