#include "app/list_arguments.hpp"

#include <algorithm>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void takes_list_options(CLI::App& command, std::vector<std::string>& assignments) {
    command
        .add_option("--list", assignments,
                    "How lists are read: a key of /data/list and its value, for example path_column=file")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

ListOptions list_options(const ListOptions& base, const std::vector<std::string>& assignments,
                         std::span<const std::string> paths) {
    ListOptions options = base;
    if (assignments.empty()) return options;
    if (std::ranges::none_of(paths, [](const std::string& path) { return is_list(path); }))
        throw ConfigError("--list: is for lists, and none is given: a .csv, .tsv or .jsonl file");
    const auto visit = [&](Fields& fields) { describe(fields, options); };
    Json document = write_options(visit);
    std::vector<std::string> pointers, problems;
    for (const std::string& assignment : assignments) pointers.push_back("/" + assignment);
    apply_assignments(document, pointers);
    for (const std::string& problem : read_options(document, visit)) problems.push_back("--list " + problem.substr(1));
    for (const std::string& problem : contradictions(options, "--list")) problems.push_back(problem);
    if (!problems.empty()) throw ConfigError(problems);
    return options;
}

}  // namespace graft
