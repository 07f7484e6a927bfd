#!/usr/bin/env bash
# Shows how much room the work directory has.
#
#     lazaret run examples/disk.sh -- hello
set -eu
echo "${1:-nothing} in $PWD"
df -h . | tail -n 1
