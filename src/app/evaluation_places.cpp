#include "app/evaluation_places.hpp"

#include <map>

#include "app/results.hpp"
#include "core/text.hpp"
#include "data/list/table.hpp"
#include "graft/core/errors.hpp"
#include "report/report.hpp"
#include "run/evaluate_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// The folder's own name, also of "." and of "a/b/".
std::string leaf_name(const fs::path& folder) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

/// What is written must not be taken for a class of the next evaluation. Throws ConfigError.
void expect_outside(const fs::path& output, const fs::path& folder) {
    if (is_list(folder)) return;
    std::error_code ignored;
    const fs::path inner = fs::weakly_canonical(fs::absolute(output), ignored);
    const fs::path below = inner.lexically_relative(fs::weakly_canonical(fs::absolute(folder), ignored));
    if (!below.empty() && *below.begin() != "..")
        throw ConfigError(
            format_text("--output: {} lies in {}, whose images are evaluated: name a folder outside", output, folder));
}

}  // namespace

std::vector<fs::path> places_of_evaluations(const std::vector<std::string>& folders, const fs::path& output) {
    if (folders.size() == 1) return {output};
    std::vector<fs::path> places;
    std::map<std::string, int> taken;
    for (const std::string& folder : folders) {
        const std::string leaf = leaf_name(folder);
        const int count = ++taken[leaf];
        places.push_back(output / (count == 1 ? leaf : format_text("{}-{}", leaf, count)));
    }
    return places;
}

void expect_free_places(const std::vector<std::string>& evaluated, const fs::path& output, bool force) {
    for (const std::string& folder : evaluated) expect_outside(output, folder);
    std::vector<fs::path> folders = places_of_evaluations(evaluated, output);
    for (const fs::path& folder : folders)
        for (const std::string& name : prediction_file_names()) expect_free(folder / name, force, "--output");
    if (folders.size() > 1) folders.emplace_back(output);
    for (const fs::path& folder : folders) expect_free(folder / kReportName, force, "--output");
    for (const fs::path& folder : folders)
        for (const std::string& name : evaluation_file_names()) expect_free(folder / name, force, "--output");
}

}  // namespace graft
