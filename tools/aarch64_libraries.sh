#!/usr/bin/env bash
# Puts the libraries that the build for 64-bit Arm links into FOLDER: Debian's packages, unpacked there. This machine's own
# packages and lists stay as they are, and nobody has to be root.
#   tools/aarch64_libraries.sh FOLDER
set -euo pipefail
folder=$(realpath -m "$1")
packages=(libfmt-dev libfmt9 libsimdjson-dev libsimdjson14 libpcre2-dev libhwy-dev libhwy1 libgtest-dev libgmock-dev
          libcurl4-openssl-dev libcurl4 libssl-dev libssl3 zlib1g-dev libzstd-dev libzstd1)

[[ -f $folder/complete ]] && [[ $(<"$folder/complete") == "${packages[*]}" ]] && exit
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
cat >"$folder/apt/apt.conf" <<CONFIGURATION
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "$(id -un)";
Dir::State::Lists "$folder/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$folder/apt";
CONFIGURATION
cd "$folder/apt"
export APT_CONFIG=$folder/apt/apt.conf
apt-get -qq update
apt-get -qq download "${packages[@]}"
for package in *.deb; do dpkg-deb --extract "$package" "$folder"; done
rm -rf "$folder/apt"
echo "${packages[*]}" >"$folder/complete"
