#include "weights/store/fetch_weights.hpp"

#include "core/folders.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/store/download.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> mirror() {
    const std::string address = environment("GRAFT_WEIGHTS_MIRROR");
    if (address.empty()) return std::nullopt;
    if (!address.starts_with("http://") && !address.starts_with("https://"))
        throw ConfigError("GRAFT_WEIGHTS_MIRROR: expected an address that begins with https:// or http://, got \"" +
                          address + "\"; a folder is named with GRAFT_WEIGHTS");
    return address.ends_with('/') ? address : address + "/";
}

std::optional<std::uint64_t> bytes_of(const WeightsEntry& entry) {
    if (!entry.bytes) return std::nullopt;
    return static_cast<std::uint64_t>(*entry.bytes);
}

}  // namespace

std::optional<std::string> address_of(const WeightsEntry& entry) {
    if (const auto address = mirror()) return *address + entry.file;
    return entry.url;
}

std::string download_by_hand(const WeightsEntry& entry, const fs::path& file) {
    if (const auto address = address_of(entry))
        return "By hand: download " + *address + " on any machine and put it here as " + file.string();
    return "No address leads to it: " + entry.file + " comes in " + entry.source +
           " (scripts/get_weights.sh takes it out); put it here as " + file.string();
}

void expect_file_of(const WeightsEntry& entry, const fs::path& file) {
    const std::string refused = file.string() + ": is damaged or not " + entry.name + ": ";
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (!error && entry.bytes && size != *bytes_of(entry))
        throw DataError(format_text("{}it has {} bytes, expected {}", refused, size, *entry.bytes));
    if (!entry.sha256 && !entry.sha256_prefix) return;
    const std::string found = sha256_of_file(file);
    if (is_of(entry, found)) return;
    const bool is_known_whole = entry.sha256 && found != *entry.sha256;
    throw DataError(refused + "its SHA-256 is " + found + ", expected " +
                    (is_known_whole ? *entry.sha256 : "one that begins with " + entry.sha256_prefix.value_or("")));
}

fs::path fetch_weights(const WeightsEntry& entry, const fs::path& folder, const std::stop_token& stop,
                       Reporter& reporter, Present present) {
    const fs::path file = folder / entry.file;
    const std::optional<std::string> address = address_of(entry);
    if (!address) throw Error(entry.name + ": cannot be downloaded. " + download_by_hand(entry, file));
    const Download wanted{.url = *address,
                          .target = file,
                          .bytes = bytes_of(entry),
                          .check = [&](const fs::path& candidate) { expect_file_of(entry, candidate); },
                          .present = present};
    try {
        download(wanted, stop, reporter);
    } catch (const Interrupted&) {
        throw;
    } catch (const DataError& error) {
        throw DataError(*address + ": is not what was expected, and nothing of it was kept: " + error.what());
    } catch (const Error& error) {
        throw Error(entry.name + ": " + error.what() + "\n  " + download_by_hand(entry, file));
    }
    return file;
}

}  // namespace graft
