/// @file
/// Files of vectors, for NumPy, PyTorch and whatever reads JSON.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/enum_names.hpp"

namespace graft {

enum class VectorsFormat { npy, safetensors, json_lines };
template <>
inline constexpr auto enum_names<VectorsFormat> = std::to_array<std::string_view>({"npy", "safetensors", "jsonl"});

/// The format of a file, by its extension. Throws ConfigError naming the allowed ones.
[[nodiscard]] VectorsFormat vectors_format_of(const std::filesystem::path& file);

/// Rows of one length, and whose they are.
struct Vectors {
    std::size_t length = 0;
    std::vector<float> values;       ///< one row after the other
    std::vector<std::string> names;  ///< of the rows
};

/// Where the names of an .npy file's rows go, which holds numbers alone: a text file beside it, a line each.
[[nodiscard]] std::filesystem::path names_file_of(const std::filesystem::path& npy);

/// npy: float32 [N,C]. safetensors: the tensor "vectors", names as a JSON list in the metadata. jsonl: {"file",
/// "vector"} a line. Throws as write_file does.
void write_vectors(const std::filesystem::path& file, const Vectors& vectors);

/// {"file": name, "vector": […]} and a line end.
[[nodiscard]] std::string vector_line(const std::string& name, std::span<const float> values);

}  // namespace graft
