#!/usr/bin/env bash
# Prints what is in the image it runs in, as a CycloneDX 1.4 document: Debian itself, every
# installed package with version, source, licences and dependencies, and our programs. COPIED is
# what package_facts.sh said of packages that files were copied from without installing them.
#   deploy/image/sbom.sh VERSION COPIED PROGRAM...
set -euo pipefail
here=$(dirname "$0")
version=$1
copied=$2
shift 2

# One fact a line; the first word says which.
facts() {
  # shellcheck source=/dev/null
  . /etc/os-release
  printf 'system\t%s\t%s\t%s\n' "$ID" "$(cat /etc/debian_version)" "$VERSION_ID"
  printf 'time\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  printf 'version\t%s\n' "$version"
  "$here/runtime_packages.sh" "$@" | sed 's/^/needs\t/'
  for program in "$@"; do
    printf 'program\t%s\t%s\n' "$program" "$(sha256sum "$program" | cut -d' ' -f1)"
  done
  cat "$copied"
  "$here/package_facts.sh"
}
facts "$@" | LC_ALL=C awk -f "$here/sbom.awk"
