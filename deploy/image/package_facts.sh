#!/usr/bin/env bash
# Prints what dpkg knows of installed packages, one a line, for sbom.awk: all of them, or those
# that are named.
#   deploy/image/package_facts.sh [PACKAGE...]
set -euo pipefail

columns=(db:Status-Abbrev Package Version Architecture source:Package source:Version
  Maintainer Homepage Pre-Depends Depends)
# shellcheck disable=SC2016  # dpkg-query expands these
dpkg-query -W -f="$(printf '${%s}\\t' "${columns[@]}")\n" "$@" | sed -n 's/^ii *\t/package\t/p'
