# What: puts files where a shell looks when it starts, and programs where it finds them.
# Expect: success
# Stdout: left
for place in "$HOME" /work /tmp / /root /etc /etc/profile.d; do
    for name in .bashrc .bash_profile .profile .bash_login .inputrc bash.bashrc profile attack.sh; do
        (echo 'echo ESCAPED: a hook ran' > "$place/$name") 2> /dev/null
    done
done
for place in ${PATH//:/ } "$HOME/bin" "$HOME/.local/bin"; do
    for name in ls cat bash python3; do
        (mkdir -p "$place"; printf '#!/bin/sh\necho ESCAPED: not our program\n' > "$place/$name"; chmod +x "$place/$name") 2> /dev/null
    done
done
export BASH_ENV=/tmp/.bashrc ENV=/tmp/.bashrc
echo left
