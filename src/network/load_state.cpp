#include "network/load_state.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/isfinite.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include "core/names.hpp"
#include "core/text.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostListed = 10;

bool is_of_classifier(const Architecture& architecture, const std::string& name) {
    return !architecture.classifier.empty() && name.starts_with(architecture.classifier);
}

void list(std::string& text, const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += format_text("\n  {} ({}):", title, names.size());
    for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) text += "\n    " + names[i];
    if (names.size() > kMostListed) text += format_text("\n    … and {} more", names.size() - kMostListed);
}

/// "a, b, … and 3 more".
std::string some(const std::vector<std::string>& names) {
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostListed)));
    if (first.size() == names.size()) return joined(first);
    return format_text("{}, … and {} more", joined(first), names.size() - first.size());
}

std::string left_outside(const LoadReport& report) {
    return report.outside.empty() ? "" : format_text("; left out: {}", some(report.outside));
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

/// What self-supervised learning puts on a backbone, and beside it.
bool is_of_self_supervision(const std::string& name) {
    constexpr std::array<std::string_view, 13> heads = {
        "head",      "projection_head",  "projection",      "projector", "proj_head",
        "predictor", "prototypes",       "prediction_head", "queue",     "queue_ptr",
        "mlp_head",  "contrastive_head", "pooler"};  // of a transformer that was pretrained without classes
    return std::ranges::find(heads, std::string_view(name).substr(0, name.find('.'))) != heads.end();
}

/// Where each of the file's tensors goes, and the report.
struct Assignment {
    LoadReport report;
    TargetTensors targets;
    std::map<std::string, at::Tensor> sources;    ///< by the architecture's names, with marks of shares
    std::set<std::string> seen;                   ///< those names, and those of tensors that do not fit
    std::map<std::string, std::int64_t> lacking;  ///< how many shares of a target are still to come
};

void assign_one(const Architecture& architecture, const NamedTensor& entry, const LoadOptions& allowance,
                Assignment& made) {
    LoadReport& report = made.report;
    const std::string shown = report.prefix.text + entry.name;
    const std::string name = own_name(architecture, entry.name);
    const RowShare share = row_share(name);
    const auto target = made.targets.find(share.name);
    if (is_of_classifier(architecture, name) || name.ends_with("num_batches_tracked"))
        report.left_out.push_back(shown);
    else if (target == made.targets.end()) {
        const bool is_allowed =
            matches_any(allowance.may_be_unused, shown) || matches_any(allowance.may_be_unused, entry.name);
        (is_allowed                           ? report.unused
         : is_of_self_supervision(entry.name) ? report.heads
                                              : report.unexpected)
            .push_back(shown);
    } else if (!made.seen.insert(name).second)
        report.repeated.push_back(format_text("{}: is {}, which is there already", shown, name));
    else {
        made.lacking.try_emplace(share.name, share.parts).first->second -= 1;
        const at::Tensor rows = rows_of(target->second, share);
        if (fits(rows.sizes(), entry.tensor.sizes())) {
            made.sources.emplace(name, entry.tensor);
            report.loaded.push_back(shown);
        } else {
            report.mismatched.push_back(format_text("{}: {}, expected {}", shown, bracketed_shape(entry.tensor.sizes()),
                                                    bracketed_shape(rows.sizes())));
        }
    }
}

Assignment assign(const Architecture& architecture, const StateDict& state, const LoadOptions& allowance) {
    Assignment made{.targets = tensors_of(architecture)};
    LoadReport& report = made.report;
    report.prefix = find_prefix(architecture, made.targets, state);
    const StateDict meant = below_prefix(state, report.prefix.text);
    for (const NamedTensor& entry : meant.entries) assign_one(architecture, entry, allowance, made);
    for (const auto& [beginning, remark] : architecture.remarks)
        if (std::ranges::any_of(meant.entries, [&](const auto& entry) { return entry.name.starts_with(beginning); }))
            report.remarks.push_back(remark);
    for (const NamedTensor& entry : state.entries)
        if (!entry.name.starts_with(report.prefix.text)) report.outside.push_back(entry.name);
    for (const auto& [name, target] : made.targets) {
        const auto lacking = made.lacking.find(name);
        if (lacking != made.lacking.end() && lacking->second == 0) continue;
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

std::optional<std::string> first_not_finite(const TorchModule& module) {
    for (const auto& [name, tensor] : named_tensors(module))
        if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>()) return name;
    return std::nullopt;
}

LoadReport compare_state(const Architecture& architecture, const StateDict& state, const LoadOptions& allowance) {
    return assign(architecture, state, allowance).report;
}

LoadReport load_state(const Architecture& architecture, const StateDict& state, const LoadOptions& allowance) {
    Assignment made = assign(architecture, state, allowance);
    if (!made.report.complete()) return made.report;
    const at::NoGradGuard no_grad;
    for (const auto& [name, source] : made.sources) {
        const RowShare share = row_share(name);
        at::Tensor target = rows_of(made.targets.at(share.name), share);
        target.copy_(source.reshape(target.sizes()));
    }
    return made.report;
}

std::vector<std::string> notes_on(const LoadReport& report) {
    std::vector<std::string> notes = report.remarks;
    const std::string& prefix = report.prefix.text;
    if (!prefix.empty())
        notes.push_back(format_text("taken from the names that begin with \"{}\"{}", prefix, left_outside(report)));
    if (!report.prefix.also_fit.empty())
        notes.push_back(
            format_text("those that begin with \"{}\" would fit as well", joined(report.prefix.also_fit, "\" or \"")));
    if (!report.heads.empty())
        notes.push_back(format_text("left out as a head of self-supervised learning: {}", some(report.heads)));
    if (!report.absent.empty())
        notes.push_back(format_text("{} tensors are not in the file and were drawn at random: {}", report.absent.size(),
                                    joined(report.absent)));
    if (!report.unused.empty())
        notes.push_back(
            format_text("{} tensors of the file are not used: {}", report.unused.size(), joined(report.unused)));
    return notes;
}

std::string explain(const LoadReport& report, const std::string& file, const std::string& architecture) {
    if (!report.prefix.is_decided)
        return format_text(
            "{}: the names that begin with \"{}\" and those that begin with \"{}\" fit {} equally well: "
            "choose with \"weights_prefix\" beside /backbone/weights in a config, or with --prefix",
            file, report.prefix.text, joined(report.prefix.also_fit, "\" or \""), architecture);
    std::string text =
        format_text("{}: these are not the weights of {}: {} tensors fit", file, architecture, report.loaded.size());
    if (!report.prefix.text.empty()) text += format_text(", of the names that begin with \"{}\"", report.prefix.text);
    list(text, "missing in the file", report.missing);
    list(text, "not known to the architecture", report.unexpected);
    list(text, "of another shape", report.mismatched);
    list(text, "the same tensor twice, by different names", report.repeated);
    if (report.mismatched.empty() && report.repeated.empty() && !report.loaded.empty())
        text +=
            "\n  what may be missing or left over can be named in /backbone/may_be_absent and "
            "/backbone/may_be_unused";
    return text;
}

}  // namespace graft
