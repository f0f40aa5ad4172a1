/// @file
/// Paths, one a line, as they arrive on a pipe. A byte order mark of UTF-8 and the line ends of Windows are no part of
/// them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace graft {

class PathStream {
public:
    /// @param descriptor open for reading; stays the caller's
    PathStream(int descriptor, std::stop_token stop);

    /// Waits until there is a path, then takes those that are there, at most `most`. Empty lines do not count.
    /// Nothing: the end was reached, or a stop was requested.
    [[nodiscard]] std::vector<std::filesystem::path> next(std::size_t most);

private:
    /// Reads what has arrived, waiting for it at most `wait_ms`. False: nothing has.
    bool read_more(int wait_ms);
    /// Of a text that Windows wrote. Throws DataError for UTF-16.
    void take_byte_order_mark(bool all_is_there);
    void take_lines(std::vector<std::filesystem::path>& paths, std::size_t most);

    int descriptor_;
    std::stop_token stop_;
    std::string pending_;
    std::size_t taken_ = 0;  // bytes of pending_ that were handed out
    bool begun_ = false, ended_ = false;
};

}  // namespace graft
