# What: a shell's variable that doubles.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
text=xxxxxxxxxxxxxxxx
while :; do text=$text$text; done
