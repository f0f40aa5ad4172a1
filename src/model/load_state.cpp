#include "model/load_state.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace graft {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    std::ostringstream text;
    for (std::size_t i = 0; i < shape.size(); ++i) text << (i == 0 ? "[" : ",") << shape[i];
    return shape.empty() ? "[]" : text.str() + "]";
}

/// The architecture's name of a published parameter.
std::string renamed(const Architecture& architecture, const std::string& published) {
    for (const auto& [theirs, ours] : architecture.renames)
        if (published.starts_with(theirs)) return ours + published.substr(theirs.size());
    return published;
}

std::map<std::string, at::Tensor> tensors_of(const Architecture& architecture) {
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [stage, module] : architecture.stages) {
        for (const auto& parameter : module.named_parameters())
            tensors.emplace(stage + "." + parameter.name, parameter.value);
        for (const auto& buffer : module.named_buffers()) tensors.emplace(stage + "." + buffer.name, buffer.value);
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

LoadReport load_state(const Architecture& architecture, const StateDict& state) {
    LoadReport report;
    const std::map<std::string, at::Tensor> targets = tensors_of(architecture);
    std::map<std::string, at::Tensor> sources;
    for (const NamedTensor& entry : state.entries) {
        const std::string name = renamed(architecture, entry.name);
        const auto target = targets.find(name);
        if (entry.name.starts_with(architecture.classifier) || entry.name.ends_with("num_batches_tracked"))
            report.left_out.push_back(entry.name);
        else if (target == targets.end())
            report.unexpected.push_back(entry.name);
        else if (target->second.sizes() != entry.tensor.sizes())
            report.mismatched.push_back(entry.name + ": " + shape_text(entry.tensor.sizes()) + ", expected " +
                                        shape_text(target->second.sizes()));
        else {
            sources.emplace(name, entry.tensor);
            report.loaded.push_back(entry.name);
        }
    }
    for (const auto& [name, tensor] : targets)
        if (!sources.contains(name) && std::ranges::none_of(report.mismatched, [&](const std::string& line) {
                return renamed(architecture, line.substr(0, line.find(':'))) == name;
            }))
            report.missing.push_back(name);
    if (!report.complete()) return report;
    const at::NoGradGuard no_grad;
    for (const auto& [name, source] : sources) at::Tensor(targets.at(name)).copy_(source);
    return report;
}

std::string explain(const LoadReport& report, const std::string& file, const std::string& architecture) {
    std::ostringstream text;
    text << file << ": these are not the weights of " << architecture << ": " << report.loaded.size() << " tensors fit";
    list(text, "missing in the file", report.missing);
    list(text, "not known to the architecture", report.unexpected);
    list(text, "of another shape", report.mismatched);
    return text.str();
}

}  // namespace graft
