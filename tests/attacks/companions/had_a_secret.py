# What: means well: has a secret all over its memory.
# Expect: success
# Stdout: had
kept = [("the-last-runs-" + "secret") * 100_000 for number in range(20)]
print("had")
