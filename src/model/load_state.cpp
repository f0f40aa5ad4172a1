#include "model/load_state.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace graft {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    std::ostringstream text;
    for (std::size_t i = 0; i < shape.size(); ++i) text << (i == 0 ? "[" : ",") << shape[i];
    return shape.empty() ? "[]" : text.str() + "]";
}

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
        for (const auto& [part, module] : *parts) {
            for (const auto& parameter : module.named_parameters())
                tensors.emplace(part + "." + parameter.name, parameter.value);
            for (const auto& buffer : module.named_buffers()) tensors.emplace(part + "." + buffer.name, buffer.value);
        }
    return tensors;
}

void list(std::ostringstream& text, const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text << "\n  " << title << " (" << names.size() << "):";
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i) text << "\n    " << names[i];
    if (names.size() > 5) text << "\n    …";
}

}  // namespace

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

LoadReport load_state(const Architecture& architecture, const StateDict& state) {
    LoadReport report;
    const std::map<std::string, at::Tensor> targets = tensors_of(architecture);
    std::map<std::string, at::Tensor> sources;
    std::set<std::string> found;
    for (const NamedTensor& entry : state.entries) {
        const std::string name = own_name(architecture, entry.name);
        const auto target = targets.find(name);
        if (is_of_classifier(architecture, name) || name.ends_with("num_batches_tracked"))
            report.left_out.push_back(entry.name);
        else if (target == targets.end())
            report.unexpected.push_back(entry.name);
        else if (!found.insert(name).second)
            report.repeated.push_back(entry.name + ": is " + name + ", which is there already");
        else if (!fits(target->second.sizes(), entry.tensor.sizes()))
            report.mismatched.push_back(entry.name + ": " + shape_text(entry.tensor.sizes()) + ", expected " +
                                        shape_text(target->second.sizes()));
        else {
            sources.emplace(name, entry.tensor);
            report.loaded.push_back(entry.name);
        }
    }
    for (const auto& [name, tensor] : targets)
        if (!found.contains(name)) report.missing.push_back(name);
    if (!report.complete()) return report;
    const at::NoGradGuard no_grad;
    for (const auto& [name, source] : sources) {
        at::Tensor target = targets.at(name);
        target.copy_(source.reshape(target.sizes()));
    }
    return report;
}

std::string explain(const LoadReport& report, const std::string& file, const std::string& architecture) {
    std::ostringstream text;
    text << file << ": these are not the weights of " << architecture << ": " << report.loaded.size() << " tensors fit";
    list(text, "missing in the file", report.missing);
    list(text, "not known to the architecture", report.unexpected);
    list(text, "of another shape", report.mismatched);
    list(text, "the same tensor twice, by different names", report.repeated);
    return text.str();
}

}  // namespace graft
