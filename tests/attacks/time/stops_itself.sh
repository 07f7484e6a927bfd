# What: a stopped process uses no processor, and never ends by itself.
# Expect: time_limit
# Limits: timeout=1s
kill -STOP $$
