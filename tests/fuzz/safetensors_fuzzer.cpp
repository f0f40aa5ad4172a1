/// @file
/// Whole safetensors files.
#include "fuzzed_content.hpp"
#include "weights/format/safetensors_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return graft::fuzz_reader(graft::safetensors_content, data, size);
}
