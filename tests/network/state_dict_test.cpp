#include "network/state_dict.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "weights/fixtures.hpp"

namespace graft {
namespace {

using Json = nlohmann::ordered_json;

StateDict read(const std::filesystem::path& file) { return read_state_dict(file); }

std::string dtype_of(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kFloat: return "float32";
        case at::kHalf: return "float16";
        case at::kBFloat16: return "bfloat16";
        case at::kLong: return "int64";
        case at::kInt: return "int32";
        case at::kShort: return "int16";
        case at::kChar: return "int8";
        case at::kByte: return "uint8";
        case at::kBool: return "bool";
        default: return "unexpected";
    }
}

std::string sha256_of(const at::Tensor& tensor) {
    EXPECT_TRUE(tensor.is_contiguous());
    return sha256(std::string_view(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()));
}

/// expected.json tells what torch.load reads from the same files.
TEST(StateDict, HoldsWhatPyTorchReads) {
    const Json expected = Json::parse(read_file(fixture("expected.json")));
    for (const auto& [file, tensors] : expected.items()) {
        SCOPED_TRACE(file);
        const StateDict dict = read_state_dict(fixture(file));
        ASSERT_EQ(dict.entries.size(), tensors.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const NamedTensor& entry = dict.entries[i];
            SCOPED_TRACE(entry.name);
            EXPECT_EQ(entry.name, tensors[i]["name"]);
            EXPECT_EQ(dtype_of(entry.tensor), tensors[i]["dtype"]);
            EXPECT_EQ(entry.tensor.sizes().vec(), tensors[i]["shape"].get<std::vector<std::int64_t>>());
            EXPECT_EQ(sha256_of(entry.tensor), tensors[i]["sha256"]);
        }
    }
}

TEST(StateDict, FindsTensorsByName) {
    const StateDict dict = read_state_dict(fixture("zip_parameters.pth"));
    EXPECT_EQ(dict.names(), (std::vector<std::string>{"norm.weight", "norm.bias"}));
    ASSERT_NE(dict.find("norm.bias"), nullptr);
    EXPECT_EQ(dict.find("norm.bias"), &dict.entries[1].tensor);
    EXPECT_EQ(dict.find("norm.mean"), nullptr);
}

TEST(StateDict, TensorsShareNoMemory) {
    StateDict dict = read_state_dict(fixture("legacy_windows.pth"));
    dict.entries[0].tensor.zero_();                              // "whole"; "again" has the same elements in the file
    EXPECT_EQ(dict.find("again")->sum().item<float>(), 276.0F);  // 0 + 1 + … + 23
}

TEST(StateDict, NotesWhatItChanged) {
    EXPECT_EQ(read_state_dict(fixture("zip_network.pth")).notes, std::vector<std::string>{});
    EXPECT_EQ(read_state_dict(fixture("zip_dtypes.pth")).notes,
              std::vector<std::string>{"float64 narrowed to float32: 1 tensor"});
    EXPECT_EQ(read_state_dict(fixture("legacy_wrapped.pth")).notes,
              (std::vector<std::string>{"taken from \"state_dict\", among \"epoch\", \"best\", \"arch\", \"flag\", "
                                        "\"none\", \"big\", \"state_dict\", \"optimizer\"",
                                        "dropped the prefix \"module.\" of every name"}));
}

TEST(StateDict, RefusesFloat64BeyondFloat32) {
    const std::string header = R"({"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})";
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    bytes += header + std::string("\x9C\x75\x00\x88\x3C\xE4\x37\x7E", 8);  // 1e300
    EXPECT_EQ(data_error_of(read, temporary_file(bytes)),
              ": tensor \"w\" is float64 and has values that float32 cannot hold");
}

TEST(StateDict, RefusesASmallFileOfHugeTensors) {
    EXPECT_EQ(data_error_of(read, fixture("bad_repeats.pth")),
              ": its tensors, repeated elements included, would take more than 16778548 bytes; the file has 333");
}

TEST(StateDict, RefusesABadFileWithItsPath) {
    for (const auto& entry : std::filesystem::directory_iterator(fixture(""))) {
        if (!entry.path().filename().string().starts_with("bad_")) continue;
        const std::string error = data_error_of(read, entry.path());
        EXPECT_TRUE(error.starts_with(": ") || error.starts_with(" (data.pkl): ")) << entry.path() << ": " << error;
    }
}

}  // namespace
}  // namespace graft
