// A console classifier: example_classify MODEL IMAGE…
// Prints the three likeliest classes of each image; a bad image gets its reason and does not stop the others.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <graft/deploy/predictor.hpp>
#include <vector>

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s MODEL IMAGE...\n", argv[0]);
        return 2;
    }
    try {
        const graft::Predictor predictor(argv[1]);
        const std::vector<std::filesystem::path> images(argv + 2, argv + argc);
        std::size_t failed = 0;
        // All cores; results come in the order of the images, on this thread.
        predictor.predict_files(images, [&](std::size_t index, const graft::Prediction& prediction) {
            std::printf("%s\n", images[index].c_str());
            if (!prediction.error.empty()) {
                ++failed;
                std::printf("  %s\n", prediction.error.c_str());
            }
            for (const auto& [name, probability] : predictor.top(prediction.values, 3))
                std::printf("  %5.1f %%  %s\n", 100 * probability, name.c_str());
        });
        return failed == 0 ? 0 : 3;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
