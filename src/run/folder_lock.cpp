#include "run/folder_lock.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "run/circumstances.hpp"

namespace graft {
namespace {

constexpr std::string_view kHolder = "process ";  ///< what a lock begins with

/// "process 4711 on host since 2026-01-31 12:00:00 UTC".
std::string this_holder() {
    std::array<char, 256> host{};
    (void)::gethostname(host.data(), host.size() - 1);
    return format_text("{}{} on {} since {}\n", kHolder, ::getpid(), host.data(),
                       utc_text(std::time(nullptr), UpTo::seconds));
}

/// Takes the lock of an open file, where the file system has locks.
void take_lock(int descriptor, const std::filesystem::path& folder, const std::filesystem::path& file,
               Reporter& reporter) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return;
    if (!means_no_locks(errno)) {
        const std::string holder = read_file(file);
        throw ConfigError(format_text("/output: {} is in use by another run ({}): wait for it, or name another folder",
                                      folder, printable(holder.substr(0, holder.find('\n')))));
    }
    reporter.warn(format_text("{}: this file system has no locks ({}): see to it that no other run uses the folder",
                              folder, std::strerror(errno)));
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Reporter& reporter)
    : folder_(folder), file_(folder / kLockName), descriptor_(open_or_make(file_)) {
    try {
        take_lock(descriptor_, folder_, file_, reporter);
        const std::string holder = this_holder();
        if (::ftruncate(descriptor_, 0) != 0) throw_system_error(file_, "cannot be written");
        write_at(descriptor_, 0, std::as_bytes(std::span(holder)), file_);
        struct stat status {};
        if (::stat(folder_.c_str(), &status) != 0) throw_system_error(folder_, "cannot be examined");
        inode_ = status.st_ino;
        device_ = status.st_dev;
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

void FolderLock::expect_folder() const {
    struct stat present {};
    if (::stat(folder_.c_str(), &present) != 0 || present.st_ino != inode_ || present.st_dev != device_)
        throw Error(
            format_text("{}: the run folder was removed, moved or replaced while the run was using it", folder_));
}

bool is_graft_lock(const std::filesystem::path& file) {
    std::error_code ignored;
    try {
        return !std::filesystem::is_symlink(file, ignored) && read_beginning(file, kHolder.size()) == kHolder;
    } catch (const DataError&) {
        return false;
    }
}

}  // namespace graft
