# What: burns processor time in children that live a moment each, one after the other.
# Expect: cpu_limit
# Limits: timeout=120s cpu=2s
while :; do (for n in 1 2 3 4 5 6 7 8 9; do :; done); done
