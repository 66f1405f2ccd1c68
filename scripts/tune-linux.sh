#!/usr/bin/env bash
# Sizes Linux for a host that is to hold N WebSocket connections: limits, sysctls, conntrack.
#
#   scripts/tune-linux.sh check  [--connections N] [--ports LIST] [--balancer] [--root DIR]              changes nothing, needs no root
#   scripts/tune-linux.sh apply  [--connections N] [--ports LIST] [--balancer] [--root DIR] [--dry-run]
#   scripts/tune-linux.sh revert [--root DIR] [--dry-run]
#
#   --connections N   connections of all nodes of this host, 1 to 10000000; default 100000
#   --ports LIST      ports that nodes listen on, never to be given to an outgoing connection; default 8000,9000,5701,5801
#   --balancer        of a host that connects, a balancer or load generator: also widens the range of outgoing ports, and
#                     reserves in it those that anybody listens on now
#   --root DIR        works on the files below DIR in place of this system's (see docs/operations.md)
#   --dry-run         says what it would do and writes nothing
#
# Each line is "name: before -> after  (reason)"; what is enough, or stricter, stays as it is. Writes files of its own only,
# whose names have "millipede" in them, and remembers in one of them what it found; revert puts that back, except where
# somebody else has changed it since.
# Exit code: 0 = enough (check), done (apply, revert); 1 = something falls short or could not be done; 2 = wrong usage.
set -euo pipefail
export LC_ALL=C
umask 022

readonly MARK="# Written by Millipede's tune-linux.sh; its revert deletes this file."
readonly STATE=/var/lib/millipede/tune-linux.millipede
readonly SYSCTL_FILE=/etc/sysctl.d/zz-millipede.conf
readonly LIMITS_FILE=/etc/security/limits.d/zz-millipede.conf
readonly UNIT=millipede.service
readonly UNIT_FILE=/etc/systemd/system/$UNIT.d/zz-millipede.conf
readonly MODULES_FILE=/etc/modules-load.d/millipede.conf
readonly SYSTEMD_NOFILE=524288 # its hard limit of services since version 240
readonly MAX_CONNECTIONS=10000000

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

wrong() {
  printf 'tune-linux.sh: %s (--help says more)\n' "$1" >&2
  exit 2
}

die() {
  printf 'tune-linux.sh: %s\n' "$1" >&2
  exit 1
}

# ---- values ---------------------------------------------------------------------------------------------------------
# A value is its fields with single spaces between them, or "unset". How it is compared depends on its kind:
#   atleast (each field), atmost, exact, minimum (the first field), range (the wider one), ports (a set)

# Functions that say so leave their result in REPLY: a subshell for each would take most of the time.

# Status 0 when the number $1 is not below $2. More than 18 digits, which the kernel has for "no limit", are all the same.
not_below() {
  local a=$1 b=$2
  ((${#a} <= 18)) || a=999999999999999999
  ((${#b} <= 18)) || b=999999999999999999
  ((10#$a >= 10#$b))
}

larger() { # to REPLY
  if not_below "$1" "$2"; then REPLY=$1; else REPLY=$2; fi
}

smaller() { # to REPLY
  if not_below "$1" "$2"; then REPLY=$2; else REPLY=$1; fi
}

is_ports() {
  local part parts
  [[ $1 =~ ^([0-9]{1,5}(-[0-9]{1,5})?)(,[0-9]{1,5}(-[0-9]{1,5})?)*$ ]] || return 1
  IFS=, read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    ((10#${part%-*} <= 10#${part#*-} && 10#${part#*-} <= 65535)) || return 1
  done
}

# To REPLY: the list of ports $1 as the kernel writes it, in order, neighbours as ranges.
sorted_ports() {
  local part parts port from='' last='' text=''
  local -a set=()
  IFS=, read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    for ((port = 10#${part%-*}; port <= 10#${part#*-}; port++)); do set[port]=1; done
  done
  for port in "${!set[@]}" end; do
    if [[ -n $from && $port == "$((last + 1))" ]]; then
      last=$port
      continue
    fi
    [[ -z $from ]] || text+=,$from
    [[ $from == "$last" ]] || text+=-$last
    from=$port last=$port
  done
  REPLY=${text#,}
}

# Whether $2 can be a value of the kind $1 with as many fields as $3 has.
valid() {
  local -a fields wanted
  if [[ $1 == ports ]]; then
    [[ -z $2 ]] || is_ports "$2"
    return
  fi
  read -ra fields <<<"$2"
  read -ra wanted <<<"$3"
  [[ $1 != range ]] || read -ra wanted <<<"1 2"
  [[ $2 =~ ^[0-9]{1,20}(\ [0-9]{1,20})*$ ]] && ((${#fields[@]} == ${#wanted[@]}))
}

# To REPLY: the value that satisfies both $2 and $3, of the kind $1; "unset" asks for nothing.
merge() {
  local kind=$1 i
  local -a a b
  if [[ $2 == unset || $3 == unset ]]; then
    REPLY=$2
    [[ $2 != unset ]] || REPLY=$3
    return
  fi
  read -ra a <<<"$2"
  read -ra b <<<"$3"
  case $kind in
    exact) a=("${b[@]}") ;;
    atmost) smaller "${a[0]}" "${b[0]}" && a[0]=$REPLY ;;
    minimum) larger "${a[0]}" "${b[0]}" && a[0]=$REPLY ;;
    range)
      smaller "${a[0]}" "${b[0]}" && a[0]=$REPLY
      larger "${a[1]}" "${b[1]}" && a[1]=$REPLY
      ;;
    ports) sorted_ports "${2:+$2,}$3" && a=("$REPLY") ;;
    atleast) for i in "${!a[@]}"; do larger "${a[i]}" "${b[i]}" && a[i]=$REPLY; done ;;
  esac
  REPLY="${a[*]}"
}

# Whether $2 and $3 are the same value of the kind $1.
same() {
  local first
  [[ $2 != "$3" ]] || return 0
  [[ $1 == ports && $2 != unset && $3 != unset && -n $2 && -n $3 ]] || return 1
  sorted_ports "$2" && first=$REPLY
  sorted_ports "$3"
  [[ $first == "$REPLY" ]]
}

# Whether the value $2 of the kind $1 is all that $3 asks for.
enough() {
  merge "$1" "$2" "$3"
  same "$1" "$REPLY" "$2"
}

# To REPLY: $1 fit to be printed, without control characters, not endless, and "none" for nothing.
shown() {
  REPLY=${1//[^[:print:]]/?}
  ((${#REPLY} <= 60)) || REPLY=${REPLY:0:60}...
  REPLY=${REPLY:-none}
}

line() {
  local from
  shown "$2" && from=$REPLY
  shown "$3"
  printf '%s: %s -> %s  (%s)\n' "$1" "$from" "$REPLY" "$4"
}

# ---- what is wanted -------------------------------------------------------------------------------------------------

declare -a keys=()
declare -A kind wanted reason own=() # wanted "unset": whatever is there

want() {
  keys+=("$1")
  kind[$1]=$2 wanted[$1]=$3 reason[$1]=$4
}

# Descriptors for N connections in one process, whose reserve is the larger of 5 % and 128.
wanted_nofile() {
  local n=$(((connections * 100 + 94) / 95 + 128))
  n=$(((n + 1023) / 1024 * 1024))
  ((n >= 65536)) || n=65536
  echo "$n"
}

# A page of buffers for each connection, as N/2, 3N/4 and N pages: 64 MiB or more, at most half of the memory.
wanted_tcp_mem() {
  local pages=$connections kb=$1 page=$2 cap
  ((pages >= 16384)) || pages=16384
  if [[ -n $kb ]]; then
    cap=$((kb * 1024 / page / 2))
    ((pages <= cap)) || pages=$cap
  fi
  echo "$((pages / 2)) $((pages * 3 / 4)) $pages"
}

# The kernel's own values, which a boot brings back: constants, or the most that they can be with this memory.
own_values() {
  local kb=$1 page=$2
  own=(
    [fs.nr_open]=1048576 [net.core.somaxconn]=4096 [net.ipv4.tcp_max_syn_backlog]=4096
    [net.core.netdev_max_backlog]=1000 [net.ipv4.ip_local_reserved_ports]='' [net.ipv4.ip_local_port_range]="32768 60999"
    [net.ipv4.tcp_tw_reuse]=2 [net.ipv4.tcp_keepalive_time]=7200 [net.ipv4.tcp_keepalive_intvl]=75
    [net.ipv4.tcp_keepalive_probes]=9 [net.netfilter.nf_conntrack_max]=262144
  )
  [[ -n $kb ]] || return 0
  local sixteenth=$((kb * 1024 / page / 16))
  own[fs.file-max]=$((kb / 10))
  own[net.ipv4.tcp_mem]="$((sixteenth * 3 / 4)) $sixteenth $((sixteenth * 3 / 2))"
}

# The ports that are listened on now, each after a comma.
listening() {
  local port
  sed -n 's/^ *[0-9]*: [0-9A-F]*:\([0-9A-F]\{4\}\) [0-9A-F]*:[0-9A-F]* 0A .*/\1/p' \
    "$root/proc/net/tcp" "$root/proc/net/tcp6" 2>/dev/null | sort -u | while read -r port; do
    ((16#$port == 0)) || printf ',%d' "$((16#$port))"
  done
}

want_all() {
  local page=4096 kb text range=unset
  ((balancer == 0)) || range="10240 65535"
  [[ -n $root ]] || page=$(getconf PAGESIZE)
  kb=$(sed -n 's/^MemTotal: *0*\([0-9]\{1,15\}\) kB$/\1/p' "$root/proc/meminfo" 2>/dev/null) || kb=''
  own_values "$kb" "$page"
  nofile=$(wanted_nofile)
  want fs.nr_open atleast "$nofile" "the ceiling of every nofile: a limit above it cannot be set, so it must rise too"
  want fs.file-max atleast $((connections + connections / 10 + 65536)) "open files of the whole host, a connection is one"
  want net.core.somaxconn atleast 65535 "connections that wait to be accepted when all come back at once; the smaller of it and http.backlog counts"
  want net.ipv4.tcp_max_syn_backlog atleast 65535 "handshakes under way at once"
  want net.core.netdev_max_backlog atleast 16384 "packets that wait for a core"
  want net.ipv4.tcp_mem atleast "$(wanted_tcp_mem "$kb" "$page")" "pages of buffers of all sockets: one for each connection, within half of the memory"
  want net.ipv4.tcp_rmem minimum "4096 131072 6291456" "a page for each socket even when memory is short; default and maximum stay"
  want net.ipv4.tcp_wmem minimum "4096 16384 4194304" "a page for each socket even when memory is short; default and maximum stay"
  text=$ports
  ((balancer == 0)) || text+=$(listening)
  sorted_ports "$text"
  want net.ipv4.ip_local_reserved_ports ports "$REPLY" "ports of listeners, which no outgoing connection may take"
  want net.ipv4.ip_local_port_range range "$range" "outgoing connections only: the wall of a balancer or load generator for each address and port it connects to, never of the node"
  want net.ipv4.tcp_tw_reuse exact 1 "helps only the side that connects (balancer, load generator), never the one that accepts"
  want net.ipv4.tcp_keepalive_time atmost 300 "finds what died silently without our pings: Redis, balancers"
  want net.ipv4.tcp_keepalive_intvl atmost 30 "as above"
  want net.ipv4.tcp_keepalive_probes atmost 5 "as above: dead after 300 s + 5 x 30 s"
  want net.netfilter.nf_conntrack_max atleast $((connections + connections / 4 + 65536)) "a tracked connection that finds the table full is dropped; best is not to track them, by unloading conntrack or a notrack rule"
}

# ---- nothing outside of DIR -----------------------------------------------------------------------------------------

readonly SYSCTL_FOLDERS=(/usr/lib/sysctl.d /usr/local/lib/sysctl.d /run/sysctl.d /etc/sysctl.d)
readonly SYSTEMD_FOLDERS=(/usr/lib/systemd /usr/local/lib/systemd /run/systemd /etc/systemd)
readonly UNIT_FOLDERS=(/usr/lib/systemd/system /lib/systemd/system /usr/local/lib/systemd/system /run/systemd/system /etc/systemd/system)

declare -A within=()

# Ends it where the file $1 below DIR is, or is reached by, a link that leads out of DIR.
confine() {
  local folder=${1%/*} file=$root$1
  [[ -n $root ]] || return 0
  if [[ -L $file ]]; then
    [[ $(readlink -m -- "$file") == "$root"/* ]] || die "$file leads out of $root"
  fi
  while [[ -n $folder && ! -e $root$folder && ! -L $root$folder ]]; do folder=${folder%/*}; done
  [[ -n $folder && -z ${within[$folder]-} ]] || return 0
  if [[ -d $root$folder || -L $root$folder ]]; then
    [[ $(cd -- "$root$folder" 2>/dev/null && pwd -P)/ == "$root"/* ]] || die "$root$folder leads out of $root"
  fi
  within[$folder]=1
}

# Confines all that is read, before it is: what reads may be a subshell, which cannot end the script.
confine_all() {
  local file folder
  [[ -n $root ]] || return 0
  for file in "$STATE" "$SYSCTL_FILE" "$LIMITS_FILE" "$UNIT_FILE" "$MODULES_FILE" /etc/sysctl.conf /etc/security/limits.conf \
    "${UNIT_FOLDERS[@]/%//$UNIT}" "${SYSTEMD_FOLDERS[@]/%//system.conf}" /proc/meminfo /proc/net/tcp /proc/net/tcp6 /proc/1/limits /proc/1/comm; do
    confine "$file"
  done
  for folder in "${SYSCTL_FOLDERS[@]}" /etc/security/limits.d "${UNIT_FOLDERS[@]/%//$UNIT.d}" "${SYSTEMD_FOLDERS[@]/%//system.conf.d}"; do
    confine "$folder/any"
    for file in "$root$folder"/*.conf; do confine "${file#"$root"}"; done
  done
}

# The kernel's own files, which may be mounted below DIR, are not read either.
confine_sysctls() {
  local key types
  local -a files=()
  [[ -n $root ]] || return 0
  for key in "${keys[@]}"; do
    confine "/proc/sys/${key//.//}"
    files+=("$root/proc/sys/${key//.//}")
  done
  types=$(stat -f -c %T "${files[@]}" 2>/dev/null) || true # some are missing
  [[ $'\n'$types$'\n' != *$'\n'proc$'\n'* ]] || wrong "--root: $root/proc/sys is this system's own"
}

# ---- what is there --------------------------------------------------------------------------------------------------

# To REPLY: the content of the file $1, spaces and line ends included; empty when it is not readable.
content() {
  REPLY=''
  { IFS= read -r -d '' REPLY <"$1" || true; } 2>/dev/null
}

# Sets raw and live for the key $1; live is "unset" when the file is missing or has no such value.
read_live() {
  local file words
  file=$root/proc/sys/${1//.//}
  present=1 raw='' live=unset
  if [[ ! -r $file ]]; then
    present=0
    return
  fi
  content "$file" && raw=$REPLY
  IFS=$' \t\n' read -r -d '' -a words <<<"$raw" || true
  live="${words[*]-}"
  valid "${kind[$1]}" "$live" "${wanted[$1]}" || live='unset'
}

# The *.conf of the folders $@, in the order of their names; of one name the file of the last folder counts.
conf_files() {
  local folder file
  local -A by_name=()
  for folder in "$@"; do
    for file in "$root$folder"/*.conf; do
      [[ ! -f $file ]] || by_name[${file##*/}]=$file
    done
  done
  ((${#by_name[@]})) || return 0
  printf '%s\n' "${!by_name[@]}" | sort | while IFS= read -r file; do printf '%s\n' "${by_name[$file]}"; done
}

declare -A configured=() configured_in=() ours=() later=()

# What files set at the next boot: ours, and everybody else's.
read_sysctl_files() {
  local file text key value
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    while IFS= read -r text || [[ -n $text ]]; do
      [[ $text =~ ^[[:space:]]*-?([A-Za-z0-9_./-]+)[[:space:]]*=[[:space:]]*(.*)$ ]] || continue
      key=${BASH_REMATCH[1]//\//.}
      read -ra value <<<"${BASH_REMATCH[2]}" || true
      [[ -n ${kind[$key]-} ]] || continue
      valid "${kind[$key]}" "${value[*]-}" "${wanted[$key]}" || continue
      if [[ $file == "$root$SYSCTL_FILE" ]]; then
        ours[$key]="${value[*]-}"
      else
        configured[$key]="${value[*]-}" configured_in[$key]=$file
        [[ ${file##*/} < ${SYSCTL_FILE##*/} || $file == */etc/sysctl.conf ]] || later[$key]=$file
      fi
    done <"$file"
  done < <(echo "$root/etc/sysctl.conf"; conf_files "${SYSCTL_FOLDERS[@]}")
}

# The hard limit that files give the logins of $1, "*" or root; $2 = others: without our file.
login_nofile() {
  local file domain type item value rest found=unset
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    [[ $2 == others && $file == "$root$LIMITS_FILE" ]] && continue
    while read -r domain type item value rest || [[ -n $domain ]]; do
      if [[ $domain == "$1" && ($type == hard || $type == -) && $item == nofile ]]; then found=$(limit "$value"); fi
    done <"$file"
  done < <(echo "$root/etc/security/limits.conf"; conf_files /etc/security/limits.d)
  echo "$found"
}

# The hard limit of our unit.
unit_nofile() {
  local file text value found=unset folder unit=''
  for folder in "${UNIT_FOLDERS[@]}"; do
    [[ ! -f $root$folder/$UNIT ]] || unit=$root$folder/$UNIT
  done
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    [[ $1 == others && $file == "$root$UNIT_FILE" ]] && continue
    while IFS= read -r text || [[ -n $text ]]; do
      [[ $text =~ ^[[:space:]]*LimitNOFILE[[:space:]]*=[[:space:]]*([^[:space:]]*)[[:space:]]*$ ]] || continue
      value=${BASH_REMATCH[1]}
      found=$(limit "${value#*:}")
    done <"$file"
  done < <(echo "$unit"; conf_files "${UNIT_FOLDERS[@]/%//$UNIT.d}")
  echo "$found"
}

# The hard limit that services have without one of their own: what systemd is told to give, or its own default.
default_nofile() {
  local file text found=unset main=''
  for file in "${SYSTEMD_FOLDERS[@]/%//system.conf}"; do
    [[ ! -f $root$file ]] || main=$root$file
  done
  while IFS= read -r file; do
    [[ -f $file ]] || continue
    while IFS= read -r text || [[ -n $text ]]; do
      [[ $text =~ ^[[:space:]]*DefaultLimitNOFILE[[:space:]]*=[[:space:]]*([^[:space:]]*)[[:space:]]*$ ]] || continue
      text=${BASH_REMATCH[1]}
      found=$(limit "${text#*:}")
    done <"$file"
  done < <(echo "$main"; conf_files "${SYSTEMD_FOLDERS[@]/%//system.conf.d}")
  content "$root/proc/1/comm"
  [[ $found != unset || ${REPLY%$'\n'} != systemd ]] || found=$SYSTEMD_NOFILE
  echo "$found"
}

# The hard limit of process 1, which logins have that no systemd starts; its own is not what systemd gives to others.
first_nofile() {
  local text
  content "$root/proc/1/limits" && text=$REPLY
  [[ $text =~ Max\ open\ files\ +[a-z0-9]+\ +([a-z0-9]+) ]] || return 0
  limit "${BASH_REMATCH[1]}"
}

# A limit as it is written in files, as a value.
limit() {
  case $1 in
    unlimited | infinity | -1) echo 999999999999999999 ;;
    *[!0-9]* | '') echo unset ;;
    *) echo "$1" ;;
  esac
}

# ---- what we remember -----------------------------------------------------------------------------------------------
# One line each: key, what we set, what was there (the file's bytes, escaped); or "folder" and one that we made.

declare -A before=() set_to=()
declare -a folders_made=()

escaped() {
  local text=${1//\\/\\\\}
  text=${text//$'\t'/\\t}
  printf '%s' "${text//$'\n'/\\n}"
}

load_state() {
  local key now was
  is_ours "$root$STATE" || return 0
  while IFS=$'\t' read -r key now was; do
    if [[ $key == folder ]]; then
      folders_made+=("$now")
    elif [[ -n ${kind[$key]-} ]]; then
      printf -v was '%bx' "$was"
      before[$key]=${was%x} set_to[$key]=$now
    fi
  done <"$root$STATE"
}

# Written before the change it is about, so that what is cut short can be reverted.
save_state() {
  local key text="$MARK"$'\n'
  make_folder "$STATE"
  for key in "${folders_made[@]}"; do text+="folder"$'\t'"$key"$'\n'; done
  for key in "${keys[@]}"; do
    [[ -z ${before[$key]+x} ]] || text+="$key"$'\t'"${set_to[$key]}"$'\t'"$(escaped "${before[$key]}")"$'\n'
  done
  put_file "$STATE" "$text"
}

# ---- writing --------------------------------------------------------------------------------------------------------

# Makes the folder of the file $1 and remembers which ones it made.
make_folder() {
  local folder=${1%/*}
  if [[ ! -d $root$folder/ ]]; then
    make_folder "$folder"
    mkdir "$root$folder" 2>/dev/null || die "$root$folder cannot be made"
    folders_made+=("$folder")
  fi
}

is_ours() {
  local first=''
  [[ -f $1 ]] || return 1
  { read -r first <"$1" || true; } 2>/dev/null
  [[ $first == "$MARK" ]]
}

# Writes $2 to the file $1, whole or not at all.
put_file() {
  confine "$1"
  confine "$1.new"
  make_folder "$1"
  [[ ! -e $root$1 ]] || is_ours "$root$1" || die "$root$1 is not ours: it is left alone; move it away first"
  { printf '%s' "$2" >"$root$1.new" && mv -f "$root$1.new" "$root$1"; } 2>/dev/null || die "$root$1 cannot be written"
}

# Writes a value to a kernel's file; the reason for a failure goes to problem.
put_live() {
  confine "/proc/sys/${1//.//}"
  if problem=$({ printf '%s' "$2" >"$root/proc/sys/${1//.//}"; } 2>&1); then return 0; fi
  problem=${problem##*: }
  return 1
}

# ---- check and apply ------------------------------------------------------------------------------------------------

short=0 changed=0 failed=0 value='' target='' note='' problem='' impossible=''

# To REPLY: what the key $1, which is $live now, is after the next boot.
at_boot() {
  local i
  local -a now most
  if [[ -n ${later[$1]-} ]]; then
    REPLY=${configured[$1]}
  elif [[ -n ${ours[$1]+x} || -n ${configured[$1]+x} ]]; then
    REPLY=${ours[$1]-${configured[$1]-}}
  elif [[ -z ${own[$1]+x} || ($1 == fs.file-max && ${#live} -gt 18) ]]; then
    REPLY=$live # of the kernel's own making, or systemd's, which makes it "no limit" at each boot
  elif [[ ${kind[$1]} != atleast ]]; then
    REPLY=${own[$1]}
  else
    read -ra now <<<"$live"
    read -ra most <<<"${own[$1]}"
    for i in "${!now[@]}"; do smaller "${now[i]}" "${most[i]}" && now[i]=$REPLY; done
    REPLY="${now[*]}"
  fi
}

# Whether the key $1, whose value is enough now, is so after the next boot; note says why not.
outlives_boot() {
  local boot
  at_boot "$1" && boot=$REPLY
  enough "${kind[$1]}" "$boot" "${wanted[$1]}" && return
  shown "$boot"
  if [[ -n ${later[$1]-} ]]; then
    note="only until the next boot: ${later[$1]} sets it to $REPLY at the next boot, after our file"
  elif [[ -n ${configured_in[$1]-} ]]; then
    note="only until the next boot, which makes it $REPLY: ${configured_in[$1]} asks for that"
  else
    note="only until the next boot, which makes it $REPLY: no file in sysctl.d sets it"
  fi
  return 1
}

# Sets value, target and note for the key $1; status 1 when it falls short now or after the next boot.
judge() {
  local key=$1 floor=${configured[$1]-unset}
  value=$live note=enough
  if [[ $present == 0 && -n $root ]]; then
    merge "${kind[$key]}" "$floor" "${ours[$key]-unset}" && value=$REPLY
  fi
  merge "${kind[$key]}" "$value" "${wanted[$key]}" && target=$REPLY
  if same "${kind[$key]}" "$target" "$value"; then
    target=$value
    [[ $live == unset && -z ${later[$key]-} ]] || outlives_boot "$key"
    return
  fi
  note=${reason[$key]}
  if [[ ${kind[$key]} != exact && $floor != unset ]] && ! enough "${kind[$key]}" "$target" "$floor"; then
    merge "${kind[$key]}" "$target" "$floor" && target=$REPLY
    note+="; ${configured_in[$key]} asks for $floor"
  fi
  [[ $live != unset || $present == 0 ]] || note+="; what is there is no such value"
  return 1
}

# Whether the key $1 has nothing to be judged here; says why.
absent() {
  [[ $present == 0 ]] || return 1
  if [[ $1 == net.netfilter.* ]]; then
    line "$1" absent absent "conntrack is not loaded: best, nothing to size"
  elif [[ -z $root ]]; then
    line "$1" absent absent "this kernel or network namespace does not show it: the host's own counts"
  else
    return 1
  fi
}

# To REPLY: what is there, as it is where that is no value.
displayed() {
  REPLY=$value
  if [[ $live == unset && $present == 1 ]]; then REPLY=$raw; fi
}

sysctls() {
  local key
  for key in "${keys[@]}"; do
    read_live "$key"
    absent "$key" && continue
    if [[ ${wanted[$key]} == unset ]]; then
      shown "$raw"
      line "$key" "${live/unset/"$REPLY"}" "${live/unset/"$REPLY"}" "left: only who connects needs more, with --balancer"
      continue
    fi
    if judge "$key"; then
      line "$key" "$value" "$value" "$note"
    else
      short=$((short + 1))
      displayed && value=$REPLY
      [[ $command == check || $dry_run == 1 ]] || set_sysctl "$key"
      [[ $command == check || -z ${later[$key]-} ]] || fails_at_boot "$key"
      line "$key" "$value" "$target" "$note"
    fi
  done
}

# Says of the key $1, which a file sets after ours, that it is not enough then.
fails_at_boot() {
  local said=$note
  enough "${kind[$1]}" "${configured[$1]}" "${wanted[$1]}" && return
  outlives_boot "$1" || true
  [[ $said == "$note" ]] || note="$said; $note"
  failed=$((failed + 1))
}

# Sets the key $1 from live to target; where that fails, target and note say so.
set_sysctl() {
  local key=$1 found=$live was=${before[$1]+x} old_before=${before[$1]-} old_set=${set_to[$1]-}
  [[ -z ${later[$key]-} || $live != "$target" ]] || return 0
  if [[ -z $was || ($present == 1 && $live != "$old_set") ]]; then before[$key]=$raw; fi
  set_to[$key]=$target
  save_state
  if [[ $present == 0 || $live == "$target" ]]; then # our file is what is missing
    changed=$((changed + 1))
    return
  fi
  put_live "$key" "$target"$'\n' || true
  read_live "$key"
  if [[ $live == "$target" ]]; then
    changed=$((changed + 1))
    return
  elif [[ $live != "$found" ]]; then
    changed=$((changed + 1)) set_to[$key]=$live
  elif [[ -n $was ]]; then
    before[$key]=$old_before set_to[$key]=$old_set
  else
    unset "before[$key]" "set_to[$key]"
  fi
  if ! enough "${kind[$key]}" "$live" "$target"; then
    failed=$((failed + 1))
    note="could not be set to $target: ${problem:-the kernel made this of it}" target=$live
  fi
  save_state
}

# Our file: what it says and what we have set and still answer for, never below what is there now or what others' files ask for.
sysctl_text() {
  local key text value
  text="$MARK"$'\n'
  for key in "${keys[@]}"; do
    [[ -n ${before[$key]+x} || -n ${ours[$key]+x} ]] || continue
    read_live "$key"
    value=${set_to[$key]-${ours[$key]-}}
    merge "${kind[$key]}" "$live" "$value" && value=$REPLY
    if [[ ${kind[$key]} != exact ]]; then merge "${kind[$key]}" "$value" "${configured[$key]-unset}" && value=$REPLY; fi
    text+="# ${reason[$key]}"$'\n'"$key = $value"$'\n'
  done
  printf '%s' "$text"
}

# Writes the text $2 to our file $1 unless that is what it says.
own_file() {
  local was=absent
  if [[ -e $root$1 ]]; then was=present; fi
  content "$root$1"
  [[ $REPLY != "$2"$'\n' ]] || return 0
  put_file "$1" "$2"$'\n'
  save_state
  changed=$((changed + 1))
  line "$root$1" "$was" written "$3"
}

limit_shown() {
  if ((${#1} >= 18)); then echo unlimited; else echo "$1"; fi
}

enough_files() {
  [[ $1 != unset ]] && not_below "$1" "$nofile"
}

# One line about a limit: name $1, what it was $2, what it is now $3, reason $4, 1 where files say nothing of it $5.
limit_line() {
  if enough_files "$2"; then
    line "$1" "$(limit_shown "$2")" "$(limit_shown "$2")" "enough${5:+, without a file}"
    return
  fi
  short=$((short + 1))
  if [[ $command == check || $dry_run == 1 ]]; then
    line "$1" "$2" "$nofile" "$4"
  elif enough_files "$3"; then
    line "$1" "$2" "$3" "$4"
  else
    failed=$((failed + 1))
    line "$1" "$2" "$3" "left: ${impossible:-another file is read after ours, so it cannot be $nofile}"
  fi
}

# To REPLY: the limit that files give, $1, or without one the default $2.
or_default() {
  REPLY=$1
  [[ $1 != unset ]] || REPLY=$2
}

limits() {
  local i service login now
  local -a names=("$UNIT" logins "root's logins") files=() is=() defaults
  local -a reasons=(
    "open files of the node as a service: LimitNOFILE of its unit, as limits.conf does not reach systemd services; from its next start"
    "open files of a node started from a shell; the hard limit alone, as the JVM raises its own soft one; from the next login"
    "as above: * does not mean root"
  )
  service=$(default_nofile) login=$service
  [[ $login != unset ]] || login=$(first_nofile)
  defaults=("$service" "${login:=unset}" "$login")
  for i in 0 1 2; do
    files[i]=$(files_nofile "$i" all)
    or_default "${files[i]}" "${defaults[i]}" && is[i]=$REPLY
  done
  if [[ $command == apply && $dry_run == 0 ]] && limits_possible; then write_limits "${defaults[@]}"; fi
  for i in 0 1 2; do
    now=$(files_nofile "$i" all)
    or_default "$now" "${defaults[i]}"
    [[ ${files[i]} == unset ]] || now=''
    limit_line "nofile of ${names[i]}" "${is[i]}" "$REPLY" "${reasons[i]}" "${now:+1}"
  done
}

# The limit that files give to the service (0), logins (1), root's logins (2); $2 as of login_nofile.
files_nofile() {
  case $1 in
    0) unit_nofile "$2" ;;
    1) login_nofile '*' "$2" ;;
    2) login_nofile root "$2" ;;
  esac
}

# PAM refuses every login whose limit is above fs.nr_open, root's too: no limit without it, now and at the next boot.
limits_possible() {
  impossible=''
  read_sysctl_files
  read_live fs.nr_open
  if ! judge fs.nr_open; then
    [[ $present == 0 && -z $root ]] || impossible="fs.nr_open is not enough for $nofile now and after the next boot"
  fi
  [[ -z $impossible ]]
}

# Writes our limits, or deletes those that others' files have no need of; $1 to $3: the defaults.
write_limits() {
  local text=''
  limit_to_write 1 "$2" && [[ -z $REPLY ]] || text+=$'\n'"* hard nofile $REPLY"
  limit_to_write 2 "$3" && [[ -z $REPLY ]] || text+=$'\n'"root hard nofile $REPLY"
  own_or_no_file "$LIMITS_FILE" "${text:+$MARK$text}" "for logins"
  limit_to_write 0 "$1"
  own_or_no_file "$UNIT_FILE" "${REPLY:+$MARK$'\n'"[Service]"$'\n'LimitNOFILE=$REPLY}" "for $UNIT"
}

own_or_no_file() {
  if [[ -n $2 ]]; then
    own_file "$@"
  elif is_ours "$root$1"; then
    remove_file "$1" "what is set without it is not less"
  fi
}

# To REPLY: the limit that our file has to give in place $1 (as of files_nofile), whose default is $2; nothing where what
# is there without our file is enough, and not less than with it.
limit_to_write() {
  local others all without
  others=$(files_nofile "$1" others) all=$(files_nofile "$1" all)
  or_default "$others" "$2" && without=$REPLY
  if enough_files "$without" && { [[ $all == unset ]] || not_below "$without" "$all"; }; then
    REPLY=''
    return
  fi
  merge atleast "$all" "$nofile"
  [[ $without == unset ]] || return 0
  # Nothing is known: not less than systemd may give, unless the kernel does not allow so much.
  merge atleast "$REPLY" "$SYSTEMD_NOFILE" && without=$REPLY
  read_live fs.nr_open
  judge fs.nr_open || true
  [[ $value == unset ]] || { at_boot fs.nr_open && smaller "$without" "$REPLY" && smaller "$REPLY" "$value" && without=$REPLY; }
  larger "$without" "$nofile"
}

check() {
  sysctls
  limits
  if ((short == 0)); then
    echo "enough for $connections connections"
    return
  fi
  local option=''
  ((balancer == 0)) || option=' --balancer'
  echo "$short of these fall short of $connections connections: scripts/tune-linux.sh apply --connections $connections$option"
  return 1
}

apply() {
  [[ -n $root || $dry_run == 1 || $EUID == 0 ]] || die "apply writes to /proc/sys and /etc, which needs root: try sudo"
  load_state
  sysctls
  [[ $dry_run == 1 ]] || write_sysctls
  limits
  reload_units
  if [[ $dry_run == 1 ]]; then
    echo "$short would change; nothing was written (--dry-run)"
  elif ((failed > 0)); then
    echo "$failed could not be set"
    return 1
  elif ((changed == 0)); then
    echo "nothing to change: enough for $connections connections"
  else
    echo "enough for $connections connections now; a running node gets its new nofile when it is restarted"
  fi
}

write_sysctls() {
  ((${#before[@]} == 0)) || own_file "$SYSCTL_FILE" "$(sysctl_text)" "for the next boot"
  [[ -z ${before[net.netfilter.nf_conntrack_max]+x} ]] || own_file "$MODULES_FILE" \
    "$MARK"$'\n'nf_conntrack "loads conntrack before sysctl.d is read: until then there is no nf_conntrack_max"
}

reload_units() {
  if [[ -z $root && $dry_run == 0 && $changed -gt 0 && -d /run/systemd/system ]]; then
    systemctl daemon-reload || echo "systemctl daemon-reload failed: run it before the node is restarted"
  fi
}

# ---- revert ---------------------------------------------------------------------------------------------------------

revert() {
  local i file
  [[ -n $root || $dry_run == 1 || $EUID == 0 ]] || die "revert writes to /proc/sys and /etc, which needs root: try sudo"
  load_state
  [[ -f $root$STATE || ! -f $root$SYSCTL_FILE ]] ||
    echo "$STATE is missing: our files are deleted, and what the kernel has now stays until the next boot"
  # Backwards: limits before fs.nr_open, the range of ports before those that are reserved in it.
  for file in "$UNIT_FILE" "$LIMITS_FILE" "$MODULES_FILE" "$SYSCTL_FILE"; do
    remove_file "$file" "apply wrote it"
  done
  for ((i = ${#keys[@]} - 1; i >= 0; i--)); do
    [[ -z ${before[${keys[i]}]+x} ]] || revert_sysctl "${keys[i]}"
  done
  reload_units
  if [[ $dry_run == 1 ]]; then
    echo "$changed would change; nothing was written (--dry-run)"
  elif ((failed > 0)); then
    echo "$failed could not be put back: they are remembered for another revert"
    return 1
  else
    confine "$STATE"
    ! is_ours "$root$STATE" || rm -f "$root$STATE" "$root$STATE.new"
    remove_folders
    if ((changed == 0)); then echo "nothing to revert"; else echo "reverted; a running node keeps its nofile until it is restarted"; fi
  fi
}

revert_sysctl() {
  local key=$1 was=${before[$1]}
  local -a words
  read_live "$key"
  [[ $present == 1 ]] || return 0
  IFS=$' \t\n' read -r -d '' -a words <<<"$was" || true
  value=$live
  if [[ $raw == "$was" || ($live != unset && $live == "${words[*]-}") ]]; then
    return 0
  elif ! same "${kind[$key]}" "$live" "${set_to[$key]}"; then
    displayed
    line "$key" "$REPLY" "$REPLY" "not what we set, ${set_to[$key]}: somebody else's, left alone"
  elif [[ $dry_run == 0 ]] && ! put_live "$key" "$was"; then
    failed=$((failed + 1))
    line "$key" "$live" "$live" "could not be put back to \"${words[*]-}\": $problem"
  else
    changed=$((changed + 1))
    line "$key" "$live" "${words[*]-}" "as apply found it"
  fi
}

remove_file() {
  confine "$1"
  [[ $dry_run == 1 ]] || rm -f "$root$1.new"
  [[ -e $root$1 ]] || return 0
  if ! is_ours "$root$1"; then
    line "$root$1" "not ours" "not ours" "left alone"
    return 0
  fi
  changed=$((changed + 1))
  line "$root$1" ours gone "$2"
  [[ $dry_run == 1 ]] || rm -f "$root$1" || die "$root$1 cannot be deleted"
}

# Deletes the folders that apply made, innermost first, as far as they are empty.
remove_folders() {
  local i
  for ((i = ${#folders_made[@]} - 1; i >= 0; i--)); do
    confine "${folders_made[i]}/any"
    rmdir "$root${folders_made[i]}" 2>/dev/null || true
  done
}

# ---- the command line -----------------------------------------------------------------------------------------------

command='' connections=100000 ports=8000,9000,5701,5801 root='' dry_run=0 balancer=0 nofile=0

while (($#)); do
  case $1 in
    check | apply | revert)
      [[ -z $command ]] || wrong "one command is enough: $command or $1"
      command=$1
      ;;
    --connections=* | --ports=* | --root=*)
      option=${1%%=*} argument=${1#*=}
      shift
      set -- "$option" "$argument" "$@"
      continue
      ;;
    --connections | --ports | --root)
      (($# > 1)) || wrong "$1 wants a value"
      case $1 in
        --connections) connections=$2 ;;
        --ports) ports=$2 ;;
        --root) root=$2 ; [[ -n $root ]] || wrong "--root wants a folder" ;;
      esac
      shift
      ;;
    --dry-run) dry_run=1 ;;
    --balancer) balancer=1 ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) wrong "unknown: $1" ;;
  esac
  shift
done

[[ -n $command ]] || wrong "check, apply or revert?"
[[ $connections =~ ^[0-9]{1,9}$ ]] || connections=0
((10#$connections >= 1 && 10#$connections <= MAX_CONNECTIONS)) ||
  wrong "--connections wants a number from 1 to $MAX_CONNECTIONS"
connections=$((10#$connections))
is_ports "$ports" || wrong "--ports wants ports or ranges of ports with commas, for example 8000,9000-9003"
if [[ -n $root ]]; then
  given=$root
  root=$(cd -- "$root" 2>/dev/null && pwd -P) || wrong "--root: no such folder: $given"
  [[ $root != / ]] || wrong "--root / is this system itself: leave --root out"
  if [[ -d $root/proc ]]; then
    for given in proc proc/sys; do
      [[ $(stat -f -c %T "$root/$given" 2>/dev/null) != proc ]] || wrong "--root: $root/$given is this system's own"
    done
  fi
fi

confine_all
want_all
confine_sysctls
read_sysctl_files
"$command"
