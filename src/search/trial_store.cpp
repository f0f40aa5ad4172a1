#include "search/trial_store.hpp"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "core/descriptor.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/unknown_numbers.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::optional<double> TrialRecord::metric(std::string_view name) const {
    const auto found = std::ranges::find(metrics, name, &std::pair<std::string, double>::first);
    return found == metrics.end() ? std::nullopt : std::optional(found->second);
}

Json to_json(const TrialRecord& trial) {
    Json json = {{"trial", trial.number},     {"end", text_of(trial.end)}, {"value", number_or_null(trial.value)},
                 {"values", trial.values},    {"point", trial.point},      {"rungs", Json::array()},
                 {"metrics", Json::object()}, {"epochs", trial.epochs},    {"seconds", trial.seconds}};
    for (const double rung : trial.rungs) json["rungs"].push_back(number_or_null(rung));
    for (const auto& [name, value] : trial.metrics) json["metrics"][name] = number_or_null(value);
    if (!trial.error.empty()) json["error"] = shown(trial.error);
    return json;
}

TrialRecord trial_from(const Json& json) {
    TrialRecord trial{.number = json.at("trial").get<std::size_t>(),
                      .point = json.at("point").get<Point>(),
                      .values = json.at("values"),
                      .end = enum_named<TrialEnd>(json.at("end").get<std::string>()).value_or(TrialEnd::failed),
                      .value = number_or_nan(json.at("value")),
                      .epochs = json.at("epochs").get<std::int64_t>(),
                      .seconds = json.at("seconds").get<double>(),
                      .error = json.value("error", "")};
    for (const Json& rung : json.at("rungs")) trial.rungs.push_back(number_or_nan(rung));
    for (const auto& [name, value] : json.at("metrics").items()) trial.metrics.emplace_back(name, number_or_nan(value));
    return trial;
}

TrialStore::TrialStore(fs::path folder, ExistingRun existing, const Json& identity)
    : folder_(std::move(folder)), file_(folder_ / "trials.jsonl") {
    const fs::path identity_file = folder_ / "search.json";
    std::error_code error;
    const bool is_there = fs::exists(file_, error);
    if (is_there && existing == ExistingRun::refuse)
        throw ConfigError(format_text(
            "/output: {} already holds a search; go on with it (--resume), replace it (--overwrite), or name another "
            "folder",
            folder_));
    if (is_there && existing == ExistingRun::resume && parse_json_file(identity_file) != identity)
        throw ConfigError(
            format_text("{}: is of another search: its config, space or way of searching differs; replace "
                        "it (--overwrite), or name another folder",
                        folder_));
    fs::create_directories(folder_, error);
    if (error) throw Error(format_text("{}: the folder cannot be made: {}", folder_, error.message()));
    descriptor_ = open_or_make(file_);
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && !means_no_locks(errno)) {
        ::close(std::exchange(descriptor_, -1));
        throw ConfigError(format_text("/output: {} is in use by another search", folder_));
    }
    if (existing == ExistingRun::resume) read();
    if (::ftruncate(descriptor_, static_cast<off_t>(end_)) != 0) throw_system_error(file_, "cannot be written");
    write_file(identity_file, pretty(identity));
}

TrialStore::~TrialStore() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

/// A last line without an end was being written when the process died.
void TrialStore::read() {
    const std::string text = read_file(file_);
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        try {
            found_.push_back(trial_from(parse_json(std::string_view(text).substr(begin, end - begin), file_.string())));
        } catch (const std::exception& error) {
            throw DataError(format_text("{}: line {} is damaged: {}", file_, found_.size() + 1, error.what()));
        }
        end_ = end + 1;
    }
}

void TrialStore::add(const TrialRecord& trial) {
    const std::string line = json_line(to_json(trial)) + "\n";
    write_at(descriptor_, end_, std::as_bytes(std::span(line)), file_);
    if (::fsync(descriptor_) != 0) throw_system_error(file_, "cannot be written");
    end_ += line.size();
}

}  // namespace graft
