#!/bin/sh
# boot.sh IMAGE: makes the folder a running Debian whose process 1 is systemd.  Started by unshare -m -p -n -u -i -C -f, in a control group of its own;
# ends when that systemd ends or is killed.
set -eu
image=$1
mount --make-rprivate /
mount -t proc proc "$image/proc"
mount -t sysfs -o ro sysfs "$image/sys"
mount -t cgroup2 cgroup2 "$image/sys/fs/cgroup" 2>/dev/null || { mount -t tmpfs cgroup "$image/sys/fs/cgroup" && mkdir -p "$image/sys/fs/cgroup" && mount -t cgroup2 cgroup2 "$image/sys/fs/cgroup"; }
mount -t tmpfs -o mode=0755 run "$image/run"
mount -t tmpfs -o mode=1777 tmp "$image/tmp"
mount -t tmpfs -o mode=0755 dev "$image/dev"
mkdir "$image/dev/pts" "$image/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$image/dev/pts"
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
	set -- $device
	mknod -m 0666 "$image/dev/$1" c "$2" "$3"
done
ln -s pts/ptmx "$image/dev/ptmx"
ln -s /proc/self/fd "$image/dev/fd"
hostname mon1.example.org
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$image" /lib/systemd/systemd </dev/null
