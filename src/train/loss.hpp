/// @file
/// What training minimises. One file each in train/losses/, one line each in train/losses/builtin_losses.inc.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.hpp"
#include "core/registry.hpp"

namespace graft {

/// (class scores float32 [N,K], labels int64 [N]) -> mean loss, a scalar with gradient.
using Loss = std::function<at::Tensor(const at::Tensor& scores, const at::Tensor& labels)>;

/// The written options of a loss.
class LossSpec {
public:
    virtual ~LossSpec() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    virtual void describe(Fields& fields) = 0;
    /// @param counts training images of each class
    /// @throws ConfigError when the options do not fit the classes
    [[nodiscard]] virtual Loss build(std::span<const std::string> classes,
                                     std::span<const std::int64_t> counts) const = 0;
};

struct LossRow {
    std::string name, summary;
    std::function<std::shared_ptr<LossSpec>()> make;
};

/// The losses that graft brings.
[[nodiscard]] const Registry<LossRow>& builtin_losses();

}  // namespace graft
