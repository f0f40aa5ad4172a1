#include "app/outcome.hpp"

#include <vector>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "report/report.hpp"

namespace graft {
namespace {

std::string metrics_text(const EpochRecord& row) {
    std::vector<std::vector<std::string>> rows = {{"epoch", std::to_string(row.epoch + 1)}};
    for (const auto& [name, value] : row.metrics) rows.push_back({name, four_decimals(value)});
    return aligned(rows);
}

}  // namespace

std::string outcome_text(const RunRecord& outcome, const std::filesystem::path& folder) {
    std::string text = format_text("{}\nrun       {}\nmodel     {}\n",
                                   outcome.test ? to_text(*outcome.test) : metrics_text(outcome.kept_epoch()),
                                   folder.string(), (folder / "model.pt").string());
    std::error_code ignored;
    if (std::filesystem::exists(folder / kReportName, ignored))
        text += format_text("report    {}\n", (folder / kReportName).string());
    return text;
}

Json outcome_json(const RunRecord& outcome, const std::filesystem::path& folder) {
    const Json record = to_json(outcome);
    return {{"run", folder.string()},         {"model", (folder / "model.pt").string()},
            {"end", record.at("end")},        {"reason", record.at("reason")},
            {"kept", record.at("kept")},      {"test", record.at("test")},
            {"history", record.at("history")}};
}

}  // namespace graft
