# What: has a secret in its environment, says so, and stays.
# Expect: time_limit
# Limits: timeout=120s
echo "$SECRET"
sleep 1000
