#include "network/foreign/split_module.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/foreign/stage_module.hpp"
#include "network/foreign/stage_plan.hpp"
#include "network/foreign/torchscript_file.hpp"
#include "network/grafted_model.hpp"
#include "network/head.hpp"
#include "network/probe.hpp"

namespace graft {
namespace {

/// What graft calls its own parts, and what `freeze` may be besides a stage.
const std::set<std::string_view> kTaken = {"all", "none", "normalise", "narrow", "widen", "pool", "head", "training"};

at::Tensor run(TorchModule module, const at::Tensor& input) { return module.forward({input}).toTensor(); }

/// Refuses a network whose output for an image is not a function of the image.
at::Tensor expected_output(const TorchModule& module, const at::Tensor& images, const std::string& file) {
    const std::string before = hash_of_values(module);
    const at::Tensor one = output_of(module, images.narrow(0, 0, 1).clone(), file).clone();
    if (!agree(output_of(module, images.narrow(0, 0, 1).clone(), file), one))
        throw DataError(file + ": its forward gives other numbers each time: something in it is random in eval mode");
    at::Tensor both;
    try {
        both = output_of(module, images.clone(), file).clone();
    } catch (const DataError& error) {
        throw DataError(std::string(error.what()) +
                        ". It takes one image but not two: it was traced in a way that fixed the number of images; "
                        "script it, or trace it with code that takes the number from its input");
    }
    if (both.dim() == 0 || both.size(0) != 2)
        throw DataError(file + ": its forward makes " + bracketed_shape(both.sizes()) +
                        " of two images; expected a first axis of 2");
    if (!both.isfinite().all().item<bool>())
        throw DataError(file + ": its forward gives infinite or undefined numbers for a picture of noise");
    if (!agree(both.narrow(0, 0, 1), one))
        throw DataError(file +
                        ": what its forward gives for an image depends on the other images of the batch: it "
                        "normalises by the batch, so it is in training mode or was made so; call eval() and "
                        "trace or script it again");
    if (hash_of_values(module) != before)
        throw DataError(file + ": its forward changes its own buffers in eval mode: it was traced in training mode");
    return both;
}

/// The form of what a network gives, as it is.
FeatureForm form_of(const at::Tensor& features, const std::string& file) {
    switch (features.dim()) {
        case 2: return FeatureForm::vector;
        case 3: return FeatureForm::tokens;
        case 4: return FeatureForm::map;
        default:
            throw DataError(file + ": its forward gives " + bracketed_shape(features.sizes()) +
                            "; expected [N,C], [N,C,h,w] or [N,T,C]");
    }
}

std::int64_t channels_of(const at::Tensor& features, FeatureForm form) {
    return features.size(form == FeatureForm::map ? 1 : features.dim() - 1);
}

/// Cuts one graph and shows on the probe that the parts make up the whole.
class Splitter {
public:
    Splitter(const TorchModule& module, const at::Tensor& images, at::Tensor expected)
        : graph_(module), images_(images), expected_(std::move(expected)) {}

    /// Nothing in the result is shown yet to be right when this throws.
    SplitModule split() {
        SplitModule split;
        std::size_t last = 0;
        if (const auto classifier = find_classifier(graph_)) {
            split.classifier = classifier->name;
            split.classes = classifier->classes;
            last = classifier->end;
        }
        const bool is_cut = last > 0;
        last = open_large_children(graph_, is_cut ? last : graph_.boundaries().size());
        std::vector<std::size_t> ends = stage_ends(graph_, last);
        const std::map<std::size_t, at::Tensor> passing = drop_unfit(ends);
        const at::Tensor& features = passing.at(last);
        if (is_cut) expect_the_rest(last, features);
        const std::size_t first = ends.size() > 1 ? ends[ends.size() - 2] : 0;
        ends.back() = last_before_pooling({first, last}, passing.at(first), features, split);
        name_stages(ends, split);
        expect_chain(split, features);
        return split;
    }

private:
    at::Tensor part(std::size_t first, std::size_t last, const at::Tensor& input) const {
        return run(StageMaker(graph_).make(first, last), input);
    }

    /// The classifier's part on the features gives the module's own output.
    void expect_the_rest(std::size_t last, const at::Tensor& features) const {
        if (!agree(part(last, graph_.boundaries().size(), features.clone()), expected_))
            throw DataError("without its classifier it computes something else");
    }

    /// Drops ends where images are not the first axis, and those whose tensor the next part changes in place. Returns
    /// what passes at the ends, the beginning and the last one included.
    std::map<std::size_t, at::Tensor> drop_unfit(std::vector<std::size_t>& ends) const {
        std::map<std::size_t, at::Tensor> passing;
        std::set<std::size_t> unfit;
        std::size_t first = 0;
        at::Tensor both = images_.clone(), one = images_.narrow(0, 0, 1).clone();
        for (const std::size_t end : ends) {
            const at::Tensor before = passing[first] = both.clone();
            const at::Tensor next = part(first, end, both), next_of_one = part(first, end, one);
            if (!at::equal(both, before)) unfit.insert(first);
            if (next.dim() < 2 || next.size(0) != 2 || !agree(next.narrow(0, 0, 1), next_of_one)) unfit.insert(end);
            both = next;
            one = next_of_one;
            first = end;
        }
        passing[first] = both.clone();
        unfit.erase(ends.back());
        std::erase_if(ends, [&](std::size_t end) { return unfit.contains(end); });
        return passing;
    }

    /// Where the last stage ends when graft's own pooling makes the same vector of what is there; else at the features.
    /// @param stage it begins after the first end, where `input` passes, and ends at the second, at the features
    std::size_t last_before_pooling(std::pair<std::size_t, std::size_t> stage, const at::Tensor& input,
                                    const at::Tensor& features, SplitModule& split) const {
        const auto [first, last] = stage;
        const at::Tensor vector = features.dim() == 4 ? features.flatten(1) : features;
        std::size_t earliest = last;
        while (earliest > first + 1 && !has_parameters(graph_, earliest)) --earliest;
        if (vector.dim() == 2) {
            at::Tensor value = input.clone();
            for (std::size_t begin = first, end = earliest; end <= last; begin = end++) {
                value = part(begin, end, value);
                if (value.dim() != 3 && value.dim() != 4) continue;
                const FeatureForm form = value.dim() == 4 ? FeatureForm::map : FeatureForm::tokens;
                if (!agree(run(make_pooling(Pooling::avg, form), value), vector)) continue;
                split.form = form;
                split.channels = channels_of(value, form);
                return end;
            }
        }
        split.form = form_of(features, "");
        split.channels = channels_of(features, split.form);
        return last;
    }

    void name_stages(const std::vector<std::size_t>& ends, SplitModule& split) const {
        StageMaker maker(graph_);
        std::size_t first = 0;
        for (const std::size_t end : ends) {
            std::string name = name_of_part(graph_, first, end);
            if (name.empty() || ends.size() == 1) name = "network";
            const auto has_it = [&](const auto& stage) { return stage.first == name; };
            while (kTaken.contains(name) || std::ranges::any_of(split.stages, has_it)) name += "_";
            split.stages.emplace_back(name, maker.make(first, end));
            first = end;
        }
        if (ends.size() == 1)
            split.whole_because = "nowhere between two of its parts does everything pass through one tensor";
    }

    void expect_chain(const SplitModule& split, const at::Tensor& features) const {
        at::Tensor value = images_.clone();
        for (const auto& [name, stage] : split.stages) value = run(stage, value);
        const at::Tensor vector = value.sizes() == features.sizes()
                                      ? value
                                      : run(make_pooling(Pooling::avg, split.form), value).reshape(features.sizes());
        if (!agree(vector, features)) throw DataError("stage by stage it computes something else");
        if (split.classifier.empty() && !agree(features, expected_))
            throw DataError("as a chain it computes something else");
    }

    ForwardGraph graph_;
    at::Tensor images_, expected_;
};

/// One thread for the calling thread, while it lives: on cores that others keep busy, threads that wait for each other
/// take ten times as long for the few pictures of a probe.
class OneThread {
public:
    OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
    ~OneThread() { at::set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    int before_;
};

/// The module as one stage, its output as the feature.
SplitModule whole(const TorchModule& module, const at::Tensor& output, const std::string& file, std::string because) {
    SplitModule split{.stages = {{"network", module}}, .form = form_of(output, file)};
    split.channels = channels_of(output, split.form);
    split.whole_because = std::move(because);
    return split;
}

}  // namespace

SplitModule split_module(const TorchModule& module, const at::Tensor& images, const std::string& file) {
    const at::NoGradGuard no_grad;
    const OneThread one_thread;
    const torch::jit::GraphOptimizerEnabledGuard plain(false);  // a few runs each are not worth optimising for
    const at::Tensor expected = expected_output(module, images, file);
    if (module.parameters().size() == 0)
        return whole(module, expected, file, "it was frozen: its weights are constants");
    try {
        return Splitter(module, images, expected).split();
    } catch (const std::exception& error) {
        return whole(module, expected, file, cause_in(error.what()));
    }
}

}  // namespace graft
