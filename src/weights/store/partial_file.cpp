#include "weights/store/partial_file.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr auto kLookAgainAfter = std::chrono::milliseconds(100);

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
    throw Error(file.string() + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

PartialFile::PartialFile(const std::filesystem::path& target, const std::stop_token& stop, Reporter& reporter)
    : target_(target), path_(target.string() + ".part") {
    std::error_code error;
    if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
    if (error) throw Error(target.parent_path().string() + ": the folder cannot be made: " + error.message());
    bool told = false;
    for (open(); !is_locked() || !has_its_name(); open()) {
        ::close(std::exchange(descriptor_, -1));
        if (stop.stop_requested()) throw Interrupted("interrupted while another process downloads " + target.string());
        if (!std::exchange(told, true)) reporter.note("another process downloads " + target.string() + ": waiting");
        std::this_thread::sleep_for(kLookAgainAfter);
    }
    size_ = size_of(descriptor_, path_);
}

PartialFile::~PartialFile() {
    if (descriptor_ < 0) return;
    if (size_ == 0) ::unlink(path_.c_str());
    ::close(descriptor_);  // and with it goes the lock
}

void PartialFile::open() { descriptor_ = open_or_make(path_); }

bool PartialFile::is_locked() const {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
    return means_no_locks(errno);
}

/// Whether it is still what the name leads to: the process before us may have completed or removed it.
bool PartialFile::has_its_name() const {
    struct stat ours {
    }, named{};
    return ::fstat(descriptor_, &ours) == 0 && ::stat(path_.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

void PartialFile::append(std::string_view bytes) {
    write_at(descriptor_, size_, std::as_bytes(std::span(bytes)), path_);
    size_ += bytes.size();
}

void PartialFile::clear() {
    if (::ftruncate(descriptor_, 0) != 0) fail(path_, "cannot be emptied");
    size_ = 0;
}

void PartialFile::remove() {
    ::unlink(path_.c_str());
    ::close(std::exchange(descriptor_, -1));
}

void PartialFile::complete(Present present) {
    give_name(descriptor_, path_, target_, present);
    ::close(std::exchange(descriptor_, -1));
}

}  // namespace graft
