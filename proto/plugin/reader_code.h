// Reader code: the C++ that fills a message from JSON or from single texts.
//
// Threads: any (pure functions).
#pragma once

#include "proto/plugin/code.h"
#include "proto/plugin/field.h"

namespace presences::plugin {

// `bool ReadJson(JsonReader&, Message*)`: unknown keys are passed over; the last of two equal keys
// counts; null is absent, but for a plain string, which must be one.
void AddJsonReader(const Descriptor& message, Code& code);

// `bool ReadParam(ParamReader&, Message*)`: takes one parameter of a query string or a form;
// unknown names and fields that do not fit into a text are passed over.
void AddParamReader(const Descriptor& message, Code& code);

// `constexpr EnumName kNames_Type[]`, for the file's own use.
void AddEnumNames(const EnumDescriptor& type, Code& code);

// Statements that take one value of `field` from the reader `in` into `*message` and return whether
// it went well.
void AddTake(const FieldDescriptor& field, Code& code);

}  // namespace presences::plugin
