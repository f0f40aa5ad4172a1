/// @file
/// What the system calls on files leave to do: whole reads and writes, errors with the file's name, locks that end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace graft {

/// Throws Error: the file's name, what cannot be done with it, and the system's reason (errno).
[[noreturn]] void throw_system_error(const std::filesystem::path& file, const std::string& what);

/// Opens `file` for reading and writing, and makes it when it is absent. The descriptor is closed by whoever takes it.
/// Throws Error naming the file and the system's reason, also for links, which may lead to somebody's file, and pipes.
[[nodiscard]] int open_or_make(const std::filesystem::path& file);

/// A new file that has no name any more: gone when it is closed, also after kill -9. Throws Error.
[[nodiscard]] int open_unnamed(const std::filesystem::path& folder);

/// All bytes at `offset`. False when the file ends before. Throws Error naming `file`.
[[nodiscard]] bool read_at(int descriptor, std::uint64_t offset, std::span<std::byte> bytes,
                           const std::filesystem::path& file);

/// Throws Error naming `file`, for example on a full disk.
void write_at(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes,
              const std::filesystem::path& file);

[[nodiscard]] std::uint64_t size_of(int descriptor, const std::filesystem::path& file);

/// Whether a folder that is there belongs to another user, who could put anything into it. Root's does not count.
[[nodiscard]] bool is_anothers(const std::filesystem::path& folder);

/// Whether an error of flock means that the file system has no such locks, as some network file systems do not: then
/// nobody holds one either.
[[nodiscard]] bool means_no_locks(int error);

/// Holds the exclusive lock (flock) of an open file while it lives, where the file system has locks; waits for it.
class ExclusiveLock {
public:
    explicit ExclusiveLock(int descriptor);
    ~ExclusiveLock();
    ExclusiveLock(const ExclusiveLock&) = delete;
    ExclusiveLock& operator=(const ExclusiveLock&) = delete;

private:
    int descriptor_;
};

}  // namespace graft
