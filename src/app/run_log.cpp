#include "app/run_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <utility>

#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"

namespace graft {
namespace {

std::shared_ptr<spdlog::logger> open_log(const std::filesystem::path& file, bool truncate) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file.string(), truncate);
        auto logger = std::make_shared<spdlog::logger>("run", std::move(sink));
        logger->set_pattern("%Y-%m-%d %H:%M:%S  %v");
        logger->flush_on(spdlog::level::info);  // whatever happens next, what was said is there
        return logger;
    } catch (const spdlog::spdlog_ex& error) {
        throw Error(file.string() + ": the log cannot be written: " + error.what());
    }
}

}  // namespace

RunLog::RunLog(std::function<void(const std::string&)> complain) : complain_(std::move(complain)) {}

void RunLog::open(const std::filesystem::path& file, Begin begin) {
    logger_ = open_log(file, begin == Begin::anew);
    // spdlog writes on; what it says about each line that is lost is the same.
    logger_->set_error_handler([this](const std::string& error) {
        if (complain_) std::exchange(complain_, nullptr)("the log is incomplete: " + error);
    });
    logger_->info("graft " + std::string(version_text()));
    for (const auto& [severity, line] : std::exchange(waiting_, {})) write(severity, line);
}

void RunLog::write(Severity severity, std::string_view line) {
    if (!logger_) return void(waiting_.emplace_back(severity, line));
    logger_->log(severity == Severity::warning ? spdlog::level::warn : spdlog::level::info, line);
}

void RunLog::write_failure(std::string_view message) {
    if (logger_) logger_->error("error: " + std::string(message));
}

}  // namespace graft
