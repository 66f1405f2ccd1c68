#!/usr/bin/env bash
# Runs deploy/systemd/millipede.service under a systemd of its own, the first process of its own namespaces, for SystemdIT.
# Nothing of this machine is written to: the root is an overlay over it whose changes are in memory, as are /run, /tmp,
# /var/tmp, /var/log and /dev; /proc/sys and /sys are read-only, and the network has a loopback interface only. Control
# groups lie below one of its own, which is removed again.
#
#   boot.sh FOLDER     with millipede.service, drop-in.conf, millipede.jar, config/ (for /etc/millipede), jdk (a link)
#
# Prints the process id of that systemd, as seen from here, and ends it when standard input ends. FOLDER/log gets its errors.
# Needs root, util-linux, iproute2, overlayfs and systemd.
set -euo pipefail

readonly FOLDER="$1"
readonly GROUP="${2:-millipede-test-$$}"

# The hierarchies of control groups: one with version 2, several with version 1.
hierarchies() {
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    echo /sys/fs/cgroup
  else
    find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d
  fi
}

make_groups() {
  local hierarchy
  for hierarchy in $(hierarchies); do
    mkdir "$hierarchy/$GROUP"
    # A new set of cores and memory is empty, and takes no process before it has some.
    if [[ -e "$hierarchy/$GROUP/cpuset.mems" && -e "$hierarchy/cpuset.mems" ]]; then
      cat "$hierarchy/cpuset.cpus" >"$hierarchy/$GROUP/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" >"$hierarchy/$GROUP/cpuset.mems"
    fi
  done
}

remove_groups() {
  local hierarchy
  for hierarchy in $(hierarchies); do
    for _ in {1..20}; do
      [[ -d "$hierarchy/$GROUP" ]] || break
      find "$hierarchy/$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
  done
}

outside() {
  local hierarchy namespaces systemd=""
  trap remove_groups EXIT
  make_groups
  (
    for hierarchy in $(hierarchies); do
      echo "$BASHPID" >"$hierarchy/$GROUP/cgroup.procs"
    done
    exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup "$0" "$FOLDER" "$GROUP" inside
  ) </dev/null >"$FOLDER/log" 2>&1 &
  namespaces=$!
  until [[ -n "$systemd" ]]; do
    kill -0 "$namespaces"
    sleep 0.05
    # Before it becomes unshare it has other children.
    [[ "$(cat "/proc/$namespaces/comm")" != unshare ]] || systemd="$(cat "/proc/$namespaces/task/$namespaces/children")"
  done
  echo "${systemd% }"
  cat >/dev/null || true
  kill -KILL "$namespaces" 2>/dev/null || true
  wait "$namespaces" 2>/dev/null || true
}

mount_groups() {
  local root="$1" hierarchy name
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    return
  fi
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  for hierarchy in /sys/fs/cgroup/*/; do
    name="$(basename "$hierarchy")"
    mkdir "$root/sys/fs/cgroup/$name"
    case "$name" in
      unified) mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/$name" ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/$name" ;;
      *) mount -t cgroup -o "$name" cgroup "$root/sys/fs/cgroup/$name" ;;
    esac
  done
}

make_devices() {
  local device
  while read -r device; do
    # shellcheck disable=SC2086 # name, type and numbers are words
    mknod -m 666 $device
  done <<<$'null c 1 3\nzero c 1 5\nfull c 1 7\nrandom c 1 8\nurandom c 1 9\ntty c 5 0'
  mkdir pts shm mqueue hugepages
  mount -t devpts -o newinstance,ptmxmode=0666 devpts pts
  mount -t mqueue mqueue mqueue
  ln -s pts/ptmx ptmx
  ln -s /proc/self/fd fd
  ln -s fd/1 stdout
  ln -s fd/2 stderr
  : >console
}

make_units() {
  # Nothing but what the unit asks for: no set-up of a machine, no clean-up of its files.
  rm -rf etc/systemd/system usr/lib/systemd/system/{sysinit,sockets,timers,local-fs,basic,multi-user}.target.wants
  mkdir -p etc/systemd/system/millipede.service.d opt/millipede
  cp "$FOLDER/millipede.service" etc/systemd/system/
  cp "$FOLDER/drop-in.conf" etc/systemd/system/millipede.service.d/
  printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service dbus.service\n' >etc/systemd/system/boot.target
  install -m 644 "$FOLDER/millipede.jar" opt/millipede/
  rm -rf etc/millipede
  cp -r "$FOLDER/config" etc/millipede
  mount --bind "$FOLDER/jdk/" "$(dirname "$(dirname "$(readlink -f /usr/bin/java)")" | sed 's,^/,,')"
}

inside() {
  local root=/mnt/root folder
  mount --make-rprivate /
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/changes /mnt/work "$root"
  mount -t overlay -o lowerdir=/,upperdir=/mnt/changes,workdir=/mnt/work overlay "$root"
  mount -t proc proc "$root/proc"
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,ro,bind "$root/proc/sys"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount_groups "$root"
  for folder in dev run tmp var/tmp var/log; do
    mount -t tmpfs -o mode=755 tmpfs "$root/$folder"
  done
  chmod 1777 "$root/tmp" "$root/var/tmp"
  (cd "$root/dev" && make_devices)
  (cd "$root" && make_units)
  ip link set lo up
  mkdir "$root/mnt/old"
  cd "$root"
  pivot_root . mnt/old
  umount -l /mnt/old
  # As on a machine: credentials are mounted elsewhere, and are to be seen here.
  mount --make-rshared /
  # It sets neither the clock nor limits of the machine where it takes itself to be in a container.
  export container=lxc
  exec /lib/systemd/systemd --system --unit=boot.target --log-target=console --show-status=no
}

if [[ "${3:-}" == inside ]]; then
  inside
else
  outside
fi
