#include "weights/format/weights_format.hpp"

#include <array>
#include <string_view>

#include "core/files.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHeadBytes = 512;
constexpr unsigned char kNewestPickleProtocol = 5;

struct Signature {
    std::size_t position;
    std::string_view bytes;
    std::string_view kind;
};

/// What people take for weights files.
constexpr std::array<Signature, 11> kOthers = {{
    {0, "version https://git-lfs"sv, "a Git LFS pointer; fetch the file itself with \"git lfs pull\""sv},
    {0, "\x89HDF\r\n"sv, "an HDF5 file, for example of Keras"sv},
    {0, "\x1f\x8b"sv, "compressed by gzip; unpack it"sv},
    {0,
     "\xfd"
     "7zXZ"sv,
     "compressed by xz; unpack it"sv},
    {0, "\x93NUMPY"sv, "a NumPy array"sv},
    {0, "GGUF"sv, "a GGUF file"sv},
    {0, "TFL3"sv, "a TensorFlow Lite model"sv},
    {4, "TFL3"sv, "a TensorFlow Lite model"sv},
    {257, "ustar"sv, "a tar archive (torch.save of PyTorch before 0.1.10, or a download to unpack)"sv},
    {0, "<"sv, "an HTML or XML page, not the download it may have been meant to be"sv},
    {0, "{"sv, "JSON text"sv},
}};

std::string head_of(const std::filesystem::path& file) { return read_beginning(file, kHeadBytes); }

/// Eight bytes of header length, then the header, which is a JSON object.
bool is_safetensors(std::string_view head) {
    return head.size() > 8 && head[8] == '{' && head.substr(4, 4) == "\0\0\0\0"sv;
}

bool is_pickle(std::string_view head) {
    return head.size() > 1 && head[0] == '\x80' && static_cast<unsigned char>(head[1]) <= kNewestPickleProtocol;
}

std::string seems_to_be(std::string_view head) {
    if (head.empty()) return "is empty";
    for (const Signature& other : kOthers)
        if (head.size() > other.position && head.substr(other.position).starts_with(other.bytes))
            return "is " + std::string(other.kind);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "is of an unknown kind (it starts with the bytes";
    for (const char byte : head.substr(0, 8)) {
        const auto value = static_cast<unsigned char>(byte);
        text += {' ', digits[value >> 4], digits[value & 15]};
    }
    return text + ")";
}

}  // namespace

WeightsFormat weights_format(const std::filesystem::path& file) {
    const std::string head = head_of(file);
    if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return WeightsFormat::zip;
    if (is_safetensors(head)) return WeightsFormat::safetensors;
    if (is_pickle(head)) return WeightsFormat::legacy_pickle;
    throw DataError(file.string() + ": " + seems_to_be(head) +
                    "; expected a state dict saved with torch.save, or a safetensors file");
}

}  // namespace graft
