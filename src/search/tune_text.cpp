#include <algorithm>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "record/csv.hpp"
#include "search/tune.hpp"

namespace graft {
namespace {

constexpr std::size_t kShown = 10;
constexpr std::size_t kWidest = 40;

std::size_t count_ends(const TuneRecord& record, TrialEnd end) {
    return static_cast<std::size_t>(std::ranges::count(record.trials, end, &TrialRecord::end));
}

std::string short_value(const Json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    return cut_to_width(text, kWidest);
}

std::vector<std::string> row_of(const TrialRecord& trial, const std::vector<std::string>& pointers) {
    std::vector<std::string> row{trial.number == 0 ? "0, as written" : format_text("{}", trial.number),
                                 text_of(trial.end) == "completed" ? "" : std::string(text_of(trial.end)),
                                 four_decimals(trial.value), format_text("{}", trial.epochs)};
    for (const std::string& pointer : pointers)
        row.push_back(trial.values.contains(pointer) ? short_value(trial.values.at(pointer)) : "");
    return row;
}

}  // namespace

Json to_json(const TuneRecord& record) {
    Json document = {{"monitor", record.monitor.name}, {"mode", text_of(record.monitor.better)},
                     {"winner", record.winner},        {"config", record.config},
                     {"trials", record.trials.size()}, {"out_of_time", record.out_of_time},
                     {"seconds", record.seconds}};
    for (const std::size_t i : ranked(record.trials, record.monitor.better)) {
        if (document.contains("best") && document["best"].size() == kShown) break;
        document["best"].push_back(to_json(record.trials[i]));
    }
    if (record.run && record.run->test) document["test"] = to_json(*record.run).at("test");
    return document;
}

std::string trials_csv(const TuneRecord& record, const SearchSpace& space) {
    std::string text = "trial,end,epochs,seconds,value";
    for (const Dimension& dimension : space) text += "," + csv_field(dimension.pointer);
    text += "\n";
    for (const TrialRecord& trial : record.trials) {
        text += format_text("{},{},{},{:.3f},{}", trial.number, text_of(trial.end), trial.epochs, trial.seconds,
                            shortest(trial.value));
        for (const Dimension& dimension : space)
            text +=
                "," + (trial.values.contains(dimension.pointer) ? csv_field(trial.values.at(dimension.pointer).dump())
                                                                : std::string());
        text += "\n";
    }
    return text;
}

std::string text_of(const TuneRecord& record) {
    std::vector<std::string> pointers;
    for (const TrialRecord& trial : record.trials)
        if (pointers.empty())
            for (const auto& [pointer, value] : trial.values.items()) pointers.push_back(pointer);
    std::vector<std::vector<std::string>> rows{{"trial", "", record.monitor.name, "epochs"}};
    for (const std::string& pointer : pointers) rows.front().push_back(pointer.substr(pointer.rfind('/') + 1));
    bool written_shown = false;
    for (const std::size_t i : ranked(record.trials, record.monitor.better)) {
        const TrialRecord& trial = record.trials[i];
        if (rows.size() > kShown && trial.number != 0) continue;
        written_shown = written_shown || trial.number == 0;
        rows.push_back(row_of(trial, pointers));
    }
    const std::size_t trials = record.trials.size();
    return format_text(
        "{}\n{}: {} completed, {} stopped at a rung, {} failed; {:.1f} s{}\n"
        "the winner is trial {}. Its {} is the best of {}, and so looks better than it is; only the test is of images "
        "that nothing was chosen by\n",
        aligned(rows), count_of(trials, "trial"), count_ends(record, TrialEnd::completed),
        count_ends(record, TrialEnd::stopped), count_ends(record, TrialEnd::failed), record.seconds,
        record.out_of_time ? "; the time was over" : "", record.winner, record.monitor.name, trials);
}

}  // namespace graft
