/// How long does a list of very many images take, and how much memory? Writes one into FOLDER, with a file for each
/// row, reads it and splits it; prints times and the peak of resident memory as one line of JSON.
///
/// usage: graft_million_rows FOLDER [ROWS [csv|jsonl]]
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "config/json.hpp"
#include "core/device.hpp"
#include "core/text.hpp"
#include "data/list/read_list.hpp"
#include "data/split.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// "photographs/0012/000012345.jpg": a thousand files a folder.
std::string name_of(std::uint64_t row) { return graft::format_text("photographs/{:04}/{:09}.jpg", row / 1000, row); }

/// Files of an earlier call are taken as they are.
std::filesystem::path write_list(const std::filesystem::path& folder, std::uint64_t rows, bool json) {
    const std::filesystem::path list = folder / (json ? "list.jsonl" : "list.csv");
    std::ofstream out(list, std::ios::binary);
    if (!json) out << "image_path,label,split\n";
    for (std::uint64_t row = 0; row < rows; ++row) {
        const std::filesystem::path file = folder / name_of(row);
        if (row % 1000 == 0) std::filesystem::create_directories(file.parent_path());
        if (!std::filesystem::exists(file)) std::ofstream(file).flush();
        const std::string label = "species " + std::to_string(row * 7919 % 1000);
        if (json)
            out << R"({"image_path":")" << name_of(row) << R"(","label":")" << label << "\"}\n";
        else
            out << name_of(row) << "," << label << ",train\n";
    }
    return list;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::cerr << "usage: graft_million_rows FOLDER [ROWS [csv|jsonl]]\n";
        return 2;
    }
    try {
        const std::uint64_t rows = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1'000'000;
        const bool json = count > 3 && std::string(arguments[3]) == "jsonl";
        const std::filesystem::path list = write_list(arguments[1], rows, json);
        const double memory_before = graft::peak_memory_mb();
        Clock::time_point start = Clock::now();
        graft::ListedImages listed = graft::read_list(list, {}, {});
        const double reading = seconds_since(start);
        start = Clock::now();
        const std::size_t samples = listed.images.samples.size();
        const graft::Split split = graft::split_samples(std::move(listed.images), {.validation_split = 0.2});
        std::cout << graft::Json{{"rows", samples},
                                 {"read_seconds", reading},
                                 {"split_seconds", seconds_since(start)},
                                 {"validation", split.validation.size()},
                                 {"memory_before_mb", memory_before},
                                 {"peak_memory_mb", graft::peak_memory_mb()}}
                         .dump()
                  << "\n";
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
