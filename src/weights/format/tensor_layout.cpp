#include "weights/format/tensor_layout.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

struct TypeRow {
    std::string_view name;
    std::int64_t bytes;
};

/// In the order of ElementType.
constexpr std::array<TypeRow, 10> kTypes = {{{"float32", 4},
                                             {"float64", 8},
                                             {"float16", 2},
                                             {"bfloat16", 2},
                                             {"int64", 8},
                                             {"int32", 4},
                                             {"int16", 2},
                                             {"int8", 1},
                                             {"uint8", 1},
                                             {"bool", 1}}};

const TypeRow& row_of(ElementType type) { return kTypes.at(static_cast<std::size_t>(type)); }

class LayoutCheck {
public:
    LayoutCheck(const NamedLayout& tensor, std::string_view where) : tensor_(tensor), where_(where) {}

    std::int64_t multiply(std::int64_t a, std::int64_t b) const {
        std::int64_t product = 0;
        if (__builtin_mul_overflow(a, b, &product)) fail("is larger than any file");
        return product;
    }
    std::int64_t add(std::int64_t a, std::int64_t b) const {
        std::int64_t sum = 0;
        if (__builtin_add_overflow(a, b, &sum)) fail("is larger than any file");
        return sum;
    }
    void expect_not_negative(std::int64_t number, const char* what) const {
        if (number < 0) fail("has a negative " + std::string(what) + ": " + std::to_string(number));
    }
    [[noreturn]] void fail(const std::string& problem) const {
        throw DataError(std::string(where_) + ": tensor \"" + printable(tensor_.name) + "\" " + problem);
    }

private:
    const NamedLayout& tensor_;
    std::string_view where_;
};

void check_storage(const LayoutCheck& check, const StorageReference& storage, std::size_t storage_bytes) {
    check.expect_not_negative(storage.count, "storage size");
    check.expect_not_negative(storage.view_offset, "storage offset");
    check.expect_not_negative(storage.view_count, "storage size");
    const std::int64_t bytes = check.multiply(storage.count, bytes_per_element(storage.type));
    if (static_cast<std::size_t>(bytes) != storage_bytes)
        check.fail("says its storage \"" + printable(storage.key) + "\" has " + std::to_string(storage.count) + " " +
                   std::string(name_of(storage.type)) + " elements (" + std::to_string(bytes) +
                   " bytes), but the file holds " + std::to_string(storage_bytes) + " bytes");
    if (check.add(storage.view_offset, storage.view_count) > storage.count)
        check.fail("looks at elements " + std::to_string(storage.view_offset) + " to " +
                   std::to_string(storage.view_offset + storage.view_count) + " of a storage of " +
                   std::to_string(storage.count));
}

}  // namespace

std::int64_t bytes_per_element(ElementType type) { return row_of(type).bytes; }
std::string_view name_of(ElementType type) { return row_of(type).name; }

std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& sizes) {
    std::vector<std::int64_t> strides(sizes.size());
    std::int64_t stride = 1;
    for (std::size_t i = sizes.size(); i-- > 0;) {
        strides[i] = stride;
        stride *= std::max<std::int64_t>(sizes[i], 1);
    }
    return strides;
}

std::int64_t expect_inside_storage(const NamedLayout& tensor, std::size_t storage_bytes, std::string_view where) {
    const LayoutCheck check(tensor, where);
    const TensorLayout& layout = tensor.layout;
    check_storage(check, layout.storage, storage_bytes);
    if (layout.sizes.size() != layout.strides.size())
        check.fail("has " + std::to_string(layout.sizes.size()) + " sizes but " +
                   std::to_string(layout.strides.size()) + " strides");
    check.expect_not_negative(layout.offset, "offset");
    std::int64_t last = layout.offset;  // the farthest element, when there is one
    std::int64_t elements = 1;          // counted without empty dimensions, so that torch cannot overflow either
    bool empty = false;
    for (std::size_t i = 0; i < layout.sizes.size(); ++i) {
        check.expect_not_negative(layout.sizes[i], "size");
        check.expect_not_negative(layout.strides[i], "stride");
        empty = empty || layout.sizes[i] == 0;
        const std::int64_t size = std::max<std::int64_t>(layout.sizes[i], 1);
        elements = check.multiply(elements, size);
        last = check.add(last, check.multiply(size - 1, layout.strides[i]));
    }
    const std::int64_t bytes = check.multiply(elements, bytes_per_element(layout.storage.type));
    if (empty) return 0;
    if (last >= layout.storage.view_count)
        check.fail("reaches element " + std::to_string(last) + " of a storage of " +
                   std::to_string(layout.storage.view_count) + " elements");
    return bytes;
}

}  // namespace graft
