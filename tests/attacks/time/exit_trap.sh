# What: a trap runs when the shell would end, and starts over.
# Expect: time_limit
# Limits: timeout=1s
trap 'while :; do sleep 1; done' EXIT INT TERM HUP
exit 0
