/// @file
/// Files that are written whole or not at all (temporary file, fsync, rename), and files read whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace graft {

/// The bytes of a file. Throws DataError naming the file and the system's reason. Only regular files are opened: pipes,
/// devices and sockets, which may have no end or let the reader wait for ever, are errors too.
[[nodiscard]] std::string read_file(const std::filesystem::path& file);

/// The first bytes, at most `most`. Throws as read_file does.
[[nodiscard]] std::string read_beginning(const std::filesystem::path& file, std::size_t most);

/// For readers that open a file themselves. Throws as read_file does when there is not a regular file.
void expect_regular_file(const std::filesystem::path& file);

/// Hands over the bytes of a file block by block, for files that need not fit into memory. Throws as read_file does.
void read_blocks(const std::filesystem::path& file, const std::function<void(std::string_view)>& take);

/// What becomes of a file that has the name already when a new one is complete.
enum class Present { replaced, kept };

/// Replaces `file` by `bytes`: after a crash, a full disk or a power cut either the old or the new content is there.
/// Missing folders are made. Throws Error naming the file and the system's reason; then the file has not changed.
/// What is there and is not a regular file (a folder, a device) is an error: it is never replaced.
/// @param present `kept`: any file that is there is an error too, also one that came while the new one was written
void write_file(const std::filesystem::path& file, std::string_view bytes, Present present = Present::replaced);

/// As write_file; what had the name before is called `before` from then on, so that a whole file is there at any
/// moment.
void write_file_keeping(const std::filesystem::path& file, std::string_view bytes, const std::filesystem::path& before);

/// Throws Error when anything has this name, a dangling link too.
void expect_absent(const std::filesystem::path& file);

/// A file written in pieces, whole or not at all like write_file; without commit() nothing has changed.
class WholeFile {
public:
    /// Throws as write_file.
    explicit WholeFile(std::filesystem::path target, Present present = Present::replaced);
    ~WholeFile();
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(std::string_view bytes);
    void commit();
    /// The file that is replaced gets this name, at the last moment: the new one is on the disk by then.
    void keep_as(std::filesystem::path before) { before_ = std::move(before); }

private:
    void flush();

    std::filesystem::path target_, temporary_, before_;
    Present present_;
    int descriptor_;
    std::string buffer_;
    std::uint64_t written_ = 0;  ///< bytes that are in the file already
};

/// Gives a file that was written piece by piece its name: its bytes are on the disk before the name is.
/// Throws Error naming `target` and the system's reason.
void give_name(int descriptor, const std::filesystem::path& file, const std::filesystem::path& target,
               Present present = Present::replaced);

/// Removes temporary files that a killed process left in `folder` (not in its sub-folders).
void sweep_temporaries(const std::filesystem::path& folder);

}  // namespace graft
