/// @file
/// A run folder that belongs to one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>

#include "graft/core/reporter.hpp"

namespace graft {

/// Holds a folder's lock while it lives; the kernel lets go of it however the process ends. The file says who has it
/// and since when, and stays, as the proof that graft wrote here.
class FolderLock {
public:
    /// Warns where the file system has no locks.
    /// @throws ConfigError naming the holder when another process has it; Error when the file cannot be written
    FolderLock(const std::filesystem::path& folder, Reporter& reporter);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    /// Throws Error when the folder is no longer there under its name: what is written now would lie elsewhere.
    void expect_folder() const;

private:
    std::filesystem::path folder_, file_;
    int descriptor_ = -1;
    std::uint64_t inode_ = 0, device_ = 0;  ///< of the folder
};

/// The file of the lock, in a run folder.
inline constexpr const char* kLockName = "graft.lock";

/// Whether a lock says what those of graft say: other programs may have one of this name.
[[nodiscard]] bool is_graft_lock(const std::filesystem::path& file);

}  // namespace graft
