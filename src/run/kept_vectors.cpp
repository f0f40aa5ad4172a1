#include "run/kept_vectors.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/folders.hpp"
#include "core/text.hpp"
#include "features/features.hpp"
#include "graft/core/errors.hpp"

namespace graft {

std::optional<std::vector<float>> KeptVectors::find(const Fingerprint& content) {
    const std::scoped_lock lock(mutex_);
    const std::optional<std::uint64_t> row = space_.space->find(key_of_plain_feature(content));
    if (!row) return std::nullopt;
    std::vector<float> values(length_);
    space_.space->read(*row, values);
    ++found_;
    return values;
}

void KeptVectors::keep(const Fingerprint& content, std::span<const float> values) {
    if (!keeps_) return;
    try {
        const std::scoped_lock lock(mutex_);
        space_.space->append(key_of_plain_feature(content), values);
    } catch (const Error& error) {
        keeps_ = false;
        reporter_.warn(format_text("vectors can no longer be kept: {}", error.what()));
    }
}

std::unique_ptr<KeptVectors> open_kept_vectors(const Embedder& embedder, std::size_t images, Reporter& reporter) {
    const std::filesystem::path folder = cache_folder();
    if (embedder.features.is_null() || folder.empty()) {
        reporter.note(format_text("vectors are computed, not looked for in the feature cache: {}",
                                  folder.empty() ? "there is no cache folder" : embedder.not_kept_because));
        return nullptr;
    }
    try {
        std::filesystem::create_directories(folder / "features");
        const FeatureCache cache(folder / "features");
        const auto length = static_cast<std::size_t>(embedder.length);
        LeasedSpace space = cache.open(embedder.features, length, FeatureType::float32);
        const double allowed = FeatureOptions().limit_gb * 1e9;
        const auto needed = static_cast<double>(images * row_bytes(length, FeatureType::float32));
        cache.shrink_to(static_cast<std::uint64_t>(std::max(allowed - needed, 0.0)));
        return std::make_unique<KeptVectors>(std::move(space), length, reporter);
    } catch (const std::exception& error) {
        reporter.warn(format_text("vectors are not kept: {}", error.what()));
        return nullptr;
    }
}

}  // namespace graft
