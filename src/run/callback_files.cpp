#include "run/callback_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "config/read.hpp"
#include "core/text.hpp"
#include "run/run_folder.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kKeys = {"file", "log_dir"};

/// A name as the config has it, and whose it is: the pointer of an option, or "" for the run's own.
struct Output {
    std::string name, owner;
    bool is_folder = false;
};

fs::path place_of(const Output& output) {
    const fs::path place = fs::path(output.name).lexically_normal();
    return place.has_filename() || !output.is_folder ? place : place.parent_path();  // "logs/" is "logs"
}

/// Adds those of a callback that stands at `pointer`.
void add_outputs(CallbackPlugin callback, const std::string& pointer, std::vector<Output>& outputs) {
    if (!callback) return;  // of no known name, which is told elsewhere
    const Json options = write_options([&](Fields& fields) { callback.describe(fields); });
    for (const std::string_view key : kKeys)
        if (options.contains(key) && options.at(key).is_string() && options.at(key) != "")
            outputs.push_back(
                {options.at(key).get<std::string>(), format_text("{}/{}", pointer, key), key == "log_dir"});
}

std::vector<Output> outputs_of(std::span<const CallbackList> lists) {
    std::vector<Output> outputs;
    for (const CallbackList& list : lists)
        for (std::size_t i = 0; i < list.callbacks.size(); ++i)
            add_outputs(list.callbacks[i], format_text("{}/{}", list.pointer, i), outputs);
    return outputs;
}

bool lies_in_the_run_folder(const fs::path& place) {
    const std::string first = place.begin()->string();
    return !place.is_absolute() && first != ".." && !first.starts_with('~');
}

/// Whether both cannot be: they are the same, or a file would have to be a folder.
bool collide(const Output& a, const Output& b) {
    const fs::path one = place_of(a), other = place_of(b);
    const auto [at_one, at_other] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
    const bool in_one = at_one == one.end(), in_other = at_other == other.end();
    return (in_one && in_other) || (in_one && !a.is_folder) || (in_other && !b.is_folder);
}

std::string problem_of(const Output& output, std::span<const Output> earlier) {
    const fs::path place = place_of(output);
    if (!lies_in_the_run_folder(place))
        return format_text("{}: expected a name within the run folder, got \"{}\"", output.owner, output.name);
    if (!output.is_folder && (place == "." || !place.has_filename()))
        return format_text("{}: expected a file name, got \"{}\"", output.owner, output.name);
    const auto other = std::ranges::find_if(earlier, [&](const Output& each) { return collide(each, output); });
    if (other == earlier.end()) return "";
    const std::string writer =
        other->owner.empty() ? format_text("the run itself writes {}", other->name) : other->owner + " writes too";
    return format_text("{}: \"{}\" is where {}: choose another name", output.owner, output.name, writer);
}

}  // namespace

std::vector<std::string> callback_files(std::span<const CallbackList> lists) {
    std::vector<std::string> names;
    for (const Output& output : outputs_of(lists))
        if (!output.is_folder) names.push_back(output.name);
    return names;
}

bool writes_files(const CallbackPlugin& callback) {
    const CallbackList alone{"", std::span(&callback, 1)};
    return !callback_files(std::span(&alone, 1)).empty();
}

std::vector<std::string> check_callback_files(std::span<const CallbackList> lists) {
    std::vector<Output> taken;
    for (const std::string& name : run_file_names()) taken.push_back({name, ""});
    std::vector<std::string> problems;
    for (const Output& output : outputs_of(lists)) {
        const std::string problem = problem_of(output, taken);
        problem.empty() ? taken.push_back(output) : problems.push_back(problem);
    }
    return problems;
}

}  // namespace graft
