#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/text.hpp"
#include "weights/format/name_texts.hpp"
#include "weights/format/unwrap.hpp"

namespace graft {
namespace {

constexpr std::array<std::string_view, 3> kWrapperParts = {"_orig_mod.", "_fsdp_wrapped_module.",
                                                           "_checkpoint_wrapped_module."};

void drop_everywhere(std::vector<NamedLayout>& tensors, std::string_view part, std::vector<std::string>& notes) {
    std::size_t changed = 0;
    for (NamedLayout& tensor : tensors) {
        const std::size_t length = tensor.name.size();
        for (std::size_t at = 0; (at = tensor.name.find(part, at)) != std::string::npos;)
            if (at == 0 || tensor.name[at - 1] == '.')
                tensor.name.erase(at, part.size());
            else
                ++at;
        changed += tensor.name.size() != length ? 1 : 0;
    }
    if (changed > 0) notes.push_back(format_text("dropped \"{}\" from {}", part, count_of(changed, "name")));
}

/// "module." before every name. AveragedModel counts its steps beside it.
bool drop_module(std::vector<NamedLayout>& tensors, std::vector<std::string>& notes) {
    constexpr std::string_view prefix = "module.", counter = "n_averaged";
    const auto is_below = [&](const NamedLayout& tensor) {
        return tensor.name.size() > prefix.size() && tensor.name.starts_with(prefix);
    };
    const auto is_counter = [&](const NamedLayout& tensor) { return tensor.name == counter; };
    const bool all = std::ranges::all_of(tensors, [&](const auto& one) { return is_below(one) || is_counter(one); });
    if (!all || std::ranges::none_of(tensors, is_below)) return false;
    const bool averaged = std::erase_if(tensors, is_counter) > 0;
    for (NamedLayout& tensor : tensors) tensor.name.erase(0, prefix.size());
    notes.push_back(averaged ? "dropped the prefix \"module.\" of every name, and the counter of an averaged model"
                             : "dropped the prefix \"module.\" of every name");
    return true;
}

/// `"encoder_q." (161 names)`, for what names begin with.
std::string beginnings(const std::vector<NamedLayout>& tensors) {
    std::map<std::string, std::size_t> counts;
    for (const NamedLayout& tensor : tensors) ++counts[tensor.name.substr(0, tensor.name.find('.') + 1)];
    std::vector<std::string> texts;
    for (const auto& [beginning, count] : counts)
        if (!beginning.empty()) texts.push_back(format_text("{} ({})", in_quotes(beginning), count_of(count, "name")));
    return texts.empty() ? "names without a dot" : some_of(texts);
}

/// Keeps what begins with the prefix. Returns whether anything does.
bool keep_below(std::vector<NamedLayout>& tensors, const std::string& prefix, std::vector<std::string>& notes) {
    const auto is_other = [&](const NamedLayout& tensor) {
        return tensor.name.size() <= prefix.size() || !tensor.name.starts_with(prefix);
    };
    if (std::ranges::all_of(tensors, is_other)) return false;
    const std::size_t others = std::erase_if(tensors, is_other);
    for (NamedLayout& tensor : tensors) tensor.name.erase(0, prefix.size());
    notes.push_back(format_text("taken from the names that begin with {}; {} left out", in_quotes(prefix),
                                others == 1 ? "one other is" : format_text("{} others are", others)));
    return true;
}

}  // namespace

void tidy_names(std::vector<NamedLayout>& tensors, const std::string& prefix, std::string_view where,
                std::vector<std::string>& notes) {
    const bool kept = !prefix.empty() && keep_below(tensors, prefix, notes);  // as the file has the names
    for (const std::string_view part : kWrapperParts) drop_everywhere(tensors, part, notes);
    while (drop_module(tensors, notes)) continue;
    if (!prefix.empty() && !kept && !keep_below(tensors, prefix, notes))
        fail(where, format_text("has no name that begins with {}; names begin with {}", in_quotes(prefix),
                                beginnings(tensors)));
    std::set<std::string_view> names;
    for (const NamedLayout& tensor : tensors)
        if (!names.insert(tensor.name).second)
            fail(where, "has two tensors that are called " + in_quotes(tensor.name) + " without their wrappers");
}

}  // namespace graft
