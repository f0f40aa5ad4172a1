#include "network/load_state.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <sstream>

#include "core/names.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostListed = 10;

bool is_of_classifier(const Architecture& architecture, const std::string& name) {
    return !architecture.classifier.empty() && name.starts_with(architecture.classifier);
}

/// Whether the values of one fit the other: the sizes agree, axes of length 1 aside (a scale per channel is [C,1,1] in
/// one library and [C] in another).
bool fits(at::IntArrayRef a, at::IntArrayRef b) {
    const auto without_ones = [](at::IntArrayRef shape) {
        std::vector<std::int64_t> sizes;
        std::ranges::copy_if(shape, std::back_inserter(sizes), [](std::int64_t size) { return size != 1; });
        return sizes;
    };
    return without_ones(a) == without_ones(b);
}

std::map<std::string, at::Tensor> tensors_of(const Architecture& architecture) {
    std::map<std::string, at::Tensor> tensors;
    for (const NamedModules* parts : {&architecture.stages, &architecture.after_pooling})
        for (const auto& [part, module] : *parts)
            for (const auto& [name, tensor] : named_tensors(module)) tensors.emplace(part + "." + name, tensor);
    return tensors;
}

void list(std::ostringstream& text, const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text << "\n  " << title << " (" << names.size() << "):";
    for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) text << "\n    " << names[i];
    if (names.size() > kMostListed) text << "\n    … and " << names.size() - kMostListed << " more";
}

/// Whether a tensor of the architecture is called so by a pattern, by its own name or by one of other publishers.
bool is_named(const Architecture& architecture, std::span<const std::string> patterns, const std::string& own) {
    if (patterns.empty()) return false;
    if (matches_any(patterns, own)) return true;
    const auto fits_elsewhere = [&](const Rename& rename) {
        return own.starts_with(rename.second) && matches_any(patterns, rename.first + own.substr(rename.second.size()));
    };
    return std::ranges::any_of(architecture.renames, fits_elsewhere) ||
           std::ranges::any_of(architecture.aliases, fits_elsewhere);
}

/// Where each of the file's tensors goes, and the report.
struct Assignment {
    LoadReport report;
    std::map<std::string, at::Tensor> targets, sources;  ///< by the architecture's names
};

Assignment assign(const Architecture& architecture, const StateDict& state, const LoadAllowance& allowance) {
    Assignment made{.targets = tensors_of(architecture)};
    LoadReport& report = made.report;
    std::set<std::string> found;
    for (const NamedTensor& entry : state.entries) {
        const std::string name = own_name(architecture, entry.name);
        const auto target = made.targets.find(name);
        if (is_of_classifier(architecture, name) || name.ends_with("num_batches_tracked"))
            report.left_out.push_back(entry.name);
        else if (target == made.targets.end()) {
            const bool is_allowed = matches_any(allowance.may_be_unused, entry.name);
            (is_allowed ? report.unused : report.unexpected).push_back(entry.name);
        } else if (!found.insert(name).second)
            report.repeated.push_back(entry.name + ": is " + name + ", which is there already");
        else if (!fits(target->second.sizes(), entry.tensor.sizes()))
            report.mismatched.push_back(entry.name + ": " + bracketed_shape(entry.tensor.sizes()) + ", expected " +
                                        bracketed_shape(target->second.sizes()));
        else {
            made.sources.emplace(name, entry.tensor);
            report.loaded.push_back(entry.name);
        }
    }
    for (const auto& [name, tensor] : made.targets) {
        if (found.contains(name)) continue;
        (is_named(architecture, allowance.may_be_absent, name) ? report.absent : report.missing).push_back(name);
    }
    return made;
}

}  // namespace

std::vector<NamedTensor> named_tensors(const TorchModule& module) {
    std::vector<NamedTensor> tensors;
    for (const auto& parameter : module.named_parameters()) tensors.push_back({parameter.name, parameter.value});
    for (const auto& buffer : module.named_buffers()) tensors.push_back({buffer.name, buffer.value});
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

LoadReport compare_state(const Architecture& architecture, const StateDict& state, const LoadAllowance& allowance) {
    return assign(architecture, state, allowance).report;
}

LoadReport load_state(const Architecture& architecture, const StateDict& state, const LoadAllowance& allowance) {
    Assignment made = assign(architecture, state, allowance);
    if (!made.report.complete()) return made.report;
    const at::NoGradGuard no_grad;
    for (const auto& [name, source] : made.sources) {
        at::Tensor target = made.targets.at(name);
        target.copy_(source.reshape(target.sizes()));
    }
    return made.report;
}

std::string explain(const LoadReport& report, const std::string& file, const std::string& architecture) {
    std::ostringstream text;
    text << file << ": these are not the weights of " << architecture << ": " << report.loaded.size() << " tensors fit";
    list(text, "missing in the file", report.missing);
    list(text, "not known to the architecture", report.unexpected);
    list(text, "of another shape", report.mismatched);
    list(text, "the same tensor twice, by different names", report.repeated);
    if (report.mismatched.empty() && report.repeated.empty() && !report.loaded.empty())
        text << "\n  what may be missing or left over can be named in /backbone/may_be_absent and "
                "/backbone/may_be_unused";
    return text.str();
}

}  // namespace graft
