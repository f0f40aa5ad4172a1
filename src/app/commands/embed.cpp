#include "run/embed.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/image_paths.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/text.hpp"
#include "data/data_options.hpp"
#include "graft/core/errors.hpp"
#include "record/csv.hpp"
#include "run/kept_vectors.hpp"
#include "run/vectors_file.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// What both commands are told of the network and the images.
struct EmbedArguments {
    std::string source;
    std::vector<std::string> paths, exclude, list;
    OnBadImage on_bad_image = OnBadImage::fail;
    std::int64_t max_pixels = kDefaultMaxPixels;
    std::size_t workers = 0;
    std::string device = "cpu";
    bool offline = false;
};

struct SimilarArguments : EmbedArguments {
    std::string query;
    std::size_t top_k = 10;
};

struct VectorsArguments : EmbedArguments {
    std::string output;
    bool force = false;
};

Embedder embedder_of(const EmbedArguments& arguments, const Session& session, Reporter& reporter) {
    Embedder embedder =
        load_embedder(arguments.source, missing_weights(arguments.offline), session.stop, reporter, arguments.device);
    for (const std::string& note : {embedder.device_note, embedder.network->note()})
        if (!note.empty()) reporter.note(note);
    return embedder;
}

/// @param name of the image, as rows have it
using ConsumeVector = std::function<void(const std::string& name, std::span<const float> values)>;

/// Says how many vectors came out of the cache.
void tell_found(const KeptVectors* kept, Reporter& reporter) {
    if (kept != nullptr && kept->found() > 0)
        reporter.note(format_text("{} in the feature cache", count_of(kept->found(), "vector was", "vectors were")));
}

/// Throws DataError listing the images that cannot be read, unless they are to be skipped, and where none can be.
void embed_all(const Embedder& embedder, const EmbedArguments& arguments, const Session& session, Reporter& reporter,
               const ConsumeVector& consume) {
    const ListOptions columns = list_options(embedder.list, arguments.list, arguments.paths);
    const NamedImages named = images_at(arguments.paths, columns, arguments.exclude, reporter);
    const std::vector<fs::path>& images = named.files;
    if (images.empty()) throw DataError("there are no images");
    std::string bad;
    std::size_t bad_count = 0;
    const std::unique_ptr<KeptVectors> kept = open_kept_vectors(embedder, images.size(), reporter);
    reporter.start("embedding", images.size(), "images");
    const std::size_t done = embed_files(
        embedder, images,
        {.workers = arguments.workers, .max_pixels = arguments.max_pixels, .stop = session.stop, .kept = kept.get()},
        [&](std::size_t i, const Embedding& embedding) {
            reporter.advance(i + 1);
            if (embedding.error.empty()) return consume(escaped(named.names[i].string()), embedding.values);
            ++bad_count;
            bad += "\n  " + embedding.error;
        });
    reporter.finish();
    tell_found(kept.get(), reporter);
    if (done < images.size()) throw Interrupted(format_text("interrupted after {} images", done));
    if (bad_count == 0) return;
    const std::string message = format_text("{} of {} images cannot be read:{}", bad_count, images.size(), bad);
    if (arguments.on_bad_image == OnBadImage::fail || bad_count == images.size()) throw DataError(message);
    reporter.warn(message + "\nthey are left out");
}

void embed(const VectorsArguments& arguments, const Session& session) {
    const fs::path output = arguments.output;
    const bool npy = !output.empty() && vectors_format_of(output) == VectorsFormat::npy;
    if (!output.empty()) expect_free(output, arguments.force, "--output");
    if (npy) expect_free(names_file_of(output), arguments.force, "--output");
    TerminalReporter reporter(session.screen);
    const Embedder embedder = embedder_of(arguments, session, reporter);
    Vectors vectors{.length = static_cast<std::size_t>(embedder.length), .values = {}, .names = {}};
    embed_all(embedder, arguments, session, reporter, [&](const std::string& name, std::span<const float> values) {
        if (output.empty()) {
            std::cout << vector_line(name, values);
            return;
        }
        vectors.names.push_back(name);
        vectors.values.insert(vectors.values.end(), values.begin(), values.end());
    });
    if (output.empty()) {
        if (!std::cout.flush()) throw Error("standard output cannot be written");
        return;
    }
    write_vectors(output, vectors);
    std::cout << format_text("vectors   {} of {} numbers: {}\n", vectors.names.size(), vectors.length, output);
    if (npy) std::cout << format_text("names     {}\n", names_file_of(output));
}

/// The images nearest to the query, nearest first; of equally near ones the first.
void similar(const SimilarArguments& arguments, const Session& session) {
    TerminalReporter reporter(session.screen);
    const Embedder embedder = embedder_of(arguments, session, reporter);
    Embedding query;
    const fs::path file = arguments.query;
    embed_files(embedder, std::span(&file, 1), {.workers = 1, .max_pixels = arguments.max_pixels, .stop = session.stop},
                [&](std::size_t, const Embedding& embedding) { query = embedding; });
    if (!query.error.empty()) throw DataError(query.error);
    if (query.values.empty()) throw Interrupted("interrupted");
    std::vector<std::pair<double, std::string>> found;
    embed_all(embedder, arguments, session, reporter, [&](const std::string& name, std::span<const float> values) {
        found.emplace_back(cosine_similarity(query.values, values), name);
    });
    std::ranges::stable_sort(found, std::greater(), [](const auto& row) { return row.first; });
    std::cout << "file,similarity\n";
    for (std::size_t i = 0; i < std::min(found.size(), arguments.top_k); ++i)
        std::cout << csv_field(found[i].second) << "," << four_decimals(found[i].first) << "\n";
}

void takes_network(CLI::App& command, EmbedArguments& arguments) {
    command
        .add_option("network", arguments.source,
                    "A model (runs/NAME/model.pt), a weights file, or the name of weights or an architecture")
        ->required()
        ->type_name("MODEL");
}

void takes_images(CLI::App& command, EmbedArguments& arguments) {
    command.add_option("paths", arguments.paths, "Images, folders or lists (.csv, .tsv, .jsonl)")
        ->required()
        ->type_name("PATH");
    takes_list_options(command, arguments.list);
    takes_choice(command, "--on-bad-image", arguments.on_bad_image, "When an image cannot be read");
    takes_exclude(command, arguments.exclude);
    takes_max_pixels(command, arguments.max_pixels);
    takes_offline(command, arguments.offline, "Do not download weights");
    takes_workers(command, arguments.workers);
    takes_device(command, arguments.device);
}

}  // namespace

void add_embed(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<VectorsArguments>();
    CLI::App* command = app.add_subcommand("embed", "Write the vectors that a network makes of images");
    takes_network(*command, *arguments);
    takes_images(*command, *arguments);
    command->add_option("--output", arguments->output, "An .npy, .safetensors or .jsonl file; none: JSON Lines")
        ->type_name("FILE");
    takes_force(*command, arguments->force);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { embed(*arguments, session); }; });
}

void add_similar(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<SimilarArguments>();
    CLI::App* command = app.add_subcommand("similar", "Find the images that a network finds most like another");
    takes_network(*command, *arguments);
    command->add_option("query", arguments->query, "The image to compare with")->required()->type_name("PATH");
    takes_images(*command, *arguments);
    command->add_option("--top-k", arguments->top_k, "How many are shown")
        ->capture_default_str()
        ->type_name("N")
        ->check(integer_in(between(1, 100000)));
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { similar(*arguments, session); }; });
}

}  // namespace graft
