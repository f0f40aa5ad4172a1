#include "features/feature_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription = "space.json";
constexpr const char* kLease = "lease";
constexpr int kFormat = 1;

bool still_there(int descriptor, const fs::path& file) {
    struct stat opened {
    }, present{};
    return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &present) == 0 &&
           opened.st_ino == present.st_ino && opened.st_dev == present.st_dev;
}

/// Takes the shared lock of a space's lease. Somebody who takes the space away meanwhile holds the exclusive one.
std::unique_ptr<SpaceLease> take_lease(const fs::path& folder) {
    for (;;) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) throw Error(folder.string() + ": the folder cannot be made: " + error.message());
        int descriptor = -1;
        try {
            descriptor = open_or_make(folder / kLease);
        } catch (const Error&) {
            if (fs::is_directory(folder, error)) throw;
            continue;  // it was taken away between the two calls
        }
        auto lease = std::make_unique<SpaceLease>(descriptor);
        // Without locks nobody can take the exclusive one, so that nothing is ever taken away.
        if (::flock(descriptor, LOCK_SH) != 0 && !means_no_locks(errno)) continue;
        if (!still_there(descriptor, folder / kLease)) continue;
        ::futimens(descriptor, nullptr);
        return lease;
    }
}

/// The exclusive lock of a lease, or nothing while anybody uses the space.
std::unique_ptr<SpaceLease> try_exclusive(const fs::path& folder) {
    const int descriptor = ::open((folder / kLease).c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return nullptr;
    auto lease = std::make_unique<SpaceLease>(descriptor);
    return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? std::move(lease) : nullptr;
}

std::uint64_t bytes_in(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::uint64_t size = entry.file_size(error);
        if (!error) bytes += size;
    }
    return bytes;
}

SpaceInfo info_of(const fs::path& folder) {
    SpaceInfo info{.name = folder.filename().string(), .bytes = bytes_in(folder)};
    struct stat status {};
    if (::stat((folder / kLease).c_str(), &status) == 0) info.used = status.st_mtim.tv_sec;
    info.in_use = try_exclusive(folder) == nullptr;
    try {
        info.description = parse_json_file(folder / kDescription);
    } catch (const ConfigError&) {
        info.description = nullptr;
    }
    return info;
}

}  // namespace

SpaceLease::~SpaceLease() { ::close(descriptor_); }

LeasedSpace FeatureCache::open(const Json& description, std::size_t row_floats, FeatureType type) const {
    const Json whole = {{"format", kFormat},
                        {"row_floats", row_floats},
                        {"type", type == FeatureType::float16 ? "float16" : "float32"},
                        {"features", description}};
    const fs::path folder = folder_ / sha256(whole.dump()).substr(0, 32);
    for (const fs::path& trusted : {folder_, folder})
        if (is_anothers(trusted))
            throw Error(trusted.string() + ": belongs to another user, who could have changed it");
    LeasedSpace leased{.lease = take_lease(folder)};
    if (!fs::exists(folder / kDescription)) write_file(folder / kDescription, pretty(whole));
    leased.space = std::make_unique<FeatureSpace>(folder, row_floats, type);
    return leased;
}

std::vector<SpaceInfo> FeatureCache::list() const {
    std::vector<SpaceInfo> spaces;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error))
        if (entry.is_directory()) spaces.push_back(info_of(entry.path()));
    std::ranges::sort(spaces, [](const SpaceInfo& a, const SpaceInfo& b) {
        return std::pair(-a.used, a.name) < std::pair(-b.used, b.name);
    });
    return spaces;
}

std::uint64_t FeatureCache::shrink_to(std::uint64_t most) const {
    std::vector<SpaceInfo> spaces = list();
    std::uint64_t held = 0, gone = 0;
    for (const SpaceInfo& space : spaces) held += space.bytes;
    for (auto space = spaces.rbegin(); space != spaces.rend() && held > most; ++space) {
        const fs::path folder = folder_ / space->name;
        const auto exclusive = try_exclusive(folder);
        if (!exclusive) continue;
        std::error_code error;
        fs::remove_all(folder, error);
        if (error) continue;
        held -= space->bytes;
        gone += space->bytes;
    }
    return gone;
}

}  // namespace graft
