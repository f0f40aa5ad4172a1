#include "run/batch_sizes.hpp"

#include <algorithm>
#include <bit>
#include <exception>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/torch_device.hpp"
#include "train/largest_batch.hpp"

namespace graft {
namespace {

bool is_open(const Phase& phase) { return !phase.options.batch_size; }

/// As the run wrote them when it began.
std::vector<std::int64_t> kept_sizes(const std::filesystem::path& file, std::size_t phases) {
    try {
        const auto sizes = parse_json_file(file).get<std::vector<std::int64_t>>();
        if (sizes.size() == phases && std::ranges::all_of(sizes, [](std::int64_t size) { return size >= 1; }))
            return sizes;
    } catch (const std::exception&) {  // told below
    }
    throw DataError(format_text(
        "{}: is missing or damaged: expected a list of {}, with which the run began; begin it anew (--overwrite)", file,
        count_of(phases, "batch size")));
}

}  // namespace

std::int64_t largest_sensible_batch(std::size_t training_images) {
    constexpr std::size_t kLeast = 2, kMost = 1024, kStepsInAnEpoch = 10;
    return static_cast<std::int64_t>(std::bit_floor(std::clamp(training_images / kStepsInAnEpoch, kLeast, kMost)));
}

void choose_batch_sizes(std::vector<Phase>& phases, const RunOptions& options, std::size_t training_images,
                        const RunFolder& folder, Reporter& reporter) {
    const KeptBatchSizes kept{folder.batch_sizes(), folder.resumes()};
    const Device device = device_of(options).device;
    if (device.kind == DeviceKind::cpu) return choose_batch_sizes(phases, nullptr, kept, reporter);
    const auto measure = [&](const Phase& phase) {
        return largest_batch(phase.model.scion,
                             {.feature_shape = phase.model.feature_shape,
                              .precision = options.training.precision,
                              .depth = phase.stochastic_depth},
                             torch_device(device), largest_sensible_batch(training_images));
    };
    choose_batch_sizes(phases, measure, kept, reporter);
}

void choose_batch_sizes(std::vector<Phase>& phases, const std::function<std::int64_t(const Phase&)>& measure,
                        const KeptBatchSizes& kept, Reporter& reporter) {
    if (std::ranges::none_of(phases, is_open)) return;
    std::vector<std::int64_t> sizes;
    if (kept.are_there) {
        sizes = kept_sizes(kept.file, phases.size());
    } else {
        for (const Phase& phase : phases)
            sizes.push_back(is_open(phase) && measure && !phase.model.trained_stages.empty()
                                ? measure(phase)
                                : batch_size_of(phase.options));
        write_file(kept.file, pretty(Json(sizes)));
    }
    for (std::size_t i = 0; i < phases.size(); ++i) {
        if (!is_open(phases[i])) continue;
        phases[i].options.batch_size = sizes[i];
        reporter.note(
            format_text("phase {}: batches of {}", i + 1, count_of(static_cast<std::uint64_t>(sizes[i]), "image")));
    }
}

}  // namespace graft
