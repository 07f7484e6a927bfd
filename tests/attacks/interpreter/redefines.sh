# What: redefines the commands that the worker would go on with.
# Expect: success
# Arguments: {"text": "$(echo ESCAPED) `echo ESCAPED` \"; echo ESCAPED; \\"}
# Result: {"fine": true}
# Stdout: 49
exec() { command echo "ESCAPED: $*"; }
printf() { :; }
set() { :; }
shift() { :; }
unset() { :; }
alias main='echo ESCAPED'
main() {
    command echo "${#text}"
    command echo '{"fine": true}' >&3
}
