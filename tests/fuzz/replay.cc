// Runs a fuzz target over a folder of inputs, and over every cut of each of them.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

void Run(const std::string& input) {
  // A copy of exact size, so that AddressSanitizer sees a read past the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  int inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      const std::string input = Read(entry.path());
      Run(input);
      for (std::size_t size = 0; size < input.size(); ++size) Run(input.substr(0, size));
      ++inputs;
    }
  }
  std::printf("replayed %d inputs and all their cuts\n", inputs);
  return inputs > 0 ? 0 : 1;
}
