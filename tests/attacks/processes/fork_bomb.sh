# What: the classic fork bomb.
# Expect: process_limit
# Limits: timeout=20s cpu=60s
:() { : | : & }
:
sleep 1000
