/// @file
/// Writes scalars to an event file that TensorBoard reads.
///
/// Three messages of TensorFlow's event.proto and summary.proto, and the record framing of
/// tensorflow/core/lib/io/record_writer.h. The messages are written by protozero: protobuf itself cannot be linked,
/// because LibTorch brings clashing headers of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

using Scalars = std::vector<std::pair<std::string, double>>;  ///< tag and value; stored as float32

/// The serialised `Event` messages. `wall_seconds` counts from 1970.
[[nodiscard]] std::string version_event(double wall_seconds);
/// Tells readers to forget what earlier files of the folder hold from this step on.
[[nodiscard]] std::string session_start_event(std::int64_t step, double wall_seconds);
[[nodiscard]] std::string scalars_event(const Scalars& scalars, std::int64_t step, double wall_seconds);

/// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4; zlib and OpenSSL have other polynomials only.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// `payload` as a TFRecord: length (u64), masked checksum of the length (u32), payload, masked checksum of it (u32),
/// all little-endian.
[[nodiscard]] std::string framed(std::string_view payload);

/// A new event file. Unlike the other files of a run it grows in place: TensorBoard keeps it open and follows it, and
/// ignores a record that a crash has cut short.
class EventFile {
public:
    /// Creates `folder`/events.out.tfevents.<seconds>.<host>.<process>.<count>. `first_step` is the step with which
    /// it begins, later than 0 after a resume. Throws Error naming the file.
    EventFile(const std::filesystem::path& folder, std::int64_t first_step, double wall_seconds);

    /// Appends the scalars of one step and hands them to the system. Throws Error when that fails.
    void add(const Scalars& scalars, std::int64_t step, double wall_seconds);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    void append(std::string_view event);

    std::filesystem::path path_;
    std::ofstream out_;
};

}  // namespace graft
