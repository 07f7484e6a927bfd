# What: changes its own file while the shell reads it.
# Expect: success | program_error
echo 'echo "changed"' >> "$0"
sed -i 's/.*/exit 3/' "$0" 2> /dev/null
echo before
