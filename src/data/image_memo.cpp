#include "data/image_memo.hpp"

#include <sys/stat.h>

#include <ctime>
#include <string>

namespace graft {
namespace {

constexpr std::time_t kSettledAfterSeconds = 2;
constexpr std::string_view kDecoders = "1";  // changes when images that were refused are read, or the other way round

/// Path and state of a file; nothing where it is not there or was changed just now.
std::optional<Fingerprint> state_of(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    if (status.st_ctim.tv_sec + kSettledAfterSeconds > std::time(nullptr)) return std::nullopt;
    std::error_code error;
    std::string text = std::filesystem::absolute(file, error).string();
    if (error) return std::nullopt;
    text += '\0';
    text += kDecoders;
    for (const auto number :
         {static_cast<long long>(status.st_dev), static_cast<long long>(status.st_ino),
          static_cast<long long>(status.st_size), static_cast<long long>(status.st_mtim.tv_sec),
          static_cast<long long>(status.st_mtim.tv_nsec), static_cast<long long>(status.st_ctim.tv_sec),
          static_cast<long long>(status.st_ctim.tv_nsec)})
        text += " " + std::to_string(number);
    return fingerprint(text);
}

}  // namespace

std::optional<Fingerprint> ImageMemo::find(const std::filesystem::path& file) const {
    if (!log_) return std::nullopt;
    const std::optional<Fingerprint> state = state_of(file);
    const auto value = state ? log_->find(*state) : std::nullopt;
    return value ? std::optional(Fingerprint{*value}) : std::nullopt;
}

void ImageMemo::remember(const std::filesystem::path& file, const Fingerprint& content) {
    if (!log_) return;
    if (const std::optional<Fingerprint> state = state_of(file)) log_->append(*state, content.words);
}

}  // namespace graft
