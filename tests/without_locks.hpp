/// @file
/// A file system that has no locks, as some network file systems: to be included by one file of an executable, whose
/// calls of flock come here.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace graft::testing {

/// While it lives, flock fails as it does on such a file system.
class WithoutLocks {
public:
    explicit WithoutLocks(int error) { error_ = error; }
    ~WithoutLocks() { error_ = 0; }
    WithoutLocks(const WithoutLocks&) = delete;
    WithoutLocks& operator=(const WithoutLocks&) = delete;

    static inline int error_ = 0;
};

}  // namespace graft::testing

// NOLINTNEXTLINE(misc-definitions-in-headers): once in an executable
extern "C" int flock(int descriptor, int operation) noexcept {
    if (graft::testing::WithoutLocks::error_ == 0) return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
    errno = graft::testing::WithoutLocks::error_;
    return -1;
}
