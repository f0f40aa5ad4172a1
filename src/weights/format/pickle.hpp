/// @file
/// A restricted reader of Python pickles (protocols 0 to 5): it builds plain values and never executes anything.
/// Source: the opcode table of CPython's Lib/pickletools.py.
#pragma once

#include <string>
#include <vector>

#include "weights/format/byte_reader.hpp"
#include "weights/format/pickle_value.hpp"

namespace graft {

/// A pickle that was read: the value it holds, and the nodes that the value refers to.
struct Pickle {
    PickleValue root;
    PickleArena arena;
    std::vector<std::string> strangers;  ///< Python names that are not in the table of pickle_value, each once
};

/// Reads the pickle that `in` stands at; `in` is left behind its end. Persistent ids must be PyTorch storages. Objects
/// of names that are not in the table become PickleObjects. Time and memory are bounded by the bytes that `in` has
/// left, and absolutely (2 million opcodes, 256 MB). Throws DataError naming the place when the pickle is malformed or
/// cut off, exceeds the bounds, or uses an opcode that no weights file needs.
[[nodiscard]] Pickle read_pickle(ByteReader& in);

}  // namespace graft
