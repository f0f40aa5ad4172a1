#include "run/vectors_file.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <array>

#include "config/json.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/safetensors_writer.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

std::string_view bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// Format 1.0 of NumPy: magic, version, length of the header, and the header, filled up to 64 bytes with spaces.
std::string npy_header(std::size_t rows, std::size_t columns) {
    constexpr std::size_t before = 10, alignment = 64;
    std::string header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': " + format_text("({}, {})", rows, columns) + ", }";
    header.append(alignment - (before + header.size() + 1) % alignment, ' ');
    header += '\n';
    const std::array<char, 2> length = {static_cast<char>(header.size() & 255U),
                                        static_cast<char>(header.size() >> 8U)};
    return std::string("\x93NUMPY\x01\x00", 8) + std::string(length.begin(), length.end()) + header;
}

void write_npy(const fs::path& file, const Vectors& vectors) {
    std::string names;
    for (const std::string& name : vectors.names) names += name + "\n";
    WholeFile npy(file);
    npy.write(npy_header(vectors.names.size(), vectors.length));
    npy.write(bytes_of(vectors.values));
    write_file(names_file_of(file), names);
    npy.commit();
}

void write_safetensors(const fs::path& file, const Vectors& vectors) {
    const std::array sizes = {static_cast<std::int64_t>(vectors.names.size()),
                              static_cast<std::int64_t>(vectors.length)};
    const at::Tensor tensor = at::from_blob(const_cast<float*>(vectors.values.data()), sizes, at::kFloat);  // only read
    const std::array tensors = {NamedTensor{"vectors", tensor}};
    write_file(file, safetensors_bytes(tensors, {{"names", Json(vectors.names).dump()}}));
}

void write_lines(const fs::path& file, const Vectors& vectors) {
    WholeFile lines(file);
    for (std::size_t row = 0; row < vectors.names.size(); ++row)
        lines.write(
            vector_line(vectors.names[row], std::span(vectors.values).subspan(row * vectors.length, vectors.length)));
    lines.commit();
}

}  // namespace

VectorsFormat vectors_format_of(const fs::path& file) {
    const std::string extension = file.extension().string();
    if (const auto format = enum_named<VectorsFormat>(extension.empty() ? extension : extension.substr(1)))
        return *format;
    throw ConfigError(format_text("{}: the extension says the format: expected .npy, .safetensors or .jsonl", file));
}

fs::path names_file_of(const fs::path& npy) { return fs::path(npy).replace_extension(".txt"); }

void write_vectors(const fs::path& file, const Vectors& vectors) {
    switch (vectors_format_of(file)) {
        case VectorsFormat::npy: return write_npy(file, vectors);
        case VectorsFormat::safetensors: return write_safetensors(file, vectors);
        case VectorsFormat::json_lines: return write_lines(file, vectors);
    }
}

std::string vector_line(const std::string& name, std::span<const float> values) {
    std::string line = R"({"file":)" + Json(name).dump() + R"(,"vector":[)";
    for (std::size_t i = 0; i < values.size(); ++i) line += (i == 0 ? "" : ",") + shortest(values[i]);
    return line + "]}\n";
}

}  // namespace graft
