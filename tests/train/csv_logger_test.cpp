#include <gtest/gtest.h>

#include "core/files.hpp"
#include "train/fake_control.hpp"

namespace graft {
namespace {

const CallbackContext kTwoMetrics{{}, {{"loss", Direction::min}, {"val_loss", Direction::min}}, "/callbacks/0"};

CallbackContext run_in(const std::filesystem::path& folder) {
    CallbackContext context = kTwoMetrics;
    context.run_folder = folder;
    return context;
}

void log_epochs(Callback& callback, std::int64_t first, std::int64_t last) {
    FakeControl control;
    for (std::int64_t epoch = first; epoch <= last; ++epoch)
        callback.on_epoch_end(epoch_record(epoch, {{"loss", 0.25}, {"val_loss", 0.125}}), control);
}

TEST(CsvLogger, WritesOneRowPerEpoch) {
    const auto folder = testing::fresh_folder();
    const auto callback = build_callback("csv_logger", Json::object(), run_in(folder));
    log_epochs(*callback, 0, 0);
    EXPECT_EQ(read_file(folder / "log.csv"), "epoch,learning_rate,loss,val_loss,seconds\n0,0.5,0.25,0.125,2\n");
    log_epochs(*callback, 1, 1);
    EXPECT_EQ(read_file(folder / "log.csv"),
              "epoch,learning_rate,loss,val_loss,seconds\n0,0.5,0.25,0.125,2\n1,0.5,0.25,0.125,2\n");
}

TEST(CsvLogger, WritesTheSeparatorAndTheFileThatAreAskedFor) {
    const auto folder = testing::fresh_folder();
    log_epochs(*build_callback("csv_logger", {{"file", "logs/a.tsv"}, {"separator", "tab"}}, run_in(folder)), 0, 0);
    EXPECT_EQ(read_file(folder / "logs/a.tsv"),
              "epoch\tlearning_rate\tloss\tval_loss\tseconds\n0\t0.5\t0.25\t0.125\t2\n");
}

TEST(CsvLogger, ReplacesAnEarlierFile) {
    const auto folder = testing::fresh_folder();
    write_file(folder / "log.csv", "epoch,other\n0,1\n");
    log_epochs(*build_callback("csv_logger", Json::object(), run_in(folder)), 0, 0);
    EXPECT_EQ(read_file(folder / "log.csv"), "epoch,learning_rate,loss,val_loss,seconds\n0,0.5,0.25,0.125,2\n");
}

TEST(CsvLogger, KeepsEarlierRowsWhenAppending) {
    const auto folder = testing::fresh_folder();
    write_file(folder / "log.csv", "epoch,learning_rate,loss,val_loss,seconds\n0,9,9,9,9");
    log_epochs(*build_callback("csv_logger", {{"append", true}}, run_in(folder)), 0, 0);
    EXPECT_EQ(read_file(folder / "log.csv"),
              "epoch,learning_rate,loss,val_loss,seconds\n0,9,9,9,9\n0,0.5,0.25,0.125,2\n");
}

TEST(CsvLogger, BeginsAFileWhenThereIsNoneToAppendTo) {
    const auto folder = testing::fresh_folder();
    log_epochs(*build_callback("csv_logger", {{"append", true}}, run_in(folder)), 0, 0);
    EXPECT_EQ(read_file(folder / "log.csv"), "epoch,learning_rate,loss,val_loss,seconds\n0,0.5,0.25,0.125,2\n");
}

TEST(CsvLogger, RefusesToAppendToOtherColumns) {
    const auto folder = testing::fresh_folder();
    write_file(folder / "log.csv", "epoch,loss\n0,1\n");
    EXPECT_EQ(build_error("csv_logger", {{"append", true}}, run_in(folder)),
              "/callbacks/0/append: " + (folder / "log.csv").string() +
                  " has the columns \"epoch,loss\", this run has \"epoch,learning_rate,loss,val_loss,seconds\"; choose "
                  "another file or \"append\": false");
}

TEST(CsvLogger, GoesOnAtItsCheckpointAfterACrash) {
    for (const bool append : {false, true}) {
        const auto folder = testing::fresh_folder();
        const Json options = {{"append", append}};
        const auto before = build_callback("csv_logger", options, run_in(folder));
        log_epochs(*before, 0, 1);
        const CallbackState state = before->save_state();
        log_epochs(*before, 2, 2);  // killed before the next checkpoint: this epoch is trained again
        const auto after = build_callback("csv_logger", options, run_in(folder));
        after->load_state(state);
        log_epochs(*after, 2, 2);
        EXPECT_EQ(read_file(folder / "log.csv"),
                  "epoch,learning_rate,loss,val_loss,seconds\n"
                  "0,0.5,0.25,0.125,2\n1,0.5,0.25,0.125,2\n2,0.5,0.25,0.125,2\n");
    }
}

TEST(CsvLogger, RefusesOtherSeparatorsAndAnEmptyName) {
    EXPECT_EQ(build_error("csv_logger", {{"separator", "|"}}, kTwoMetrics),
              "/separator: expected one of comma, semicolon, tab, got \"|\"");
    EXPECT_EQ(build_error("csv_logger", {{"file", ""}}, kTwoMetrics),
              "/callbacks/0/file: expected a file name, got \"\"");
}

}  // namespace
}  // namespace graft
