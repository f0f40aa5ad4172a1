/// @file
/// Lists: CSV and JSON Lines with every kind of column. The first byte says how they are read.
#include <array>
#include <cstddef>
#include <cstdint>

#include "data/list/read_list.hpp"
#include "graft/core/errors.hpp"

namespace {

using graft::ListOptions;
using graft::TargetKind;

struct Reading {
    const char* name;
    TargetKind kind;
    ListOptions options;
};

const std::array<Reading, 6>& readings() {
    static const std::array<Reading, 6> all = {{
        {"a.csv", TargetKind::one_class, {}},
        {"a.csv", TargetKind::labels, {.label_separator = "|"}},
        {"a.csv", TargetKind::labels, {.label_columns = {"label", "class"}}},
        {"a.csv",
         TargetKind::numbers,
         {.path_column = "image_path", .target_columns = {"label"}, .split_column = "split"}},
        {"a.jsonl", TargetKind::one_class, {.group_column = "group"}},
        {"a.jsonl", TargetKind::labels, {}},
    }};
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Reading& reading = readings().at(data[0] % readings().size());
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        const graft::ListRequest request{.kind = reading.kind, .missing_files = graft::OnBadImage::skip};
        graft::ListedImages listed = graft::read_list_bytes(bytes, reading.name, reading.options, request);
        for (const graft::Sample& sample : listed.images.samples) {
            const bool has_values = reading.kind != TargetKind::one_class;
            if (has_values ? sample.values.size() != listed.images.classes.size()
                           : static_cast<std::size_t>(sample.label) >= listed.images.classes.size())
                __builtin_trap();
            if (sample.name.empty()) __builtin_trap();
        }
    } catch (const graft::DataError&) {  // refused, as it may be
    }
    return 0;
}
