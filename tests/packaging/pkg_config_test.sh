#!/bin/sh
# pkg_config_test.sh PKG_CONFIG PREFIX COMPILER SOURCE: a program that finds an installed Mana by pkg-config works, and the licence
# lies beside.
set -eu
pkg_config=$1 prefix=$2 compiler=$3 source=$4
test -n "$(find "$prefix/share/doc" -name LICENSE)"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name mana.pc)")
export PKG_CONFIG_PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# shellcheck disable=SC2046  # several flags are several words
"$compiler" -std=c++20 "$source" $("$pkg_config" --cflags --libs mana) -o "$folder/consumer"
"$folder/consumer"
