/// @file
/// The built-in optimizers against torch.optim: golden/optimizers.json, written by golden/optimizer_goldens.py.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "train/separable_images.hpp"

namespace graft {
namespace {

/// f(1), f(2), …
template <class Function>
at::Tensor tensor_of(std::size_t count, Function f) {
    const at::Tensor tensor = at::empty({static_cast<std::int64_t>(count)});
    for (std::size_t i = 0; i < count; ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(f(static_cast<double>(i + 1)));
    return tensor;
}

TEST(OptimizerGolden, EveryStepIsTheOneOfTorchOptim) {
    const Json golden = parse_json_file(std::filesystem::path(GRAFT_TEST_DIR) / "golden" / "optimizers.json");
    std::set<std::string> names;
    for (const Json& entry : golden.at("cases")) {
        const auto name = entry.at("name").get<std::string>();
        names.insert(name);
        const auto path = entry.at("path").get<std::vector<std::vector<double>>>();
        at::Tensor parameter = tensor_of(path.front().size(), [](double i) { return std::sin(i); });
        parameter.requires_grad_(true);
        const auto optimizer = build_optimizer(name, entry.at("options"), {parameter});
        for (std::size_t step = 0; step < path.size(); ++step) {
            const auto t = static_cast<double>(step + 1);
            parameter.mutable_grad() = tensor_of(path[step].size(), [&](double i) { return std::cos(0.7 * i * t); });
            optimizer->step();
            for (std::size_t i = 0; i < path[step].size(); ++i)
                EXPECT_NEAR(parameter[static_cast<std::int64_t>(i)].item<double>(), path[step][i], 2e-6)
                    << name << " " << entry.at("options") << ", step " << t << ", parameter " << i;
        }
    }
    const std::vector<std::string> known = builtin_optimizers().names();
    EXPECT_EQ(names, std::set<std::string>(known.begin(), known.end())) << "an optimizer has no golden numbers";
}

}  // namespace
}  // namespace graft
