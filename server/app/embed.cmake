# Writes FILES as one C++ source with a table of their texts: cmake -DOUTPUT=... -DFILES=... -P.
set(text "#include \"server/app/console.h\"\n\nnamespace presences::app {\n\n")
set(rows "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} content)
  string(APPEND rows "      {\"${name}\", R\"EMBEDDED(${content})EMBEDDED\"},\n")
endforeach()
string(APPEND text "const std::vector<ConsoleFile>& ConsoleFiles() {\n"
  "  static const auto* const files = new std::vector<ConsoleFile>{\n${rows}  };\n  return *files;\n}\n\n"
  "}  // namespace presences::app\n")
file(WRITE ${OUTPUT} "${text}")
