#include <gtest/gtest.h>

#include "core/files.hpp"
#include "fixtures.hpp"
#include "weights/format/weights_content.hpp"

namespace graft {
namespace {

std::string with_length(const std::string& header, const std::string& data) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xFF);
    return bytes + header + data;
}

WeightsContent read_safetensors(const std::filesystem::path& file) {
    return safetensors_content(read_file(file), file.string());
}

std::string error_of(const std::string& header, const std::string& data) {
    return data_error_of(read_safetensors, temporary_file(with_length(header, data)));
}

TEST(Safetensors, TensorsComeInTheOrderOfTheirBytes) {
    const auto file = temporary_file(with_length(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},)"
                                                 R"("b":{"dtype":"BF16","shape":[1,1],"data_offsets":[0,2]}}  )",
                                                 "xyz"));
    const WeightsContent content = read_safetensors(file);
    ASSERT_EQ(content.tensors.size(), 2u);
    EXPECT_EQ(content.tensors[0].name, "b");
    EXPECT_EQ(content.tensors[0].layout.storage.type, ElementType::bfloat16);
    EXPECT_EQ(content.tensors[0].layout.sizes, (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(content.tensors[1].name, "a");
    EXPECT_EQ(content.storages.at("a"), StorageBytes{std::byte{'z'}});
}

TEST(Safetensors, TheHeaderMustDescribeTheBytesExactly) {
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "xyz"),
              ": has 1 bytes that belong to no tensor");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", "xyz"),
              ": tensor \"a\" begins at byte 1 of the data, expected 0: tensors must neither overlap nor leave holes");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,3]}})", "xyz"),
              ": tensor \"a\" has 3 bytes, its shape and dtype need 8");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", "xyz").substr(0, 71),
              ": is damaged or cut off: tensor \"a\" needs 9 bytes, 3 are left (at byte ");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,3]}})",
                       "xyz"),
              ": tensor \"a\" is larger than any file");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[0,4611686018427387904,8],"data_offsets":[0,0]}})", ""),
              ": tensor \"a\" is larger than any file");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[3,0]}})", "xyz"),
              ": tensor \"a\": its data ends before it begins");
}

TEST(Safetensors, RefusesWhatTheHeaderMayNotSay) {
    EXPECT_EQ(error_of(R"({"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}})", "xyz"),
              ": tensor \"a\" has the dtype \"F8_E4M3\", known are F32, F64, F16, BF16, I64, I32, I16, I8, U8, BOOL");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[3.0],"data_offsets":[0,3]}})", "xyz"),
              ": tensor \"a\": a size must be a whole number, found 3.0");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[-3],"data_offsets":[0,3]}})", "xyz"),
              ": tensor \"a\": a size must be a whole number, found -3");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","shape":[3]}})", "xyz"), ": tensor \"a\" has no \"data_offsets\"");
    EXPECT_EQ(error_of(R"({"a":1})", ""), ": tensor \"a\" is not described by an object");
    EXPECT_EQ(error_of(R"({"a":{},"a":{}})", ""), ": has the key \"a\" twice in its header");
    EXPECT_EQ(error_of(R"({"a":{"dtype":"U8","dtype":"I8"}})", ""), ": has the key \"dtype\" twice in its header");
    EXPECT_EQ(error_of(R"({"__metadata__":{"format":1}})", ""), ": has a __metadata__ that is not an object of texts");
    EXPECT_EQ(error_of("{}", ""), ": holds no tensors");
    EXPECT_EQ(error_of("[]", ""), ": has a header that does not start with {");
    EXPECT_EQ(error_of("{\"a\":" + std::string(100'000, '['), ""), ": has a header that is nested too deeply");
    EXPECT_TRUE(error_of("{\"a\" 1}", "").starts_with(": has a header that is not JSON"));
    EXPECT_TRUE(error_of("{\"\xFF\":1}", "").starts_with(": has a header that is not JSON"));
}

TEST(Safetensors, BoundsTheHeaderBeforeReadingIt) {
    EXPECT_EQ(data_error_of(read_safetensors, temporary_file(std::string("\7\0\0\0\0\0\0\0{}", 10))),
              ": is damaged or cut off: the header needs 7 bytes, 2 are left (at byte 8)");
    EXPECT_EQ(data_error_of(read_safetensors, temporary_file(std::string("\1\0\0\1\0\0\0\1{}", 10))),
              ": has a header of 72057594054705153 bytes, allowed are 16777216");
    EXPECT_EQ(data_error_of(read_safetensors, temporary_file("abc")),
              ": is damaged or cut off: the length of the header needs 8 bytes, 3 are left (at byte 0)");
}

}  // namespace
}  // namespace graft
