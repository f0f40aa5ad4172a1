/// @file
/// log.txt of a run folder: what was said during the run, each line with the time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/terminal/terminal_reporter.hpp"

namespace spdlog {
class logger;
}

namespace graft {

/// Lines that come before the run folder is the run's own wait until it is.
class RunLog {
public:
    enum class Begin { anew, after_what_is_there };

    /// @param complain told once when the log can no longer be written, for example on a full disk; the run goes on
    explicit RunLog(std::function<void(const std::string&)> complain = {});
    RunLog(const RunLog&) = delete;
    RunLog& operator=(const RunLog&) = delete;

    /// Throws Error when the file cannot be opened.
    void open(const std::filesystem::path& file, Begin begin);
    void write(Severity severity, std::string_view line);
    /// Notes why the run failed, if the log was opened at all.
    void write_failure(std::string_view message);

private:
    std::function<void(const std::string&)> complain_;
    std::vector<std::pair<Severity, std::string>> waiting_;
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace graft
