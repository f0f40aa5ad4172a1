#include "core/fingerprint_log.hpp"

#include <unistd.h>
#include <zlib.h>

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/descriptor.hpp"

namespace graft {
namespace {

/// As it stands in the file, in the byte order of the machine: a log does not travel.
struct Entry {
    Fingerprint key;
    FingerprintLog::Value value{};
    std::uint64_t checksum = 0;
};
static_assert(sizeof(Entry) == 40);

constexpr std::size_t kEntriesPerRead = 4096;

std::uint64_t checksum_of(const Entry& entry) {
    return ~std::uint64_t{::crc32(0, reinterpret_cast<const Bytef*>(&entry), offsetof(Entry, checksum))};  // never 0
}

}  // namespace

FingerprintLog::FingerprintLog(std::filesystem::path file) : file_(std::move(file)), descriptor_(open_or_make(file_)) {
    load();
}

FingerprintLog::FingerprintLog(int descriptor, std::filesystem::path file)
    : file_(std::move(file)), descriptor_(descriptor) {
    load();
}

FingerprintLog::~FingerprintLog() { ::close(descriptor_); }

void FingerprintLog::load() {
    const std::uint64_t count = size_of(descriptor_, file_) / sizeof(Entry);
    std::vector<Entry> entries;
    for (std::uint64_t first = 0; first < count; first += entries.size()) {
        entries.resize(std::min<std::uint64_t>(kEntriesPerRead, count - first));
        if (!read_at(descriptor_, first * sizeof(Entry), std::as_writable_bytes(std::span(entries)), file_)) return;
        for (const Entry& entry : entries)
            if (entry.checksum == checksum_of(entry)) values_[entry.key] = entry.value;
    }
}

std::optional<FingerprintLog::Value> FingerprintLog::find(const Fingerprint& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

void FingerprintLog::append(const Fingerprint& key, const Value& value) {
    Entry entry{key, value};
    entry.checksum = checksum_of(entry);
    const ExclusiveLock lock(descriptor_);
    const std::uint64_t whole =
        size_of(descriptor_, file_) / sizeof(Entry);  // half an entry at the end is written over
    write_at(descriptor_, whole * sizeof(Entry), std::as_bytes(std::span(&entry, 1)), file_);
    values_[key] = value;
}

}  // namespace graft
