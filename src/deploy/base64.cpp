#include "deploy/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

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
    const std::size_t values = std::min(text.find('='), text.size());
    const std::size_t padding = text.size() - values;
    if (text.size() % 4 != 0 || padding > 2) throw DataError("is not base64");
    std::string bytes(text.size() / 4 * 3 + 1, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) throw DataError("is not base64");
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

}  // namespace graft
