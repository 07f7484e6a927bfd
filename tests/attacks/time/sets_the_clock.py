# What: sets the clocks that its time is measured with.
# Expect: success
import time

for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME):
    try:
        time.clock_settime(clock, time.clock_gettime(clock) - 3600)
        print("ESCAPED: set the clock", clock)
    except OSError:
        pass
