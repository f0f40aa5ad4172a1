#include "weights/store/download.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include "core/folders.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"
#include "weights/store/partial_file.hpp"

namespace graft {
namespace {

constexpr long kConnectSeconds = 30, kSilentSeconds = 60, kMostRedirects = 10;
constexpr long kWhole = 200, kPart = 206, kNotThatFar = 416;

/// Once in a process, when it is first needed, and never undone: the program that graft is a part of may use libcurl
/// too, and cannot know when we are done.
void initialise_libcurl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw Error(std::string("libcurl cannot be used: ") + curl_easy_strerror(code));
}

struct CloseHandle {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

/// While it lives, a connection that is closed by the other side is no SIGPIPE for this thread, whatever the process
/// does with that signal: TLS libraries write without asking for that.
class NoBrokenPipes {
public:
    NoBrokenPipes() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoBrokenPipes() {
        const timespec at_once{};
        if (sigismember(&before_, SIGPIPE) == 0)
            while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) continue;
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoBrokenPipes(const NoBrokenPipes&) = delete;
    NoBrokenPipes& operator=(const NoBrokenPipes&) = delete;

private:
    sigset_t pipe_{}, before_{};
};

std::string megabytes(std::uint64_t bytes) { return format_text("{} MB", (bytes + 999'999) / 1'000'000); }

/// One request and what becomes of it.
class Transfer {
public:
    Transfer(const Download& wanted, PartialFile& part, const std::stop_token& stop, Reporter& reporter);

    /// Returns what libcurl says. Throws what went wrong on this side.
    CURLcode run();
    [[nodiscard]] long status() const;
    [[nodiscard]] std::string reason(CURLcode code) const;

private:
    template <class Value>
    void set(CURLoption option, Value value) {
        const CURLcode code = curl_easy_setopt(handle_.get(), option, value);
        if (code != CURLE_OK) fail(curl_easy_strerror(code));
    }
    void choose_certificates();
    void begin_body();
    void take(std::string_view bytes);
    [[noreturn]] void fail(const std::string& reason) const;

    static std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* transfer) noexcept;
    static int on_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;

    const Download& wanted_;
    PartialFile& part_;
    const std::stop_token& stop_;
    Reporter& reporter_;
    std::unique_ptr<CURL, CloseHandle> handle_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    std::string range_;
    bool begun_ = false;
    std::exception_ptr failure_;  // thrown in a callback, which libcurl must not see
};

Transfer::Transfer(const Download& wanted, PartialFile& part, const std::stop_token& stop, Reporter& reporter)
    : wanted_(wanted), part_(part), stop_(stop), reporter_(reporter), handle_(curl_easy_init()) {
    if (handle_ == nullptr) fail("libcurl gives no handle");
    set(CURLOPT_URL, wanted.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMostRedirects);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, ("graft/" + std::string(version_text())).c_str());
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_WRITEFUNCTION, &on_bytes);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, this);
    // Not CURLOPT_RESUME_FROM: with it, libcurl gives up where a server sends the whole file all the same.
    if (part.size() > 0) range_ = format_text("{}-", part.size());
    if (!range_.empty()) set(CURLOPT_RANGE, range_.c_str());
    choose_certificates();
}

/// The variables are the curl program's; the library itself reads none of them.
void Transfer::choose_certificates() {
    std::string bundle = environment("CURL_CA_BUNDLE");
    if (bundle.empty()) bundle = environment("SSL_CERT_FILE");
    const std::string folder = environment("SSL_CERT_DIR");
    if (!bundle.empty()) set(CURLOPT_CAINFO, bundle.c_str());
    if (!folder.empty()) set(CURLOPT_CAPATH, folder.c_str());
}

CURLcode Transfer::run() {
    const NoBrokenPipes guard;
    const CURLcode code = curl_easy_perform(handle_.get());
    if (failure_) std::rethrow_exception(failure_);
    if (begun_ && code == CURLE_OK) reporter_.finish(megabytes(part_.size()) + " from " + wanted_.url);
    return code;
}

long Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

std::string Transfer::reason(CURLcode code) const {
    return error_.front() != '\0' ? error_.data() : curl_easy_strerror(code);
}

/// What the server sends: from where on, and how much.
void Transfer::begin_body() {
    begun_ = true;
    if (status() == kPart) {
        curl_header* header = nullptr;
        std::uint64_t begin = 0;
        std::string_view text;
        if (curl_easy_header(handle_.get(), "Content-Range", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
            text = header->value;
        const std::string_view digits = text.substr(std::min(text.find_first_of("0123456789"), text.size()));
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), begin);
        if (read.ec != std::errc() || begin != part_.size())
            fail("the server was asked for bytes " + range_ + " and sent \"" + std::string(text) + "\"");
    } else {
        part_.clear();
    }
    curl_off_t length = -1;
    curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length < 0) return;
    const std::uint64_t total = part_.size() + static_cast<std::uint64_t>(length);
    if (wanted_.bytes && total != *wanted_.bytes)
        fail(format_text("the server has {} bytes, expected {}", total, *wanted_.bytes));
    reporter_.start("download " + wanted_.target.filename().string(), (total + 999'999) / 1'000'000, "MB");
    if (part_.size() > 0) reporter_.go_on_from(part_.size() / 1'000'000);
}

void Transfer::take(std::string_view bytes) {
    if (status() != kWhole && status() != kPart) return;  // a page that explains the error
    if (!begun_) begin_body();
    if (wanted_.bytes && part_.size() + bytes.size() > *wanted_.bytes)
        fail(format_text("the server sends more than the {} bytes that were expected", *wanted_.bytes));
    part_.append(bytes);
    reporter_.advance(part_.size() / 1'000'000);
}

void Transfer::fail(const std::string& reason) const {
    throw Error(wanted_.url + ": could not be downloaded: " + reason);
}

std::size_t Transfer::on_bytes(char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
    auto& self = *static_cast<Transfer*>(transfer);
    try {
        self.take({data, size * count});
        return size * count;
    } catch (...) {
        self.failure_ = std::current_exception();
        return CURL_WRITEFUNC_ERROR;
    }
}

/// Called at least once a second.
int Transfer::on_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    return static_cast<Transfer*>(transfer)->stop_.stop_requested() ? 1 : 0;
}

std::string answer_text(long status) {
    switch (status) {
        case 401:
        case 403: return format_text("the server answered {}: access is not allowed", status);
        case 404:
        case 410: return format_text("the server answered {}: there is no such file", status);
        case 407: return "the proxy answered 407: it asks for a name and a password";
        case 429: return "the server answered 429: too many requests, try again later";
        default: return format_text("the server answered {}", status);
    }
}

/// Whether what lies there is the file that is wanted, all of it.
bool is_wanted(const std::filesystem::path& file, const Download& wanted) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) return false;
    try {
        wanted.check(file);
        return true;
    } catch (const DataError&) {
        return false;
    }
}

std::string interruption_text(const PartialFile& part) {
    if (part.size() == 0) return "interrupted before anything was downloaded";
    return format_text("interrupted: {} bytes are in {}; the same command goes on from there", part.size(),
                       part.path());
}

/// Fills the part file to the end, over as many connections as it takes.
void transfer_all(const Download& wanted, PartialFile& part, const std::stop_token& stop, Reporter& reporter) {
    for (bool began_anew = false;;) {
        if (stop.stop_requested()) throw Interrupted(interruption_text(part));
        const std::uint64_t before = part.size();
        Transfer transfer(wanted, part, stop, reporter);
        const CURLcode code = transfer.run();
        if (stop.stop_requested() && code != CURLE_OK) throw Interrupted(interruption_text(part));
        const long status = transfer.status();
        if (code == CURLE_OK && (status == kWhole || status == kPart)) return;
        if (status == kNotThatFar && before > 0 && !std::exchange(began_anew, true)) {
            if (is_wanted(part.path(), wanted)) return;  // the process before us had no time to give it its name
            part.clear();
        } else if (code == CURLE_OK) {
            throw Error(wanted.url + ": could not be downloaded: " + answer_text(status));
        } else if (part.size() > before) {
            reporter.note("the connection broke after " + megabytes(part.size()) + ", going on from there");
        } else {
            throw Error(wanted.url + ": could not be downloaded: " + transfer.reason(code));
        }
    }
}

}  // namespace

void download(const Download& wanted, const std::stop_token& stop, Reporter& reporter) {
    initialise_libcurl();
    PartialFile part(wanted.target, stop, reporter);
    if (part.size() == 0 && is_wanted(wanted.target, wanted)) return;  // another process has just brought it
    if (wanted.present == Present::kept) expect_absent(wanted.target);
    transfer_all(wanted, part, stop, reporter);
    try {
        wanted.check(part.path());
    } catch (const DataError&) {
        part.remove();
        throw;
    }
    part.complete(wanted.present);
}

}  // namespace graft
