#!/usr/bin/env bash
# Prints the Debian packages that own the libraries these programs load, one a line: what an image
# must install to run them. Taken from the programs, so that no list can fall behind them.
#   deploy/image/runtime_packages.sh PROGRAM...
set -euo pipefail

libraries=$(ldd "$@" | awk '/=> not found/ {print "not found: " $1 > "/dev/stderr"; bad = 1}
                            $2 == "=>" && $3 ~ /^\// {print $3}
                            END {exit bad}' | sort -u)
# dpkg knows a library by where it is, which may be behind the link /lib -> /usr/lib, and by its
# own name, not by that of a link to it.
for library in $libraries; do
  file=$(realpath "$library")
  dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}"
done | sed 's/:.*//' | sort -u
