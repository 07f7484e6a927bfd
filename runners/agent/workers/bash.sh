# Sets the arguments as variables, reads the program's entry file, and calls its `main`.
#
# It is the text after `bash -c`; the entry is $0. The arguments come as names and values with NUL
# between, so that no character of a value means anything to the shell.
mapfile -d '' -t LAZARET_ARGUMENTS <&4
exec 4<&-
set -- "${LAZARET_ARGUMENTS[@]}"
unset LAZARET_ARGUMENTS
while (($#)); do
    printf -v "$1" %s "$2"
    shift 2
done
. "/work/$0"
if declare -F main >/dev/null; then
    main
fi
