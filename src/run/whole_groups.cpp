#include "run/whole_groups.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// "p17: a.jpg is of the train part, c.jpg of the test part", for each group that lies in two; sorted.
std::vector<std::string> torn_groups(std::span<const PartSamples> parts) {
    std::unordered_map<std::string_view, std::pair<PartKind, const Sample*>> first;  // image of each group
    std::map<std::string_view, std::string> torn;
    for (const auto& [part, samples] : parts)
        for (const Sample& sample : samples) {
            if (sample.group.empty()) continue;
            const auto& [home, image] = first.try_emplace(sample.group, part, &sample).first->second;
            if (home != part && !torn.contains(sample.group))
                torn.emplace(sample.group, format_text("{}: {} is of the {} part, {} of the {} part",
                                                       printable(sample.group), image->name, home, sample.name, part));
        }
    std::vector<std::string> texts;
    for (auto& [group, text] : torn) texts.push_back(std::move(text));
    return texts;
}

}  // namespace

void expect_whole_groups(std::span<const PartSamples> parts, const std::filesystem::path& list,
                         const std::string& groups) {
    constexpr std::size_t kNamed = 5;
    const std::vector<std::string> torn = torn_groups(parts);
    if (torn.empty()) return;
    std::string message = format_text("{}: {} in two parts:", list, count_of(torn.size(), "group lies", "groups lie"));
    for (std::size_t i = 0; i < std::min(kNamed, torn.size()); ++i) message += "\n  " + torn[i];
    if (torn.size() > kNamed) message += format_text("\n  and {} more", torn.size() - kNamed);
    throw DataError(message +
                    format_text("\nImages of one group show how well others of it are known, not new ones: give them "
                                "one part, or leave out {}",
                                groups));
}

}  // namespace graft
