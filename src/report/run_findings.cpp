#include "report/run_findings.hpp"

#include "report/documents.hpp"

namespace graft {
namespace {

FoundName found_name(const Json& json) {
    return {json.at("part").get<std::string>(), json.at("file").get<std::string>(), json.value("class", "")};
}

RunFinding run_finding(const Json& json) {
    RunFinding finding{.kind = json.at("kind").get<std::string>(),
                       .title = json.at("title").get<std::string>(),
                       .sentence = json.at("sentence").get<std::string>(),
                       .usual = json.value("usual", false),
                       .parts = json.at("parts").get<std::map<std::string, std::int64_t>>()};
    for (const Json& image : json.value("images", Json::array()))
        finding.images.push_back(
            {found_name(image), image.contains("other") ? found_name(image.at("other")) : FoundName()});
    for (const Json& rare : json.value("classes", Json::array()))
        finding.classes.push_back({rare.at("part").get<std::string>(), rare.at("class").get<std::string>(),
                                   rare.at("images").get<std::int64_t>()});
    return finding;
}

}  // namespace

RunFindings read_run_findings(const std::filesystem::path& file) {
    return read_document(file, [](const Json& json) {
        RunFindings found{.images = json.at("images").get<std::int64_t>(), .findings = {}};
        for (const Json& finding : json.at("findings")) found.findings.push_back(run_finding(finding));
        return found;
    });
}

}  // namespace graft
