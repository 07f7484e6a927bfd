# What: a thousand short children, one after the other, are no fork bomb.
# Expect: success
# Stdout: 1000
# Limits: timeout=300s cpu=300s processes=16
count=0
for number in {1..1000}; do
    if (:); then count=$((count + 1)); fi
done
echo $count
