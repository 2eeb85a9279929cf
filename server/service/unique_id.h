// UniqueId: an id for what a client named none.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace presences::service {

// 20 random hex digits, what ID.unique() of the SDKs looks like.
std::string UniqueId();

// True for what asks for such an id: nothing, or the SDKs' word `unique()`.
bool WantsUniqueId(absl::string_view id);

}  // namespace presences::service
