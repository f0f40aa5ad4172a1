#include "run/batch_sizes.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/torch_device.hpp"
#include "train/largest_batch.hpp"

namespace graft {
namespace {

bool is_open(const Phase& phase) { return !phase.options.batch_size; }

std::int64_t kept_size(const Json& kept, std::size_t phase, const std::filesystem::path& file) {
    const bool is_there = kept.is_array() && phase < kept.size() && kept[phase].is_number_unsigned();
    const std::int64_t size = is_there ? kept[phase].get<std::int64_t>() : 0;
    if (size < 1) throw DataError(format_text("{}: is damaged: expected the batch size of each phase", file));
    return size;
}

}  // namespace

std::int64_t largest_sensible_batch(std::size_t training_images) {
    constexpr std::size_t kLeast = 2, kMost = 1024, kStepsInAnEpoch = 10;
    return static_cast<std::int64_t>(std::bit_floor(std::clamp(training_images / kStepsInAnEpoch, kLeast, kMost)));
}

void choose_batch_sizes(std::vector<Phase>& phases, const RunOptions& options, std::size_t training_images,
                        const std::filesystem::path& file, Reporter& reporter) {
    const Device device = device_of(options).device;
    if (device.kind == DeviceKind::cpu) return choose_batch_sizes(phases, nullptr, file, reporter);
    const auto measure = [&](const Phase& phase) {
        return largest_batch(phase.model.scion,
                             {.feature_shape = phase.model.feature_shape,
                              .precision = options.training.precision,
                              .depth = phase.stochastic_depth},
                             torch_device(device), largest_sensible_batch(training_images));
    };
    choose_batch_sizes(phases, measure, file, reporter);
}

void choose_batch_sizes(std::vector<Phase>& phases, const std::function<std::int64_t(const Phase&)>& measure,
                        const std::filesystem::path& file, Reporter& reporter) {
    if (std::ranges::none_of(phases, is_open)) return;
    const bool is_kept = std::filesystem::exists(file);
    const Json kept = is_kept ? parse_json_file(file) : Json();
    Json sizes = Json::array();
    for (std::size_t i = 0; i < phases.size(); ++i) {
        Phase& phase = phases[i];
        if (is_open(phase)) {
            const bool is_limited = measure && !phase.model.trained_stages.empty();
            phase.options.batch_size = is_kept      ? kept_size(kept, i, file)
                                       : is_limited ? measure(phase)
                                                    : kUsualBatchSize;
            reporter.note(format_text("phase {}: batches of {}", i + 1,
                                      count_of(static_cast<std::uint64_t>(*phase.options.batch_size), "image")));
        }
        sizes.push_back(*phase.options.batch_size);
    }
    if (!is_kept) write_file(file, pretty(sizes));
}

}  // namespace graft
