#include "weights/format/pickle_value.hpp"

#include <array>

#include "graft/core/errors.hpp"

namespace graft {

std::string_view kind_of(const PickleValue& value) {
    constexpr std::array<std::string_view, std::variant_size_v<PickleValue>> kinds = {
        "None",       "a bool", "an int",  "a float", "a Python type", "a text",  "bytes",
        "a huge int", "a list", "a tuple", "a dict",  "a storage",     "a tensor"};
    return kinds.at(value.index());
}

void PickleArena::charge(std::size_t bytes) {
    if (bytes > budget_) throw DataError(where_ + ": describes more values than a weights file of its size can");
    budget_ -= bytes;
}

}  // namespace graft
