#include "data/image_memo.hpp"

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/folders.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr std::time_t kSettledAfterSeconds = 2;
constexpr std::string_view kDecoders = "2";  // changes when images that were refused are read, or the other way round

}  // namespace

std::optional<Fingerprint> ImageMemo::state_of(const std::filesystem::path& file) const {
    if (!log_) return std::nullopt;
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    if (status.st_ctim.tv_sec + kSettledAfterSeconds > clock_()) return std::nullopt;
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

std::optional<Fingerprint> ImageMemo::find(const std::optional<Fingerprint>& state) const {
    const auto value = log_ && state ? log_->find(*state) : std::nullopt;
    return value ? std::optional(Fingerprint{*value}) : std::nullopt;
}

void ImageMemo::remember(const std::optional<Fingerprint>& state, const Fingerprint& content) {
    if (!log_ || !state) return;
    try {
        log_->append(*state, content.words);
    } catch (const Error&) {  // a full disk: later runs look at the images again
        log_.reset();
    }
}

ImageMemo open_image_memo(Reporter& reporter) {
    const std::filesystem::path folder = cache_folder();
    if (folder.empty()) return {};
    try {
        std::filesystem::create_directories(folder);
        if (is_anothers(folder)) throw Error(folder.string() + ": belongs to another user, who could have changed it");
        return ImageMemo(folder / "images.bin");
    } catch (const std::exception& error) {
        reporter.warn(format_text("the cache is not used: {}", shown(error.what())));
        return {};
    }
}

}  // namespace graft
