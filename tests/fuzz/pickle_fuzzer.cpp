/// @file
/// Pickles as they stand in .pth files: the stack machine, and the search for a state dict in what it gives.
#include "graft/core/errors.hpp"
#include "weights/format/unwrap.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        graft::ByteReader in({reinterpret_cast<const char*>(data), size}, "fuzzed");
        const graft::Pickle pickle = graft::read_pickle(in);
        std::vector<std::string> notes;
        for (const graft::NamedLayout& tensor : graft::chosen_tensors(pickle, {}, "fuzzed", notes))
            (void)graft::expect_inside_storage(tensor, 4096, "fuzzed");
    } catch (const graft::DataError&) {  // refused, as it may be
    }
    return 0;
}
