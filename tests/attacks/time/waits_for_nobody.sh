# What: opens a pipe that nobody ever writes to.
# Expect: time_limit
# Limits: timeout=1s
mkfifo /tmp/pipe
cat < /tmp/pipe
