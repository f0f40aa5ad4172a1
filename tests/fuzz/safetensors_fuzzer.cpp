/// @file
/// Whole safetensors files.
#include "fuzzed_content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return graft::fuzz_reader(
        [](std::string_view bytes, const std::string& where) { return graft::safetensors_content(bytes, where); }, data,
        size);
}
