#include "network/safetensors_writer.hpp"

#include <ATen/core/Tensor.h>

#include "config/json.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

std::string type_name(const NamedTensor& named) {
    switch (named.tensor.scalar_type()) {
        case at::kFloat: return "F32";
        case at::kHalf: return "F16";
        case at::kBFloat16: return "BF16";
        case at::kLong: return "I64";
        case at::kInt: return "I32";
        case at::kByte: return "U8";
        default:
            throw Error(named.name + ": tensors of type " + std::string(c10::toString(named.tensor.scalar_type())) +
                        " are not written to safetensors files");
    }
}

}  // namespace

std::string safetensors_bytes(std::span<const NamedTensor> tensors,
                              const std::map<std::string, std::string>& metadata) {
    Json header = {{"__metadata__", metadata}};
    std::size_t offset = 0;
    for (const NamedTensor& named : tensors) {
        const std::size_t end = offset + named.tensor.nbytes();
        header[named.name] = {
            {"dtype", type_name(named)}, {"shape", named.tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // values begin at a multiple of eight
    std::string bytes;
    bytes.reserve(8 + text.size() + offset);
    for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(text.size() >> shift & 0xFF));
    bytes += text;
    for (const NamedTensor& named : tensors)
        bytes.append(static_cast<const char*>(named.tensor.const_data_ptr()), named.tensor.nbytes());
    return bytes;
}

}  // namespace graft
