/// How fast the parts are that a run's time goes into (Google Benchmark).
///
/// usage: graft_kernels [--small FOLDER] [--photographs FOLDER] [Google Benchmark's options]
/// The folders hold JPEG files, of 32x32 pixels and of a camera's size, at any depth. `items_per_second` are views of
/// one core for `view`, images of all cores for `trunk`, rows for `cache` and samples for `head`.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/optim/optimizer.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <thread>

#include "core/files.hpp"
#include "features/features.hpp"
#include "graft/core/errors.hpp"
#include "image/augment/view.hpp"
#include "inference/fused_inference.hpp"
#include "inference/inference.hpp"
#include "network/grafted_model.hpp"
#include "network/network_input.hpp"
#include "train/trainer.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesPerFolder = 200;
constexpr std::size_t kFloats = 2048;  // of a feature of ResNet-50
constexpr std::size_t kBatch = 32;
constexpr std::size_t kCachedRows = 20'000;
constexpr std::size_t kEpochSamples = 100'000;
constexpr std::int64_t kClasses = 10;

int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

/// A new, empty folder; gone with the object.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string name = (fs::temp_directory_path() / "graft-kernels-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw Error(name + ": the folder cannot be made");
        path_ = name;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

// --- The data path ---------------------------------------------------------------------------------------------------

/// The classic recipe's.
AugmentationOptions classic_augmentation() {
    return {.rotation_range = 20,
            .width_shift_range = 0.2,
            .height_shift_range = 0.2,
            .shear_range = 0.2,
            .zoom_range = {0.2},
            .horizontal_flip = true};
}

std::vector<Sample> spread_samples(const fs::path& folder) {
    const std::vector<Sample> all = list_images(folder);
    if (all.empty()) throw DataError(folder.string() + ": holds no images");
    const std::size_t count = std::min(all.size(), kFilesPerFolder);
    std::vector<Sample> chosen;
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);
    return chosen;
}

/// JPEG file -> network input, `state.range(0)` views of each file.
void view(benchmark::State& state, const std::vector<Sample>& samples) {
    use_one_thread_here();
    const ViewRenderer renderer(Preprocessing{}, classic_augmentation(), 0);
    std::size_t next = 0;
    std::int64_t made = 0;
    for (auto _ : state) {
        const Sample& sample = samples[next++ % samples.size()];
        const LoadedPicture picture = renderer.load(sample);
        for (std::int64_t number = 0; number < state.range(0); ++number, ++made) {
            at::Tensor input = to_network_input(renderer.render(picture, sample, number));
            benchmark::DoNotOptimize(input.data_ptr());
        }
    }
    state.SetItemsProcessed(made);
}

/// What an operation of augmentation takes for one picture of the network's input.
void operation(benchmark::State& state, const std::string& name) {
    use_one_thread_here();
    cv::Mat picture(224, 224, CV_8UC3);
    cv::randu(picture, 0, 256);
    const Operation built = builtin_operations().find(name)->make().build({.input = picture.size()});
    const auto& change = std::get<PictureOperation>(built);
    Rng rng(1);
    for (auto _ : state) {
        cv::Mat changed = change(picture, rng);
        benchmark::DoNotOptimize(changed.data);
    }
    state.SetItemsProcessed(state.iterations());
}

/// The same of the plain warp, to compare with.
void warp(benchmark::State& state) {
    use_one_thread_here();
    cv::Mat picture(224, 224, CV_8UC3);
    cv::randu(picture, 0, 256);
    const Preprocessing preprocessing;
    const AugmentationOptions augmentation = classic_augmentation();
    Rng rng(1);
    for (auto _ : state) {
        const View drawn = draw_view(augmentation, picture.size(), rng);
        cv::Mat warped = render_view(ReducedImage{picture}, drawn, augmentation, preprocessing);
        benchmark::DoNotOptimize(warped.data);
    }
    state.SetItemsProcessed(state.iterations());
}

void network_input(benchmark::State& state) {
    use_one_thread_here();
    cv::Mat picture(224, 224, CV_8UC3);
    cv::randu(picture, 0, 256);
    for (auto _ : state) {
        at::Tensor input = to_network_input(picture);
        benchmark::DoNotOptimize(input.data_ptr());
    }
    state.SetItemsProcessed(state.iterations());
}

// --- The frozen network ----------------------------------------------------------------------------------------------

/// One network for all threads and repetitions; the first that asks compiles it.
const Inference& shared_trunk(const std::string& architecture, const InferenceOptions& options) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Inference>> trunks;
    const std::scoped_lock lock(mutex);
    auto& trunk = trunks[architecture + std::to_string(static_cast<int>(options.precision)) +
                         std::to_string(options.images_per_call)];
    if (!trunk) {
        const Preprocessing preprocessing;
        const Backbone backbone =
            load_backbone(*builtin_architectures().find(architecture), "random", 0, preprocessing);
        const GraftedModel model = graft_model(backbone, preprocessing, "all", HeadOptions{}, kClasses, 0);
        trunk = make_inference(model.trunk, example_input(preprocessing), options);
    }
    return *trunk;
}

/// One worker per core, each on a single thread, as in a run.
void trunk(benchmark::State& state, const std::string& architecture, Precision precision) {
    use_one_thread_here();
    if (precision == Precision::bfloat16 && !has_bfloat16_units()) {
        state.SkipWithError("this processor has no bfloat16 units");
        return;
    }
    const Inference* network = nullptr;
    try {
        network = &shared_trunk(architecture, {.precision = precision, .images_per_call = state.range(0)});
    } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
    }
    const at::Tensor input =
        example_input(Preprocessing{}).expand({state.range(0), -1, -1, -1}).contiguous(at::MemoryFormat::ChannelsLast);
    for (auto _ : state) {
        at::Tensor features = (*network)(input);
        benchmark::DoNotOptimize(features.data_ptr());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetLabel(network->engine());
}

// --- Kept features and the head --------------------------------------------------------------------------------------

void cache_read(benchmark::State& state) {
    const ScratchFolder folder;
    const auto space = FeatureSpace::temporary(folder.path(), kFloats, FeatureType::float32);
    std::vector<float> row(kFloats, 1);
    std::vector<std::uint64_t> rows;
    for (std::uint64_t number = 0; number < kCachedRows; ++number)
        rows.push_back(space->append(fingerprint({reinterpret_cast<const char*>(&number), sizeof number}), row));
    Rng rng(1);
    shuffle(std::span(rows), rng);
    std::size_t next = 0;
    for (auto _ : state) {
        at::Tensor batch = at::empty({static_cast<std::int64_t>(kBatch), static_cast<std::int64_t>(kFloats)});
        for (std::size_t i = 0; i < kBatch; ++i)
            space->read(rows[next++ % kCachedRows], {batch.data_ptr<float>() + i * kFloats, kFloats});
        benchmark::DoNotOptimize(batch.data_ptr());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

/// 2048 -> 512 -> classes, and Adam.
struct TrainedHead {
    TorchModule head;
    std::shared_ptr<torch::optim::Optimizer> optimizer;
    Loss loss;
};

TrainedHead make_trained_head() {
    Rng rng = Rng::stream(0, "head");
    TrainedHead made{.head = make_head(HeadOptions{}, kFloats, kClasses, rng)};
    std::vector<at::Tensor> parameters;
    for (at::Tensor parameter : made.head.parameters()) parameters.push_back(parameter.requires_grad_(true));
    made.optimizer = builtin_optimizers().find("adam")->make().build({{.name = "head", .parameters = parameters}});
    made.loss = builtin_losses().find("cross_entropy")->make().build({});
    return made;
}

void head_step(benchmark::State& state) {
    at::set_num_threads(cores());
    const torch::jit::GraphOptimizerEnabledGuard plain_autograd(false);  // as the trainer
    TrainedHead trained = make_trained_head();
    const at::Tensor features = at::empty({static_cast<std::int64_t>(kBatch), static_cast<std::int64_t>(kFloats)});
    features.fill_(0.5);
    const at::Tensor labels = at::empty({static_cast<std::int64_t>(kBatch)}, at::kLong).fill_(1);
    for (auto _ : state) {
        trained.optimizer->zero_grad();
        trained.loss(trained.head.forward({features}).toTensor(), labels).backward();
        trained.optimizer->step();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

/// Many samples of one small picture.
std::vector<Sample> epoch_samples(const fs::path& folder) {
    const fs::path file = folder / "picture.bmp";
    cv::imwrite(file.string(), cv::Mat(32, 32, CV_8UC3, cv::Scalar(90, 120, 150)));
    const Fingerprint content = fingerprint(read_file(file));
    std::vector<Sample> samples;
    for (std::uint64_t i = 0; i < kEpochSamples; ++i)
        samples.push_back({.file = file, .label = std::int64_t(i) % kClasses, .id = i, .content = content});
    return samples;
}

/// Whole epochs of the trainer over kept features, its checkpoint included.
void head_epoch(benchmark::State& state) {
    at::set_num_threads(cores());
    const ScratchFolder folder;
    const Preprocessing small{.height = 32, .width = 32};
    const auto rows =
        make_inference(make_function("Rows", "(x.flatten(1) * (1.0 / 255.0))[:, :" + std::to_string(kFloats) + "]"),
                       example_input(small));
    Features features(epoch_samples(folder.path()), 0, {static_cast<std::int64_t>(kFloats)},
                      FeaturePass(std::make_shared<ViewRenderer>(small, AugmentationOptions{}, 0), rows,
                                  {static_cast<std::size_t>(cores()), {}}));
    features.keep_in({nullptr, FeatureSpace::temporary(folder.path(), kFloats, FeatureType::float32)});
    SilentReporter reporter;
    features.prepare(0, reporter);
    TrainedHead trained = make_trained_head();
    std::vector<std::string> classes;
    for (std::int64_t k = 0; k < kClasses; ++k) classes.push_back(std::to_string(k));
    const std::shared_ptr<const Task> task =
        builtin_tasks().find("classification")->make().build({.classes = std::move(classes)});
    for (auto _ : state) {
        TrainingParts parts{.task = task,
                            .metrics = choose_metrics(*task, {}, builtin_metrics()),
                            .loss = trained.loss,
                            .weights = trained.head,
                            .checkpoint = folder.path() / "last.pt"};
        PhaseParts phase{.scion = trained.head,
                         .train = {&features, task->targets(features.samples())},
                         .groups = {"head"},
                         .optimizer = trained.optimizer,
                         .epochs = 1,
                         .batch_size = kBatch};
        benchmark::DoNotOptimize(train(std::move(parts), std::move(phase), {.epochs = 1}, false, reporter));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEpochSamples));
}

// --- Which of them ---------------------------------------------------------------------------------------------------

void register_views(const std::string& name, const fs::path& folder) {
    if (folder.empty()) return;
    benchmark::RegisterBenchmark(("view/" + name).c_str(),
                                 [samples = spread_samples(folder)](auto& state) { view(state, samples); })
        ->Arg(1)
        ->Arg(4)
        ->Unit(benchmark::kMicrosecond);
}

void register_all(const fs::path& small, const fs::path& photographs) {
    register_views("small", small);
    register_views("photograph", photographs);
    benchmark::RegisterBenchmark("network_input", network_input)->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("warp", warp)->Unit(benchmark::kMicrosecond);
    for (const OperationRow& row : builtin_operations())
        if (!row.takes_a_window)
            benchmark::RegisterBenchmark(("operation/" + row.name).c_str(), [name = row.name](auto& state) {
                operation(state, name);
            })->Unit(benchmark::kMicrosecond);
    for (const std::string architecture : {"resnet50", "efficientnet_lite0"})
        for (const auto& [name, precision] :
             {std::pair("float32", Precision::float32), std::pair("bfloat16", Precision::bfloat16)})
            benchmark::RegisterBenchmark(
                ("trunk/" + architecture + "/" + name).c_str(),
                [architecture, precision = precision](auto& state) { trunk(state, architecture, precision); })
                ->Arg(1)
                ->Arg(2)
                ->Arg(4)
                ->Threads(cores())
                ->UseRealTime()
                ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("cache/read", cache_read)
        ->Iterations(5000)
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("head/step", head_step)->UseRealTime()->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("head/epoch", head_epoch)->Iterations(2)->UseRealTime()->Unit(benchmark::kSecond);
}

}  // namespace
}  // namespace graft

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    std::map<std::string, std::filesystem::path> folders = {{"--small", {}}, {"--photographs", {}}};
    for (int i = 1; i < argc; i += 2) {
        if (!folders.contains(argv[i]) || i + 1 == argc) {
            std::cerr << "usage: graft_kernels [--small FOLDER] [--photographs FOLDER] [--benchmark_…]\n";
            return 2;
        }
        folders[argv[i]] = argv[i + 1];
    }
    cv::setNumThreads(1);
    try {
        graft::register_all(folders["--small"], folders["--photographs"]);
    } catch (const std::exception& error) {
        std::cerr << "graft_kernels: " << error.what() << "\n";
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
}
