# Sourced by ./quickstart and ./check: makes sure that what tools/packages.txt lists is there.

os_release=/etc/os-release

# found KIND:WHAT
found() {
  local what=${1#*:}
  case $1 in
    command:*) command -v "$what" >/dev/null ;;
    header:*)  printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$what" | g++ -E -x c++ - >/dev/null 2>&1 ;;
    file:*)    compgen -G "$what" >/dev/null ;;
    python:*)  python3 -c "import $what" 2>/dev/null ;;
    *)         echo "tools/packages.txt: unknown way to find a package: $1" >&2; exit 1 ;;
  esac
}

# missing_packages NEED...: one package a line, with the reason.
missing_packages() {
  local package needs need how why
  while read -r package needs how why; do
    [[ -z $package || $package == '#'* ]] && continue
    for need in ${needs//,/ }; do
      [[ " $* " == *" $need "* ]] || continue
      found "$how" || echo "$package $why"
      break
    done
  done <"$root/tools/packages.txt"
}

# install_packages NEED...: installs what is missing on Debian 12 as root; elsewhere names it and stops.
install_packages() {
  local missing names
  missing=$(missing_packages "$@")
  [[ -z $missing ]] && return
  mapfile -t names < <(cut -d' ' -f1 <<<"$missing")

  if ! (. "$os_release" && [[ $ID-$VERSION_ID == debian-12 ]]) 2>/dev/null; then
    echo "Mana needs what Debian 12 calls:" >&2
    sed -E 's/^([^ ]+) +(.*)/  \1: \2/' <<<"$missing" >&2
    echo "Install the like of them with your system's package manager, then run $0 again. Nothing was changed." >&2
    exit 1
  fi
  if [[ $(id -u) != 0 ]]; then
    echo "Mana needs packages that only root can install. Run this, then $0 again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${names[*]}" >&2
    echo "Nothing was changed." >&2
    exit 1
  fi
  echo "Installing ${names[*]}"
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -o Dpkg::Use-Pty=0 "${names[@]}" >/dev/null
}

# jobs_that_fit: how many compilers at once: one for each processor, but no more than the memory holds (1.5 GiB each).
jobs_that_fit() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
  echo $((memory < 1 ? 1 : memory < processors ? memory : processors))
}
