#include "weights/format/tensor_layout.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// A float32 tensor on a storage of `count` elements.
NamedLayout tensor(std::int64_t count, std::int64_t offset, std::vector<std::int64_t> sizes,
                   std::vector<std::int64_t> strides) {
    return {"w", {{"0", ElementType::float32, count, 0, count}, offset, std::move(sizes), std::move(strides)}};
}

std::string error_of(const NamedLayout& layout, std::size_t storage_bytes) {
    try {
        expect_inside_storage(layout, storage_bytes, "w.pth");
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

TEST(TensorLayout, CountsTheBytesOfAContiguousCopy) {
    EXPECT_EQ(expect_inside_storage(tensor(6, 0, {2, 3}, {3, 1}), 24, ""), 24);
    EXPECT_EQ(expect_inside_storage(tensor(6, 5, {}, {}), 24, ""), 4);
    EXPECT_EQ(expect_inside_storage(tensor(6, 0, {3, 2}, {1, 3}), 24, ""), 24);  // transposed
    EXPECT_EQ(expect_inside_storage(tensor(6, 5, {100}, {0}), 24, ""), 400);     // repeated
    EXPECT_EQ(expect_inside_storage(tensor(6, 0, {5, 2}, {1, 1}), 24, ""), 40);  // overlapping
    EXPECT_EQ(expect_inside_storage(tensor(6, 99, {0, 7}, {7, 1}), 24, ""), 0);  // nothing is read
}

TEST(TensorLayout, RefusesElementsBeyondTheStorage) {
    EXPECT_EQ(error_of(tensor(6, 1, {2, 3}, {3, 1}), 24),
              "w.pth: tensor \"w\" reaches element 6 of a storage of 6 elements");
    EXPECT_NE(error_of(tensor(6, 6, {}, {}), 24), "no error");
    NamedLayout window = tensor(6, 0, {4}, {1});
    window.layout.storage.view_offset = 2;
    window.layout.storage.view_count = 3;
    EXPECT_EQ(error_of(window, 24), "w.pth: tensor \"w\" reaches element 3 of a storage of 3 elements");
    window.layout.storage.view_offset = 4;
    EXPECT_EQ(error_of(window, 24), "w.pth: tensor \"w\" looks at elements 4 to 7 of a storage of 6");
}

TEST(TensorLayout, RefusesAStorageOfAnotherSize) {
    EXPECT_EQ(
        error_of(tensor(6, 0, {1}, {1}), 23),
        "w.pth: tensor \"w\" says its storage \"0\" has 6 float32 elements (24 bytes), but the file holds 23 bytes");
}

TEST(TensorLayout, RefusesNumbersThatAreNegativeOrOverflow) {
    constexpr std::int64_t huge = INT64_MAX;
    EXPECT_EQ(error_of(tensor(6, 0, {-1}, {1}), 24), "w.pth: tensor \"w\" has a negative size: -1");
    EXPECT_EQ(error_of(tensor(6, 0, {1}, {-1}), 24), "w.pth: tensor \"w\" has a negative stride: -1");
    EXPECT_EQ(error_of(tensor(6, -4, {1}, {1}), 24), "w.pth: tensor \"w\" has a negative offset: -4");
    EXPECT_EQ(error_of(tensor(-6, 0, {1}, {1}), 24), "w.pth: tensor \"w\" has a negative storage size: -6");
    const std::string larger = "w.pth: tensor \"w\" is larger than any file";
    EXPECT_EQ(error_of(tensor(huge, 0, {1}, {1}), 24), larger);
    EXPECT_EQ(error_of(tensor(6, 0, {huge, 4}, {0, 0}), 24), larger);
    EXPECT_EQ(error_of(tensor(6, 0, {0, huge, 4}, {0, 0, 0}), 24), larger);
    EXPECT_EQ(error_of(tensor(6, 0, {3}, {huge}), 24), larger);
    EXPECT_EQ(error_of(tensor(6, huge, {2}, {1}), 24), larger);
    EXPECT_EQ(error_of(tensor(6, 0, {2, 2}, {1}), 24), "w.pth: tensor \"w\" has 2 sizes but 1 strides");
}

TEST(TensorLayout, MakesRowMajorStrides) {
    EXPECT_EQ(contiguous_strides({2, 3, 4}), (std::vector<std::int64_t>{12, 4, 1}));
    EXPECT_EQ(contiguous_strides({}), std::vector<std::int64_t>{});
}

TEST(TensorLayout, NamesTypesAsPyTorchDoes) {
    EXPECT_EQ(text_of(ElementType::bfloat16), "bfloat16");
    EXPECT_EQ(bytes_per_element(ElementType::bfloat16), 2);
    EXPECT_EQ(text_of(ElementType::boolean), "bool");
    EXPECT_EQ(bytes_per_element(ElementType::boolean), 1);
}

}  // namespace
}  // namespace graft
