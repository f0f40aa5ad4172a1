/// @file
/// Pictures of three classes that differ in colour, and everything needed to train on them: real files, the real
/// pass over them, a trunk that averages each channel.
#pragma once

#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/optim/optimizer.h>

#include <filesystem>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <utility>
#include <vector>

#include "config/read.hpp"
#include "features/features.hpp"
#include "network/head.hpp"
#include "network/network_input.hpp"
#include "train/fake_control.hpp"
#include "train/trainer.hpp"

namespace graft {

/// A built-in optimizer with the given options, over one group.
inline std::shared_ptr<torch::optim::Optimizer> build_optimizer(const std::string& name, const Json& options,
                                                                const std::vector<at::Tensor>& parameters) {
    return plugin_with(builtin_optimizers(), name, options).build({{.name = "head", .parameters = parameters}});
}

/// Files in `folder`, each a noisy picture of its class's colour.
inline std::vector<Sample> coloured_pictures(const std::filesystem::path& folder, std::int64_t per_class) {
    std::vector<Sample> samples;
    Rng rng(1);
    for (std::int64_t i = 0; i < 3 * per_class; ++i) {
        cv::Mat picture(32, 32, CV_8UC3);
        for (auto pixel = picture.begin<cv::Vec3b>(); pixel != picture.end<cv::Vec3b>(); ++pixel)
            for (int channel = 0; channel < 3; ++channel)
                (*pixel)[channel] = static_cast<uchar>(rng.below(128) + (channel == i % 3 ? 100 : 0));
        const std::string name = std::to_string(i) + ".png";
        cv::imwrite((folder / name).string(), picture);
        samples.push_back({.file = folder / name, .name = name, .label = i % 3, .id = static_cast<std::uint64_t>(i)});
    }
    return samples;
}

/// All that one phase of training takes. Two values, so that a test can change either.
struct WholeTraining {
    TrainingParts run;
    PhaseParts phase;
};

/// A training on such pictures, put together anew for every call of parts().
class SeparableTraining {
public:
    explicit SeparableTraining(std::filesystem::path folder, std::int64_t per_class = 8)
        : folder_(std::move(folder)), samples_(coloured_pictures(folder_, per_class)) {
        preprocessing_.height = preprocessing_.width = 32;
        renderer_ = std::make_shared<ViewRenderer>(preprocessing_, AugmentationOptions{}, 0);
        trunk_ =
            make_inference(make_function("Mean", "torch.mean(x / 255.0 - 0.3, [2, 3])"), example_input(preprocessing_));
    }

    HeadOptions head{.hidden = {8}};
    std::string optimizer = "adam";
    Json optimizer_options = {{"learning_rate", 0.02}};
    std::stop_source stop;

    /// A fresh model and optimizer, from the same seed every time.
    [[nodiscard]] WholeTraining parts() {
        Rng rng(5);
        TorchModule scion = make_chain("Scion", {{"head", make_head(head, 3, 3, rng)}});
        std::vector<at::Tensor> parameters;
        for (at::Tensor parameter : scion.parameters()) parameters.push_back(parameter.requires_grad_(true));
        train_ = features();
        validation_ = features();
        const std::shared_ptr<const Task> task =
            builtin_tasks().find("classification")->make().build({.classes = {"blue", "green", "red"}});
        WholeTraining parts;
        parts.run = {.task = task,
                     .metrics = choose_metrics(*task, {}, builtin_metrics()),
                     .loss = builtin_losses()
                                 .find("cross_entropy")
                                 ->make()
                                 .build({.outputs = task->outputs(), .counts = task->counts(samples_)}),
                     .weights = scion,
                     .callbacks = {},
                     .has_validation = true,
                     .save_model = [](const std::filesystem::path&) {},
                     .on_history = {},
                     .checkpoint = checkpoint(),
                     .run_identity = {{"name", "this run"}}};
        parts.phase = {.scion = scion,
                       .train = {train_.get(), task->targets(samples_)},
                       .validation = TrainingSet{validation_.get(), task->targets(samples_)},
                       .groups = {"head"},
                       .optimizer = build_optimizer(optimizer, optimizer_options, parameters)};
        return parts;
    }

    [[nodiscard]] std::filesystem::path checkpoint() const { return folder_ / "checkpoint" / "last.pt"; }

private:
    [[nodiscard]] std::unique_ptr<Features> features() const {
        return std::make_unique<Features>(samples_, 0, std::vector<std::int64_t>{3},
                                          FeaturePass(renderer_, trunk_, {1, stop.get_token()}));
    }

    std::filesystem::path folder_;
    std::vector<Sample> samples_;
    Preprocessing preprocessing_;
    std::shared_ptr<const ViewRenderer> renderer_;
    std::shared_ptr<const Inference> trunk_;
    std::unique_ptr<Features> train_, validation_;
};

}  // namespace graft
