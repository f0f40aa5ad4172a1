/// @file
/// What is done with a file that a fuzzer made up: all that read_state_dict does before the first tensor is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "graft/core/errors.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {

/// Reads the bytes and goes through every element of every tensor that was let pass. A DataError is what may happen;
/// anything else ends the fuzzer.
template <class Read>
int fuzz_reader(Read read, const std::uint8_t* data, std::size_t size) {
    try {
        const WeightsContent content = read(std::string_view(reinterpret_cast<const char*>(data), size), "fuzzed");
        for (const NamedLayout& tensor : content.tensors) {
            const auto storage = content.storages.find(tensor.layout.storage.key);
            if (storage == content.storages.end()) continue;
            (void)expect_inside_storage(tensor, storage->second.size(), "fuzzed");
            const TensorLayout& layout = tensor.layout;
            std::int64_t last = layout.storage.view_offset + layout.offset;
            bool is_empty = false;
            for (std::size_t axis = 0; axis < layout.sizes.size(); ++axis) {
                is_empty = is_empty || layout.sizes[axis] == 0;
                last += (layout.sizes[axis] - 1) * layout.strides[axis];
            }
            const auto element = static_cast<std::int64_t>(bytes_per_element(layout.storage.type));
            if (!is_empty && (last + 1) * element > static_cast<std::int64_t>(storage->second.size())) std::abort();
        }
    } catch (const DataError&) {  // refused, as it may be
    }
    return 0;
}

}  // namespace graft
