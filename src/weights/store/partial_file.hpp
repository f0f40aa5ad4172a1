/// @file
/// A file that is still coming: `<name>.part` beside where it will be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string_view>

#include "core/files.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

/// Keeps what has come of a file over interruptions and kill -9, for one process at a time.
class PartialFile {
public:
    /// Opens what an earlier attempt left, or begins anew; missing folders are made. Where another process is at it,
    /// waits for its end.
    /// @throws Error naming the file and the system's reason; Interrupted when a stop is requested while it waits
    PartialFile(const std::filesystem::path& target, const std::stop_token& stop, Reporter& reporter);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    void append(std::string_view bytes);
    void clear();
    void remove();
    /// The file is whole: it gets its name.
    void complete(Present present);

private:
    void open();
    [[nodiscard]] bool is_locked() const;
    [[nodiscard]] bool has_its_name() const;

    std::filesystem::path target_, path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace graft
