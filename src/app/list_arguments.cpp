#include "app/list_arguments.hpp"

#include <algorithm>

#include "graft/core/errors.hpp"

namespace graft {

CLI::Option* takes_list_options(CLI::App& command, std::vector<std::string>& assignments) {
    return command
        .add_option("--list", assignments,
                    "How lists are read: a key of /data/list and its value, for example path_column=file")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

ListOptions list_options(const ListOptions& base, const std::vector<std::string>& assignments,
                         std::span<const std::string> paths) {
    if (assignments.empty()) return base;
    if (std::ranges::none_of(paths, [](const std::string& path) { return is_list(path); }))
        throw ConfigError("--list: is for lists, and none is given: a .csv, .tsv or .jsonl file");
    return with_assignments(base, assignments);
}

}  // namespace graft
