# What: changes programs, accounts and settings of the system.
# Expect: success
for file in /etc/passwd /etc/ld.so.preload /usr/bin/env /bin/bash /usr/lib/os-release /etc/hosts /etc/resolv.conf \
    /.lazaret/agent /proc/sys/kernel/core_pattern /proc/sys/kernel/sysrq /proc/sysrq-trigger /sys/kernel/uevent_helper \
    /proc/sys/vm/drop_caches /proc/sys/kernel/hostname /dev/kmsg /sys/power/state /proc/self/loginuid /proc/1/exe; do
    if (echo x >> "$file") 2> /dev/null; then echo "ESCAPED: wrote to $file"; fi
done
for place in / /usr /usr/bin /etc /bin /lib /dev /root /home /var /var/tmp /run /sys /.lazaret; do
    if (echo x > "$place/attack-was-here") 2> /dev/null; then echo "ESCAPED: wrote into $place"; fi
done
true
