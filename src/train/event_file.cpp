#include "train/event_file.hpp"

#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <protozero/pbf_writer.hpp>
#include <system_error>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

template <class Unsigned>
std::string little_endian(Unsigned value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

/// Event { double wall_time = 1; int64 step = 2; oneof what {…} }; as in proto3, a step of 0 is not written.
/// @param field the number of `what` in it
std::string event(double wall_seconds, std::int64_t step, std::uint32_t field, const std::string& what) {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_double(1, wall_seconds);
    if (step != 0) out.add_int64(2, step);
    out.add_bytes(field, what);
    return bytes;
}

constexpr std::array<std::uint32_t, 256> crc_table() {
    constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, bits reversed
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kPolynomial : 0);
        table[byte] = rest;
    }
    return table;
}

/// Checksums of data that holds checksums are weak, so TFRecord rotates and shifts them.
std::uint32_t masked(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8U; }

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return name.data();
}

/// A path in `folder` at which there is no file yet.
std::filesystem::path new_path(const std::filesystem::path& folder, double wall_seconds) {
    const std::string stem = "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(wall_seconds)) + "." +
                             host_name() + "." + std::to_string(::getpid()) + ".";
    for (int count = 0;; ++count) {
        std::filesystem::path path = folder / (stem + std::to_string(count));
        if (!std::filesystem::exists(path)) return path;
    }
}

}  // namespace

std::string version_event(double wall_seconds) {
    return event(wall_seconds, 0, 3, "brain.Event:2");  // Event.file_version
}

std::string session_start_event(std::int64_t step, double wall_seconds) {
    std::string log;
    protozero::pbf_writer(log).add_int64(1, 1);  // Event.session_log { status: START }
    return event(wall_seconds, step, 7, log);
}

std::string scalars_event(const Scalars& scalars, std::int64_t step, double wall_seconds) {
    std::string summary;
    protozero::pbf_writer out(summary);
    for (const auto& [tag, value] : scalars) {  // Summary.value { tag = 1, simple_value = 2 }
        std::string scalar;
        protozero::pbf_writer scalar_out(scalar);
        scalar_out.add_string(1, tag);
        scalar_out.add_float(2, static_cast<float>(value));
        out.add_message(1, scalar);
    }
    return event(wall_seconds, step, 5, summary);  // Event.summary
}

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr std::array<std::uint32_t, 256> kTable = crc_table();
    std::uint32_t rest = 0xffffffff;
    for (const char byte : bytes) rest = (rest >> 8) ^ kTable[(rest ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~rest;
}

std::string framed(std::string_view payload) {
    const std::string length = little_endian(static_cast<std::uint64_t>(payload.size()));
    return length + little_endian(masked(crc32c(length))) + std::string(payload) +
           little_endian(masked(crc32c(payload)));
}

EventFile::EventFile(const std::filesystem::path& folder, std::int64_t first_step, double wall_seconds) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw Error(folder.string() + ": the folder cannot be made: " + error.message());
    path_ = new_path(folder, wall_seconds);
    out_.open(path_, std::ios::binary);
    if (!out_) throw Error(path_.string() + ": cannot be created: " + std::strerror(errno));
    append(version_event(wall_seconds));
    append(session_start_event(first_step, wall_seconds));
}

void EventFile::add(const Scalars& scalars, std::int64_t step, double wall_seconds) {
    append(scalars_event(scalars, step, wall_seconds));
}

void EventFile::append(std::string_view event) {
    const std::string record = framed(event);
    out_.write(record.data(), static_cast<std::streamsize>(record.size()));
    out_.flush();
    if (!out_) throw Error(path_.string() + ": writing failed: " + std::strerror(errno));
}

}  // namespace graft
