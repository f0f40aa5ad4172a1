/// @file
/// System calls on files that fail when a test wants them to: the model is LevelDB's fault_injection_test. faults.cpp
/// stands before the C library in an executable that is linked with it, and in one that is started with
/// LD_PRELOAD=libgraft_faults.so.
#pragma once

#include <filesystem>

namespace graft::testing {

/// While it lives, calls that change files below `folder` are counted, and one fails: open for writing, write, fsync,
/// ftruncate, rename, link, mkdir. One at a time.
class Faults {
public:
    enum class After { one_fails, all_fail };
    static constexpr int kNever = -1;
    static constexpr int kKill = -9;  ///< as an error: kill -9 instead of the call

    /// @param nth which call fails, counted from 0
    /// @param error what it fails with, ENOSPC for example
    explicit Faults(const std::filesystem::path& folder, int nth = kNever, int error = 0,
                    After after = After::one_fails);
    ~Faults();
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;

    /// Calls so far.
    [[nodiscard]] static int calls();
};

}  // namespace graft::testing
