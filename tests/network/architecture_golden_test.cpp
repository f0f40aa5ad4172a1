/// @file
/// graft's definitions against the published ones, from tests/golden/architecture_goldens.py and
/// hugging_face_goldens.py: the same names, the same
/// parameters, and the same outputs of every stage. Weights come from a formula, by name.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "config/json.hpp"
#include "inference/fused_inference.hpp"
#include "network/head.hpp"
#include "network/load_state.hpp"

namespace graft {
namespace {

constexpr double kTolerance = 1e-4;  // relative to the largest value of the golden tensor

std::uint64_t first_seed(std::string_view name) {  // FNV-1a
    std::uint64_t seed = 0xCBF29CE484222325;
    for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return seed;
}

/// values() of the script.
at::Tensor formula(const std::string& name, at::IntArrayRef shape, double gain) {
    std::vector<std::int64_t> sizes;
    std::ranges::copy_if(shape, std::back_inserter(sizes), [](std::int64_t size) { return size != 1; });
    const at::Tensor tensor = at::empty(shape);
    double scale = 0.5, offset = 1;
    if (sizes.size() > 1) {
        scale = gain / std::sqrt(static_cast<double>(tensor.numel() / sizes.front()));
        offset = 0;
    } else if (name.ends_with("bias") || name.ends_with("running_mean")) {
        scale = 0.1;
        offset = 0;
    }
    std::uint64_t state = first_seed(name);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {  // splitmix64
        std::uint64_t z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        values[i] = static_cast<float>((static_cast<double>(z >> 40) / (1 << 23) - 1) * scale + offset);
    }
    return tensor;
}

at::Tensor formula_input(const Json& golden) {
    const std::int64_t height = golden["input"][0], width = golden["input"][1];
    return formula("input", {2 * 3 * height * width}, 0).sub(1).mul(4).reshape({2, 3, height, width});
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

/// A state dict with every name of the published definition. Names that are not known here, the classifier's among
/// them, are tensors of one element.
StateDict published_state(const Json& golden, const Architecture& architecture) {
    const TargetTensors tensors = tensors_of(architecture);
    StateDict state;
    for (const auto& [leaves, modules] : golden["names"].items())
        for (const std::string& module : words(modules))
            for (const std::string& leaf : words(leaves)) {
                const std::string name = module == "." ? leaf : module + "." + leaf;
                const RowShare share = row_share(own_name(architecture, name));
                const auto here = tensors.find(share.name);
                const std::vector<std::int64_t> shape =
                    here == tensors.end() ? std::vector<std::int64_t>{1} : rows_of(here->second, share).sizes().vec();
                state.entries.push_back({name, formula(name, shape, golden["gain"])});
            }
    return state;
}

void expect_samples(const Json& golden, const at::Tensor& found, double scale, const std::string& what) {
    const at::Tensor flat = found.contiguous().flatten();
    const auto count = static_cast<std::int64_t>(golden.size());
    for (std::int64_t i = 0; i < count; ++i)
        EXPECT_NEAR(flat[i * (flat.numel() - 1) / (count - 1)].item<double>(), golden[static_cast<std::size_t>(i)],
                    kTolerance * scale)
            << what << ", sample " << i;
}

void expect_facts(const Json& golden, const at::Tensor& found, const std::string& what) {
    ASSERT_EQ(found.sizes().vec(), golden["shape"].get<std::vector<std::int64_t>>()) << what;
    const double largest = golden["largest"];
    EXPECT_NEAR(found.mean(at::kDouble).item<double>(), golden["mean"], kTolerance * largest) << what;
    EXPECT_NEAR(found.abs().max().item<double>(), largest, kTolerance * largest) << what;
    expect_samples(golden["samples"], found, largest, what);
}

const Json& goldens() {
    static const Json all = [] {
        const std::filesystem::path folder = std::filesystem::path(GRAFT_TEST_DIR) / "golden";
        Json definitions = parse_json_file(folder / "architectures.json");
        for (const Json& golden : parse_json_file(folder / "hugging_face.json")) definitions.push_back(golden);
        return definitions;
    }();
    return all;
}

class EveryArchitectureGolden : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override { use_one_thread_here(); }  // small inputs: threads would wait for each other

    /// The published definitions of the architecture.
    [[nodiscard]] std::vector<Json> definitions() const {
        std::vector<Json> found;
        for (const Json& golden : goldens())
            if (golden["architecture"] == GetParam()) found.push_back(golden);
        return found;
    }
    [[nodiscard]] Architecture make(const Json& golden) const {
        return builtin_architectures().find(GetParam())->make(golden["input"][0], golden["input"][1]);
    }
};

TEST_P(EveryArchitectureGolden, ComputesWhatThePublishedDefinitionsCompute) {
    ASSERT_FALSE(definitions().empty()) << "add it to tests/golden/architecture_goldens.py";
    for (const Json& golden : definitions()) {
        SCOPED_TRACE(golden["published_by"].get<std::string>());
        Architecture architecture = make(golden);
        const LoadReport report = load_state(architecture, published_state(golden, architecture));
        ASSERT_TRUE(report.complete()) << explain(report, "the published names", GetParam());
        ASSERT_EQ(architecture.stages.size(), golden["stages"].size());
        const c10::InferenceMode inference;
        at::Tensor value = formula_input(golden);
        for (std::size_t i = 0; i < architecture.stages.size(); ++i) {
            auto& [name, stage] = architecture.stages[i];
            stage.eval();
            value = stage.forward({value}).toTensor();
            expect_facts(golden["stages"][i], value, name);
        }
        value = make_pooling(Pooling::avg, architecture.form).forward({value}).toTensor();
        for (auto& [name, module] : architecture.after_pooling) value = module.forward({value}).toTensor();
        expect_facts(golden["features"], value, "features");
    }
}

TEST_P(EveryArchitectureGolden, HasThePublishedNumberOfParameters) {
    for (const Json& golden : definitions()) {
        const Architecture architecture = make(golden);
        std::int64_t count = 0;
        for (const NamedModules* parts : {&architecture.stages, &architecture.after_pooling})
            for (const auto& [name, module] : *parts)
                for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
        EXPECT_EQ(count, golden["parameters"].get<std::int64_t>());
    }
}

/// The momentum of a batch norm shows in what one batch makes of its moving statistics.
TEST_P(EveryArchitectureGolden, MovesTheFirstBatchNormAsThePublishedDefinitionsDo) {
    for (const Json& golden : definitions()) {
        const Json& moved = golden["first_norm_after_one_batch"];
        if (moved.is_null()) continue;  // no batch norm in the first stage
        Architecture architecture = make(golden);
        ASSERT_TRUE(load_state(architecture, published_state(golden, architecture)).complete());
        TorchModule& stage = architecture.stages.front().second;
        stage.train();
        const at::NoGradGuard no_grad;
        stage.forward({formula_input(golden)});
        for (const char* statistic : {"running_mean", "running_var"})
            for (const auto& buffer : stage.named_buffers())
                if (buffer.name.ends_with(statistic)) {
                    expect_samples(moved[statistic], buffer.value, 1, statistic);
                    break;
                }
    }
}

INSTANTIATE_TEST_SUITE_P(Architectures, EveryArchitectureGolden, testing::ValuesIn(builtin_architectures().names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace graft
