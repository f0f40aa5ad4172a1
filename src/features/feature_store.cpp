#include "features/feature_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// An unlinked temporary file: gone when it is closed, also after kill -9.
int open_unnamed(const std::filesystem::path& folder) {
    std::string name = (folder / "features-XXXXXX").string();
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0)
        throw Error(folder.string() + ": no file for the features can be made: " + std::strerror(errno));
    ::unlink(name.c_str());
    return descriptor;
}

}  // namespace

FeatureStore::FeatureStore(const std::filesystem::path& folder, std::size_t rows, std::size_t row_size)
    : folder_(folder), row_size_(row_size), written_(rows), descriptor_(open_unnamed(folder)) {}

FeatureStore::~FeatureStore() { ::close(descriptor_); }

void FeatureStore::write(std::size_t row, std::span<const float> values) {
    assert(values.size() == row_size_);
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    std::size_t left = values.size_bytes();
    auto offset = static_cast<off_t>(row * values.size_bytes());
    while (left > 0) {
        const ssize_t count = ::pwrite(descriptor_, bytes, left, offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Error(folder_.string() + ": features cannot be kept: " + std::strerror(errno));
        bytes += count;
        offset += count;
        left -= static_cast<std::size_t>(count);
    }
    written_[row] = true;
}

void FeatureStore::read(std::size_t row, std::span<float> values) const {
    assert(values.size() == row_size_ && written_[row]);
    auto* bytes = reinterpret_cast<char*>(values.data());
    std::size_t left = values.size_bytes();
    auto offset = static_cast<off_t>(row * values.size_bytes());
    while (left > 0) {
        const ssize_t count = ::pread(descriptor_, bytes, left, offset);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) throw Error(folder_.string() + ": features cannot be read back: " + std::strerror(errno));
        bytes += count;
        offset += count;
        left -= static_cast<std::size_t>(count);
    }
}

}  // namespace graft
