# What: looks for what the run before it changed for shells.
# Expect: success
# After: leaves_shell_state.sh
# Stdout: none
if [ -n "$BASH_ENV$ENV" ]; then echo "ESCAPED: $BASH_ENV"; fi
for place in /tmp /dev/shm; do
    for name in "$place"/* "$place"/.[!.]*; do [ ! -e "$name" ] || echo "ESCAPED: $name"; done
done
bash -l -c 'bash -i -c true' 2> /dev/null
echo none
