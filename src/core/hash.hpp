/// @file
/// SHA-256 (OpenSSL) of bytes, files and streams of values.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace graft {

/// An incremental SHA-256.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    Sha256& add(std::string_view bytes);
    Sha256& add(std::span<const std::byte> bytes);
    /// The digest as 64 lower-case hexadecimal digits. Call once.
    [[nodiscard]] std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256(std::string_view bytes);
/// Throws DataError naming the file and the system's reason when it cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

/// The first 128 bits of a SHA-256: an identity of bytes that is stored and compared as a value.
struct Fingerprint {
    std::array<std::uint64_t, 2> words{};
    auto operator<=>(const Fingerprint&) const = default;
};
[[nodiscard]] Fingerprint fingerprint(std::string_view bytes);

/// The first 64 bits of the SHA-256 of a text: an identity that does not change between runs or platforms.
[[nodiscard]] std::uint64_t stable_id(std::string_view text);

}  // namespace graft

template <>
struct std::hash<graft::Fingerprint> {
    std::size_t operator()(const graft::Fingerprint& value) const noexcept { return value.words[0]; }
};
