#include "core/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "graft/core/errors.hpp"

namespace graft {

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a final zero
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string from_base64(std::string_view text) {
    const std::size_t padding = text.size() - std::min(text.find('='), text.size());
    if (text.size() % 4 != 0 || padding > 2 || !std::in_range<int>(text.size())) throw DataError("is not base64");
    std::string bytes(text.size() / 4 * 3 + 1, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < static_cast<int>(padding)) throw DataError("is not base64");
    bytes.resize(static_cast<std::size_t>(size) - padding);
    // OpenSSL passes over spaces, and takes padding in the middle and bits that stand for nothing.
    if (base64(bytes) != text) throw DataError("is not base64");
    return bytes;
}

}  // namespace graft
