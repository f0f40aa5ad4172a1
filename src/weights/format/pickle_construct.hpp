/// @file
/// What calling a Python name with some arguments amounts to, as plain values.
#pragma once

#include <string>

#include "weights/format/byte_reader.hpp"
#include "weights/format/pickle_value.hpp"

namespace graft {

/// A stranger of that name.
[[nodiscard]] PickleObject* make_object(const std::string& name, PickleArena& arena);

/// The value that `callable(*arguments)` stands for: a stranger's is a stranger. `in` gives the place of a DataError
/// for arguments that do not fit.
[[nodiscard]] PickleValue construct(const PickleValue& callable, const PickleTuple& arguments, PickleArena& arena,
                                    const ByteReader& in);

/// Applies the attributes of an object that was constructed before (`object.__setstate__(state)`): a stranger keeps
/// them; those of dicts and parameters are ignored, except for the data of a parameter saved by PyTorch before 0.4.
void set_state(const PickleValue& object, const PickleValue& state, const ByteReader& in);

/// The storage that a persistent id ('storage', type, key, location, elements[, view]) names; the class that a pickled
/// module names.
[[nodiscard]] PickleValue persistent_storage(const PickleValue& id, PickleArena& arena, const ByteReader& in);

}  // namespace graft
