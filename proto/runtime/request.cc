#include "proto/runtime/request.h"

#include <string>
#include <vector>

#include "proto/runtime/query_string.h"

namespace presences::transcode {

void RequestReader::Body(ReadJsonFn json, ReadParamFn form) {
  if (error_.has_value()) return;
  if (parts_.body_is_form) {
    Pairs(parts_.body, form);
  } else {
    error_ = JsonReader::Read(parts_.body, json);
  }
}

void RequestReader::Path(std::size_t index, absl::string_view field, ReadParamFn read) {
  if (error_.has_value()) return;
  std::string value;
  if (!PercentDecode(parts_.path_values[index], /*plus_is_space=*/false, &value)) {
    error_ = Error{std::string(field), "expects percent-encoded UTF-8"};
    return;
  }
  Value(field, value, read);
}

void RequestReader::Header(absl::string_view name, ReadParamFn read) {
  if (error_.has_value() || parts_.header == nullptr) return;
  const absl::string_view value = parts_.header(name);
  if (value.empty()) return;
  if (!IsUtf8(value)) {
    error_ = Error{std::string(name), "expects UTF-8"};
    return;
  }
  Value(name, value, read);
}

void RequestReader::Pairs(absl::string_view text, ReadParamFn read) {
  if (error_.has_value() || text.empty()) return;
  std::vector<Parameter> parameters;
  error_ = SplitQuery(text, &parameters);
  if (error_.has_value()) return;
  for (const Parameter& parameter : parameters) {
    ParamReader in(parameter.name, parameter.value, parameter.is_element);
    if (read(in)) continue;
    error_ = in.error();
    return;
  }
}

void RequestReader::Value(absl::string_view name, absl::string_view value, ReadParamFn read) {
  ParamReader in(name, value, /*is_element=*/false);
  if (!read(in)) error_ = in.error();
}

}  // namespace presences::transcode
