# Runs a program's entry file, as a script or by setting the arguments as variables and calling its
# `main`.
#
# It is the text after `bash -c`. It says that it is up, and waits for its instructions: how many
# bytes there are, and these, with a byte after each text that is in no text. Names and values of the
# environment up to an empty name, then the form and the entry, then words, or names and values.
# A script gets a Bash of its own, because too much is different in a file that is only read.
#
# What comes up to a delimiter, Bash reads byte by byte. Where each read takes as long as under gVisor
# that is five seconds for the longest word, so it is told a number.
LC_ALL=C
printf '\n' >&3
IFS= read -r -u 4 LAZARET
IFS= read -r -N "$LAZARET" -u 4 LAZARET
exec 4<&-
# Splitting at this byte is all that happens to the text.
set -f
IFS=$'\xff'
set -- $LAZARET
IFS=$' \t\n'
set +f
unset LC_ALL LAZARET
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
