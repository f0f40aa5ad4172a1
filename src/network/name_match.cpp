#include "network/name_match.hpp"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <set>
#include <sstream>

namespace graft {
namespace {

constexpr std::size_t kLongestPrefix = 8;

/// By prefix, the architecture's names that are found with it.
using Findings = std::map<std::string, std::set<std::string>>;

bool takes(const TargetTensors& targets, const std::string& own, const at::Tensor& tensor) {
    const RowShare share = row_share(own);
    const auto target = targets.find(share.name);
    if (target == targets.end() || (share.parts > 1 && target->second.size(0) % share.parts != 0)) return false;
    return fits(rows_of(target->second, share).sizes(), tensor.sizes());
}

/// @param longest names joined by dots in the longest prefix that is tried
Findings find_all(const Architecture& architecture, const TargetTensors& targets, const StateDict& state,
                  std::size_t longest) {
    Findings findings;
    for (const NamedTensor& entry : state.entries) {
        std::size_t start = 0;
        for (std::size_t depth = 0; depth <= longest; ++depth) {
            const std::string own = own_name(architecture, entry.name.substr(start));
            if (takes(targets, own, entry.tensor)) findings[entry.name.substr(0, start)].insert(own);
            const std::size_t dot = entry.name.find('.', start);
            if (dot == std::string::npos) break;
            start = dot + 1;
        }
    }
    return findings;
}

/// Contrastive learning trains one network and lets another follow it.
bool is_follower(const std::string& prefix) {
    constexpr std::array<std::string_view, 4> words = {"momentum", "target", "key", "k"};
    std::string spaced = prefix;
    std::ranges::replace_if(
        spaced, [](char c) { return c == '.' || c == '_'; }, ' ');
    std::istringstream text(spaced);
    return std::any_of(std::istream_iterator<std::string>(text), {},
                       [&](const std::string& word) { return std::ranges::find(words, word) != words.end(); });
}

bool hold_the_same(const StateDict& a, const StateDict& b, const std::set<std::string>& own,
                   const Architecture& architecture) {
    std::map<std::string, const at::Tensor*> others;
    for (const NamedTensor& entry : b.entries) others[own_name(architecture, entry.name)] = &entry.tensor;
    return std::ranges::all_of(a.entries, [&](const NamedTensor& entry) {
        const std::string name = own_name(architecture, entry.name);
        if (!own.contains(name)) return true;
        const auto other = others.find(name);
        return other != others.end() && entry.tensor.equal(*other->second);
    });
}

}  // namespace

TargetTensors tensors_of(const Architecture& architecture) {
    TargetTensors tensors;
    for (const NamedModules* parts : {&architecture.stages, &architecture.after_pooling})
        for (const auto& [part, module] : *parts) {
            for (const auto& parameter : module.named_parameters())
                tensors.emplace(part + "." + parameter.name, parameter.value);
            for (const auto& buffer : module.named_buffers()) tensors.emplace(part + "." + buffer.name, buffer.value);
        }
    return tensors;
}

std::string own_name(const Architecture& architecture, const std::string& published) {
    for (const std::vector<Rename>* renames : {&architecture.aliases, &architecture.renames})
        for (const auto& [theirs, ours] : *renames)
            if (published.starts_with(theirs)) return ours + published.substr(theirs.size());
    return published;
}

std::string published_name(const Architecture& architecture, const std::string& own) {
    for (const auto& [theirs, ours] : architecture.renames)
        if (own.starts_with(ours)) return theirs + own.substr(ours.size());
    return own;
}

RowShare row_share(const std::string& own) {
    const std::size_t begin = own.find('{'), slash = own.find('/', begin), end = own.find('}', slash);
    if (end == std::string::npos) return {own};
    RowShare share{own.substr(0, begin) + own.substr(end + 1)};
    std::from_chars(own.data() + begin + 1, own.data() + slash, share.part);
    std::from_chars(own.data() + slash + 1, own.data() + end, share.parts);
    return share.parts > 0 && share.part < share.parts ? share : RowShare{own};
}

at::Tensor rows_of(const at::Tensor& tensor, const RowShare& share) {
    if (share.parts == 1) return tensor;
    const std::int64_t rows = tensor.size(0) / share.parts;
    return tensor.narrow(0, share.part * rows, rows);
}

bool fits(at::IntArrayRef a, at::IntArrayRef b) {
    const auto without_ones = [](at::IntArrayRef shape) {
        std::vector<std::int64_t> sizes;
        std::ranges::copy_if(shape, std::back_inserter(sizes), [](std::int64_t size) { return size != 1; });
        return sizes;
    };
    return without_ones(a) == without_ones(b);
}

NamePrefix find_prefix(const Architecture& architecture, const TargetTensors& targets, const StateDict& state) {
    if (find_all(architecture, targets, state, 0)[""].size() >= targets.size()) return {};
    const Findings findings = find_all(architecture, targets, state, kLongestPrefix);
    std::size_t most = targets.size() / 2;
    for (const auto& [prefix, own] : findings) most = std::max(most, own.size());
    const auto bare = findings.find("");
    if (bare != findings.end() && bare->second.size() == most) return {};
    std::vector<std::string> best;
    for (const auto& [prefix, own] : findings)
        if (own.size() == most) best.push_back(prefix);
    if (best.empty()) return {};
    const std::vector<std::string> all = best;
    if (std::erase_if(best, is_follower) == all.size()) best = all;
    NamePrefix chosen{best.front()};
    const StateDict meant = below_prefix(state, chosen.text);
    for (const std::string& prefix : all)
        if (prefix != chosen.text &&
            !hold_the_same(meant, below_prefix(state, prefix), findings.at(chosen.text), architecture)) {
            chosen.also_fit.push_back(prefix);
            if (std::ranges::find(best, prefix) != best.end()) chosen.is_decided = false;
        }
    return chosen;
}

StateDict below_prefix(const StateDict& state, std::string_view prefix) {
    if (prefix.empty()) return state;
    StateDict below{.metadata = state.metadata, .notes = state.notes, .sha256 = state.sha256};
    for (const NamedTensor& entry : state.entries)
        if (entry.name.size() > prefix.size() && entry.name.starts_with(prefix))
            below.entries.push_back({entry.name.substr(prefix.size()), entry.tensor});
    return below;
}

}  // namespace graft
