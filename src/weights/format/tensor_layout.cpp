#include "weights/format/tensor_layout.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

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
        if (number < 0) fail(format_text("has a negative {}: {}", what, number));
    }
    [[noreturn]] void fail(const std::string& problem) const {
        throw DataError(format_text("{}: tensor \"{}\" {}", where_, printable(tensor_.name), problem));
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
        check.fail(format_text("says its storage \"{}\" has {} {} elements ({} bytes), but the file holds {} bytes",
                               printable(storage.key), storage.count, storage.type, bytes, storage_bytes));
    if (check.add(storage.view_offset, storage.view_count) > storage.count)
        check.fail(format_text("looks at elements {} to {} of a storage of {}", storage.view_offset,
                               storage.view_offset + storage.view_count, storage.count));
}

}  // namespace

std::int64_t bytes_per_element(ElementType type) {
    constexpr std::array<std::int64_t, enum_names<ElementType>.size()> bytes = {4, 8, 2, 2, 8, 4, 2, 1, 1, 1};
    return bytes.at(static_cast<std::size_t>(type));
}

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
        check.fail(format_text("has {} sizes but {} strides", layout.sizes.size(), layout.strides.size()));
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
        check.fail(format_text("reaches element {} of a storage of {} elements", last, layout.storage.view_count));
    return bytes;
}

}  // namespace graft
