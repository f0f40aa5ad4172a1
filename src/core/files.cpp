#include "core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::string_view kTemporarySuffix = ".graft-tmp";
constexpr std::size_t kBlockBytes = 1 << 16;

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

/// Makes the folder of `target`, and makes sure that a file may take the place of what is there.
void expect_place(const std::filesystem::path& target, Present kind) {
    std::error_code error;
    std::filesystem::create_directories(folder_of(target), error);
    if (error) throw Error(folder_of(target).string() + ": the folder cannot be made: " + error.message());
    const std::filesystem::file_status present = std::filesystem::status(target, error);
    if (error == std::errc::filename_too_long)  // before any work is done: the temporary's name is short enough
        throw Error(format_text("{}: cannot be written: {}", target, error.message()));
    if (exists(present) && !is_regular_file(present))
        throw Error(target.string() + ": cannot be replaced: is not a regular file");
    if (kind == Present::kept) expect_absent(target);
}

/// A new file beside `target`. Its name is short enough where the target's is, and nobody else's: processes in
/// different containers may have the same number.
int open_temporary(const std::filesystem::path& target, std::filesystem::path& temporary) {
    constexpr std::size_t kLongestBeginning = 200;
    const std::string name = target.filename().string().substr(0, kLongestBeginning);
    for (int attempt = 0;; ++attempt) {
        temporary = folder_of(target) / format_text("{}.{}.{}{}", name, ::getpid(), attempt, kTemporarySuffix);
        const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (descriptor >= 0) return descriptor;
        if (errno != EEXIST) throw_system_error(target, "cannot be written");
    }
}

/// Renames unless the target exists, in one step where the file system can do that.
bool rename_to_free(const std::filesystem::path& file, const std::filesystem::path& target) {
    if (::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    if (::link(file.c_str(), target.c_str()) == 0) return ::unlink(file.c_str()) == 0;
    if (errno == EEXIST) return false;
    if (::access(target.c_str(), F_OK) == 0) return errno = EEXIST, false;
    return ::rename(file.c_str(), target.c_str()) == 0;
}

/// Makes names that were given last a power cut, where the file system can promise that.
void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // the rename is done; only its durability could not be asked for
    const bool failed = ::fsync(descriptor) != 0 && errno == EIO;
    ::close(descriptor);
    if (failed) throw Error(format_text("{}: cannot be written: {}", folder, std::strerror(EIO)));
}

[[noreturn]] void fail_to_read(const std::filesystem::path& file) {
    throw DataError(format_text("{}: cannot be read: {}", file, std::strerror(errno)));
}

/// What is not a regular file may have no end (a device), or let the reader wait for ever (a pipe).
void expect_regular(const std::filesystem::path& file, const struct stat& status) {
    if (S_ISREG(status.st_mode)) return;
    const std::string_view found = S_ISDIR(status.st_mode)    ? "a folder"
                                   : S_ISFIFO(status.st_mode) ? "a pipe"
                                   : S_ISSOCK(status.st_mode) ? "a socket"
                                                              : "a device";
    throw DataError(format_text("{}: is {}, not a file", file, found));
}

/// A regular file, open for reading; the other kinds are not even opened, which alone may do something.
class RegularFile {
public:
    explicit RegularFile(const std::filesystem::path& file) : file_(file) {
        expect_regular_file(file);
        descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (descriptor_ < 0) fail_to_read(file);
        try {  // another one may have come in between
            struct stat status {};
            if (::fstat(descriptor_, &status) != 0) fail_to_read(file);
            expect_regular(file, status);
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
    }
    ~RegularFile() { ::close(descriptor_); }
    RegularFile(const RegularFile&) = delete;
    RegularFile& operator=(const RegularFile&) = delete;

    /// 0: the end.
    [[nodiscard]] std::size_t read_some(std::span<char> block) const {
        ssize_t count = 0;
        do count = ::read(descriptor_, block.data(), block.size());
        while (count < 0 && errno == EINTR);
        if (count < 0) fail_to_read(file_);
        return static_cast<std::size_t>(count);
    }

private:
    const std::filesystem::path& file_;
    int descriptor_;
};

}  // namespace

std::string read_file(const std::filesystem::path& file) {
    std::string bytes;
    read_blocks(file, [&](std::string_view block) { bytes += block; });
    return bytes;
}

void read_blocks(const std::filesystem::path& file, const std::function<void(std::string_view)>& take) {
    const RegularFile opened(file);
    std::vector<char> block(kBlockBytes);
    for (;;) {
        const std::size_t count = opened.read_some(block);
        if (count == 0) return;
        take({block.data(), count});
    }
}

std::string read_beginning(const std::filesystem::path& file, std::size_t most) {
    const RegularFile opened(file);
    std::string bytes(most, '\0');
    std::size_t taken = 0;
    while (taken < most) {
        const std::size_t count = opened.read_some(std::span(bytes).subspan(taken));
        if (count == 0) break;
        taken += count;
    }
    bytes.resize(taken);
    return bytes;
}

void expect_regular_file(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) fail_to_read(file);
    expect_regular(file, status);
}

WholeFile::WholeFile(std::filesystem::path target, Present present) : target_(std::move(target)), present_(present) {
    expect_place(target_, present_);
    descriptor_ = open_temporary(target_, temporary_);
}

WholeFile::~WholeFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void WholeFile::write(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= kBlockBytes) flush();
}

void WholeFile::flush() {
    write_at(descriptor_, written_, std::as_bytes(std::span(buffer_)), target_);
    written_ += buffer_.size();
    buffer_.clear();
}

void WholeFile::commit() {
    flush();
    if (!before_.empty()) {
        if (::fsync(descriptor_) != 0) throw_system_error(target_, "cannot be written");
        if (::rename(target_.c_str(), before_.c_str()) != 0 && errno != ENOENT)
            throw_system_error(before_, "cannot be given its name");
    }
    give_name(descriptor_, temporary_, target_, present_);
    temporary_.clear();
    ::close(std::exchange(descriptor_, -1));  // after fsync there is nothing left that could go wrong
}

void expect_absent(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored)))
        throw Error(format_text("{}: is already there, and is left as it is", file));
}

void write_file(const std::filesystem::path& file, std::string_view bytes, Present present) {
    WholeFile whole(file, present);
    whole.write(bytes);
    whole.commit();
}

void write_file_keeping(const std::filesystem::path& file, std::string_view bytes,
                        const std::filesystem::path& before) {
    WholeFile whole(file);
    whole.keep_as(before);
    whole.write(bytes);
    whole.commit();
}

void give_name(int descriptor, const std::filesystem::path& file, const std::filesystem::path& target,
               Present present) {
    if (::fsync(descriptor) != 0) throw_system_error(target, "cannot be written");
    const bool done =
        present == Present::kept ? rename_to_free(file, target) : ::rename(file.c_str(), target.c_str()) == 0;
    if (!done && errno == EEXIST) expect_absent(target);
    if (!done) throw_system_error(target, "cannot be given its name");
    sync_folder(folder_of(target));
}

void sweep_temporaries(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().string().ends_with(kTemporarySuffix)) std::filesystem::remove(entry.path(), ignored);
}

}  // namespace graft
