#include <CLI/App.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/list_arguments.hpp"
#include "app/option_checks.hpp"
#include "app/results.hpp"
#include "app/terminal/terminal_reporter.hpp"
#include "core/files.hpp"
#include "core/ordered_map.hpp"
#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "data/image_check.hpp"
#include "graft/core/errors.hpp"
#include "insight/cleaned_list.hpp"
#include "insight/findings_text.hpp"
#include "report/findings_page.hpp"
#include "run/checked_data.hpp"
#include "run/label_errors.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

struct DataCheckArguments {
    std::vector<std::string> places, against, exclude, list;
    std::int64_t max_pixels = kDefaultMaxPixels;
    std::size_t workers = 0;
    FindingLimits limits;
    bool labels = false, offline = false;
    std::string backbone = "efficientnet_lite0";
    std::string output, fix;
    bool json = false, strict = false, force = false;
};

/// What was looked at and what was found.
struct DataCheck {
    CheckedData data;
    std::vector<CheckedImage> images;
    std::vector<Finding> findings;
    std::int64_t bad = 0;
};

void add_label_errors(DataCheck& check, const DataCheckArguments& arguments, const Session& session,
                      Reporter& reporter) {
    const Embedder embedder =
        load_embedder(arguments.backbone, missing_weights(arguments.offline), session.stop, reporter);
    std::optional<Finding> finding = find_label_errors(
        check.data, check.images, embedder,
        {.workers = arguments.workers, .max_pixels = arguments.max_pixels, .stop = session.stop}, reporter);
    if (!finding) return;
    const auto behind = std::ranges::find_if(
        check.findings, [](const Finding& other) { return other.kind > FindingKind::label_errors; });
    check.findings.insert(behind, std::move(*finding));
}

DataCheck check_data(const DataCheckArguments& arguments, const Session& session) {
    TerminalReporter reporter(session.screen);
    DataCheck check{.data = read_checked_data({.places = arguments.places,
                                               .against = arguments.against,
                                               .list = list_options({}, arguments.list, arguments.places),
                                               .exclude = arguments.exclude}),
                    .images = {},
                    .findings = {}};
    tell(check.data.remarks, reporter);
    const std::size_t threads = workers_or_cores(arguments.workers);
    check.images = examine(check.data, threads, {.max_pixels = arguments.max_pixels}, session.stop, reporter);
    check.bad = std::ranges::count_if(check.images, [](const CheckedImage& image) { return !image.good(); });
    check.findings = find_oddities(check.data, check.images, arguments.limits, threads, session.stop);
    if (arguments.labels) add_label_errors(check, arguments, session, reporter);
    return check;
}

/// How many of each class, [part][class], and of all parts how many are bad, [class].
struct ClassTable {
    std::vector<std::vector<std::int64_t>> images;
    std::vector<std::int64_t> bad;
    std::vector<std::string> parts;
};

ClassTable count_classes(const DataCheck& check) {
    ClassTable table;
    const std::size_t classes = check.data.classes.size();
    for (const CheckedPart& part : check.data.parts) {
        if (part.only_compared) continue;
        table.parts.push_back(part.name);
        table.images.push_back(count_per_class(part.samples, classes));
    }
    std::vector<Sample> bad;
    for (const CheckedImage& image : check.images)
        if (!image.good() && !check.data.parts[image.part].only_compared) bad.push_back(*image.sample);
    table.bad = count_per_class(bad, classes);
    return table;
}

std::string table_text(const DataCheck& check) {
    const ClassTable table = count_classes(check);
    std::vector<std::vector<std::string>> rows = {{"class"}};
    for (const std::string& part : table.parts) rows.front().push_back(table.parts.size() == 1 ? "images" : part);
    rows.front().emplace_back("bad");
    for (std::size_t label = 0; label < check.data.classes.size(); ++label) {
        rows.push_back({check.data.classes[label]});
        for (const std::vector<std::int64_t>& counts : table.images) rows.back().push_back(with_commas(counts[label]));
        rows.back().push_back(with_commas(table.bad[label]));
    }
    rows.push_back({"all"});
    for (const CheckedPart& part : check.data.parts)
        if (!part.only_compared) rows.back().push_back(with_commas(static_cast<std::int64_t>(part.samples.size())));
    rows.back().push_back(with_commas(check.bad));
    return aligned(rows);
}

std::string check_text(const DataCheck& check) {
    std::string text = table_text(check);
    if (check.bad > 0) text += "\n";
    for (const CheckedImage& image : check.images)
        if (!image.good()) text += image.problem + "\n";
    const std::string findings = findings_text(check.data, check.images, check.findings);
    return findings.empty() ? text : text + "\n" + findings;
}

Json check_json(const DataCheck& check) {
    const ClassTable table = count_classes(check);
    Json json = {{"folder", check.data.parts.front().place},
                 {"images", check.images.size()},
                 {"parts", Json::array()},
                 {"classes", Json::array()},
                 {"bad", Json::array()},
                 {"findings", findings_json(check.data, check.images, check.findings)},
                 {"notes", check.data.remarks.notes},
                 {"warnings", check.data.remarks.warnings}};
    for (const CheckedPart& part : check.data.parts)
        json["parts"].push_back({{"name", part.name}, {"place", part.place}, {"images", part.samples.size()}});
    for (std::size_t label = 0; label < check.data.classes.size(); ++label) {
        std::int64_t images = 0;
        for (const std::vector<std::int64_t>& counts : table.images) images += counts[label];
        json["classes"].push_back({{"name", check.data.classes[label]}, {"images", images}, {"bad", table.bad[label]}});
    }
    for (const CheckedImage& image : check.images)
        if (!image.good())
            json["bad"].push_back(
                {{"part", check.data.parts[image.part].name}, {"file", image.sample->name}, {"reason", image.problem}});
    return json;
}

constexpr const char* kFindingsFiles[] = {"findings.html", "findings.json", "findings.csv"};

/// @return what was written, for people
std::string write_findings(const DataCheck& check, const DataCheckArguments& arguments) {
    const fs::path folder = arguments.output;
    const std::string contents[] = {findings_page(check.data, check.images, check.findings), pretty(check_json(check)),
                                    findings_csv(check.data, check.images, check.findings)};
    for (std::size_t i = 0; i < std::size(contents); ++i)
        write_file(folder / kFindingsFiles[i], contents[i], present(arguments.force));
    return format_text("findings  {}, .json and .csv\n", folder / kFindingsFiles[0]);
}

std::string write_cleaned(const DataCheck& check, const DataCheckArguments& arguments) {
    const CleanedList list = cleaned_list(check.data, check.images, check.findings, arguments.fix);
    write_file(arguments.fix, list.csv, present(arguments.force));
    std::vector<std::string> reasons;
    for (const auto& [reason, count] : list.left_out)
        reasons.push_back(format_text("{} {}", with_commas(static_cast<std::int64_t>(count)), reason));
    return format_text("list      {}: {}{}{}\n", fs::path(arguments.fix), count_of(list.kept, "image"),
                       reasons.empty() ? "" : "; left out: ", joined(reasons));
}

/// What is decided by the exit code.
void fail_if_needed(const DataCheck& check, const DataCheckArguments& arguments) {
    if (check.bad > 0)
        throw DataError(format_text("{}: {}", shown(joined(arguments.places)),
                                    cannot_be_used(static_cast<std::size_t>(check.bad), check.images.size())));
    const auto wrong = std::ranges::count_if(check.findings, [](const Finding& finding) { return !finding.usual(); });
    if (arguments.strict && wrong > 0)
        throw GateError(format_text("{}: {} of findings", shown(joined(arguments.places)),
                                    count_of(static_cast<std::uint64_t>(wrong), "kind")));
}

void run_check(const DataCheckArguments& arguments, const Session& session) {
    if (!arguments.output.empty())
        for (const char* name : kFindingsFiles)
            expect_free(fs::path(arguments.output) / name, arguments.force, "--output");
    if (!arguments.fix.empty()) expect_free(arguments.fix, arguments.force, "--fix");
    const DataCheck check = check_data(arguments, session);
    std::string written;
    if (!arguments.output.empty()) written += write_findings(check, arguments);
    if (!arguments.fix.empty()) written += write_cleaned(check, arguments);
    if (arguments.json)
        print_json(check_json(check));
    else
        std::cout << check_text(check) << (written.empty() ? "" : "\n") << written;
    fail_if_needed(check, arguments);
}

void takes_results(CLI::App& command, DataCheckArguments& arguments) {
    command.add_flag("--json", arguments.json, "Print one JSON object");
    command
        .add_option("--output", arguments.output,
                    "Write findings.html with pictures, and findings.json and .csv with every image")
        ->type_name("FOLDER");
    command.add_option("--fix", arguments.fix, "Write a list without what is wrong; nothing is deleted")
        ->type_name("FILE");
    takes_force(command, arguments.force);
    command.add_flag("--strict", arguments.strict, "Exit code 4 when anything is found");
}

}  // namespace

void add_data_check(CLI::App& data, Command& chosen) {
    const auto arguments = std::make_shared<DataCheckArguments>();
    CLI::App* command =
        data.add_subcommand("check", "Find damaged images, copies, leaks between parts, odd pictures and wrong labels");
    command
        ->add_option("folder", arguments->places,
                     "Folders whose sub-folders are the classes, data sets with train and test, lists, or one config")
        ->required()
        ->type_name("FOLDER");
    command->add_option("--against", arguments->against, "Images that must not be among these, such as a test part")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    command
        ->add_option("--near", arguments->limits.near_distance, "Bits of 64 by which near copies may differ; 0: none")
        ->capture_default_str()
        ->type_name("BITS")
        ->check(integer_in(between(0, 32)));
    command->add_flag("--labels", arguments->labels, "Look for wrong labels too, with a network");
    command->add_option("--backbone", arguments->backbone, "The network of --labels, as \"graft embed\" takes it")
        ->capture_default_str()
        ->type_name("MODEL");
    takes_offline(*command, arguments->offline, "Do not download weights");
    takes_results(*command, *arguments);
    takes_list_options(*command, arguments->list);
    takes_exclude(*command, arguments->exclude);
    takes_max_pixels(*command, arguments->max_pixels);
    takes_workers(*command, arguments->workers);
    command->callback(
        [arguments, &chosen] { chosen = [arguments](const Session& session) { run_check(*arguments, session); }; });
}

}  // namespace graft
