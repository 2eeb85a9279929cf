# The facts that sbom.sh collects, as CycloneDX 1.4 JSON. Runs under mawk, which every Debian has.
BEGIN {
  FS = "\t"
  # Names of debian/copyright files whose meaning in SPDX is beyond doubt; others stay names.
  split("expat MIT mit MIT apache-2 Apache-2.0 apache-2.0 Apache-2.0 bsd-2-clause BSD-2-Clause " \
        "bsd-3-clause BSD-3-Clause bsd-4-clause BSD-4-Clause isc ISC zlib Zlib cc0-1.0 CC0-1.0 " \
        "bsl-1.0 BSL-1.0 mpl-1.1 MPL-1.1 mpl-2.0 MPL-2.0 ofl-1.1 OFL-1.1 " \
        "gpl-1+ GPL-1.0-or-later gpl-2 GPL-2.0-only gpl-2.0 GPL-2.0-only " \
        "gpl-2+ GPL-2.0-or-later gpl-2.0+ GPL-2.0-or-later gpl-3 GPL-3.0-only " \
        "gpl-3.0 GPL-3.0-only gpl-3+ GPL-3.0-or-later gpl-3.0+ GPL-3.0-or-later " \
        "lgpl-2 LGPL-2.0-only lgpl-2+ LGPL-2.0-or-later lgpl-2.0+ LGPL-2.0-or-later " \
        "lgpl-2.1 LGPL-2.1-only lgpl-2.1+ LGPL-2.1-or-later lgpl-3 LGPL-3.0-only " \
        "lgpl-3+ LGPL-3.0-or-later", words, " ")
  for (i = 1; i in words; i += 2) spdx[words[i]] = words[i + 1]
}
$1 == "system" { system_id = $2; system_version = $3; distro = $2 "-" $4 }
$1 == "time" { time = $2 }
$1 == "version" { version = $2 }
$1 == "needs" { needs[++needed] = $2 }
$1 == "program" { program[++programs] = $2; sha256[programs] = $3 }
$1 == "package" { package[++count] = $2; row[$2] = $0 }
END {
  print "{\n  \"$schema\": \"http://cyclonedx.org/schema/bom-1.4.schema.json\","
  print "  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.4\",\n  \"version\": 1,"
  print "  \"metadata\": {\n    \"timestamp\": " quoted(time) ",\n    \"component\": " \
        "{\"bom-ref\": \"image\", \"type\": \"container\", \"name\": \"presences\", " \
        "\"version\": " quoted(version) "}\n  },"
  print "  \"components\": [\n    {\"bom-ref\": \"system\", \"type\": \"operating-system\", " \
        "\"name\": " quoted(system_id) ", \"version\": " quoted(system_version) "}"
  for (i = 1; i <= programs; ++i) print "    ," program_json(i)
  for (i = 1; i <= count; ++i) print "    ," package_json(package[i])
  print "  ],\n  \"dependencies\": [\n    {\"ref\": \"image\", \"dependsOn\": [\"system\"" \
        image_parts() "]}"
  for (i = 1; i <= programs; ++i) {
    print "    ,{\"ref\": " quoted(program_ref(i)) ", \"dependsOn\": [" program_needs() "]}"
  }
  for (i = 1; i <= count; ++i) {
    print "    ,{\"ref\": " quoted(purl(package[i])) ", \"dependsOn\": [" \
          depends(package[i]) "]}"
  }
  print "  ]\n}"
}

function quoted(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  gsub(/[\001-\037]/, " ", text)
  return "\"" text "\""
}
# What a package URL must not contain as it is; a colon it may.
function escaped(text) {
  gsub(/%/, "%25", text)
  gsub(/\+/, "%2B", text)
  return text
}
function purl(name, f) {
  split(row[name], f, "\t")
  return "pkg:deb/debian/" escaped(name) "@" escaped(f[3]) "?arch=" f[4] "&distro=" distro
}
function program_ref(i, parts, n) {
  n = split(program[i], parts, "/")
  return "program:" parts[n]
}
function program_json(i, parts, n) {
  n = split(program[i], parts, "/")
  return "{\"bom-ref\": " quoted(program_ref(i)) ", \"type\": \"application\", \"name\": " \
         quoted(parts[n]) ", \"version\": " quoted(version) ", \"hashes\": [{\"alg\": " \
         "\"SHA-256\", \"content\": " quoted(sha256[i]) "}], \"properties\": [" \
         property("file", program[i]) "]}"
}
function property(name, value) {
  return "{\"name\": " quoted("presences:" name) ", \"value\": " quoted(value) "}"
}
function package_json(name, f, out, found) {
  split(row[name], f, "\t")
  out = "{\"bom-ref\": " quoted(purl(name)) ", \"type\": \"library\", \"name\": " quoted(name) \
        ", \"version\": " quoted(f[3]) ", \"purl\": " quoted(purl(name)) \
        ", \"supplier\": {\"name\": " quoted(f[7]) "}"
  found = licences("/usr/share/doc/" name "/copyright")
  if (found) out = out ", \"licenses\": [" found "]"
  if (f[8]) {
    out = out ", \"externalReferences\": [{\"type\": \"website\", \"url\": " quoted(f[8]) "}]"
  }
  return out ", \"properties\": [" property("source", f[5] " " f[6]) ", " \
         property("copyright", "/usr/share/doc/" name "/copyright") "]}"
}
# The licences that a machine-readable debian/copyright names, each once; "" for other files.
function licences(file, line, seen, out, readable, name, key) {
  split("", seen)
  while ((getline line < file) > 0) {
    if (line ~ /^Format(-Specification)?:/) readable = 1
    if (!readable || line !~ /^License:[ \t]*[^ \t]/) continue
    name = line
    sub(/^License:[ \t]*/, "", name)
    sub(/[ \t]+$/, "", name)
    key = tolower(name)
    if (key in spdx) name = spdx[key]
    if (name in seen) continue
    seen[name] = 1
    out = out (out ? ", " : "") "{\"license\": {" \
          (key in spdx ? "\"id\": " : "\"name\": ") quoted(name) "}}"
  }
  close(file)
  return out
}
function image_parts(i, out) {
  for (i = 1; i <= programs; ++i) out = out ", " quoted(program_ref(i))
  for (i = 1; i <= count; ++i) out = out ", " quoted(purl(package[i]))
  return out
}
function program_needs(i, out) {
  for (i = 1; i <= needed; ++i) out = out (out ? ", " : "") quoted(purl(needs[i]))
  return out
}
# Those of a package's dependencies that are installed under the name it asks for.
function depends(name, f, wanted, n, i, one, seen, out) {
  split("", seen)
  split(row[name], f, "\t")
  n = split(f[9] "," f[10], wanted, /[,|]/)
  for (i = 1; i <= n; ++i) {
    one = wanted[i]
    gsub(/\(.*|:.*|[ \t]/, "", one)
    if (!(one in row) || one in seen) continue
    seen[one] = 1
    out = out (out ? ", " : "") quoted(purl(one))
  }
  return out
}
