#include "server/config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>

#include <exception>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace presences::config {
namespace {

// Listens to a parser and keeps nothing.
class Ignorer final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// YAML::Load stops after the first document, and YAML::LoadAll never stops at some stray
// characters (a comma in front is enough), so the documents are counted, up to two.
int CountDocuments(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Ignorer ignorer;
  int count = 0;
  while (count < 2 && parser.HandleNextDocument(ignorer)) ++count;
  return count;
}

}  // namespace

std::optional<YAML::Node> ReadDocument(absl::string_view text, ErrorList& errors) {
  try {
    const std::string copy(text);
    const int documents = CountDocuments(copy);
    if (documents == 1) return YAML::Load(copy);
    errors.Add(0, "",
               documents == 0 ? "is empty; projects is required"
                              : "holds more than one YAML document; keep one");
  } catch (const YAML::Exception& error) {
    errors.Add(error.mark.is_null() ? 0 : error.mark.line + 1, "",
               absl::StrCat("is not YAML: ", error.msg));
  } catch (const std::exception& error) {
    errors.Add(0, "", absl::StrCat("is not YAML: ", error.what()));
  }
  return std::nullopt;
}

}  // namespace presences::config
