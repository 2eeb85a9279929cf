#include "server/gateway/http/http_request.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace presences::gateway::http {

absl::string_view HttpRequest::query() const {
  absl::string_view rest = target();
  rest = rest.substr(0, rest.find('#'));
  const std::size_t mark = rest.find('?');
  return mark == absl::string_view::npos ? absl::string_view() : rest.substr(mark + 1);
}

absl::string_view HttpRequest::Find(absl::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name.size == name.size() && absl::EqualsIgnoreCase(At(field.name), name)) {
      return At(field.value);
    }
  }
  return {};
}

std::string HttpRequest::FindAll(absl::string_view name) const {
  std::string all;
  for (const Field& field : fields_) {
    if (field.name.size != name.size() || !absl::EqualsIgnoreCase(At(field.name), name)) continue;
    absl::StrAppend(&all, all.empty() ? "" : ", ", At(field.value));
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> HttpRequest::Headers() const {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const Field& field : fields_) {
    headers.emplace_back(absl::AsciiStrToLower(At(field.name)), std::string(At(field.value)));
  }
  return headers;
}

}  // namespace presences::gateway::http
