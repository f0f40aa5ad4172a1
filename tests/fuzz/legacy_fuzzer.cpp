/// @file
/// Whole files of the format that torch.save wrote before PyTorch 1.6.
#include "fuzzed_content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return graft::fuzz_reader(
        [](std::string_view bytes, const std::string& where) { return graft::legacy_content(bytes, where); }, data,
        size);
}
