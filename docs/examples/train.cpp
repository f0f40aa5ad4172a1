// Training from C++: example_train CONFIG RUN-FOLDER
// Reads a config, changes it, trains with progress of the program's own, and says what came of it. Ctrl-C stops; the
// same command then goes on from there.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <graft/graft.hpp>
#include <stop_token>

namespace {

volatile std::sig_atomic_t interrupted = 0;

/// Prints a line when work begins, and every note and warning.
class Progress final : public graft::Reporter {
public:
    void start(std::string_view phase, std::size_t total, std::string_view unit) override {
        std::printf("%.*s: %zu %.*s\n", int(phase.size()), phase.data(), total, int(unit.size()), unit.data());
    }
    void advance(std::size_t, std::string_view) override {
        if (interrupted != 0) stop.request_stop();
    }
    void finish(std::string_view summary) override {
        if (!summary.empty()) std::printf("  %.*s\n", int(summary.size()), summary.data());
    }
    void note(std::string_view message) override { std::printf("%.*s\n", int(message.size()), message.data()); }
    void warn(std::string_view message) override {
        std::printf("warning: %.*s\n", int(message.size()), message.data());
    }

    std::stop_source stop;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s CONFIG RUN-FOLDER\n", argv[0]);
        return 2;
    }
    std::signal(SIGINT, [](int) { interrupted = 1; });
    try {
        auto config = graft::RunConfig::from_file(argv[1]);
        config.set("/output", argv[2])
            .set("/training/epochs", 4)
            .set("/training/optimizer", "adamw")
            .set_json("/callbacks", R"([{"name": "early_stopping", "monitor": "val_loss", "patience": 2}])");

        Progress progress;
        graft::TrainOptions options;
        options.reporter = &progress;
        options.stop = progress.stop.get_token();
        const bool there = std::filesystem::exists(std::filesystem::path(argv[2]) / "checkpoint" / "last.pt");
        options.existing = there ? graft::ExistingRun::resume : graft::ExistingRun::refuse;
        const graft::TrainRecord record = graft::train(config, options);

        std::printf("%zu epochs, the last with val_loss %.4f\n", record.history.size(),
                    record.history.back().metric("val_loss").value_or(0));
        if (record.test) std::printf("test accuracy %.4f\n", record.test->classification().accuracy);
        std::printf("model %s\n", record.model.c_str());
        return record.end == graft::TrainingEnd::interrupted ? 130 : 0;
    } catch (const graft::ConfigError& error) {
        for (const std::string& problem : error.problems()) std::fprintf(stderr, "%s\n", problem.c_str());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
