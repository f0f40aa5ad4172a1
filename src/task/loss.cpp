#include "task/loss.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "core/names.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

const Registry<LossRow>& builtin_losses() {
    static const Registry<LossRow> table{
#define GRAFT_LOSS(name) name##_row(),
#include "task/losses/builtin_losses.inc"
#undef GRAFT_LOSS
    };
    return table;
}

at::Tensor weights_by_class(const std::map<std::string, double>& weights, const std::vector<std::string>& classes,
                            const std::string& key) {
    const std::string at = "/training/loss/" + key;
    std::vector<std::string> problems;
    std::vector<float> values;
    for (const std::string& name : classes) {
        const auto entry = weights.find(name);
        if (entry == weights.end())
            problems.push_back(format_text("{}: has no weight for the class \"{}\"", at, name));
        else
            values.push_back(static_cast<float>(entry->second));
    }
    for (const auto& [name, weight] : weights)
        if (std::ranges::find(classes, name) == classes.end())
            problems.push_back(format_text("{}/{}: there is no such class{}", at, name, did_you_mean(name, classes)));
    if (!problems.empty()) throw ConfigError(problems);
    return at::tensor(values);
}

}  // namespace graft
