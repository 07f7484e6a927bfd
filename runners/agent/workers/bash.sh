# Runs a program's entry file, as a script or by setting the arguments as variables and calling its
# `main`.
#
# It is the text after `bash -c`. It says that it is up, and waits for its instructions, which come
# with NUL between, so that no character of a value means anything to the shell: names and values of
# the environment up to an empty name, then the form and the entry, then words, or names and values.
# A script gets a Bash of its own, because too much is different in a file that is only read.
printf '\n' >&3
mapfile -d '' -t LAZARET <&4
exec 4<&-
set -- "${LAZARET[@]}"
unset LAZARET
while [[ $1 ]]; do
    export "$1=$2"
    shift 2
done
if [[ $2 == script ]]; then
    exec 3>&-
    shift 2
    exec "$BASH" --noprofile --norc -- "$@"
fi
LAZARET_ENTRY=$3
shift 3
while (($#)); do
    printf -v "$1" %s "$2"
    shift 2
done
# From Bash 5.0 on, this is $0.
BASH_ARGV0=$LAZARET_ENTRY
. "/work/$LAZARET_ENTRY"
if declare -F main >/dev/null; then
    main
fi
