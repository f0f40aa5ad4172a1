#include "app/path_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr int kStopCheckedEveryMs = 100;
constexpr std::size_t kBlockBytes = 1 << 16;

}  // namespace

PathStream::PathStream(int descriptor, std::stop_token stop) : descriptor_(descriptor), stop_(std::move(stop)) {}

std::vector<std::filesystem::path> PathStream::next(std::size_t most) {
    std::vector<std::filesystem::path> paths;
    for (;;) {
        if (stop_.stop_requested()) return {};
        take_lines(paths, most);
        if (paths.size() == most || ended_) return paths;
        if (!read_more(paths.empty() ? kStopCheckedEveryMs : 0) && !paths.empty()) return paths;
    }
}

bool PathStream::read_more(int wait_ms) {
    pollfd input{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&input, 1, wait_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) return false;
    std::array<char, kBlockBytes> block{};
    const ssize_t count = ::read(descriptor_, block.data(), block.size());
    if (count < 0) throw Error(std::string("standard input cannot be read: ") + std::strerror(errno));
    pending_.append(block.data(), static_cast<std::size_t>(count));
    if (!begun_) take_byte_order_mark(count == 0);
    if (count == 0) {
        ended_ = true;
        pending_ += "\n";  // the last line may lack its end
    }
    return true;
}

void PathStream::take_byte_order_mark(bool all_is_there) {
    if (pending_.starts_with("\xFF\xFE") || pending_.starts_with("\xFE\xFF"))
        throw DataError("standard input: the list is UTF-16 text; give it as UTF-8");
    constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
    if (!all_is_there && pending_.size() < kUtf8Mark.size() && kUtf8Mark.starts_with(pending_)) return;
    if (pending_.starts_with(kUtf8Mark)) pending_.erase(0, kUtf8Mark.size());
    begun_ = true;
}

void PathStream::take_lines(std::vector<std::filesystem::path>& paths, std::size_t most) {
    while (paths.size() < most) {
        const std::size_t end = pending_.find('\n', taken_);
        if (end == std::string::npos) break;
        std::string line = pending_.substr(taken_, end - taken_);
        taken_ = end + 1;
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) paths.emplace_back(line);
    }
    if (paths.size() == most) return;
    pending_.erase(0, taken_);
    taken_ = 0;
}

}  // namespace graft
