#include "core/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/files.hpp"
#include "graft/core/errors.hpp"

namespace graft {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() {
        if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
            throw Error("OpenSSL offers no SHA-256 on this machine");
    }
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
    return *this;
}

Sha256& Sha256::add(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
    return *this;
}

namespace {

using Digest = std::array<unsigned char, 32>;

}  // namespace

std::string Sha256::hex() {
    Digest digest{};
    EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string sha256(std::string_view bytes) { return Sha256().add(bytes).hex(); }

std::string sha256_of_file(const std::filesystem::path& file) {
    Sha256 hash;
    read_blocks(file, [&](std::string_view block) { hash.add(block); });
    return hash.hex();
}

Fingerprint fingerprint(std::string_view bytes) {
    Digest digest{};
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw Error("OpenSSL offers no SHA-256 on this machine");
    Fingerprint result;
    for (std::size_t i = 0; i < 16; ++i) result.words[i / 8] = result.words[i / 8] << 8 | digest[i];
    return result;
}

std::uint64_t stable_id(std::string_view text) { return std::stoull(sha256(text).substr(0, 16), nullptr, 16); }

}  // namespace graft
