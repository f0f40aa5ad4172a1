/// Are features deeper than memory? Appends generated rows, opens the space again and reads a part of it in random
/// order; prints times and the peak of resident memory as one line of JSON.
///
/// usage: graft_million_features FOLDER [ROWS [float16]]
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string_view>

#include "config/json.hpp"
#include "core/hash.hpp"
#include "core/random.hpp"
#include "features/feature_space.hpp"
#include "graft/core/errors.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFloats = 2048;
constexpr std::uint64_t kRowsRead = 100'000;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double peak_memory_mb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

graft::Fingerprint key_of(std::uint64_t number) {
    return graft::fingerprint({reinterpret_cast<const char*>(&number), sizeof number});
}

/// A row that tells its number apart from every other, also in float16.
void generate(std::uint64_t number, std::array<float, kFloats>& row) {
    for (std::size_t i = 0; i < kFloats; ++i) row[i] = static_cast<float>((number >> (i % 24)) & 1);
}

void append_rows(const std::filesystem::path& folder, std::uint64_t rows, graft::FeatureType type) {
    graft::FeatureSpace space(folder, kFloats, type);
    std::array<float, kFloats> row{};
    for (std::uint64_t number = 0; number < rows; ++number) {
        generate(number, row);
        space.append(key_of(number), row);
    }
}

void read_rows(graft::FeatureSpace& space, std::uint64_t rows) {
    graft::Rng rng(1);
    std::array<float, kFloats> row{}, expected{};
    for (std::uint64_t i = 0; i < std::min(rows, kRowsRead); ++i) {
        const std::uint64_t number = rng.below(rows);
        const auto place = space.find(key_of(number));
        if (!place) throw graft::Error("row " + std::to_string(number) + " is lost");
        space.read(*place, row);
        generate(number, expected);
        if (row != expected) throw graft::Error("row " + std::to_string(number) + " holds other numbers");
    }
}

void run(const std::filesystem::path& folder, std::uint64_t rows, graft::FeatureType type) {
    const double before = peak_memory_mb();
    auto mark = Clock::now();
    append_rows(folder, rows, type);
    const double append = seconds_since(std::exchange(mark, Clock::now()));
    graft::FeatureSpace space(folder, kFloats, type);
    const double reopen = seconds_since(std::exchange(mark, Clock::now()));
    read_rows(space, rows);
    const graft::Json result = {{"rows", rows},
                                {"gigabytes", static_cast<double>(rows * graft::row_bytes(kFloats, type)) / 1e9},
                                {"append_seconds", append},
                                {"reopen_seconds", reopen},
                                {"rows_read", std::min(rows, kRowsRead)},
                                {"read_seconds", seconds_since(mark)},
                                {"start_memory_mb", before},
                                {"peak_memory_mb", peak_memory_mb()}};
    std::cout << result.dump() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 4) {
        std::cerr << "usage: graft_million_features FOLDER [ROWS [float16]]\n";
        return 2;
    }
    try {
        const bool half = argc > 3 && std::string_view(argv[3]) == "float16";
        run(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000,
            half ? graft::FeatureType::float16 : graft::FeatureType::float32);
    } catch (const std::exception& error) {
        std::cerr << "graft_million_features: " << error.what() << "\n";
        return 1;
    }
}
