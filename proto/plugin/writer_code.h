// Writer code: the C++ that writes a message as JSON.
//
// Threads: any (pure functions).
#pragma once

#include "proto/plugin/code.h"
#include "proto/plugin/field.h"

namespace presences::plugin {

// `void WriteJson(const Message&, JsonWriter&)`. Keys stand in the order of the fields; a field
// that can be absent is left out when it is.
void AddWriter(const Descriptor& message, Code& code);

// `void WriteEnum(Type, JsonWriter&)`, for the file's own use.
void AddEnumWriter(const EnumDescriptor& type, Code& code);

}  // namespace presences::plugin
