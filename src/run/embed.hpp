/// @file
/// Vectors of pictures: what a frozen network makes of them before any head.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "data/list/list_options.hpp"
#include "graft/core/reporter.hpp"
#include "graft/run/train.hpp"
#include "image/decode/decode.hpp"
#include "image/preprocessing.hpp"
#include "inference/inference.hpp"

namespace graft {

/// A network that gives each picture a vector.
struct Embedder {
    std::shared_ptr<const Inference> network;  ///< float32 [N,3,H,W], RGB, 0..255 -> float32 [N,C]
    Preprocessing preprocessing;
    std::int64_t length = 0;  ///< C
    Json features;            ///< which features of the cache its vectors are; null: none
    std::string not_kept_because = {};
    ListOptions list = {};         ///< how lists are read, where a model remembers it of its own
    std::string device_note = {};  ///< as of ChosenDevice
};

/// @param source a model that graft has trained (all of it but its head), a weights file, the name of weights, or that
///        of an architecture, whose usual weights are meant
/// @param device as device_named()
/// @throws ConfigError where there is none of these; DataError for files that cannot be used; as fetch_weights
[[nodiscard]] Embedder load_embedder(const std::string& source, MissingWeights missing, const std::stop_token& stop,
                                     Reporter& reporter, std::string_view device = "cpu");

/// The vector of one image, or why there is none.
struct Embedding {
    std::vector<float> values;  ///< [C]; empty when `error` is not
    std::string error;
};

class KeptVectors;

struct EmbedOptions {
    std::size_t workers = 0;  ///< 0: one per core
    std::int64_t max_pixels = kDefaultMaxPixels;
    std::stop_token stop;
    KeptVectors* kept = nullptr;  ///< where vectors are looked for and kept
};

/// Hands the vectors over in order, on the calling thread. @return how many: all, or fewer when a stop was requested
std::size_t embed_files(const Embedder& embedder, std::span<const std::filesystem::path> images,
                        const EmbedOptions& options,
                        const std::function<void(std::size_t index, const Embedding&)>& consume);

/// The cosine of the angle between two vectors of one length; 0 where one of them is 0.
[[nodiscard]] double cosine_similarity(std::span<const float> a, std::span<const float> b);

}  // namespace graft
