/// @file
/// What calling one of the allowed Python names with some arguments amounts to, as plain values.
#pragma once

#include "weights/format/byte_reader.hpp"
#include "weights/format/pickle_value.hpp"

namespace graft {

/// The value that `callable(*arguments)` stands for. `in` gives the place of a DataError for arguments that do not fit.
[[nodiscard]] PickleValue construct(const PickleValue& callable, const PickleTuple& arguments, PickleArena& arena,
                                    const ByteReader& in);

/// Applies the attributes of an object that was constructed before (`object.__setstate__(state)`): those of dicts and
/// parameters are ignored, except for the data of a parameter saved by PyTorch before 0.4.
void set_state(const PickleValue& object, const PickleValue& state, const ByteReader& in);

/// The storage that a persistent id ('storage', type, key, location, elements[, view]) names.
[[nodiscard]] PickleValue persistent_storage(const PickleValue& id, PickleArena& arena, const ByteReader& in);

}  // namespace graft
