#include "network/state_dict.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <bit>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {
namespace {

static_assert(std::endian::native == std::endian::little, "weights files are little-endian and are copied as they are");

at::ScalarType scalar_type(ElementType type) {
    switch (type) {
        case ElementType::float32: return at::kFloat;
        case ElementType::float64: return at::kDouble;
        case ElementType::float16: return at::kHalf;
        case ElementType::bfloat16: return at::kBFloat16;
        case ElementType::int64: return at::kLong;
        case ElementType::int32: return at::kInt;
        case ElementType::int16: return at::kShort;
        case ElementType::int8: return at::kChar;
        case ElementType::uint8: return at::kByte;
        case ElementType::boolean: return at::kByte;  // any byte but 0 is true; torch's bool must be 0 or 1
    }
    return at::kByte;
}

/// Checks every tensor before the first is made. Strides may repeat elements, so a small file can describe huge
/// tensors.
void check_tensors(const WeightsContent& content, const std::filesystem::path& file) {
    const std::string where = file.string();
    std::error_code error;
    const std::uintmax_t file_size = std::filesystem::file_size(file, error);
    if (error) throw DataError(format_text("{}: cannot be read: {}", where, error.message()));
    const std::uintmax_t most = 4 * file_size + (16 << 20);
    std::uintmax_t total = 0;
    for (const NamedLayout& tensor : content.tensors) {
        const auto storage = content.storages.find(tensor.layout.storage.key);
        if (storage == content.storages.end())
            throw DataError(where + ": tensor \"" + printable(tensor.name) + "\" needs the storage \"" +
                            printable(tensor.layout.storage.key) + "\", which the file does not hold");
        const auto bytes = static_cast<std::uintmax_t>(expect_inside_storage(tensor, storage->second.size(), where));
        if (bytes > most - total)
            throw DataError(format_text(
                "{}: its tensors, repeated elements included, would take more than {} bytes; the file has {}", where,
                most, file_size));
        total += bytes;
    }
}

/// A contiguous copy, so that the storage can go.
at::Tensor make_tensor(const TensorLayout& layout, StorageBytes& storage) {
    const at::ScalarType type = scalar_type(layout.storage.type);
    if (std::ranges::find(layout.sizes, 0) != layout.sizes.end()) {
        const at::Tensor empty = at::empty(layout.sizes, type);
        return layout.storage.type == ElementType::boolean ? empty.to(at::kBool) : empty;
    }
    const std::int64_t first = layout.storage.view_offset + layout.offset;
    std::byte* const data = storage.data() + first * bytes_per_element(layout.storage.type);
    const at::Tensor window = at::from_blob(data, layout.sizes, layout.strides, at::TensorOptions(type));
    if (layout.storage.type == ElementType::boolean) return window.ne(0);
    return window.clone(at::MemoryFormat::Contiguous);
}

at::Tensor narrowed(const at::Tensor& wide, const std::string& name, const std::filesystem::path& file) {
    at::Tensor narrow = wide.to(at::kFloat);
    if (!narrow.isinf().equal(wide.isinf()))
        throw DataError(file.string() + ": tensor \"" + printable(name) +
                        "\" is float64 and has values that float32 cannot hold");
    return narrow;
}

StateDict make_state_dict(WeightsContent content, const std::filesystem::path& file) {
    StateDict dict;
    dict.notes = std::move(content.notes);
    dict.metadata = std::move(content.metadata);
    dict.sha256 = std::move(content.sha256);
    std::size_t narrowed_tensors = 0;
    for (const NamedLayout& tensor : content.tensors) {
        at::Tensor made = make_tensor(tensor.layout, content.storages.at(tensor.layout.storage.key));
        if (made.scalar_type() == at::kDouble) {
            made = narrowed(made, tensor.name, file);
            ++narrowed_tensors;
        }
        dict.entries.push_back({tensor.name, std::move(made)});
    }
    if (narrowed_tensors > 0)
        dict.notes.push_back("float64 narrowed to float32: " + count_of(narrowed_tensors, "tensor"));
    return dict;
}

}  // namespace

const at::Tensor* StateDict::find(std::string_view name) const {
    const auto entry = std::ranges::find(entries, name, &NamedTensor::name);
    return entry == entries.end() ? nullptr : &entry->tensor;
}

std::vector<std::string> StateDict::names() const {
    std::vector<std::string> names;
    for (const NamedTensor& entry : entries) names.push_back(entry.name);
    return names;
}

StateDict read_state_dict(const std::filesystem::path& file, const WeightsChoice& choice) {
    WeightsContent content = read_weights(file, choice);
    check_tensors(content, file);
    try {
        return make_state_dict(std::move(content), file);
    } catch (const c10::Error& error) {
        throw DataError(file.string() + ": its tensors cannot be made: " + cause_in(error.what_without_backtrace()));
    }
}

}  // namespace graft
