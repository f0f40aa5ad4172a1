#include "features/feature_space.hpp"

#include <ATen/ops/from_blob.h>
#include <unistd.h>
#include <zlib.h>

#include <cassert>

#include "core/descriptor.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

constexpr const char* kRows = "rows.bin";
constexpr const char* kIndex = "index.bin";

std::uint32_t checksum(std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

at::Tensor tensor_over(const void* values, std::size_t count, at::ScalarType type) {
    return at::from_blob(const_cast<void*>(values), {static_cast<std::int64_t>(count)}, type);  // only read where const
}

}  // namespace

std::uint64_t row_bytes(std::size_t floats, FeatureType type) {
    return floats * (type == FeatureType::float16 ? 2 : sizeof(float));
}

FeatureSpace::FeatureSpace(const std::filesystem::path& folder, std::size_t row_floats, FeatureType type)
    : FeatureSpace(open_or_make(folder / kRows), open_or_make(folder / kIndex), folder, row_floats, type) {}

FeatureSpace::FeatureSpace(int rows, int index, const std::filesystem::path& folder, std::size_t row_floats,
                           FeatureType type)
    : file_(folder / kRows), row_floats_(row_floats), type_(type), rows_(rows), index_(index, folder / kIndex) {}

std::unique_ptr<FeatureSpace> FeatureSpace::temporary(const std::filesystem::path& folder, std::size_t row_floats,
                                                      FeatureType type) {
    return std::unique_ptr<FeatureSpace>(
        new FeatureSpace(open_unnamed(folder), open_unnamed(folder), folder, row_floats, type));
}

FeatureSpace::~FeatureSpace() { ::close(rows_); }

std::optional<std::uint64_t> FeatureSpace::find(const Fingerprint& key) {
    const auto entry = index_.find(key);
    if (!entry) return std::nullopt;
    const auto [row, expected] = *entry;
    if (row < verified_.size() && verified_[row]) return row;
    std::vector<std::byte> bytes(row_bytes(row_floats_, type_));
    if (!read_at(rows_, row * bytes.size(), bytes, file_) || checksum(bytes) != expected) return std::nullopt;
    if (row >= verified_.size()) verified_.resize(row + 1);
    verified_[row] = true;
    return row;
}

std::uint64_t FeatureSpace::append(const Fingerprint& key, std::span<const float> values) {
    assert(values.size() == row_floats_);
    at::Tensor stored = tensor_over(values.data(), values.size(), at::kFloat);
    if (type_ == FeatureType::float16) stored = stored.to(at::kHalf);
    const std::span bytes(static_cast<const std::byte*>(stored.const_data_ptr()), stored.nbytes());
    std::uint64_t row = 0;
    {
        const ExclusiveLock lock(rows_);
        row = (size_of(rows_, file_) + bytes.size() - 1) / bytes.size();  // half a row at the end is left behind
        write_at(rows_, row * bytes.size(), bytes, file_);
    }
    index_.append(key, {row, checksum(bytes)});
    if (row >= verified_.size()) verified_.resize(row + 1);
    verified_[row] = true;
    return row;
}

void FeatureSpace::read(std::uint64_t row, std::span<float> values) const {
    assert(values.size() == row_floats_);
    const std::uint64_t size = row_bytes(row_floats_, type_);
    bool whole = false;
    if (type_ == FeatureType::float32) {
        whole = read_at(rows_, row * size, std::as_writable_bytes(values), file_);
    } else {
        std::vector<c10::Half> halves(values.size());
        whole = read_at(rows_, row * size, std::as_writable_bytes(std::span(halves)), file_);
        tensor_over(values.data(), values.size(), at::kFloat)
            .copy_(tensor_over(halves.data(), halves.size(), at::kHalf));
    }
    if (!whole) throw Error(file_.string() + ": was cut short while it was in use");
}

}  // namespace graft
