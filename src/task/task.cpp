#include "task/task.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace graft {

const Registry<TaskRow>& builtin_tasks() {
    static const Registry<TaskRow> table{
#define GRAFT_TASK(name) name##_row(),
#include "task/tasks/builtin_tasks.inc"
#undef GRAFT_TASK
    };
    return table;
}

at::Tensor values_of(std::span<const Sample> samples, std::size_t outputs) {
    at::Tensor values = at::empty({std::ssize(samples), static_cast<std::int64_t>(outputs)});  // [N,K]
    float* row = values.data_ptr<float>();
    for (const Sample& sample : samples) row = std::ranges::copy(sample.values, row).out;
    return values;
}

std::vector<std::int64_t> known_values(std::span<const Sample> samples, std::size_t outputs) {
    std::vector<std::int64_t> counts(outputs);
    for (const Sample& sample : samples)
        for (std::size_t k = 0; k < outputs; ++k) counts[k] += std::isnan(sample.values[k]) ? 0 : 1;
    return counts;
}

}  // namespace graft
