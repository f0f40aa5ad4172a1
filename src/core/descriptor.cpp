#include "core/descriptor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void throw_system_error(const std::filesystem::path& file, const std::string& what) {
    throw Error(file.string() + ": " + what + ": " + std::strerror(errno));
}

int open_or_make(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    if (descriptor < 0 && errno == ELOOP) throw Error(format_text("{}: is a link, not a file", file));
    if (descriptor < 0) throw_system_error(file, "cannot be opened");
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
    ::close(descriptor);
    throw Error(format_text("{}: is no regular file", file));
}

int open_unnamed(const std::filesystem::path& folder) {
    std::string name = (folder / "unnamed-XXXXXX").string();
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) throw_system_error(folder, "no temporary file can be made");
    ::unlink(name.c_str());
    return descriptor;
}

bool read_at(int descriptor, std::uint64_t offset, std::span<std::byte> bytes, const std::filesystem::path& file) {
    while (!bytes.empty()) {
        const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_system_error(file, "cannot be read");
        if (count == 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return true;
}

void write_at(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes,
              const std::filesystem::path& file) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_system_error(file, "cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

std::uint64_t size_of(int descriptor, const std::filesystem::path& file) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) throw_system_error(file, "cannot be examined");
    return static_cast<std::uint64_t>(status.st_size);
}

bool is_anothers(const std::filesystem::path& folder) {
    struct stat status {};
    return ::stat(folder.c_str(), &status) == 0 && status.st_uid != ::geteuid() && status.st_uid != 0;
}

bool means_no_locks(int error) { return error != EWOULDBLOCK && error != EINTR; }

ExclusiveLock::ExclusiveLock(int descriptor) : descriptor_(descriptor) {
    while (::flock(descriptor_, LOCK_EX) != 0)
        if (means_no_locks(errno)) return;
}

ExclusiveLock::~ExclusiveLock() { ::flock(descriptor_, LOCK_UN); }

}  // namespace graft
