#include "core/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <utility>
#include <vector>

#include "core/descriptor.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::string_view kTemporarySuffix = ".graft-tmp";
constexpr std::size_t kBlockBytes = 1 << 16;

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

/// Makes the folder of `target`, and makes sure that a file may take the place of what is there.
void expect_replaceable(const std::filesystem::path& target) {
    std::error_code error;
    std::filesystem::create_directories(folder_of(target), error);
    if (error) throw Error(folder_of(target).string() + ": the folder cannot be made: " + error.message());
    const std::filesystem::file_status present = std::filesystem::status(target, error);
    if (exists(present) && !is_regular_file(present))
        throw Error(target.string() + ": cannot be replaced: is not a regular file");
}

void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // the rename is done; only its durability could not be asked for
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

std::string read_file(const std::filesystem::path& file) {
    std::string bytes;
    read_blocks(file, [&](std::string_view block) { bytes += block; });
    return bytes;
}

void read_blocks(const std::filesystem::path& file, const std::function<void(std::string_view)>& take) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) throw DataError(file.string() + ": is a folder, not a file");
    std::ifstream in(file, std::ios::binary);
    if (!in) throw DataError(file.string() + ": cannot be read: " + std::strerror(errno));
    std::vector<char> block(kBlockBytes);
    while (in.read(block.data(), kBlockBytes) || in.gcount() > 0)
        take({block.data(), static_cast<std::size_t>(in.gcount())});
    if (in.bad()) throw DataError(file.string() + ": cannot be read: " + std::strerror(errno));
}

WholeFile::WholeFile(std::filesystem::path target)
    : target_(std::move(target)),
      temporary_(target_.string() + "." + std::to_string(::getpid()) + std::string(kTemporarySuffix)) {
    expect_replaceable(target_);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_system_error(target_, "cannot be written");
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
    give_name(descriptor_, temporary_, target_);
    temporary_.clear();
    ::close(std::exchange(descriptor_, -1));  // after fsync there is nothing left that could go wrong
}

void write_file(const std::filesystem::path& file, std::string_view bytes) {
    WholeFile whole(file);
    whole.write(bytes);
    whole.commit();
}

void give_name(int descriptor, const std::filesystem::path& file, const std::filesystem::path& target) {
    if (::fsync(descriptor) != 0) throw_system_error(target, "cannot be written");
    if (::rename(file.c_str(), target.c_str()) != 0) throw_system_error(target, "cannot be replaced");
    sync_folder(folder_of(target));
}

void sweep_temporaries(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().string().ends_with(kTemporarySuffix)) std::filesystem::remove(entry.path(), ignored);
}

}  // namespace graft
