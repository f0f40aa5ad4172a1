/// @file
/// Whole files of the format that torch.save wrote before PyTorch 1.6.
#include "fuzzed_content.hpp"
#include "weights/format/legacy_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return graft::fuzz_reader(graft::legacy_content, data, size);
}
